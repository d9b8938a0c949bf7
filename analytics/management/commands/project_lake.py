"""``manage.py project_lake``: bring the lake up to date by hand, or write it anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from analytics import lake, projector


class Command(BaseCommand):
    """Runs the projector now."""

    help = "Write new events to the lake; with --rebuild all of them, under a new build with a new salt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="write the whole lake anew")

    def handle(self, *args: Any, **options: Any) -> None:
        count = projector.rebuild() if options["rebuild"] else projector.project()
        self.stdout.write(f"{count} events read into {lake.url_of(lake.CONTRIBUTIONS)}.")
