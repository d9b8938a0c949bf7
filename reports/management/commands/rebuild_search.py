"""``rebuild_search``: write the words of every report anew."""

from typing import Any

from django.core.management.base import BaseCommand

from reports.search import keeping


class Command(BaseCommand):
    help = (
        "Write the words by which reports are found anew: once after an upgrade that brings the search, and"
        " after categories were renamed. It can run beside the service and be broken off at any time."
    )

    def handle(self, **options: Any) -> None:
        done = sum(keeping.rebuild())
        self.stdout.write(f"{done} reports have their words.")
