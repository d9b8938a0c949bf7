"""docs/api.md works as it stands: its commands run, in order, against a server with the demo city.

A ``text`` block after a command names the beginnings of lines of what it prints, in order; a ``json`` block
with ``<!-- answer: FILE -->`` after it names members that the answer in that file has, each of the same type.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.server import ROOT, START_BOUND_S, Server, environment, until

PAGE = ROOT / "docs" / "api.md"
BLOCK = re.compile(
    r"^```(sh|python|text|json)\n(.*?)^```$(?:\n\n<!-- answer: (\S+) -->)?", re.MULTILINE | re.DOTALL
)
RUN = ("sh", "python")
END = "--- the end of a block ---"
STEP_BOUND_S = 150

pytestmark = pytest.mark.journey


@dataclass(frozen=True)
class Block:
    """One fenced block of the page; ``answer`` is the file that a ``json`` block speaks of."""

    kind: str
    text: str
    answer: str


class DemoServer(Server):
    """The server with the demo city drawn at its start."""

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve", "--demo", "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment(self.folder, self.port), stdout=log, stderr=log
            )
        until(self._answers, "an answer of the server", within_s=START_BOUND_S)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    folder = tmp_path_factory.mktemp("demo") / "var"
    folder.mkdir()
    server = DemoServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def blocks() -> list[Block]:
    return [Block(*found) for found in BLOCK.findall(PAGE.read_text())]


def test_every_command_of_the_page_works_and_says_what_the_page_says(
    demo: DemoServer, tmp_path: Path
) -> None:
    page = blocks()

    said = _run([block for block in page if block.kind in RUN], demo, tmp_path)

    latest = ""
    for block in page:
        if block.kind in RUN:
            latest = said.pop(0)
        elif block.kind == "text":
            _check_lines(block.text, latest)
        else:
            _check_answer(json.loads(block.text), json.loads((tmp_path / block.answer).read_text()), "#")


def _run(commands: list[Block], demo: DemoServer, folder: Path) -> list[str]:
    """What each block prints, all run in one shell, as by somebody who pastes them one after the other."""
    written = {"sh": "{text}", "python": f"{sys.executable} - <<'PYTHON'\n{{text}}PYTHON\n"}
    steps = [written[block.kind].replace("{text}", block.text) + f"echo '{END}'\n" for block in commands]
    env = {**os.environ, "CITY": demo.url}
    ran = subprocess.run(
        ["bash", "-c", "set -euo pipefail\n" + "".join(steps)],
        cwd=folder, env=env, capture_output=True, text=True, timeout=STEP_BOUND_S, check=False,
    )  # fmt: skip
    said = ran.stdout.split(f"{END}\n")
    assert ran.returncode == 0, (
        f"{steps[len(said) - 1]}\n{ran.stdout[-2000:]}{ran.stderr}\n{demo.log()[-1000:]}"
    )
    return said


def _check_lines(expected: str, said: str) -> None:
    lines = iter(said.splitlines())
    for beginning in expected.splitlines():
        assert any(line.startswith(beginning) for line in lines), f"{beginning!r} was not said in:\n{said}"


def _check_answer(documented: Any, answered: Any, place: str) -> None:
    """Every member that the page shows is there and of the same type; words and numbers may differ."""
    assert type(answered) is type(documented), f"{place}: {answered!r}"
    if isinstance(documented, dict):
        for name, value in documented.items():
            assert name in answered, f"{place}/{name} is not in the answer: {answered}"
            _check_answer(value, answered[name], f"{place}/{name}")
    elif isinstance(documented, list):
        assert len(answered) >= len(documented), place
        for index, value in enumerate(documented):
            _check_answer(value, answered[index], f"{place}/{index}")
