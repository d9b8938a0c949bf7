"""The reader of events that owes them to endpoints. It writes rows; ``webhooks/tasks.py`` sends."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from reports.models import Event, Recipient
from webhooks import dispatch, payloads
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.tasks import deliver_due

# What every recipient must hear of even though the public does not.
ALWAYS_TOLD = frozenset({Event.Kind.VISIBILITY, Event.Kind.ERASED, Event.Kind.CONSENT_WITHDRAWN})


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


def forget_erased(events: Sequence[Event]) -> None:
    """Trim what was and will be said about erased reports, and what receivers answered about them."""
    erased = {event.report_id: event.report for event in events if event.kind == Event.Kind.ERASED}
    if not erased:
        return
    about = Delivery.objects.filter(event__report__in=erased)
    Attempt.objects.filter(delivery__in=about).exclude(answer="").update(answer="")
    deliveries = list(about.select_related("event").order_by("pk"))
    for delivery in deliveries:
        if delivery.event is not None:  # the join above found them by it
            delivery.event.report = erased[delivery.event.report_id]
            delivery.payload = payloads.of_event(delivery.event)
    Delivery.objects.bulk_update(deliveries, ["payload"], batch_size=200)


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
    """Which listening organisations were given each report; of an erased one also those who had it once."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    reports = {event.report_id for event in events}
    erased = {event.report_id for event in events if event.kind == Event.Kind.ERASED}
    given = Recipient.objects.filter(report__in=reports, organisation__in=listening)
    given = given.filter(Q(is_active=True) | Q(report__in=erased)) if erased else given.filter(is_active=True)
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
