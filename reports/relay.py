"""The relay: gives events their ``seq`` and every reader its rows, both or neither.

Autoincrement ids commit out of order, so no reader may follow them. One relay at a time (it holds the
cursor row named ``relay``) takes the events without ``seq`` by batch, numbers them, hands the batch to
every handler of ``EVENT_HANDLERS`` and commits. A batch that makes a handler raise is halved until the one
event that breaks it is alone; that one is parked with its error and the rest go on.
"""

import logging
from collections.abc import Callable, Sequence
from functools import cache

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from reports.models import Event, ReaderCursor

logger = logging.getLogger(__name__)

BATCH = 250
RELAY = "relay"
Handler = Callable[[Sequence[Event]], None]


def relay_events(*, limit: int | None = None) -> int:
    """Relay what is waiting, oldest first; returns how many events got their ``seq``.

    Returns at once when another relay is at work: that one looks once more after it lets go.
    """
    relayed = 0
    while (limit is None or relayed < limit) and waiting().exists():
        step = _relay_batch()
        if step is None:
            return relayed
        relayed += step
    return relayed


def waiting() -> QuerySet[Event]:
    """Events no reader has seen, oldest first."""
    return Event.objects.filter(seq=None, parked_at=None).order_by("pk")


@transaction.atomic
def _relay_batch() -> int | None:
    """One batch in one transaction; None when somebody else holds the relay."""
    cursor = ReaderCursor.objects.select_for_update(skip_locked=True).filter(name=RELAY).first()
    if cursor is None:
        return _first_time()
    related = (
        "report__category",
        "report__responsible",
        "report__producer",
        "organisation",
        "by_organisation",
        "comment",
    )
    events = list(waiting().select_related(*related)[:BATCH])
    if not events:
        return 0
    relayed = _hand_over(events, cursor.seq)
    cursor.seq += relayed
    cursor.save(update_fields=["seq"])
    return relayed


def _hand_over(events: list[Event], last_seq: int) -> int:
    """Number events and give them to every handler; returns how many made it."""
    try:
        with transaction.atomic():
            for seq, event in enumerate(events, start=last_seq + 1):
                event.seq = seq
            _write_seqs(events)
            for handler in handlers(tuple(settings.EVENT_HANDLERS)):
                handler(events)
        return len(events)
    except (OperationalError, InterfaceError):
        raise  # the database's trouble, not the event's: the next run tries again
    except Exception as error:  # noqa: BLE001  # whatever a handler raises parks the event, loudly
        for event in events:
            event.seq = None
        if len(events) == 1:
            _park(events[0], error)
            return 0
        half = len(events) // 2
        done = _hand_over(events[:half], last_seq)
        return done + _hand_over(events[half:], last_seq + done)


def _first_time() -> int | None:
    """0 after making the relay's row; None when the row is there and somebody else holds it."""
    _, is_new = ReaderCursor.objects.get_or_create(name=RELAY)
    return 0 if is_new else None


def _write_seqs(events: list[Event]) -> None:
    """One UPDATE joined with a list of values: a tenth of the cost of ``bulk_update``, on both databases."""
    rows = ",".join(["(%s,%s)"] * len(events))
    sql = (
        "UPDATE reports_event SET seq = v.column2 "  # noqa: S608  # only placeholders are put in
        f"FROM (VALUES {rows}) AS v WHERE reports_event.id = v.column1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for event in events for value in (event.pk, event.seq)])


def _park(event: Event, error: Exception) -> None:
    logger.error("Event %s (%s) is parked.", event.pk, event.kind, exc_info=error)
    event.parked_at = timezone.now()
    event.parked_error = f"{type(error).__name__}: {error}"[:2000]
    event.save(update_fields=["parked_at", "parked_error"])


def unpark(event: Event) -> None:
    """Put a parked event back in line, once its cause is mended."""
    Event.objects.filter(pk=event.pk).update(parked_at=None, parked_error="")


@cache
def handlers(paths: tuple[str, ...]) -> tuple[Handler, ...]:
    """The readers that stand in ``EVENT_HANDLERS``, in that order."""
    return tuple(import_string(path) for path in paths)
