"""Nothing but the picture leaves the house: marks planted in every channel of a file are in no derivative."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from reports import photos, services
from reports.models import Report
from tests.conftest import Maker

# What begins a place where a file may say more than its picture.
CHANNELS = (
    b"Exif", b"EXIF", b"eXIf", b"http://ns.adobe.com", b"<x:xmpmeta", b"XMP ", b"xpacket",
    b"ICC_PROFILE", b"ICCP", b"iCCP", b"JFXX", b"MPF\x00", b"Photoshop 3.0", b"tEXt", b"iTXt", b"zTXt",
)  # fmt: skip
ICC = b"PLANTED-ICC".ljust(200, b".")
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">PLANTED-XMP</x:xmpmeta>'


def _exif() -> Image.Exif:
    """A maker, a place, a moment, a serial number, and the orientation 6."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "PLANTED-EXIF"
    exif[ExifTags.Base.Orientation] = 6
    degrees = [(38, 2, 34), (114, 30, 54)]
    latitude, longitude = ([IFDRational(part) for part in place] for place in degrees)
    gps = {1: "N", 2: latitude, 3: "E", 4: longitude, 27: b"PLANTED-GPS"}
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    details = {0x9003: "2026:03:01 08:00:00", 0x9011: "+08:00", 0xA431: "PLANTED-SERIAL"}
    exif.get_ifd(ExifTags.IFD.Exif).update(details)
    return exif


def _jpeg() -> bytes:
    """A JPEG with more in it besides: a comment, a thumbnail, and what an editor left."""
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(
        out, "JPEG", exif=_exif(), icc_profile=ICC, xmp=XMP, comment=b"PLANTED-COMMENT"
    )
    thumbnail = b"JFXX\x00\x10PLANTED-THUMBNAIL"
    editor = b"Photoshop 3.0\x00PLANTED-IPTC"
    segments = b"".join(
        marker + (len(content) + 2).to_bytes(2, "big") + content
        for marker, content in [(b"\xff\xe0", thumbnail), (b"\xff\xed", editor)]
    )
    return out.getvalue()[:2] + segments + out.getvalue()[2:] + b"PLANTED-TAIL"


def _png() -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "PLANTED-COMMENT")
    said.add_itxt("XML:com.adobe.xmp", XMP.decode())
    said.add_text("Author", "PLANTED-ZTXT", zip=False)
    return _saved("PNG", exif=_exif(), icc_profile=ICC, pnginfo=said)


def _saved(encoding: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(out, encoding, **options)
    return out.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], set[bytes]]] = {
    "jpeg": (
        _jpeg,
        {b"EXIF", b"GPS", b"SERIAL", b"ICC", b"XMP", b"COMMENT", b"THUMBNAIL", b"IPTC", b"TAIL"},
    ),
    "png": (_png, {b"EXIF", b"GPS", b"SERIAL", b"XMP", b"COMMENT", b"ZTXT"}),
    "webp": (
        lambda: _saved("WEBP", exif=_exif(), icc_profile=ICC, xmp=XMP),
        {b"EXIF", b"GPS", b"SERIAL", b"ICC", b"XMP"},
    ),
    "avif": (
        lambda: _saved("AVIF", exif=_exif(), icc_profile=ICC, xmp=XMP),
        {b"EXIF", b"GPS", b"SERIAL", b"ICC", b"XMP"},
    ),
    "heic": (lambda: _saved("HEIF", exif=_exif().tobytes(), xmp=XMP), {b"EXIF", b"GPS", b"SERIAL", b"XMP"}),
}


@pytest.mark.parametrize("name", FILES)
def test_no_mark_of_any_channel_is_in_any_derivative(name: str) -> None:
    make_file, planted = FILES[name]
    original = make_file()

    derivatives = photos.draw(photos.develop(io.BytesIO(original)))

    assert {mark for mark in planted if b"PLANTED-" + mark in original} == planted
    assert len(derivatives) == 6
    for content in derivatives.values():
        assert [mark for mark in (b"PLANTED", *CHANNELS) if mark in content] == []


@pytest.mark.parametrize("name", FILES)
def test_place_and_time_are_read_before_they_go(name: str) -> None:
    canvas = photos.develop(io.BytesIO(FILES[name][0]()))

    assert canvas.witness.metres_from(38 + 2 / 60 + 34 / 3600, 114 + 30 / 60 + 54 / 3600) == 0
    assert canvas.witness.taken_at == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_of_place_and_time_only_distances_are_kept(make: Maker) -> None:
    at, seen = (38.0428 + 0.001, 114.5150), datetime(2026, 3, 1, 0, 10, tzinfo=UTC)
    file = SimpleUploadedFile("hole.jpg", _jpeg())
    submitted = make.submitted(at=at, observed_at=seen, photos=[file])
    photo = Report.objects.get(pk=submitted.report.pk).photos.get()

    photo = services.finish_photo(photo)

    assert photo.metres_from_pin == pytest.approx(113, abs=5)
    assert photo.seconds_from_observed == -600
    assert (photo.width, photo.height) == (240, 320)


def test_real_photos_of_phones_leave_nothing_behind(shared_data: Path) -> None:
    for path in sorted((shared_data / "photos" / "exif_gps_mobile").glob("DSCN*.jpg")):
        with path.open("rb") as file:
            canvas = photos.develop(file)

        assert canvas.witness.latitude is not None
        for content in photos.draw(canvas).values():
            assert [mark for mark in CHANNELS if mark in content] == [], path.name
