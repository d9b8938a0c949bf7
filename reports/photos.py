"""The one file that touches Pillow: judging a photo, and drawing what may be shown of it.

Nothing public comes from the original. A photo is judged by its content before anything is decoded, then
turned upright, drawn on a fresh canvas (which leaves EXIF, GPS, XMP, ICC, comments and thumbnails behind),
its faces and number plates are covered, and it is saved in three sizes as WebP and JPEG. Decoding and
drawing run in the child process of ``reports/darkroom``; only ``judge`` runs in a request.
"""

import hashlib
import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageFilter, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from reports.boxes import Box
from reports.errors import PhotoRefused

register_heif_opener()

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
CHUNK = 64 * 1024
FORMATS = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
    "AVIF": "image/avif",
}
SIZES = {"small": 320, "medium": 960, "large": 1920}
ENCODINGS = {
    "webp": ("WEBP", {"quality": 80, "method": 4}),
    "jpg": ("JPEG", {"quality": 82, "optimize": True}),
}
# Above so many pixels, colours are not converted before the photo is smaller.
MANY_PIXELS = 8_000_000
COVER_CELLS = 4
MEAN_EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True)
class Witness:
    """What the original says about where and when it was taken; kept only as distances."""

    latitude: float | None = None
    longitude: float | None = None
    taken_at: datetime | None = None

    def metres_from(self, latitude: float | None, longitude: float | None) -> int | None:
        """Whole metres to a point along the great circle, or None when either place is unknown."""
        if self.latitude is None or self.longitude is None or latitude is None or longitude is None:
            return None
        return round(great_circle_m(self.latitude, self.longitude, latitude, longitude))

    def seconds_from(self, moment: datetime) -> int | None:
        """Whole seconds from ``moment`` to the shot (negative: taken before), within a 32-bit integer."""
        if self.taken_at is None:
            return None
        return max(min(round((self.taken_at - moment).total_seconds()), 2**31 - 1), -(2**31) + 1)


@dataclass(frozen=True)
class Canvas:
    """A photo turned upright and drawn on a fresh canvas, no larger than the largest that is shown.

    ``width`` and ``height`` are the original's, upright; ``pixels`` is (height, width, red-green-blue).
    """

    image: Image.Image
    width: int
    height: int
    witness: Witness

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        return np.asarray(self.image)

    @property
    def perceptual_hash(self) -> str:
        return difference_hash(self.image)


def judge(file: IO[bytes], size: int) -> str:
    """Refuse by size, content and pixel count without decoding; returns the SHA-256 of the bytes.

    Raises PhotoRefused with the code too_large, not_a_photo, format_not_taken or too_many_pixels.
    """
    if size > MAX_BYTES:
        raise PhotoRefused("too_large", _("A photo may have at most 20 MB."))
    with _opened(file) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PhotoRefused("too_many_pixels", _("A photo may have at most 40 megapixels."))
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(CHUNK), b""):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def media_type(file: IO[bytes]) -> str:
    """What a photo is, by its content; the file is read from its start again. Raises PhotoRefused."""
    with _opened(file) as image:
        found = FORMATS[image.format or ""]
    file.seek(0)
    return found


def pixel_count(file: IO[bytes]) -> int:
    """How many pixels a photo has, without decoding it. Raises PhotoRefused."""
    with _opened(file) as image:
        return image.width * image.height


def develop(file: IO[bytes]) -> Canvas:
    """Decode, turn upright and draw on a fresh canvas; where a photo is larger, only as large as is shown.

    Raises PhotoRefused with the code broken when the data ends early or cannot be decoded.
    """
    with _opened(file) as image, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged EXIF is told as a warning; it is dropped all the same
        try:
            witness = _witness(image)
            size = image.size
            upright = ImageOps.exif_transpose(_shrunk(image))
            is_turned = (size[0] < size[1]) != (upright.width < upright.height)
            canvas = _fresh(upright)
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
            raise PhotoRefused("broken", _("This photo is damaged and cannot be read.")) from error
    width, height = size[::-1] if is_turned else size
    return Canvas(canvas, width, height, witness)


def draw(canvas: Canvas, boxes: Sequence[Box] = ()) -> dict[tuple[str, str], bytes]:
    """The derivatives by (size, ending), with everything in the boxes past recognition in each of them."""
    covered = canvas.image.copy()
    for box in boxes:
        _cover(covered, box)
    files: dict[tuple[str, str], bytes] = {}
    for size, edge in SIZES.items():
        scaled = covered.copy()
        scaled.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        for ending, (encoding, options) in ENCODINGS.items():
            files[size, ending] = _encoded(scaled, encoding, options)
    return files


