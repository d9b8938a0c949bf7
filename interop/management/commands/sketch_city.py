"""``sketch_city FORMAT FILE``: write the least city into which a file can be imported."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from interop.management.drafts import add_city_arguments, chosen_format, write_city
from interop.sources import FORMATS


class Command(BaseCommand):
    """All rows teach the catalogue; where the file does not say who answered, the city hall does."""

    help = "Write a city document with the categories and organisations of a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("format", choices=FORMATS)
        parser.add_argument("file", help="the file of reports")
        add_city_arguments(parser)

    def handle(self, **options: Any) -> None:
        chosen = chosen_format(options["format"], options["mapping"])
        self.stdout.write(write_city(chosen, options["file"], None, options))
