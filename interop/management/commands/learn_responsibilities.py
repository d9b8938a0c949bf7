"""``learn_responsibilities``: write the city in which those answer who answered past cases."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from interop.management.drafts import add_city_arguments, chosen_format, write_city
from interop.sources import FORMATS

LEARN = 40_000


class Command(BaseCommand):
    """The areas of the rules are learnt from the points of the cases; ``--areas`` are their extent."""

    help = "Learn organisations, areas, categories and responsibilities from cases; write a city document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", required=True, help="the file of cases")
        parser.add_argument("--format", choices=FORMATS, default="boston_cases")
        parser.add_argument("--learn", type=int, default=LEARN, help="how many cases, the earliest")
        add_city_arguments(parser)

    def handle(self, **options: Any) -> None:
        chosen = chosen_format(options["format"], options["mapping"])
        self.stdout.write(write_city(chosen, options["cases"], options["learn"], options))