def difference_hash(image: Image.Image) -> str:
    """64 bits in hexadecimal: in 8 rows of 9 grey pixels, is each brighter than its right neighbour?"""
    grey = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grey[row * 9 + column] > grey[row * 9 + column + 1])
    return f"{bits:016x}"


def great_circle_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres between two points on a sphere of the mean Earth radius (haversine formula)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    a = math.sin((phi2 - phi1) / 2) ** 2
    a += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * MEAN_EARTH_RADIUS_M * math.asin(math.sqrt(min(a, 1.0)))


def _opened(file: IO[bytes]) -> Image.Image:
    """The image by its content, not decoded yet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            file.seek(0)
            image = Image.open(file, formats=None)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PhotoRefused("too_many_pixels", _("A photo may have at most 40 megapixels.")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise PhotoRefused("not_a_photo", _("This file is not a photo that can be read.")) from error
    if image.format not in FORMATS:
        raise PhotoRefused("format_not_taken", _("Send a photo as JPEG, PNG, WebP, HEIC or AVIF."))
    return image


def _shrunk(image: Image.Image) -> Image.Image:
    """The photo decoded with little memory: a JPEG is decoded small, odd colours are thinned out first."""
    edge = SIZES["large"]
    image.draft("RGB", (edge, edge))
    if image.mode not in ("RGB", "RGBA", "L") and image.width * image.height > MANY_PIXELS:
        thinner = max(max(image.size) // (2 * edge), 1)
        size = max(image.width // thinner, 1), max(image.height // thinner, 1)
        image = image.resize(size, Image.Resampling.NEAREST)
    if image.mode not in ("RGB", "RGBA", "L"):
        has_holes = "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa")
        turned = image.convert("RGBA" if has_holes else "RGB")
        turned.info = image.info
        image = turned
    image.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def _cover(image: Image.Image, box: Box) -> None:
    """Leave of a part at most four colours across its longer edge, blurred into each other.

    Nothing of a face or a number survives in so few averages, whatever is done to them afterwards.
    """
    left, top = math.floor(box.x * image.width), math.floor(box.y * image.height)
    right = min(math.ceil((box.x + box.width) * image.width), image.width)
    bottom = min(math.ceil((box.y + box.height) * image.height), image.height)
    wide, high = max(right - left, 1), max(bottom - top, 1)
    cell = max(wide, high) / COVER_CELLS
    few = max(round(wide / cell), 1), max(round(high / cell), 1)
    part = image.crop((left, top, left + wide, top + high)).resize(few, Image.Resampling.BOX)
    blurred = part.resize((wide, high), Image.Resampling.NEAREST).filter(ImageFilter.GaussianBlur(cell / 3))
    image.paste(blurred, (left, top))


def _fresh(image: Image.Image) -> Image.Image:
    """The same pixels on a new canvas that never saw the file; transparency becomes white."""
    rgba = image.convert("RGBA")
    canvas = Image.new("RGB", rgba.size, "white")
    canvas.paste(rgba, mask=rgba.getchannel("A"))
    return canvas


def _encoded(image: Image.Image, encoding: str, options: dict[str, int | bool]) -> bytes:
    out = io.BytesIO()
    image.save(out, encoding, **options)
    return out.getvalue()


def _witness(image: Image.Image) -> Witness:
    """Position and time from EXIF; whatever is missing or odd is simply not known."""
    try:
        exif = image.getexif()
        gps, details = exif.get_ifd(ExifTags.IFD.GPSInfo), exif.get_ifd(ExifTags.IFD.Exif)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError):
        return Witness()
    latitude, longitude = _degrees(gps.get(2), gps.get(1), "S"), _degrees(gps.get(4), gps.get(3), "W")
    known = latitude is not None and longitude is not None and (abs(latitude), abs(longitude)) != (0.0, 0.0)
    taken_at = _moment(details.get(0x9003), details.get(0x9011))
    return Witness(latitude if known else None, longitude if known else None, taken_at)


def _degrees(value: object, reference: object, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in value)  # type: ignore[attr-defined]  # odd EXIF raises TypeError
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    result = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(result) or abs(result) > 180:
        return None
    return -result if str(reference).strip("\x00 ") == negative else result


def _moment(value: object, offset: object) -> datetime | None:
    """EXIF's local time; without its offset it is read as UTC+8, the one zone of the country."""
    try:
        local = datetime.strptime(str(value).strip("\x00 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    sign, _sep, rest = str(offset or "+08:00")[:1], "", str(offset or "+08:00")[1:]
    try:
        hours, minutes = (int(part) for part in rest.split(":"))
    except ValueError:
        hours, minutes = 8, 0
    shift = timedelta(hours=hours, minutes=minutes)
    return local + shift if sign == "-" else local - shift
