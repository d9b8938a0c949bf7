"""The reader of events that owes them to endpoints. It writes rows; ``webhooks/tasks.py`` sends."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from reports.models import Event, Recipient
from webhooks import dispatch, payloads
from webhooks.models import Delivery, Endpoint
from webhooks.tasks import deliver_due

# What every recipient must hear of even though the public does not.
ALWAYS_TOLD = frozenset({Event.Kind.VISIBILITY, Event.Kind.ERASED})


class _Listener(NamedTuple):
    endpoint_id: int
    event_types: list[str]
    is_enabled: bool


def owe_deliveries(events: Sequence[Event]) -> None:
    """Owe each event to every endpoint it concerns, once: three statements whatever the batch.

    An endpoint that is off is owed too, but skipped, so that its keeper can ask for what was missed.
    """
    told = [event for event in events if event.kind in payloads.EVENT_TYPES]
    listeners = _listeners() if told else {}
    if not listeners:
        return
    recipients = _recipients(told, frozenset(listeners))
    owed = [
        _delivery(event, listener)
        for event in told
        for organisation_id in _concerned(event, recipients[event.report_id])
        for listener in listeners.get(organisation_id, ())
        if not listener.event_types or event.kind in listener.event_types
    ]
    if owed:
        Delivery.objects.bulk_create(owed, ignore_conflicts=True)
        transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    """Wake the sender; a broker that is away costs a second, until the sweep."""
    if settings.RELAY_NUDGES and not dispatch.wake():
        deliver_due.delay()


def _listeners() -> dict[int, list[_Listener]]:
    """The endpoints of each organisation."""
    found: dict[int, list[_Listener]] = defaultdict(list)
    rows = Endpoint.objects.living().order_by("pk")
    for organisation, *rest in rows.values_list("organisation", "pk", "event_types", "is_enabled"):
        found[organisation].append(_Listener(*rest))
    return dict(found)


def _recipients(events: Sequence[Event], listening: frozenset[int]) -> defaultdict[int, set[int]]:
    """Which listening organisations were given each report."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    reports = {event.report_id for event in events}
    given = Recipient.objects.filter(report__in=reports, organisation__in=listening, is_active=True)
    for report, organisation in given.values_list("report", "organisation"):
        found[report].add(organisation)
    return found


def _concerned(event: Event, recipients: set[int]) -> Iterator[int]:
    """A ticket's event concerns its organisation and the owner; a report's, everyone the report was given to.

    What is not public (a note of the desk) stays between the owner and whom it names.
    """
    concerned = {event.organisation_id, event.report.responsible_id}
    is_of_ticket = event.kind.startswith("ticket.")
    if not is_of_ticket and (event.is_public or event.kind in ALWAYS_TOLD):
        concerned |= recipients
    return (organisation for organisation in sorted(filter(None, concerned)))


def _delivery(event: Event, listener: _Listener) -> Delivery:
    now = timezone.now()
    is_off = not listener.is_enabled
    return Delivery(
        endpoint_id=listener.endpoint_id,
        event=event,
        type=event.kind,
        stream=event.report.code,
        position=event.seq or 0,
        payload=payloads.of_event(event),
        state=Delivery.State.SKIPPED if is_off else Delivery.State.PENDING,
        ended_at=now if is_off else None,
        due_at=now,
        created_at=now,
    )
