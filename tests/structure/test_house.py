"""The house rules that no linter knows: how long a function and a file may be, and what must not exist."""

import ast
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).parent.parent.parent
PLACES = [*settings.FLOORS, "config", "bench", "tests"]
FILES = sorted(
    path for place in PLACES for path in (ROOT / place).rglob("*.py") if "migrations" not in path.parts
)
FORBIDDEN_NAMES = {"core", "common", "utils", "helpers", "misc", "signals"}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_a_function_is_read_in_one_breath() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in FILES
        for node in functions(path)
    }

    assert {name: lines for name, lines in lengths.items() if lines > 50} == {}


def test_a_file_is_read_in_one_sitting() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}

    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_nothing_lives_in_a_drawer_for_everything() -> None:
    drawers = [
        str(path.relative_to(ROOT)) for path in FILES if {path.stem, path.parent.name} & FORBIDDEN_NAMES
    ]

    assert drawers == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]

    assert silent == []


def test_an_ignored_rule_carries_its_reason() -> None:
    marks = ("# type: ignore", "# noqa")

    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(mark in line for mark in marks)
        and '"# ' not in line
        and "  # " not in line.split(next(mark for mark in marks if mark in line))[1]
    ]

    assert bare == []
