"""The queues of the desk."""

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.actors import Viewer
from reports.models import Photo, Report, ReportQuerySet
from reports.workflow import Visibility


def triage_queue(viewer: Viewer) -> QuerySet[Report]:
    """Reports that wait for a person to say who answers; ``due_at`` is when they should have been taken."""
    reports: ReportQuerySet = Report.objects.visible_to(viewer)
    return _due(_of_desk(reports.awaiting_triage(), viewer))


def screening_queue(viewer: Viewer) -> QuerySet[Report]:
    """Reports that are not public before somebody has looked at them, with ``due_at``."""
    reports: ReportQuerySet = Report.objects.visible_to(viewer)
    return _due(_of_desk(reports.filter(visibility=Visibility.HELD), viewer))


def photo_for(viewer: Viewer, code: str) -> Photo | None:
    """A photo of a report that this viewer may read; one statement."""
    readable = Report.objects.visible_to(viewer).values("pk")
    photos = Photo.objects.filter(code=code, report__in=readable)
    return photos.select_related("report__responsible", "report__category").first()


def _of_desk(reports: ReportQuerySet, viewer: Viewer) -> ReportQuerySet:
    """The steering bureau's desk has them all, a bureau's those it answers for."""
    if viewer.sees_everything:
        return reports
    return reports.filter(Q(responsible__in=viewer.organisation_ids))


def _due(reports: ReportQuerySet) -> QuerySet[Report]:
    return reports.for_display().annotate(due_at=Coalesce(F("acknowledge_by"), F("created_at")))
