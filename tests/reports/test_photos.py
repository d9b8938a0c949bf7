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
from reports.darkroom.keeper import darkroom
from reports.errors import NotPublishable, PhotoRefused
from reports.models import Photo, Report
from reports.workflow import Visibility
from tests.conftest import Maker
from tests.reports.test_submit import jpeg

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"
ClientOf = Callable[[User], APIClient]


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
    own.getvalue()
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

    canvas = photos.develop(file)

    shown = Image.open(io.BytesIO(photos.draw(canvas)["small", "webp"])).convert("RGB")
    red, green, _ = shown.getpixel((3, 3))  # type: ignore[misc]  # an RGB pixel is three numbers
    assert shown.size == (40, 20)
    assert (red > 200, green < 80) == (True, True)


def test_every_hostile_file_is_developed_or_refused_by_name(shared_data: Path, tmp_path: Path) -> None:
    outcomes = {}
    for path in sorted(path for path in (shared_data / "photos").rglob("*") if path.is_file()):
        try:
            with path.open("rb") as file:
                photos.judge(file, path.stat().st_size)
            darkroom.develop(path, tmp_path, [])
            outcomes[path.name] = "developed"
        except PhotoRefused as refusal:
            outcomes[path.name] = refusal.code

    assert set(outcomes.values()) <= {"developed", "not_a_photo", "broken", "too_many_pixels"}
    assert outcomes["broken.png"] == "not_a_photo"
    assert outcomes["decompression_bomb.gif"] in ("too_many_pixels", "format_not_taken")
    assert outcomes["zPug_3.heic"] == "developed"


@pytest.mark.parametrize("encoding", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_every_format_of_a_phone_is_taken(encoding: str, make: Maker, mona: User) -> None:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "grey").save(file, encoding)
    report = make.submitted().report

    photo = services.add_photo(report, SimpleUploadedFile("hole", file.getvalue()), by=make.actor(mona))
    photo = services.finish_photo(photo)

    assert (photo.state, photo.width, photo.height) == ("ready", 300, 200)
    assert len(photo.content_hash) == 64
    assert len(photo.perceptual_hash) == 16


def test_too_many_pixels_are_refused_before_decoding() -> None:
    file = io.BytesIO()
    Image.new("1", (8000, 5001)).save(file, "PNG")

    with pytest.raises(PhotoRefused) as refusal:
        photos.judge(file, len(file.getvalue()))

    assert refusal.value.code == "too_many_pixels"


def test_a_photo_of_forty_megapixels_is_decoded_no_larger_than_it_is_shown() -> None:
    file = io.BytesIO()
    Image.new("P", (7900, 5000)).save(file, "PNG")

    canvas = photos.develop(file)

    assert (canvas.width, canvas.height) == (7900, 5000)
    assert max(canvas.image.size) == photos.SIZES["large"]


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(PhotoRefused) as refusal:
        photos.judge(io.BytesIO(), photos.MAX_BYTES + 1)

    assert refusal.value.code == "too_large"


def _upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("hole.jpg", jpeg().read())
