"""``manage.py demo``: the demo city with its people and its reports, the same every time."""

import json
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

import routing
from accounts.models import Producer
from config.demo.cast import CAST, PASSWORD, hire
from config.demo.stories import STORIES
from config.demo.telling import Teller, finish_times
from notifications.services.wishes import stop_mail, wishes_of
from reports.measuring import measure_times
from reports.models import Report
from routing.city import load_city

CITY = Path(routing.__file__).parent / "demo" / "shijiazhuang.json"


class Command(BaseCommand):
    help = "Draw the demo city: organisations, areas, categories, one login per role, and its reports."

    def handle(self, *_: Any, **__: Any) -> None:
        if Report.objects.exists():
            raise CommandError("This database has reports already; the demo city is drawn into an empty one.")
        load_city(json.loads(CITY.read_text(encoding="utf-8")))
        teller = Teller(hire(), timezone.now())
        for story in tqdm(STORIES, desc="reports", disable=not self.stdout.isatty()):
            teller.tell(story)
        finish_times()
        for producer in Producer.objects.filter(user__isnull=False):
            stop_mail(wishes_of(producer))  # what happened before today would fill the terminal with mail
        measure_times()
        self.stdout.write(
            f"The demo city is drawn: {len(STORIES)} reports. Logins, all with the password {PASSWORD}:"
        )
        for person in CAST:
            self.stdout.write(f"  {person.email:24} {person.does}")
