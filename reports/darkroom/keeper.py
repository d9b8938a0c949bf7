"""The parent's side of the darkroom: one child per process, begun when needed, replaced when it fails.

The process that serves never decodes a photo and never loads a network; what a photo does to the child
stays there.
"""

import atexit
import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from reports.boxes import Box
from reports.errors import PhotoRefused
from reports.photos import Witness

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
# A child is replaced after so many photos: whatever it hoards goes with it.
PHOTOS_PER_CHILD = 100
# One arena, and large pieces given back at once: else the allocator keeps most of what a photo needed.
CHILD_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
CHILD = (sys.executable, "-m", "reports.darkroom")
INHERITED = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")


class Overrun(Exception):
    """The child needed too much, or broke: ``code`` is too_slow, too_heavy or crashed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Developed:
    """What is known of a photo whose derivatives lie in the folder."""

    width: int
    height: int
    perceptual_hash: str
    witness: Witness
    boxes: list[Box]
    peak_bytes: int


class Darkroom:
    """Develops photos one at a time in a child process."""

    def __init__(self, command: Sequence[str] = CHILD) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._photos = 0

    def develop(self, path: Path, folder: Path, boxes: list[Box] | None) -> Developed:
        """Draw the file's derivatives into the folder, covering ``boxes``, or for None what is found.

        Raises PhotoRefused for a photo that cannot be read, Overrun when it costs too much.
        """
        covered = None if boxes is None else [box.as_json() for box in boxes]
        wish = {"path": str(path), "folder": str(folder), "boxes": covered}
        with self._lock:
            said = self._ask(json.dumps(wish).encode() + b"\n")
        if "refused" in said:
            if said["refused"] == "too_heavy":
                raise Overrun("too_heavy")
            raise PhotoRefused(said["refused"], "")
        if "failed" in said:
            logger.error("A photo could not be developed: %s", said["failed"])
            raise Overrun("crashed")
        return _read(said)

    def close(self) -> None:
        """End the child; the next photo begins another."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.kill()
        child.wait()
        for line in (child.stdin, child.stdout):
            if line is not None:
                with suppress(OSError):
                    line.close()

    def _ask(self, wish: bytes) -> dict[str, Any]:
        """One line there and one back. A child that went away unasked is begun again, once."""
        for _attempt in range(2):
            child, was_idle = self._ready(), self._photos > 0
            self._photos += 1
            with suppress(BrokenPipeError):
                child.stdin.write(wish)
                child.stdin.flush()
            line = _line_within(child.stdout, settings.PHOTO_SECONDS)
            if line:
                said: dict[str, Any] = json.loads(line)
                return said
            code = None if line is None else child.wait()
            self.close()
            if code == 0 and was_idle:
                continue  # it had just ended, having nothing to do
            raise Overrun(_why(code))
        raise Overrun("crashed")

    def _ready(self) -> Any:
        if self._child is not None and (self._child.poll() is not None or self._photos >= PHOTOS_PER_CHILD):
            self.close()
        if self._child is None:
            kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
            self._child = subprocess.Popen(  # noqa: S603  # our own module, run by our own interpreter
                self._command,
                cwd=ROOT,
                env={**kept, **CHILD_ENVIRONMENT},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._photos = 0
        return self._child


def _line_within(pipe: IO[bytes], seconds: float) -> bytes | None:
    """The child's answer; empty when it ended, None when it said nothing in time."""
    return pipe.readline() if select.select([pipe], [], [], seconds)[0] else None


def _why(code: int | None) -> str:
    """In one word why a child ended: by its own limits, by the system's hand, or by a fault."""
    if code is None or code == -signal.SIGXCPU:
        return "too_slow"
    return "too_heavy" if code == -signal.SIGKILL else "crashed"


def _read(said: dict[str, Any]) -> Developed:
    seen = said["witness"]
    taken_at = datetime.fromisoformat(seen["taken_at"]) if seen["taken_at"] else None
    return Developed(
        width=said["width"],
        height=said["height"],
        perceptual_hash=said["perceptual_hash"],
        witness=Witness(seen["latitude"], seen["longitude"], taken_at),
        boxes=[Box(**box) for box in said["boxes"]],
        peak_bytes=said["peak_bytes"],
    )


darkroom = Darkroom()
atexit.register(darkroom.close)
