"""``evaluate_routing``: learn Boston's responsibilities from its first cases and judge the later ones."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from interop.cities import bbox_of, learnt_city, read_areas, read_rows
from interop.evaluation import evaluate
from interop.sources import format_of
from routing.drafting import CityFacts

CASES = Path("boston") / "cases_2011H2.csv.gz"
AREAS = (Path("boston") / "police_districts.geojson.gz", Path("boston") / "neighborhoods.geojson.gz")
LEARN = 40_000


class Command(BaseCommand):
    help = (
        "Print, as one JSON object, how well responsibilities learnt from past cases answer for later ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=settings.BASE_DIR.parent / "shared" / "data")
        parser.add_argument(
            "--learn", type=int, default=LEARN, help="learn from this many cases, the earliest"
        )

    def handle(self, **options: Any) -> None:
        data: Path = options["data"]
        missing = [str(data / path) for path in (CASES, *AREAS) if not (data / path).is_file()]
        if missing:
            raise CommandError(f"The data is not here: {', '.join(missing)}. Say where with --data DIR.")
        chosen = format_of("boston_cases")
        rows = read_rows(chosen, data / CASES)
        past, future = rows[: options["learn"]], rows[options["learn"] :]
        if not past or not future:
            raise CommandError(f"There are {len(rows)} cases: too few to learn from {options['learn']}.")
        areas = read_areas(data / path for path in AREAS)
        facts = CityFacts(
            "boston", chosen.city, chosen.timezone, bbox_of(past, areas), chosen.default_points, chosen.source
        )
        verdict = evaluate(learnt_city(past, facts, areas), future, len(past))
        self.stdout.write(json.dumps(verdict.as_json(), indent=2))
