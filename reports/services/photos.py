"""A photo arrives, is corrected, looked at, and one day published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Consent
from reports import photos as drawing
from reports.boxes import Box
from reports.errors import NoSuchBox, NotPublishable, OriginalGone, PhotoRefused, TooManyPhotos
from reports.events import record
from reports.models import Event, Photo, PhotoBox, Report
from reports.photo_files import original_name
from reports.services.developing import finish_photo, refuse_photo
from reports.services.erasing import erase_photos
from reports.services.locking import locked
from reports.services.uploading import take_upload
from routing.services import current_snapshot

__all__ = ["add_photo", "erase_photos", "finish_photo", "publish_photo", "quarantine", "refuse_photo"]

MAX_PHOTOS = 5


@dataclass(frozen=True)
class Correction:
    """A box as a person wants it: with the ``code`` of the one it changes, or as a new one."""

    box: Box
    code: str = ""


def quarantine(report: Report, file: "File[bytes]", **fields: object) -> Photo:
    """Judge a file, keep it where nobody outside can read it, and return its row, not yet saved.

    Raises PhotoRefused.
    """
    digest = drawing.judge(file, file.size)
    photo = Photo(report=report, content_hash=digest, **fields)
    photo.original = default_storage.save(original_name(photo.code), file)
    return photo


@transaction.atomic
def add_photo(
    report: Report,
    file: "File[bytes] | str",
    *,
    by: Actor,
    role: Photo.Role = Photo.Role.EVIDENCE,
) -> Photo:
    """Add a photo of the producer's, or an organisation's proof: a file, or the address of a whole upload.

    Raises PhotoRefused, UploadNotWhole, or TooManyPhotos above five of one role.
    """
    report = locked(report)
    if role == Photo.Role.EVIDENCE and not _takes_photos(report):
        raise PhotoRefused("not_taken", _("This category takes no photos."))
    if report.photos.filter(role=role).exclude(state=Photo.State.ERASED).count() >= MAX_PHOTOS:
        raise TooManyPhotos(
            _("A report carries at most %(most)s photos of this kind.") % {"most": MAX_PHOTOS}
        )
    if isinstance(file, str):
        photo = take_upload(file, report, by.producer, role=role, organisation=by.organisation)
    else:
        photo = quarantine(report, file, role=role, organisation=by.organisation)
        photo.save(force_insert=True)
    record(report, Event.Kind.PHOTO_ADDED, by=by, data={"photo": photo.code, "role": str(role)})
    return photo


def _takes_photos(report: Report) -> bool:
    rows = current_snapshot().categories.values()
    return all(row.takes_photos for row in rows if row.pk == report.category_id)


@transaction.atomic
def publish_photo(photo: Photo, *, by: Actor) -> Photo:
    """A person has looked: the photo may be seen by whoever may see the report.

    Raises NotPublishable while it is being checked or drawn anew, or without the producer's consent to
    publish photos.
    """
    report = locked(photo.report)
    photo.refresh_from_db()
    photo.report = report
    agreed = photo.role == Photo.Role.PROOF or _has_consent(report)
    if not photo.is_drawn or not agreed:
        raise NotPublishable(
            _("Only a checked photo whose producer agreed to its publication can be published.")
        )
    photo.is_published = True
    photo.save(update_fields=["is_published"])
    record(report, Event.Kind.PHOTO_PUBLISHED, by=by, data={"photo": photo.code})
    return photo


@transaction.atomic
def correct_boxes(photo: Photo, wanted: Sequence[Correction], *, by: Actor) -> Photo:
    """Let exactly these boxes be covered; from this moment nothing drawn before is served.

    A box of the photo that is not among them is taken away. Raises NoSuchBox for a code that is none of its.
    NotPublishable while the detector has not looked.
    """
    report = locked(photo.report)
    photo = Photo.objects.select_for_update().get(pk=photo.pk)
    if photo.state != Photo.State.READY or photo.detected_at is None:
        raise NotPublishable(_("This photo is still being checked."))
    known = {box.code: box for box in photo.boxes.filter(is_removed=False)}
    if unknown := {one.code for one in wanted if one.code} - known.keys():
        raise NoSuchBox(_("This photo has no box %(code)s.") % {"code": min(unknown)})
    kept = {one.code: one.box for one in wanted if one.code}
    moved = [row for code, row in known.items() if code in kept and not _is_same(row, kept[code])]
    gone = [row for code, row in known.items() if code not in kept]
    new = [one.box for one in wanted if not one.code]
    _write_boxes(photo, [kept[row.code] for row in moved] + new, moved + gone)
    Photo.objects.filter(pk=photo.pk).update(boxes_version=F("boxes_version") + 1, tries=0, leased_until=None)
    photo.refresh_from_db()
    photo.report = report
    counts = {"added": len(new), "moved": len(moved), "removed": len(gone)}
    data = {"photo": photo.code, **counts}
    record(report, Event.Kind.PHOTO_CORRECTED, by=by, data=data, is_public=False)
    return photo


@transaction.atomic
def look_at_original(photo: Photo, *, by: Actor) -> IO[bytes]:
    """The original, for the desk alone; each look stands in the report's chain with who looked.

    Raises OriginalGone when the time to appeal is over, or the pieces of its upload are not put together.
    """
    report = locked(photo.report)
    is_there = photo.original and default_storage.exists(photo.original)
    if not is_there:
        raise OriginalGone(_("The original of this photo is no longer kept."))
    record(report, Event.Kind.PHOTO_LOOKED_AT, by=by, data={"photo": photo.code}, is_public=False)
    file: IO[bytes] = default_storage.open(photo.original)
    return file


def _write_boxes(photo: Photo, new: list[Box], old: list[PhotoBox]) -> None:
    """A box that a person changed is a new row; the old one stays as taken away, as it was."""
    now = timezone.now()
    PhotoBox.objects.filter(pk__in=[row.pk for row in old]).update(is_removed=True, changed_at=now)
    PhotoBox.objects.bulk_create(
        PhotoBox(photo=photo, source=PhotoBox.Source.PERSON, **{**box.as_json(), "score": None})
        for box in new
    )


def _is_same(row: PhotoBox, box: Box) -> bool:
    place = (row.kind, row.x, row.y, row.width, row.height)
    return place == (box.kind, box.x, box.y, box.width, box.height)


def _has_consent(report: Report) -> bool:
    live = Consent.objects.filter(producer=report.producer, recipient=None, withdrawn_at=None)
    return live.filter(purpose=Consent.Purpose.PUBLISH_PHOTO).exists()
