"""Public reports like one that is about to be sent, so that a person can support instead of sending again."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.query import Prefetch
from django.utils import timezone

from accounts.actors import Viewer
from reports.geometry import square_metres_between
from reports.models import Photo, Report, Support
from reports.search import similarity
from reports.search.similarity import Likeness, Traits, likeness
from reports.workflow import OPEN, Status
from routing.rows import CategoryRow
from routing.services import current_snapshot

# So many of the nearest are compared, and so many of the likest are shown.
COMPARED = 120
SHOWN = 8
DAY_S = 86_400.0


@dataclass(frozen=True)
class Sketch:
    """What is known of a report before it is sent; the place in WGS 84."""

    latitude: float
    longitude: float
    observed_at: datetime
    category: CategoryRow | None = None
    text: str = ""


@dataclass(frozen=True)
class Similar:
    """A report that may be about the same, how like it is, and how far away."""

    report: Report
    likeness: Likeness
    distance_m: float


def similar_to(sketch: Sketch, viewer: Viewer) -> list[Similar]:
    """The public reports likest to it, the likest first; two statements whatever is there.

    A place that software names when it knows none has no neighbours. What the viewer may read besides the
    public ones is not looked at: a suggestion tells nobody more than the map does.
    """
    snapshot = current_snapshot()
    if snapshot.is_default_point(sketch.latitude, sketch.longitude):
        return []
    asked = _traits(sketch.category, sketch.observed_at, sketch.text)
    found = []
    for report in _candidates(sketch, viewer):
        metres = math.sqrt(report.square_m)
        is_known = report.latitude is not None and report.longitude is not None
        if is_known and snapshot.is_default_point(report.latitude or 0.0, report.longitude or 0.0):
            continue
        traits = _traits(snapshot.categories.get(report.category.code), report.observed_at, report.text)
        alike = likeness(asked, traits, metres)
        if alike.score >= similarity.THRESHOLD:
            found.append(Similar(report, alike, metres))
    return sorted(found, key=lambda one: (-one.likeness.score, one.distance_m, one.report.pk))[:SHOWN]


def radius_m(category: CategoryRow | None) -> float:
    """How far from its place a report of a category may have been placed by somebody else."""
    return similarity.HAZARD_RADIUS_M if category and category.is_hazard else similarity.RADIUS_M


def _candidates(sketch: Sketch, viewer: Viewer) -> Iterable[Any]:
    """Public reports near by that are open, or were resolved not long ago; the nearest first."""
    now = timezone.now()
    ended = Q(status=Status.RESOLVED, resolved_at__gte=now - similarity.RESOLVED_MEMORY)
    current = Q(status__in=[status.value for status in OPEN]) | ended
    reports = Report.objects.public().around(sketch.latitude, sketch.longitude, radius_m(sketch.category))
    reports = reports.filter(current, observed_at__gte=sketch.observed_at - similarity.MEMORY)
    supported = Support.objects.filter(report=OuterRef("pk"), producer=viewer.producer)
    published = Photo.objects.filter(is_published=True).order_by("pk")
    return (
        reports.annotate(
            square_m=square_metres_between(sketch.latitude, sketch.longitude),
            is_supported_by_me=Exists(supported if viewer.producer else supported.none()),
        )
        .for_display()
        .prefetch_related(Prefetch("photos", queryset=published, to_attr="published_photos"))
        .order_by("square_m", "pk")[:COMPARED]
    )


def _traits(category: CategoryRow | None, at: datetime, text: str) -> Traits:
    code, group = (category.code, category.parent or "") if category else ("", "")
    return Traits(code, group, at.timestamp() / DAY_S, text)
