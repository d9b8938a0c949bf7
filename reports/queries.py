"""Questions about reports that are more than a filter."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypedDict

from django.db.models import Count, Exists, F, Q, QuerySet, Subquery
from django.http import Http404

from accounts.actors import Viewer
from reports.events import content_hash, event_body
from reports.models import Event, ReaderCursor, Recipient, Report, ReportQuerySet
from reports.models.report import Bbox
from reports.workflow import OPEN
from routing.cells import centre_of, name_of, parent_masks, resolution_of
from routing.services import current_snapshot

MOST_CELLS = 5000
CELLS_ACROSS = 18
# A hundredth of a cell of each resolution, or less, in decimals of a degree.
DECIMALS = {4: 3, 5: 3, 6: 4, 7: 4, 8: 4, 9: 5, 10: 5, 11: 6, 12: 6}


class CellCount(TypedDict):
    """One cell of the map with the reports in it."""

    cell: str
    latitude: float
    longitude: float
    count: int
    open_count: int


def report_for(viewer: Viewer, code: str) -> Report:
    """The report if this viewer may know of it, with ``is_inner``; one statement. Raises Http404."""
    reports: ReportQuerySet = Report.objects.visible_to(viewer)
    report = reports.with_standing(viewer).for_display().filter(code=code).first()
    if report is None:
        raise Http404
    return report


def cells_of(reports: QuerySet[Report], resolution: int) -> list[CellCount]:
    """How many reports lie in each H3 cell of a resolution, the fullest first."""
    return [_cell_count(*row) for row in counted_by_cell(reports, resolution)]


def counted_by_cell(reports: QuerySet[Report], resolution: int) -> QuerySet[Any, Any]:
    """Rows of (cell, count, open count); the database groups by bit arithmetic, in the index alone."""
    clear, fill = parent_masks(resolution)
    parent = F("cell").bitand(clear).bitor(fill)
    return (
        reports.filter(cell__isnull=False)
        .annotate(parent_cell=parent)
        .values("parent_cell")
        .annotate(count=Count("*"), open_count=Count("status", filter=Q(status__in=sorted(OPEN))))
        .order_by("-count", "parent_cell")
        .values_list("parent_cell", "count", "open_count")[:MOST_CELLS]
    )


def fitting_resolution(bbox: Bbox) -> int:
    """The H3 resolution that cuts a box into a hundred cells or so: more are no clearer on a phone."""
    width = max(bbox.east - bbox.west, bbox.north - bbox.south, 1e-4)
    resolution, edge_degrees = 12, 0.0002
    while resolution > 4 and width / edge_degrees > CELLS_ACROSS:
        # Each step of H3 has seven times the area.
        resolution, edge_degrees = resolution - 1, edge_degrees * 2.6458
    return resolution


def state_of_public() -> tuple[object, ...]:
    """What changes whenever anything that everybody may see of any report could have; one statement.

    Every event there is counts once: those with a ``seq`` by the last one, the few others one by one. So the
    number grows with each commit, in whatever order they come, and stays the same when an event is relayed.
    """
    others = Event.objects.filter(seq=None).order_by().values("seq").annotate(n=Count("pk")).values("n")
    relay = ReaderCursor.objects.filter(name="relay").annotate(others=Subquery(others))
    counted = relay.values_list("seq", "others").first()
    events = counted[0] + (counted[1] or 0) if counted else None
    return events, current_snapshot().version


def timeline_of(report: Report, *, is_inner: bool) -> QuerySet[Event]:
    """What happened, oldest first; outsiders read the public lines."""
    events = report.events.select_related("organisation", "by_organisation", "comment").order_by("pk")
    return events if is_inner else events.filter(is_public=True)


def timeline_for(viewer: Viewer, code: str) -> list[Event]:
    """A report's timeline with the report on every line, and ``is_inner``; one statement. Raises Http404."""
    readable = Report.objects.visible_to(viewer).filter(code=code)
    inner = readable.inner_to(viewer)
    lines = Event.objects.filter(report__in=readable).filter(Q(is_public=True) | Q(report__in=inner))
    related = ("report", "organisation", "by_organisation", "comment")
    found: list[Event] = list(lines.annotate(is_inner=Exists(inner)).select_related(*related).order_by("pk"))
    if not found:
        raise Http404
    return found


def events_for(viewer: Viewer, after: int) -> QuerySet[Event]:
    """Sequenced events of the reports that this viewer's organisations were given, after a ``seq``.

    Of an erasure hears also who had the report once: there may be a copy.
    """
    events = Event.objects.filter(seq__gt=after).order_by("seq")
    events = events.select_related("report__category", "organisation", "by_organisation")
    if viewer.sees_everything:
        return events.filter(report__is_sandbox=False)
    given = Recipient.objects.filter(organisation__in=viewer.organisation_ids)
    is_theirs = Q(report__in=given.filter(is_active=True).values("report"))
    return events.filter(is_theirs | Q(kind=Event.Kind.ERASED, report__in=given.values("report")))


def trace_of(report: Report, events: Iterable[Event], content: dict[str, Any] | None) -> dict[str, Any]:
    """The verifiable story: every event as its digest covers it. ``content`` is for the secret's holder."""
    lines = []
    for event in events:
        event.report = report
        lines.append({**event_body(event), "seq": event.seq, "digest": event.digest})
    known = content and {**content, "salt": report.salt, "hash": content_hash(report.salt, content)}
    return {"report": report.code, "head_digest": report.head_digest, "events": lines, "content": known}


def _cell_count(cell: int, count: int, open_count: int) -> CellCount:
    name, latitude, longitude = _shown(cell)
    return {
        "cell": name,
        "latitude": latitude,
        "longitude": longitude,
        "count": count,
        "open_count": open_count,
    }


@lru_cache(maxsize=20_000)
def _shown(cell: int) -> tuple[str, float, float]:
    """A cell as the map names and places it; people look at the same ones again and again."""
    latitude, longitude = centre_of(cell)
    decimals = DECIMALS[resolution_of(cell)]
    return name_of(cell), round(latitude, decimals), round(longitude, decimals)
