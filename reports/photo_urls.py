"""Addresses of photos: plain for what everybody may see, signed for a while for what this viewer may.

An ``<img>`` sends no headers, so whoever was shown a photo gets an address that opens it for ten minutes.
What is signed is the photo as it stands, its boxes and its report's visibility included: when the report is
hidden or a box is added, the address opens nothing, however long it had to live.
"""

import time
from collections.abc import Mapping

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from reports.models import Photo
from reports.workflow import Visibility

LIVES_S = 600
# Addresses change this often and not with every answer, so that a browser keeps what it has.
STEP_S = 300


def photo_url(photo: Photo, size: str, ending: str = "webp") -> str:
    """Where this derivative is, for somebody who may see it; the photo's report is at hand."""
    plain = f"/api/v1/photos/{photo.code}/{size}.{ending}?v={photo.drawn_version}"
    if photo.is_published and photo.report.visibility == Visibility.PUBLIC:
        return plain
    until = (int(time.time()) + LIVES_S) // STEP_S * STEP_S + STEP_S
    return f"{plain}&until={until}&signature={_signature(photo, until)}"


def is_signed(photo: Photo, query: Mapping[str, str]) -> bool:
    """Whether an address was given out for the photo as it stands now, not too long ago."""
    until, signature = query.get("until", ""), query.get("signature", "")
    if not (until.isascii() and until.isdigit() and len(until) < 12) or int(until) < time.time():
        return False
    return constant_time_compare(signature, _signature(photo, int(until)))


def _signature(photo: Photo, until: int) -> str:
    value = f"{photo.code}:{photo.drawn_version}:{photo.report.visibility}:{until}"
    return Signer(salt="reports.photo").signature(value)
