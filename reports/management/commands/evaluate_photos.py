"""``manage.py evaluate_photos``: what the darkroom does with real files and drawn plates, as JSON."""

import json
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from reports import photos
from reports.boxes import Box
from reports.darkroom.keeper import Developed, Overrun, darkroom
from reports.darkroom.scenes import STYLES, scene
from reports.errors import PhotoRefused

# Of a plate so much must be covered for it to count as found; of a box so little shared makes it wrong.
COVERED, WRONG = 0.8, 0.1
WIDTHS_PX = (0, 80, 120, 180, 1000)
# Photos with one face each, and photos of streets, planes and signs with none.
FACES = {
    "biden.jpg": 1,
    "biden2.jpg": 1,
    "hopper.jpg": 1,
    "hopper.png": 1,
    "hopper.webp": 1,
    "hopper.avif": 1,
}
FACELESS = ("exif_gps_mobile", "orientation")


class Command(BaseCommand):
    help = (
        "Develop every file below DATA/photos and many drawn scenes; print what was found and what it cost."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, default=settings.BASE_DIR.parent / "shared" / "data", help="folder of files"
        )
        parser.add_argument("--scenes", type=int, default=300, help="how many scenes with a plate (300)")

    def handle(self, *, data: Path, scenes: int, **_: Any) -> None:
        folder = data / "photos"
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}: name another with --data.")
        found = {"files": _files(folder), "plates_drawn_by_us": _plates(scenes)}
        self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False))


def _files(folder: Path) -> dict[str, Any]:
    """Every file: developed, or refused by name; the faces where it is known how many there are."""
    outcomes: Counter[str] = Counter()
    slowest, peak, faces = (0.0, ""), 0, Counter[str]()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        began = time.perf_counter()
        developed, refusal = _developed(path)
        outcomes["developed" if developed else refusal] += 1
        slowest = max(slowest, (time.perf_counter() - began, path.name))
        if developed:
            peak = max(peak, developed.peak_bytes)
            _count_faces(path, developed, faces)
    return {
        "outcomes": dict(sorted(outcomes.items())),
        "slowest_seconds": round(slowest[0], 2),
        "slowest_file": slowest[1],
        "peak_memory_mb": round(peak / 2**20),
        "faces": {
            "photos_with_one": faces["photos"],
            "found": faces["found"],
            "recall": _share(faces["found"], faces["photos"]),
            "photos_without": faces["faceless"],
            "wrongly_found": faces["wrong"],
            "precision": _share(faces["found"], faces["found"] + faces["wrong"]),
        },
    }


def _count_faces(path: Path, developed: Developed, faces: Counter[str]) -> None:
    found = sum(box.kind == "face" for box in developed.boxes)
    if path.name in FACES:
        faces["photos"] += 1
        faces["found"] += min(found, 1)
        faces["wrong"] += max(found - 1, 0)
    elif path.parent.name in FACELESS:
        faces["faceless"] += 1
        faces["wrong"] += found


def _plates(count: int) -> dict[str, Any]:
    """Scenes with one plate each: how many plates are covered, and how many boxes cover none."""
    by_width, by_style = defaultdict[str, list[bool]](list), defaultdict[str, list[bool]](list)
    wrong = boxes = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            drawn = scene(number)
            path = Path(folder) / "scene.jpg"
            path.write_bytes(drawn.jpeg)
            developed, _refusal = _developed(path)
            plates = [box for box in developed.boxes if box.kind == "plate"] if developed else []
            left, top, right, bottom = drawn.edges
            truth = Box("plate", left, top, right - left, bottom - top)
            is_found = any(truth.covered_by(box) >= COVERED for box in plates)
            by_width[_class(drawn.width_px)].append(is_found)
            by_style[drawn.style].append(is_found)
            boxes += len(plates)
            wrong += sum(box.covered_by(truth) < WRONG for box in plates)
    every = [is_found for found in by_style.values() for is_found in found]
    return {
        "scenes": count,
        "recall": _share(sum(every), len(every)),
        "precision": _share(boxes - wrong, boxes),
        "recall_by_width_px": {name: _of(by_width[name]) for name in map(_class, WIDTHS_PX[:-1])},
        "recall_by_style": {style.name: _of(by_style[style.name]) for style in STYLES},
    }


def _developed(path: Path) -> tuple[Developed | None, str]:
    """What became of a file, or why it was refused: judged first, as in a request."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with path.open("rb") as file:
                photos.judge(file, path.stat().st_size)
            return darkroom.develop(path, Path(folder), None), ""
        except (PhotoRefused, Overrun) as refusal:
            return None, refusal.code


def _class(width: int) -> str:
    low = max(edge for edge in WIDTHS_PX[:-1] if edge <= width)
    return f"{low}-{WIDTHS_PX[WIDTHS_PX.index(low) + 1]}"


def _of(found: list[bool]) -> dict[str, Any]:
    return {"plates": len(found), "recall": _share(sum(found), len(found))}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
