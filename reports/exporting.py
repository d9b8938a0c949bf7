"""What a copy of somebody's data holds of their reports. Of other people there is nothing in it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.exporting import Part, Subject, as_json
from reports.models import Comment, Event, Photo, Report, Support
from reports.photo_files import derivative_name
from reports.workflow import Visibility

CHUNK = 64 * 1024


def reports(subject: Subject) -> Iterator[Part]:
    """Reports with their timelines, the same on a map, comments, supports, and photos."""
    about = _("Your reports with everything that happened to them, and the answers of organisations.")
    yield as_json("reports.json", about, lambda: [_whole(report) for report in own_reports(subject)])
    about = _("Your reports with a place, as GeoJSON (WGS 84), for any map.")
    yield as_json("reports.geojson", about, lambda: _features(own_reports(subject)))
    about = _("What you wrote beneath reports; of those of others only their code.")
    yield as_json("comments.json", about, lambda: _comments(subject))
    if subject.report_code is None:
        about = _("The reports of others that you support, by their code.")
        yield as_json("supports.json", about, lambda: _supports(subject))
    yield from _photos(subject)


def own_reports(subject: Subject) -> QuerySet[Report]:
    """The subject's reports, oldest first, with what is told of them in four statements."""
    told = Event.objects.select_related("organisation", "by_organisation", "comment").order_by("pk")
    own = _own(subject).select_related("category", "responsible").order_by("created_at", "pk")
    return own.prefetch_related(Prefetch("events", told), Prefetch("photos", Photo.objects.order_by("pk")))


def _own(subject: Subject) -> QuerySet[Report]:
    own = Report.objects.filter(producer=subject.producer).exclude(visibility=Visibility.ERASED)
    return own if subject.report_code is None else own.filter(code=subject.report_code)


def _whole(report: Report) -> dict[str, Any]:
    same = (
        "code", "reference", "kind", "text", "language", "answers", "questions_version", "latitude",
        "longitude", "accuracy_m", "raw_latitude", "raw_longitude", "datum", "address", "observed_at",
        "created_at", "channel", "status", "reason", "redirected_to", "visibility", "acknowledge_by",
        "resolve_by", "resolved_at", "support_count", "comment_count", "salt", "head_digest",
    )  # fmt: skip
    shown = ("code", "role", "state", "is_published", "metres_from_pin", "seconds_from_observed")
    return {
        **{name: getattr(report, name) for name in same},
        "category": report.category.code,
        "responsible": report.responsible.code if report.responsible else None,
        "routing": report.decision,
        "photos": [{name: getattr(photo, name) for name in shown} for photo in report.photos.all()],
        "timeline": [_line(event, report) for event in report.events.all()],
    }


def _line(event: Event, report: Report) -> dict[str, Any]:
    """One line of the timeline; words stand in it when they are the subject's own or an organisation's."""
    comment = event.comment
    is_anothers = comment is not None and comment.producer_id not in (None, report.producer_id)
    return {
        "seq": event.seq,
        "kind": event.kind,
        "at": event.at,
        "by": event.by_kind,
        "by_organisation": event.by_organisation.code if event.by_organisation else None,
        "organisation": event.organisation.code if event.organisation else None,
        "data": event.data,
        "digest": event.digest,
        "text": None if comment is None or is_anothers else comment.text,
    }


def _features(reports: Iterable[Report]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "id": report.code,
            "geometry": {"type": "Point", "coordinates": [report.longitude, report.latitude]},
            "properties": {
                "reference": report.reference,
                "kind": report.kind,
                "category": report.category.code,
                "text": report.text,
                "status": report.status,
                "created_at": report.created_at.isoformat(),
            },
        }
        for report in reports
        if report.latitude is not None
    ]
    return {"type": "FeatureCollection", "features": features}


def _comments(subject: Subject) -> list[dict[str, Any]]:
    own = (
        Comment.objects.filter(producer=subject.producer)
        .select_related("report")
        .order_by("created_at", "pk")
    )
    if subject.report_code is not None:
        own = own.filter(report__code=subject.report_code)
    return [
        {
            "code": comment.code,
            "report": comment.report.code,
            "kind": comment.kind,
            "text": comment.text,
            "is_public": comment.is_public,
            "created_at": comment.created_at,
        }
        for comment in own.order_by("created_at", "pk")
    ]


def _supports(subject: Subject) -> list[dict[str, Any]]:
    own = Support.objects.filter(producer=subject.producer).order_by("created_at", "pk")
    return [
        {"report": code, "supported_at": at} for code, at in own.values_list("report__code", "created_at")
    ]


def _photos(subject: Subject) -> Iterator[Part]:
    """Each photo of the subject's as it is shown, and the original while it is kept."""
    own = Photo.objects.filter(report__in=_own(subject), role=Photo.Role.EVIDENCE)
    kept = own.filter(Q(state=Photo.State.READY) | ~Q(original="")).exclude(state=Photo.State.ERASED)
    for photo in kept.select_related("report").order_by("pk"):
        name = f"photos/{photo.report.reference}-{photo.code}"
        if photo.state == Photo.State.READY:
            about = _("Your photo as it is shown, with faces and number plates covered.")
            yield Part(f"{name}.jpg", about, _file(derivative_name(photo, "large", "jpg")))
        if photo.original:
            about = _("Your photo as you sent it; the service keeps it for a while only.")
            yield Part(f"{name}-original", about, _file(photo.original))


def _file(name: str) -> Callable[[], Iterator[bytes]]:
    """The bytes of a file of the storage; of one that went meanwhile, none."""

    def content() -> Iterator[bytes]:
        try:
            file = default_storage.open(name)
        except FileNotFoundError:
            return
        with file:
            yield from file.chunks(CHUNK)

    return content


def codes_held(subject: Subject) -> list[str]:
    """The codes of the reports that a copy for this subject holds."""
    return list(_own(subject).order_by("pk").values_list("code", flat=True))
