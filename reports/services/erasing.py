"""Photos and uploads go for good: rows first, then files; a sweep deletes the files that were left."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Producer
from reports import photo_files
from reports.events import CHAINED, Happening, record_many
from reports.models import Event, Photo, PhotoBox, Report, Upload
from reports.services.locking import locked
from reports.workflow import TERMINAL

# The producer may dispute an end, and appeal against a decision, for so long.
APPEAL = timedelta(days=28)
SWEPT = 200

logger = logging.getLogger(__name__)

FORGOTTEN = (
    "state",
    "refusal",
    "is_published",
    "content_hash",
    "perceptual_hash",
    "width",
    "height",
    "metres_from_pin",
    "seconds_from_observed",
    "drawn_version",
)


@transaction.atomic
def erase_photos(report: Report, *, by: Actor = SYSTEM) -> int:
    """Erase every photo of a report: original, derivatives, boxes, hashes and the upload it came from.

    The rows stay as ``erased`` with nothing in them, so that the trace and tickets still name something.
    The files go after the commit. The given report's digest and version are brought up to date. Returns
    how many photos were erased.
    """
    held = locked(report)
    photos = list(held.photos.exclude(state=Photo.State.ERASED).order_by("pk"))
    for photo in photos:
        _forget(photo)
    happenings = [
        Happening(held, Event.Kind.PHOTO_ERASED, by, data={"photo": photo.code}, is_public=False)
        for photo in photos
    ]
    if happenings:
        record_many(happenings)
        held.save(update_fields=CHAINED)
        report.refresh_from_db(fields=CHAINED)
    transaction.on_commit(lambda: purge_photos(photos), robust=True)
    return len(photos)


@transaction.atomic
def erase_uploads(producer: Producer) -> int:
    """Let every upload of a producer that became no photo end now; the sweep deletes it."""
    unused = Upload.objects.filter(producer=producer, photo=None)
    return unused.update(producer=None, expires_at=timezone.now() - timedelta(seconds=1))


def purge_photos(photos: list[Photo]) -> int:
    """Delete the files of erased photos; returns of how many nothing is left."""
    purged = 0
    for photo in photos:
        upload = Upload.objects.filter(photo=photo).first()
        try:
            photo_files.delete_everything(photo, upload)
        except OSError as error:
            logger.warning(
                "Files of the erased photo %s stay for now (%s).", photo.code, type(error).__name__
            )
            continue
        if upload is not None:
            upload.delete()
        photo.original = ""
        photo.save(update_fields=["original"])
        purged += 1
    return purged


def purge_erased() -> int:
    """Delete the files that erased photos left, the storage having been away."""
    return purge_photos(list(Photo.objects.filter(state=Photo.State.ERASED).exclude(original="")[:SWEPT]))


def forget_uploads() -> int:
    """Delete uploads that ran out before anybody made a photo of them."""
    past = list(Upload.objects.filter(photo=None, expires_at__lt=timezone.now()).order_by("pk")[:SWEPT])
    for upload in past:
        purge_upload(upload)
    return len(past)


def forget_originals() -> int:
    """Delete originals when nobody can appeal any more: the report has been closed that long, or the photo
    was refused that long ago."""
    before = timezone.now() - APPEAL
    is_over = Q(report__resolved_at__lt=before, report__status__in=sorted(TERMINAL))
    is_refused = Q(state=Photo.State.REFUSED, created_at__lt=before)
    kept = Photo.objects.exclude(original="").exclude(state=Photo.State.ERASED)
    past = list(kept.filter(is_over & Q(state=Photo.State.READY) | is_refused).order_by("pk")[:SWEPT])
    for photo in past:
        upload = Upload.objects.filter(photo=photo).first()
        photo_files.delete_original(photo)
        if upload is not None:
            purge_upload(upload)
        photo.original = ""
        photo.save(update_fields=["original"])
    return len(past)


def purge_upload(upload: Upload) -> None:
    """Delete an upload that nobody took, files first. Raises what the storage raises."""
    photo_files.delete_pieces(upload)
    upload.delete()


def _forget(photo: Photo) -> None:
    photo.state, photo.is_published, photo.refusal = Photo.State.ERASED, False, ""
    photo.content_hash = photo.perceptual_hash = ""
    photo.width = photo.height = photo.metres_from_pin = photo.seconds_from_observed = None
    photo.drawn_version = None
    photo.save(update_fields=FORGOTTEN)
    PhotoBox.objects.filter(photo=photo).delete()
