"""What tickets do about events: they follow the routing and the life of the report."""

from collections.abc import Sequence

from reports.models import Event
from reports.workflow import TERMINAL
from tickets.services import reconcile


def follow_reports(events: Sequence[Event]) -> None:
    """Offer, and close, the tickets of every report in the batch whose routing or end has changed."""
    touched = dict.fromkeys(event.report_id for event in events if _matters(event))
    if not touched:
        return
    disputed = {event.report_id: event.at for event in events if event.kind == Event.Kind.DISPUTED}
    reconcile(touched, since=disputed)


def _matters(event: Event) -> bool:
    if event.kind in (Event.Kind.ROUTED, Event.Kind.DISPUTED):
        return True
    ends = {event.data.get("old"), event.data.get("new")}
    return event.kind == Event.Kind.STATUS and not ends.isdisjoint(TERMINAL)
