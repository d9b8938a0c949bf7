"""A photo arrives, is drawn anew, and one day is published."""

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.models import Consent
from reports import photos as drawing
from reports.errors import NotPublishable, PhotoRefused, TooManyPhotos
from reports.events import record
from reports.models import Event, Photo, Report
from reports.photo_files import derivative_name, original_name
from reports.services.erasing import erase_photos
from reports.services.locking import locked

__all__ = ["add_photo", "erase_photos", "finish_photo", "publish_photo", "quarantine", "refuse_photo"]

MAX_PHOTOS = 5


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
    report: Report, file: "File[bytes]", *, by: Actor, role: Photo.Role = Photo.Role.EVIDENCE
) -> Photo:
    """Add a photo of the producer's, or an organisation's proof.

    Raises PhotoRefused, or TooManyPhotos above five of one role.
    """
    report = locked(report)
    if report.photos.filter(role=role).count() >= MAX_PHOTOS:
        raise TooManyPhotos(
            _("A report carries at most %(most)s photos of this kind.") % {"most": MAX_PHOTOS}
        )
    photo = quarantine(report, file, role=role, organisation=by.organisation)
    photo.save(force_insert=True)
    record(report, Event.Kind.PHOTO_ADDED, by=by, data={"photo": photo.code, "role": str(role)})
    return photo


def finish_photo(photo: Photo) -> Photo:
    """Draw the derivatives of a quarantined photo and note it as ready, or as refused with the reason.

    Drawing happens before the lock is taken; doing it twice gives the same files.
    """
    try:
        with default_storage.open(photo.original) as file:
            drawn = drawing.develop(file)
    except PhotoRefused as refusal:
        return refuse_photo(photo, refusal.code)
    for (size, ending), content in drawing.draw(drawn).items():
        name = derivative_name(photo, size, ending, photo.boxes_version)
        default_storage.delete(name)
        default_storage.save(name, ContentFile(content))
    return _note_ready(photo, drawn)


@transaction.atomic
def refuse_photo(photo: Photo, reason: str) -> Photo:
    """A photo that cannot be shown; the report stands without it."""
    report = locked(photo.report)
    if photo.state == Photo.State.QUARANTINED:
        photo.state, photo.refusal = Photo.State.REFUSED, reason
        photo.save(update_fields=["state", "refusal"])
        data = {"photo": photo.code, "reason": reason}
        record(report, Event.Kind.PHOTO_REFUSED, by=SYSTEM, data=data, is_public=False)
    return photo


@transaction.atomic
def publish_photo(photo: Photo, *, by: Actor) -> Photo:
    """A person has looked: the photo may be seen by whoever may see the report.

    Raises NotPublishable while it is being checked, or without the producer's consent to publish photos.
    """
    report = locked(photo.report)
    agreed = photo.role == Photo.Role.PROOF or _has_consent(report)
    if photo.state != Photo.State.READY or not agreed:
        raise NotPublishable(
            _("Only a checked photo whose producer agreed to its publication can be published.")
        )
    photo.is_published = True
    photo.save(update_fields=["is_published"])
    record(report, Event.Kind.PHOTO_PUBLISHED, by=by, data={"photo": photo.code})
    return photo


def _has_consent(report: Report) -> bool:
    live = Consent.objects.filter(producer=report.producer, withdrawn_at=None)
    return live.filter(purpose=Consent.Purpose.PUBLISH_PHOTO).exists()


@transaction.atomic
def _note_ready(photo: Photo, drawn: drawing.Canvas) -> Photo:
    report = locked(photo.report)
    photo.refresh_from_db(fields=["state"])
    if photo.state != Photo.State.QUARANTINED:
        return photo
    photo.state, photo.drawn_version = Photo.State.READY, photo.boxes_version
    photo.width, photo.height, photo.perceptual_hash = drawn.width, drawn.height, drawn.perceptual_hash
    photo.metres_from_pin = drawn.witness.metres_from(report.latitude, report.longitude)
    photo.seconds_from_observed = drawn.witness.seconds_from(report.observed_at)
    photo.save(
        update_fields=[
            "state",
            "drawn_version",
            "width",
            "height",
            "perceptual_hash",
            "metres_from_pin",
            "seconds_from_observed",
        ]
    )
    record(report, Event.Kind.PHOTO_READY, by=SYSTEM, data={"photo": photo.code}, is_public=False)
    return photo
