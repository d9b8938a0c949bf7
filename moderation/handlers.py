"""What the desk does about events: an erased report is erased from the decisions about it too."""

from collections.abc import Sequence

from moderation.models import Decision
from reports.models import Event
from reports.workflow import Visibility


def forget_erased(events: Sequence[Event]) -> None:
    """Empty the prior copies of reports that were erased."""
    erased = {event.report_id for event in events if _erases(event)}
    if erased:
        Decision.objects.filter(report__in=erased).update(prior={})


def _erases(event: Event) -> bool:
    if event.kind == Event.Kind.VISIBILITY:
        return bool(event.data.get("new") == Visibility.ERASED)
    return bool(event.kind == Event.Kind.ERASED)
