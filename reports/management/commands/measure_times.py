"""Measure how long reports take, as the nightly task does."""

from typing import Any

from django.core.management.base import BaseCommand

from reports.measuring import measure_times


class Command(BaseCommand):
    """``manage.py measure_times``: the expected times that the catalogue shows, from the last 180 days."""

    help = "Measure from the last 180 days how long reports take until they are taken and resolved."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{measure_times()} figures are kept.")
