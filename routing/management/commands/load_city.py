"""Load a whole city from one JSON document."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing.city import load_city
from routing.errors import BrokenCity


class Command(BaseCommand):
    """``manage.py load_city FILE``: all of it, or a list of its faults and nothing."""

    help = "Load organisations, calendars, areas, categories and responsibilities from a JSON document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the city document, as dump_city writes it")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            loaded = load_city(json.loads(file.read_text(encoding="utf-8")))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise CommandError(f"{file} is no JSON: {error}.") from error
        except BrokenCity as broken:
            for fault in broken.errors:
                self.stderr.write(f"{fault['path']}: {fault['message']}")
            raise CommandError(f"{broken} Nothing was changed.") from broken
        if not loaded.is_changed:
            self.stdout.write("The city is already so; nothing was changed.")
            return
        self.stdout.write(", ".join(f"{count} {name}" for name, count in loaded.kept.items()))
        for word, codes in (("removed", loaded.removed), ("closed", loaded.closed)):
            if codes:
                self.stdout.write(f"{word}: {', '.join(sorted(codes))}")
