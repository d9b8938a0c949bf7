"""``evaluate_similar``: how well similar reports are found, by pairs that the staff of Boston marked."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from interop.cities import read_rows
from interop.pairs import cases_of, judge, pairs_of
from interop.sources import format_of
from reports.search import similarity

CASES = Path("boston") / "open311_traffic_2008_2017.csv.gz"
# The weights were fitted on the duplicates before this share of them.
LEARN = 0.6


class Command(BaseCommand):
    help = "Print, as one JSON object, how well the score finds later duplicates than it was fitted on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=settings.BASE_DIR.parent / "shared" / "data")
        parser.add_argument("--limit", type=int, help="read this many rows only")

    def handle(self, **options: Any) -> None:
        path: Path = options["data"] / CASES
        if not path.is_file():
            raise CommandError(f"The data is not here: {path}. Say where with --data DIR.")
        chosen = format_of("boston_open311")
        cases = cases_of(read_rows(chosen, path, options["limit"]), chosen.default_points)
        duplicates = [position for position, case in enumerate(cases) if case.is_duplicate]
        if len(duplicates) < 2:
            raise CommandError("There are too few duplicates among these cases to judge by.")
        since = duplicates[int(len(duplicates) * LEARN)]
        pairs = pairs_of(cases)
        steps = [similarity.THRESHOLD + step / 20 for step in (-2, -1, 1, 2)]
        verdict = {
            "cases": len(cases),
            "pairs": len(pairs),
            "duplicates_before": sum(position < since for position in duplicates),
            "duplicates_judged": sum(position >= since for position in duplicates),
            "weights": dict(similarity.WEIGHTS),
            "judged": judge(cases, pairs, similarity.THRESHOLD, since).as_json(),
            "other_thresholds": [judge(cases, pairs, round(step, 2), since).as_json() for step in steps],
        }
        self.stdout.write(json.dumps(verdict, indent=2))
