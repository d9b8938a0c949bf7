"""Faces and number plates are found and covered before anything is shown, and a person's word stands."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from reports import photos, services
from reports.boxes import Box
from reports.darkroom import plates
from reports.darkroom.keeper import darkroom
from reports.darkroom.scenes import scene
from reports.models import Photo, PhotoBox
from reports.photo_files import derivative_name
from reports.services import Correction
from tests.conftest import Maker

EYES = Box("other", 0.25, 0.25, 0.5, 0.5)


@pytest.fixture
def chequered() -> bytes:
    """A photo in which every detail is seen: squares of eight pixels, black and white."""
    rows, columns = np.indices((480, 640)) // 8
    out = io.BytesIO()
    Image.fromarray(((rows + columns) % 2 * 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def photo(make: Maker, mona: User, chequered: bytes) -> Photo:
    """A photo of alice's that is ready, and covered nowhere."""
    report = make.submitted(consents=("publish_photo",), notice_version="2026-1").report
    file = SimpleUploadedFile("squares.png", chequered)
    ready = services.finish_photo(services.add_photo(report, file, by=make.actor(mona)))
    PhotoBox.objects.all().delete()
    return ready


def _seen(photo: Photo, size: str = "large") -> Any:
    with default_storage.open(derivative_name(photo, size, "jpg")) as file:
        return np.asarray(Image.open(file).convert("L")).astype(float)


def _middle(pixels: Any) -> Any:
    height, width = pixels.shape
    return pixels[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]


def test_nothing_of_a_covered_part_is_left_in_any_size(chequered: bytes) -> None:
    canvas = photos.develop(io.BytesIO(chequered))

    files = photos.draw(canvas, [EYES])

    for content in files.values():
        pixels = np.asarray(Image.open(io.BytesIO(content)).convert("L")).astype(float)
        inner = _middle(pixels)[4:-4, 4:-4]
        assert pixels[: len(pixels) // 5].std() > 40
        assert inner.std() < 6


def test_what_is_covered_comes_from_few_averages() -> None:
    noise = Image.effect_noise((400, 400), 200).convert("RGB")
    other = noise.copy()
    other.paste(noise.crop((100, 100, 300, 300)).rotate(90), (100, 100))

    first, second = (
        photos.draw(photos.Canvas(image, 400, 400, photos.Witness()), [EYES])["large", "webp"]
        for image in (noise, other)
    )

    apart = np.abs(_pixels(first).astype(int) - _pixels(second).astype(int))[110:290, 110:290]
    assert apart.max() < 40


def test_a_known_face_is_found_and_covered(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "photos" / "faces" / "biden2.jpg"

    developed = darkroom.develop(path, tmp_path, None)

    [face] = [box for box in developed.boxes if box.kind == "face"]
    assert (face.x < 0.4, face.y < 0.2, face.width > 0.3, face.height > 0.4) == (True, True, True, True)
    assert darkroom.develop(_from(tmp_path / "large.jpg"), tmp_path, None).boxes == []


@pytest.mark.parametrize("number", [0, 6, 15, 23])
def test_drawn_plates_are_found_and_covered(number: int, tmp_path: Path) -> None:
    drawn, path = scene(number), tmp_path / "scene.jpg"
    path.write_bytes(drawn.jpeg)
    left, top, right, bottom = drawn.edges
    truth = Box("plate", left, top, right - left, bottom - top)

    boxes = darkroom.develop(path, tmp_path, None).boxes

    assert max(truth.covered_by(box) for box in boxes) > 0.8


@pytest.mark.parametrize(
    "text",
    [
        "冀A12345", "冀A·12345", "冀A 1234警", "京AD12345", "冀AF12345", "粤Z1234港", "川A1234学",
        "A12345", "贸A8K2L7", "AB 123 CD", "AB12 CDE", "7ABC123", "B-AB 1234", "12-ABC-3",
    ],
)  # fmt: skip
def test_what_reads_like_a_plate_is_one(text: str) -> None:
    assert plates.is_plate(text)


@pytest.mark.parametrize(
    "text",
    [
        "0311-86012345",
        "中山西路",
        "限速40",
        "40",
        "G107",
        "STOP",
        "BUS 23",
        "SCHOOL",
        "2026",
        "12345",
        "出口 EXIT",
    ],
)
def test_what_does_not_read_like_a_plate_is_none(text: str) -> None:
    assert not plates.is_plate(text)


def test_a_box_that_a_person_adds_is_covered_and_the_old_drawing_gone(
    photo: Photo, make: Maker, mona: User
) -> None:
    old = _folder(photo)

    corrected = services.correct_boxes(photo, [Correction(EYES)], by=make.actor(mona))
    shown_meanwhile = corrected.is_drawn
    services.develop_waiting()

    photo.refresh_from_db()
    assert (shown_meanwhile, photo.is_drawn) == (False, True)
    assert _middle(_seen(photo))[8:-8, 8:-8].std() < 6
    assert not default_storage.exists(f"{old}/large.jpg")
    assert photo.report.events.filter(kind="photo.corrected").get().data == {
        "photo": photo.code, "added": 1, "moved": 0, "removed": 0
    }  # fmt: skip


def test_a_box_that_a_person_took_away_never_comes_back(make: Maker, mona: User, shared_data: Path) -> None:
    face = (shared_data / "photos" / "faces" / "biden2.jpg").read_bytes()
    file = SimpleUploadedFile("face.jpg", face)
    photo = services.add_photo(make.submitted().report, file, by=make.actor(mona))
    photo = services.finish_photo(photo)
    covered = _seen(photo)

    for _ in range(2):
        services.correct_boxes(photo, [], by=make.actor(mona))
        services.develop_waiting()

    photo.refresh_from_db()
    assert photo.boxes.get().is_removed
    assert np.abs(_seen(photo) - covered).max() > 60


def test_a_moved_box_leaves_the_old_one_as_it_was(photo: Photo, make: Maker, mona: User) -> None:
    services.correct_boxes(photo, [Correction(EYES)], by=make.actor(mona))
    code = photo.boxes.get().code

    services.correct_boxes(photo, [Correction(Box("face", 0, 0, 0.1, 0.1), code)], by=make.actor(mona))

    rows = photo.boxes.order_by("pk").values_list("kind", "x", "source", "is_removed")
    assert list(rows) == [("other", 0.25, "person", True), ("face", 0.0, "person", False)]


def test_without_its_original_a_photo_can_still_be_covered(photo: Photo, make: Maker, mona: User) -> None:
    default_storage.delete(photo.original)
    Photo.objects.update(original="")

    services.correct_boxes(photo, [Correction(EYES)], by=make.actor(mona))
    services.develop_waiting()

    photo.refresh_from_db()
    assert photo.is_drawn
    assert _middle(_seen(photo))[8:-8, 8:-8].std() < 6


def _folder(photo: Photo) -> str:
    return derivative_name(photo, "large", "jpg").rsplit("/", 1)[0]


def _pixels(content: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(content)))


def _from(path: Path) -> Path:
    """The same file under another name, out of the way of what is drawn next."""
    kept = path.with_name("again.jpg")
    kept.write_bytes(path.read_bytes())
    return kept
