"""What a listener missed: the same lines as live, read from the database after a ``seq``."""

from accounts.actors import ANYONE, Viewer
from reports.errors import TooFarBehind
from reports.live import READER, Message, brief_of, line_of
from reports.models import Event, ReaderCursor, Report
from reports.models.report import Bbox
from reports.queries import report_for, timeline_of
from reports.workflow import Visibility

MOST_MISSED = 500


def is_inner(viewer: Viewer, code: str) -> bool:
    """Whether this viewer reads the inner timeline of a report. Raises Http404 if they may not know of it."""
    return bool(getattr(report_for(viewer, code), "is_inner", False))


def of_report(viewer: Viewer, code: str, after: int) -> list[Message]:
    """The lines of a report's timeline after a ``seq``, in order. Raises Http404."""
    report = report_for(viewer, code)
    inner = bool(getattr(report, "is_inner", False))
    events = timeline_of(report, is_inner=inner).filter(seq__gt=after).order_by("seq")
    return [line_of(event, is_inner=inner) for event in events]


def of_box(box: Bbox, after: int) -> list[Message]:
    """The public events of public reports in a box after a ``seq``, in order.

    Raises TooFarBehind when they are more than anybody wants to read: the map itself is quicker then.
    """
    reports = Report.objects.visible_to(ANYONE).filter(visibility=Visibility.PUBLIC).within(box)
    events = Event.objects.filter(report__in=reports, is_public=True, seq__gt=after).order_by("seq")
    missed = list(events.select_related("report__category")[: MOST_MISSED + 1])
    if len(missed) > MOST_MISSED:
        raise TooFarBehind
    return [brief_of(event) for event in missed]


def told_so_far() -> int:
    """The ``seq`` up to which listeners have been told: where somebody who begins now begins."""
    cursor = ReaderCursor.objects.filter(name=READER).first()
    return cursor.seq if cursor else 0
