"""How many reports a second are taken in, beside the same rows committed by hand.

Sixteen phones without an account send reports as fast as they are answered, each under an Idempotency-Key of
its own. On PostgreSQL the web processes of the Procfile answer, and the relay works its backlog off
afterwards (``relay``); on SQLite the one process of ``manage.py serve`` does both at once.
"""

import os
import random
import time
import uuid
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import by_hand, load
from bench.phones import Plan, request
from bench.stage import web
from reports.models import Report
from reports.relay import relay_events
from routing.rows import CategoryRow
from routing.services import current_snapshot
from routing.snapshot import Snapshot

URL = "/api/v1/reports/"
PER_SECOND_AT_MOST = 1200
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
TEXTS = (
    "路面有一个很深的坑，电动车容易摔倒，请尽快处理。",
    "路口信号灯不亮，早高峰车辆抢行，非常危险。",
    "共享单车占满了盲道，轮椅过不去。",
    "公交站牌上的到站时间与实际相差二十分钟。",
    "The barrier between the cycle lane and the road lies on the ground.",
)

Row = dict[str, Any]


def run(quick: bool) -> list[Row]:
    """Send, count what is there, then write the same rows by hand."""
    seconds = 8 if quick else 20
    dice = random.Random(7)
    statements = _statements_of_one(dice)
    before = Report.objects.count()
    with web(dict(os.environ)) as port:
        requests = [_post(dice) for _ in range(PER_SECOND_AT_MOST * seconds)]
        tally = load.sent(Plan(port, requests, seconds))
    accepted, kept = tally.statuses.get(201, 0), Report.objects.count() - before
    if accepted != kept or set(tally.statuses) != {201}:
        raise AssertionError(f"Answers {tally.statuses}, but {kept} reports are there.")
    rows = [] if connection.vendor == "sqlite" else [_relay(limit=2000 if quick else 10_000)]
    floor = by_hand.commits_per_second(seconds / 2)
    figures = load.figures(tally)
    return [
        {"name": "intake", **figures, "floor": round(floor, 1), "ratio": round(figures["value"] / floor, 2),
         "statements": statements, "accepted": accepted},
        *rows,
    ]  # fmt: skip


def draft(dice: random.Random) -> dict[str, Any]:
    """A report as a phone sends it: any category that takes words alone, anywhere in the city."""
    snapshot = current_snapshot()
    stopped = {row.category for row in snapshot.city.stoppers if row.is_blocking} if snapshot.city else set()
    taken = [
        row for row in snapshot.categories.values() if _takes_words_alone(row) and row.code not in stopped
    ]
    category = dice.choice(taken)
    latitude, longitude = place(snapshot, dice)
    return {
        "kind": dice.choice(category.kinds),
        "category": category.code,
        "text": dice.choice(TEXTS),
        "latitude": latitude,
        "longitude": longitude,
        "accuracy_m": dice.choice([5, 8, 12, 20, 35]),
        "observed_at": timezone.now().isoformat(timespec="seconds"),
        "language": "zh-hans",
        "channel": "app",
    }


def place(snapshot: Snapshot, dice: random.Random) -> tuple[float, float]:
    """A point inside the city, denser towards its centre."""
    if snapshot.city is None:
        raise AssertionError("The demo city is not loaded.")
    while True:
        latitude = round(dice.gauss(snapshot.city.latitude, 0.06), 6)
        longitude = round(dice.gauss(snapshot.city.longitude, 0.09), 6)
        if not snapshot.is_outside(latitude, longitude):
            return latitude, longitude


def _takes_words_alone(row: CategoryRow) -> bool:
    return row.is_active and not (row.is_group or row.is_photo_required or row.questions)


def _post(dice: random.Random) -> str:
    return request("POST", URL, draft(dice), Idempotency_Key=str(uuid.UUID(int=dice.getrandbits(128))))


def _statements_of_one(dice: random.Random) -> int:
    """What one report costs the database, its transaction's own words not counted."""
    client = Client(SERVER_NAME="127.0.0.1")
    _send_here(client, dice)  # fills what a process keeps
    with CaptureQueriesContext(connection) as queries:
        _send_here(client, dice)
    return sum(not query["sql"].startswith(TRANSACTION_WORDS) for query in queries)


def _send_here(client: Client, dice: random.Random) -> None:
    headers = {"Idempotency-Key": str(uuid.UUID(int=dice.getrandbits(128)))}
    answer = client.post(URL, draft(dice), content_type="application/json", headers=headers)
    if answer.status_code != 201:
        raise AssertionError(answer.content.decode())


def _relay(limit: int) -> Row:
    """Events a second through every handler, tickets and deliveries included."""
    start = time.perf_counter()
    relayed = relay_events(limit=limit)
    per_second = relayed / (time.perf_counter() - start)
    return {"name": "relay", "value": round(per_second, 1), "unit": "events/s", "floor": None, "ratio": None}
