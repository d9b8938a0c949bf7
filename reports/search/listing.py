"""Which reports a list or a map shows, and in which order."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.actors import Viewer
from reports.geometry import square_metres_between
from reports.models import Photo, Report, ReportQuerySet
from reports.search.fulltext import share_of
from reports.workflow import OPEN
from routing.cells import Cover, cover_of
from routing.rows import AreaRow
from routing.services import current_snapshot

RADIUS_M: Final = 500.0
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
Wanted = Mapping[str, Any]

# Parameter to lookup, for those that are no more than that.
LOOKUPS: Final = {
    "status": "status__in",
    "kind": "kind__in",
    "channel": "channel__in",
    "category": "category__in",
    "visibility": "visibility",
    "responsible": "responsible__code",
    "created_after": "created_at__gte",
    "created_before": "created_at__lt",
    "observed_after": "observed_at__gte",
    "observed_before": "observed_at__lt",
    "updated_after": "updated_at__gte",
    "updated_before": "updated_at__lt",
}


def listed(wanted: Wanted, viewer: Viewer) -> ReportQuerySet:
    """What this viewer may see of what is wanted, in the order that is wanted, with all that a list shows.

    A report whose reference is what was looked for comes first, whatever the order.
    """
    reports = chosen(wanted, viewer).for_display()
    order = ORDERS[wanted["sort"]](reports, wanted)
    if "q" not in wanted:
        return order
    names = [str(name) for name in order.query.order_by]
    exact = When(reference=wanted["q"].typed, then=Value(value=True))
    is_exact = Case(exact, default=Value(value=False), output_field=BooleanField())
    return order.annotate(is_exact=is_exact).order_by("-is_exact", *names)


def chosen(wanted: Wanted, viewer: Viewer) -> ReportQuerySet:
    """What this viewer may see of what is wanted, in no order."""
    reports: ReportQuerySet = Report.objects.visible_to(viewer)
    if wanted.get("is_mine"):
        reports = reports.filter(producer=viewer.producer) if viewer.producer else reports.none()
    if wanted.get("needs_triage"):
        reports = reports.awaiting_triage()
    if "q" in wanted:
        reports = reports.matching(wanted["q"])
    if "is_overdue" in wanted:
        reports = _whether(reports, overdue(), wanted["is_overdue"])
    if "has_photo" in wanted:
        shown = Photo.objects.filter(report=OuterRef("pk"), is_published=True)
        reports = _whether(reports, Q(Exists(shown)), wanted["has_photo"])
    if "is_hazard" in wanted:
        hazards = [row.pk for row in current_snapshot().categories.values() if row.is_hazard]
        reports = _whether(reports, Q(category__in=hazards), wanted["is_hazard"])
    return _placed(reports, wanted).filter(**_conditions(wanted))


def overdue() -> Q:
    """Open past the moment by which it should have been resolved."""
    open_ = [status.value for status in OPEN]
    return Q(status__in=open_, resolve_by__isnull=False, resolve_by__lt=timezone.now())


def _conditions(wanted: Wanted) -> dict[str, Any]:
    return {lookup: wanted[name] for name, lookup in LOOKUPS.items() if name in wanted}


def _whether(
    reports: ReportQuerySet, condition: Q, is_wanted: bool
) -> ReportQuerySet:  # the parameter's own value
    return reports.filter(condition if is_wanted else ~condition)


def _placed(reports: ReportQuerySet, wanted: Wanted) -> ReportQuerySet:
    if "bbox" in wanted:
        reports = reports.within(wanted["bbox"])
    if "near" in wanted:
        latitude, longitude = wanted["near"]
        reports = reports.around(latitude, longitude, wanted.get("radius_m", RADIUS_M))
    if "area" in wanted:
        area: AreaRow = wanted["area"]
        reports = reports.inside(area.polygon, _cover(area.code, current_snapshot().version))
    return reports


@lru_cache(maxsize=256)
def _cover(area: str, version: int) -> Cover:
    """The cells of an area; those of an older version of the city are forgotten in time."""
    return cover_of(current_snapshot().areas[area].polygon)


# --- Orders; each ends with the key, and no value in it is null ---


def _newest(reports: ReportQuerySet, wanted: Wanted) -> ReportQuerySet:
    return reports.order_by("-created_at", "-pk")


def _updated(reports: ReportQuerySet, wanted: Wanted) -> ReportQuerySet:
    return reports.order_by("-updated_at", "-pk")


def _support(reports: ReportQuerySet, wanted: Wanted) -> ReportQuerySet:
    return reports.order_by("-support_count", "-created_at", "-pk")


def _distance(reports: ReportQuerySet, wanted: Wanted) -> ReportQuerySet:
    return reports.annotate(square_m=square_metres_between(*wanted["near"])).order_by("square_m", "pk")


def _relevance(reports: ReportQuerySet, wanted: Wanted) -> ReportQuerySet:
    return reports.annotate(share=share_of(wanted["q"])).order_by("-share", "-created_at", "-pk")


def _due(reports: ReportQuerySet, wanted: Wanted) -> ReportQuerySet:
    """Open ones by the moment they should be resolved; behind them those that have none or are at an end."""
    is_open = Q(status__in=[status.value for status in OPEN])
    due = Case(When(is_open, then=Coalesce(F("resolve_by"), Value(NEVER))), default=Value(NEVER))
    return reports.annotate(due=due).order_by("due", "-created_at", "-pk")


ORDERS: Final[dict[str, Callable[[ReportQuerySet, Wanted], ReportQuerySet]]] = {
    "newest": _newest,
    "updated": _updated,
    "support": _support,
    "distance": _distance,
    "relevance": _relevance,
    "due": _due,
}
