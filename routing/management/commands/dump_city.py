"""Write the city as one JSON document."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing.city import dump_city, written


class Command(BaseCommand):
    """``manage.py dump_city > city.json``: what ``load_city`` reads, always written the same way."""

    help = "Write organisations, calendars, areas, categories and responsibilities as a JSON document."

    def handle(self, *args: Any, **options: Any) -> None:
        document = dump_city()
        if not document:
            raise CommandError("No city has been loaded yet.")
        self.stdout.write(written(document))
