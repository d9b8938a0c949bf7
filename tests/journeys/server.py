"""The real server process of a journey, started, stopped and killed by its own number."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[2]
BOUND_S = 60.0
# To import everything takes seconds, and on a machine that is busy with other tests a minute.
START_BOUND_S = 180.0
FOUND = "import json; from tests.journeys.founding import found; print(json.dumps(found()))"
OUTSIDE = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "MEDIA_STORAGE_URL", "LAKE_URL", "STATIC_ROOT")

T = TypeVar("T")


def until(look: Callable[[], T | None], what: str, within_s: float = BOUND_S) -> T:
    """The first thing that ``look`` finds; fails with ``what`` when that takes too long."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"In {within_s:g} s there was never {what}.")


def environment(folder: Path, port: int) -> dict[str, str]:
    """One process with everything inside, a sandbox that may post to this machine, and short waits."""
    inherited = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
    return {
        **inherited,
        "VAR_DIR": str(folder),
        "PUBLIC_URL": f"http://localhost:{port}",
        "LOG_LEVEL": "WARNING",
        "WEBHOOK_ALLOW_LOOPBACK": "1",
        "WEBHOOK_RETRY_WAITS": ",".join(["0", "0.3", "0.5"] + ["1"] * 40),
        "WEBHOOK_LEASE_S": "3",
        "PROJECT_EVERY_S": "1",
        "LIMITS_SCALE": "100",  # one address plays a whole city
    }


@dataclass(frozen=True)
class Template:
    """A founded city on disk, to be copied, and its people's tokens."""

    folder: Path
    tokens: dict[str, str]

    def copy(self, folder: Path) -> Path:
        shutil.copytree(self.folder, folder)
        return folder


def found_city(folder: Path) -> Template:
    """A database with the city of the journeys in it."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", FOUND]
    env = environment(folder, 0)
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=START_BOUND_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return Template(folder, json.loads(done.stdout))


class Server:
    """``manage.py serve`` on a free port, with everything it keeps in ``folder``."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.live_url = f"ws://127.0.0.1:{self.port}/live"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            env = {**environment(self.folder, self.port), **self.settings}
            self._process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        until(self._answers, "an answer of the server", within_s=START_BOUND_S)

    def stop(self) -> int:
        """Ask it to end, as an operator does; returns its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def log(self) -> str:
        return (self.folder / "server.log").read_text()[-4000:]

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        status = self._process.wait(BOUND_S)
        self._process = None
        return status

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            answer = httpx.get(f"{self.url}/health", timeout=BOUND_S)
        except httpx.TransportError:
            return False
        assert answer.status_code == 200, f"{answer.text}\n{self.log()}"
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
