"""The child: takes photos by name from its parent, one line each, and answers with a line.

It reads one file and writes to one folder, holds no secrets and no database, and ends when nobody asks for a
while. What it may use of memory and processor time is bounded by the system, not by good behaviour.
"""

import dataclasses
import json
import math
import resource
import select
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from reports import photos
from reports.boxes import Box
from reports.darkroom import faces, plates
from reports.errors import PhotoRefused

MEMORY_BYTES = 460 * 1024 * 1024
PROCESSOR_S = 10
IDLE_S = 60
# To decode a photo with more pixels the networks make room, and some formats need more all the same.
MANY_PIXELS = 12_000_000
MANY_PIXELS_BYTES = 640 * 1024 * 1024


def main() -> None:
    """Answer until the parent closes the line, or says nothing for ``IDLE_S``."""
    settings.configure(USE_I18N=False)
    while select.select([sys.stdin], [], [], IDLE_S)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        _bound(resource.RLIMIT_DATA, MEMORY_BYTES)
        _bound(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime) + PROCESSOR_S)
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def answer(wish: dict[str, Any]) -> dict[str, Any]:
    """Develop the file at ``path`` into ``folder``, with these ``boxes`` or, for None, those found in it."""
    try:
        return _developed(Path(wish["path"]), Path(wish["folder"]), wish["boxes"])
    except PhotoRefused as refusal:
        return {"refused": refusal.code}
    except MemoryError:
        _forget_networks()
        return {"refused": "too_heavy"}
    except Exception as error:  # noqa: BLE001  # the parent says it aloud and counts a try; the next may do
        _forget_networks()
        return {"failed": f"{type(error).__name__}: {error}"[:500]}


def _developed(path: Path, folder: Path, given: list[dict[str, Any]] | None) -> dict[str, Any]:
    with path.open("rb") as file:
        if photos.pixel_count(file) > MANY_PIXELS:
            _forget_networks()
            _bound(resource.RLIMIT_DATA, MANY_PIXELS_BYTES)
        canvas = photos.develop(file)
    _bound(resource.RLIMIT_DATA, MEMORY_BYTES)
    if given is None:
        boxes = [*faces.find_faces(canvas.pixels), *plates.find_plates(canvas.pixels)]
    else:
        boxes = [Box(**box) for box in given]
    for (size, ending), content in photos.draw(canvas, boxes).items():
        (folder / f"{size}.{ending}").write_bytes(content)
    witness = dataclasses.asdict(canvas.witness)
    taken_at = canvas.witness.taken_at
    return {
        "width": canvas.width,
        "height": canvas.height,
        "perceptual_hash": canvas.perceptual_hash,
        "witness": {**witness, "taken_at": taken_at.isoformat() if taken_at else None},
        "boxes": [box.as_json() for box in boxes],
        "peak_bytes": _peak_bytes(),
    }


def _forget_networks() -> None:
    for network in (faces.network, plates.finder, plates.reader, plates.letters):
        network.cache_clear()


def _peak_bytes() -> int:
    """The most memory this process ever held. (Where Linux does not say it, it may be the parent's.)"""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    held = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return 1024 * (held[0] if held else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _bound(what: int, most: int) -> None:
    """Set the soft limit, never above what the system allows anyway."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
