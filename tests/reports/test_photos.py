"""Photos: drawn anew, as private as their report, public only when somebody looked and they may be."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import Consent, User
from reports import photos, services
from reports.errors import NotPublishable, PhotoRefused
from reports.models import Photo, Report
from reports.workflow import Visibility
from tests.conftest import Maker
from tests.reports.test_submit import jpeg

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"
ClientOf = Callable[[User], APIClient]
MARKS = (b"Exif", b"http://ns.adobe.com/xap", b"ICC_PROFILE", b"JFXX", b"tEXt", b"iTXt", b"eXIf")


def test_a_photo_is_drawn_anew_and_shown_when_published(
    make: Maker, with_receipt: Any, anyone: APIClient, mona: User
) -> None:
    mine = make.submitted(consents=("publish_photo",), notice_version="2026-1")
    report = Report.objects.get(pk=mine.report.pk)
    phone, url = with_receipt(mine), f"{URL}{report.code}/photos/"
    added = phone.post(url, {"file": jpeg()}, format="multipart")
    photo = Photo.objects.get(code=added.json()["code"])
    services.finish_photo(photo)
    services.change_visibility(report, Visibility.PUBLIC, by=make.actor(mona))
    address = f"/api/v1/photos/{photo.code}/small.webp"

    before = anyone.get(address).status_code
    services.publish_photo(photo, by=make.actor(mona))
    after = anyone.get(address)

    own = phone.get(address)
    own.close()
    assert (own.status_code, before, after.status_code) == (200, 404, 200)
    assert after.headers["Content-Type"] == "image/webp"
    assert after.getvalue()[8:12] == b"WEBP"


def test_a_photo_is_not_published_without_consent(make: Maker, mona: User, client_of: ClientOf) -> None:
    report = make.submitted().report
    photo = services.add_photo(report, _upload(), by=make.actor(mona))
    services.finish_photo(photo)

    assert not Consent.objects.exists()
    with pytest.raises(NotPublishable):
        services.publish_photo(photo, by=make.actor(mona))


def test_a_sixth_photo_is_refused(make: Maker, with_receipt: Any) -> None:
    mine = make.submitted()
    phone, url = with_receipt(mine), f"{URL}{mine.report.code}/photos/"

    answers = [phone.post(url, {"file": jpeg()}, format="multipart").status_code for _ in range(6)]

    assert answers == [201] * 5 + [409]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_ends_upright(orientation: int) -> None:
    """The original has its one red corner top left once turned; a turned picture changes sides."""
    upright = Image.new("RGB", (40, 20), "white")
    upright.paste("red", (0, 0, 10, 10))
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what a camera did, as Pillow's Transpose numbers it
    taken = upright.transpose(Image.Transpose(turn[orientation])) if orientation in turn else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    taken.save(file, "PNG", exif=exif)

    drawn = photos.draw(file)

    shown = Image.open(io.BytesIO(drawn.files["small", "webp"])).convert("RGB")
    red, green, _ = shown.getpixel((3, 3))  # type: ignore[misc]  # an RGB pixel is three numbers
    assert shown.size == (40, 20)
    assert (red > 200, green < 80) == (True, True)


def test_nothing_of_the_original_file_is_left(shared_data: Path) -> None:
    for path in sorted((shared_data / "photos" / "exif_gps_mobile").glob("DSCN*.jpg")):
        with path.open("rb") as file:
            drawn = photos.draw(file)

        assert drawn.witness.latitude is not None
        for content in drawn.files.values():
            assert not any(mark in content for mark in MARKS), path.name


def test_every_hostile_file_is_drawn_or_refused_by_name(shared_data: Path) -> None:
    outcomes = {}
    for path in sorted((shared_data / "photos").rglob("*.*")):
        with path.open("rb") as file:
            try:
                photos.judge(file, path.stat().st_size)
                photos.draw(file)
                outcomes[path.name] = "drawn"
            except PhotoRefused as refusal:
                outcomes[path.name] = refusal.code

    assert set(outcomes.values()) <= {"drawn", "not_a_photo", "broken", "too_many_pixels", "format_not_taken"}
    assert outcomes["broken.png"] == "not_a_photo"
    assert outcomes["decompression_bomb.gif"] in ("too_many_pixels", "format_not_taken")
    assert outcomes["zPug_3.heic"] == "drawn"


def test_too_many_pixels_are_refused_before_decoding() -> None:
    file = io.BytesIO()
    Image.new("1", (8000, 5001)).save(file, "PNG")

    with pytest.raises(PhotoRefused) as refusal:
        photos.judge(file, len(file.getvalue()))

    assert refusal.value.code == "too_many_pixels"


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(PhotoRefused) as refusal:
        photos.judge(io.BytesIO(), photos.MAX_BYTES + 1)

    assert refusal.value.code == "too_large"


def _upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("hole.jpg", jpeg().read())
