"""A file comes in pieces over a bad line, and becomes a photo when it is whole."""

import base64
import binascii
import hashlib
import secrets
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.codes import hash_secret
from accounts.models import Producer
from reports import photo_files
from reports.errors import BadUpload, ChecksumWrong, OffsetWrong, UploadNotWhole, UploadTooLarge
from reports.models import Photo, Report, Upload
from reports.services.erasing import purge_upload

KEPT = timedelta(days=2)
MAX_PIECES = 1000
CHUNK = 64 * 1024
ALGORITHMS = ("sha1", "sha256")
ADDRESS_BYTES = 32


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one piece sum up to."""

    algorithm: str
    digest: bytes

    @classmethod
    def from_header(cls, text: str) -> "Checksum":
        """From ``sha1 <base64>``. Raises BadUpload."""
        algorithm, _sep, encoded = text.strip().partition(" ")
        if algorithm not in ALGORITHMS:
            raise BadUpload(_("Checksums are sha1 or sha256."))
        try:
            digest = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            digest = b""
        if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
            raise BadUpload(_("A checksum is a whole digest in Base64."))
        return cls(algorithm, digest)


def begin_upload(length: int, *, metadata: str = "", producer: Producer | None = None) -> tuple[Upload, str]:
    """Make room for a file of ``length`` bytes; returns it with its address, which is told this once.

    Raises UploadTooLarge.
    """
    if length > settings.PHOTO_MAX_BYTES:
        raise UploadTooLarge(_("A photo may have at most 20 MB."))
    address = secrets.token_urlsafe(ADDRESS_BYTES)
    upload = Upload.objects.create(
        address_hash=hash_secret(address),
        producer=producer,
        length=length,
        metadata=metadata,
        expires_at=timezone.now() + KEPT,
    )
    return upload, address


def find_upload(address: str, producer: Producer | None) -> Upload | None:
    """The upload behind an address that has not run out, unless another producer began it."""
    theirs = Q(producer=None) | Q(producer=producer) if producer else Q(producer=None)
    alive = Upload.objects.filter(theirs, expires_at__gt=timezone.now(), photo=None)
    return alive.filter(address_hash=hash_secret(address)).first()


def append(upload: Upload, offset: int, body: IO[bytes], checksum: Checksum | None = None) -> Upload:
    """Add the bytes of a body that begin at ``offset``; of a body that breaks off, what came.

    With a checksum it is all or nothing. Raises OffsetWrong, ChecksumWrong or UploadTooLarge; then nothing
    was written.
    """
    if offset != upload.offset:
        raise OffsetWrong(_("The next byte is number %(offset)s.") % {"offset": upload.offset})
    with tempfile.SpooledTemporaryFile(max_size=CHUNK * 16) as piece:
        size = _receive(body, piece, upload.length - offset, checksum)
        if size == 0:
            return upload
        piece.seek(0)
        name = f"{photo_files.piece_name(upload, offset)}-{secrets.token_hex(4)}"
        name = default_storage.save(name, File(piece))
    try:
        return _note_piece(upload, offset, name, size)
    except (OffsetWrong, UploadTooLarge, Upload.DoesNotExist):
        default_storage.delete(name)
        raise


def end_upload(upload: Upload) -> None:
    """Its sender wants it no more."""
    purge_upload(upload)


def take_upload(address: str, report: Report, producer: Producer | None, **fields: Any) -> Photo:
    """A whole upload becomes a photo of a report; its pieces are put together when it is drawn.

    Raises UploadNotWhole. The caller holds the report's lock.
    """
    found = find_upload(address.rstrip("/").rsplit("/", 1)[-1], producer)
    upload = Upload.objects.select_for_update().filter(pk=found.pk, photo=None).first() if found else None
    if upload is None or not upload.is_whole or upload.length == 0:
        raise UploadNotWhole(_("Send all of it first; one upload becomes one photo."))
    photo = Photo(report=report, **fields)
    photo.original = photo_files.original_name(photo.code)
    photo.save(force_insert=True)
    upload.photo = photo
    upload.save(update_fields=["photo"])
    return photo


def _receive(body: IO[bytes], piece: IO[bytes], most: int, checksum: Checksum | None) -> int:
    """Copy what comes, up to its end or its breaking off; returns how much it was."""
    size, digest = 0, hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    while chunk := _read(body):
        size += len(chunk)
        if size > most:
            raise UploadTooLarge(_("These are more bytes than were announced."))
        piece.write(chunk)
        if digest is not None:
            digest.update(chunk)
    if digest is not None and checksum is not None and digest.digest() != checksum.digest:
        raise ChecksumWrong(_("The bytes are not those that were summed up; send them again."))
    return size


def _read(body: IO[bytes]) -> bytes:
    """The next bytes, or none where the connection broke: what came before is kept."""
    try:
        return body.read(CHUNK)
    except OSError:
        return b""


@transaction.atomic
def _note_piece(upload: Upload, offset: int, name: str, size: int) -> Upload:
    """Of two that send the same bytes at once, the first."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.offset != offset:
        raise OffsetWrong(_("The next byte is number %(offset)s.") % {"offset": upload.offset})
    if len(upload.pieces) >= MAX_PIECES:
        raise UploadTooLarge(_("These are too many pieces; send larger ones."))
    upload.pieces = [*upload.pieces, [name, size]]
    upload.offset += size
    upload.expires_at = timezone.now() + KEPT
    upload.save(update_fields=["pieces", "offset", "expires_at"])
    return upload
