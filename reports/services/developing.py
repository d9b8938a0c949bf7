"""A quarantined photo becomes one that can be shown: judged, looked through once, covered and drawn."""

import logging
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.actors import SYSTEM
from reports import photo_files
from reports import photos as drawing
from reports.boxes import Box
from reports.darkroom.keeper import Developed, Overrun, darkroom
from reports.errors import PhotoRefused
from reports.events import record
from reports.models import Event, Photo, PhotoBox, Upload
from reports.services.locking import locked

logger = logging.getLogger(__name__)

MAX_TRIES = 3
# Longer than a child may take, and its photo to and from the storage.
LEASE = timedelta(minutes=3)
NOTED = (
    "state",
    "width",
    "height",
    "perceptual_hash",
    "content_hash",
    "metres_from_pin",
    "seconds_from_observed",
    "detected_at",
    "drawn_version",
    "tries",
    "leased_until",
)


def waiting_photos() -> QuerySet[Photo]:
    """Photos to be drawn, for the first time or anew, that nobody is drawing now; oldest first."""
    now = timezone.now()
    is_free = Q(leased_until=None) | Q(leased_until__lt=now)
    is_outdated = Q(state=Photo.State.READY) & (Q(drawn_version=None) | ~Q(drawn_version=F("boxes_version")))
    wanting = Photo.objects.filter(is_free, is_outdated | Q(state=Photo.State.QUARANTINED))
    return wanting.select_related("report").order_by("pk")


def develop_waiting(limit: int = 50) -> int:
    """Draw what is waiting, one after the other; returns how many were taken in hand."""
    taken = 0
    while taken < limit and (photo := waiting_photos().first()) is not None:
        if _lease(photo):
            finish_photo(photo)
        taken += 1
    return taken


def finish_photo(photo: Photo) -> Photo:
    """Draw a photo's derivatives and note it as ready, or as refused with the reason.

    Drawing happens in a child process before any lock is taken. Faces and plates are looked for the first
    time only; a photo whose boxes a person changed is drawn with those. What costs too much is tried again
    by the sweep, and refused after ``MAX_TRIES``.
    """
    version = photo.boxes_version
    boxes = None if photo.detected_at is None else _boxes_of(photo)
    with tempfile.TemporaryDirectory(prefix="photo-") as folder:
        path = Path(folder) / "original"
        try:
            photo.content_hash = _fetch(photo, path) or photo.content_hash
            drawn = darkroom.develop(path, Path(folder), boxes)
        except PhotoRefused as refusal:
            return refuse_photo(photo, refusal.code)
        except Overrun as overrun:
            return _overrun(photo, overrun.code)
        for size in drawing.SIZES:
            for ending in drawing.ENCODINGS:
                name = photo_files.derivative_name(photo, size, ending, version)
                default_storage.delete(name)
                default_storage.save(name, ContentFile((Path(folder) / f"{size}.{ending}").read_bytes()))
    noted = _note_drawn(photo, drawn, version)
    if noted.state == Photo.State.ERASED:
        photo_files.delete_everything(photo, None)  # erased while it was drawn: nothing was to come of it
    elif noted.is_drawn:
        photo_files.delete_derivatives(noted, but=version)
    return noted


@transaction.atomic
def refuse_photo(photo: Photo, reason: str) -> Photo:
    """A photo that cannot be shown; the report stands without it."""
    report = locked(photo.report)
    photo.refresh_from_db(fields=["state"])
    if photo.state in (Photo.State.QUARANTINED, Photo.State.READY):
        photo.state, photo.refusal, photo.is_published = Photo.State.REFUSED, reason, False
        photo.leased_until = photo.drawn_version = None
        fields = ["state", "refusal", "is_published", "leased_until", "drawn_version", "content_hash"]
        photo.save(update_fields=fields)
        data = {"photo": photo.code, "reason": reason}
        record(report, Event.Kind.PHOTO_REFUSED, by=SYSTEM, data=data, is_public=False)
    return photo


def _lease(photo: Photo) -> bool:
    """Whether this process may draw it: of two that try, the first."""
    until = timezone.now() + LEASE
    free = Photo.objects.filter(pk=photo.pk, leased_until=photo.leased_until, tries=photo.tries)
    is_mine = bool(free.update(leased_until=until, tries=F("tries") + 1))
    photo.leased_until, photo.tries = until, photo.tries + 1
    return is_mine


def _overrun(photo: Photo, code: str) -> Photo:
    """One try spent; the lease runs out by itself, so that a busy machine has a moment to calm down."""
    logger.warning("Photo %s was not drawn (%s), try %s of %s.", photo.code, code, photo.tries, MAX_TRIES)
    return refuse_photo(photo, code) if photo.tries >= MAX_TRIES else photo


def _fetch(photo: Photo, path: Path) -> str:
    """Put the best there is of a photo under a local name; the hash of an original put together just now.

    An upload's pieces become the original here. Where the original is gone for good, the largest derivative
    stands in: what was covered in it stays so. Raises PhotoRefused.
    """
    upload = Upload.objects.filter(photo=photo).first()
    if upload is not None:
        return _put_together(photo, upload, path)
    name = photo.original or photo_files.derivative_name(photo, "large", "jpg")
    with default_storage.open(name) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return ""


def _put_together(photo: Photo, upload: Upload, path: Path) -> str:
    """One file of an upload's pieces, judged and kept as the photo's original; then the pieces go."""
    with path.open("wb") as target:
        for name, _size in upload.pieces:
            with default_storage.open(name) as piece:
                shutil.copyfileobj(piece, target)
    with path.open("rb") as file:
        digest = drawing.judge(file, upload.length)
        default_storage.delete(photo.original)
        default_storage.save(photo.original, File(file))
    photo_files.delete_pieces(upload)
    upload.delete()
    return digest


def _boxes_of(photo: Photo) -> list[Box]:
    rows = photo.boxes.filter(is_removed=False).order_by("pk")
    return [Box(row.kind, row.x, row.y, row.width, row.height, row.score) for row in rows]


@transaction.atomic
def _note_drawn(photo: Photo, drawn: Developed, version: int) -> Photo:
    """What was learnt of a photo, unless it was erased, refused or corrected while it was being drawn."""
    report = locked(photo.report)
    now = Photo.objects.select_for_update().get(pk=photo.pk)
    if now.state not in (Photo.State.QUARANTINED, Photo.State.READY) or now.boxes_version != version:
        return now
    is_first = now.detected_at is None
    if is_first:
        PhotoBox.objects.bulk_create(PhotoBox(photo=now, **_row(box)) for box in drawn.boxes)
        now.detected_at = timezone.now()
        now.width, now.height, now.perceptual_hash = drawn.width, drawn.height, drawn.perceptual_hash
        now.metres_from_pin = drawn.witness.metres_from(report.latitude, report.longitude)
        now.seconds_from_observed = drawn.witness.seconds_from(report.observed_at)
    now.content_hash = photo.content_hash
    now.state, now.drawn_version, now.tries, now.leased_until = Photo.State.READY, version, 0, None
    now.save(update_fields=NOTED)
    if is_first:
        data = {"photo": now.code, "covered": len(drawn.boxes)}
        record(report, Event.Kind.PHOTO_READY, by=SYSTEM, data=data, is_public=False)
    now.report = report
    return now


def _row(box: Box) -> dict[str, object]:
    return {**box.as_json(), "source": PhotoBox.Source.DETECTOR}
