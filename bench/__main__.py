"""Run the benches, print one table and write ``var/bench.json``."""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.stage import ROOT, Environment, copied, template

NAMES = ("intake", "map", "route", "webhooks", "analytics")
COLUMNS = ("name", "value", "unit", "floor", "ratio")
RESULT = ROOT / "var" / "bench.json"
WITHIN_S = 600

Row = dict[str, Any]


def main() -> int:
    """Run what was asked for; the exit status says whether all of it could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="shorter runs: all of it in under three minutes")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(NAMES):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    names = [name for name in wanted.names or NAMES if _exists(name)]
    with template() as stage:
        found = {name: _measure(name, stage, quick=wanted.quick) for name in names}
    rows = [row for rows in found.values() for row in rows]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1) + "\n")
    print(table(rows))
    return 0 if all(found.values()) else 1


def table(rows: list[Row]) -> str:
    """The rows under each other in columns, with what else they tell behind."""
    cells = [list(COLUMNS), *([_shown(row.get(column)) for column in COLUMNS] for row in rows)]
    widths = [max(len(line[number]) for line in cells) for number in range(len(COLUMNS))]
    rest = ["", *(_details(row) for row in rows)]
    lines = []
    for line, detail in zip(cells, rest, strict=True):
        aligned = [
            cell.ljust(w) if n in (0, 2) else cell.rjust(w)
            for n, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append("  ".join([*aligned, detail]).rstrip())
    return "\n".join(lines)


def _exists(name: str) -> bool:
    is_there = (Path(__file__).parent / f"{name}.py").is_file()
    if not is_there:
        print(f"{name}: there is no bench of that name yet", file=sys.stderr)
    return is_there


def _measure(name: str, stage: Environment, *, quick: bool) -> list[Row]:
    """The rows of one bench; none, and a line that says why, when it cannot be run."""
    start = time.monotonic()
    words = [sys.executable, "-m", "bench.alone", name, *(["--quick"] if quick else [])]
    with copied(stage, name) as environment:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN_S,
        )
    if done.returncode:
        print(f"{name}: not measured\n{done.stderr.strip()[-3000:]}", file=sys.stderr)
        return []
    print(f"{name}: measured in {time.monotonic() - start:.0f} s", file=sys.stderr)
    rows: list[Row] = json.loads(done.stdout.splitlines()[-1])
    return rows


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _details(row: Row) -> str:
    return "  ".join(f"{key} {_shown(value)}" for key, value in row.items() if key not in COLUMNS)


if __name__ == "__main__":
    sys.exit(main())
