"""How many maps a second are drawn over a city of many reports, beside the bare SQL for the same views.

The reports lie as reports do: most of them around some hundred busy places. Sixteen phones look at boxes
between half a kilometre and thirty, each around a place where there is something to see.
"""

import math
import os
import random
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.codes import new_code
from accounts.models import Producer
from bench import load
from bench.by_hand import connected
from bench.intake import place
from bench.phones import Plan, request
from bench.stage import web
from reports import queries
from reports.models import Report
from reports.models.report import Bbox
from reports.workflow import Status, Visibility
from routing.cells import cell_of
from routing.services import current_snapshot

REPORTS = 100_000
BUSY_PLACES = 150
SPREAD_DEGREES = 0.004
WIDTHS_DEGREES = (0.005, 0.3)
VIEWS = 400
THREADS = 4
VARIED = ("code", "reference", "latitude", "longitude", "cell", "category_id", "status")

Point = tuple[float, float]
Row = dict[str, Any]


def run(quick: bool) -> list[Row]:
    """Fill the city, look at it over HTTP, then ask the database the same without HTTP and ORM."""
    seconds = 8 if quick else 20
    dice = random.Random(11)
    points = list(_points(dice))
    _fill(points, dice)
    _look_at_statistics()
    views = [_view(dice.choice(points), dice) for _ in range(VIEWS)]
    with web(dict(os.environ)) as port:
        paths = [f"/api/v1/reports/map/?bbox={','.join(map(str, view))}" for view in views]
        tally = load.sent(Plan(port, [request("GET", path) for path in paths], seconds, repeat=True))
    if set(tally.statuses) != {200}:
        raise AssertionError(f"Answers {tally.statuses}.")
    floor = _bare(views, seconds / 2)
    figures = load.figures(tally)
    kilobytes = tally.body_bytes / sum(tally.statuses.values()) / 1024
    return [
        {"name": "map", **figures, "floor": round(floor, 1), "ratio": round(figures["value"] / floor, 2),
         "reports": len(points), "kb_per_answer": round(kilobytes, 1)}
    ]  # fmt: skip


def _points(dice: random.Random) -> Iterator[Point]:
    """Nine of ten around a busy place, the busiest ones most; the tenth anywhere in the city."""
    snapshot = current_snapshot()
    busy = [place(snapshot, dice) for _ in range(BUSY_PLACES)]
    weights = [1 / rank for rank in range(1, BUSY_PLACES + 1)]
    for latitude, longitude in dice.choices(busy, weights, k=REPORTS):
        if dice.random() < 0.1:
            yield place(snapshot, dice)
        else:
            yield dice.gauss(latitude, SPREAD_DEGREES), dice.gauss(longitude, SPREAD_DEGREES)


def _fill(points: list[Point], dice: random.Random) -> None:
    """Public reports at these points, two of three of them resolved: one by the ORM, the others after it."""
    categories = [row.pk for row in current_snapshot().categories.values() if not row.is_group]
    statuses = [Status.RECEIVED, Status.ASSIGNED, Status.IN_PROGRESS, *[Status.RESOLVED] * 6]
    first = _first(points[0], categories[0])
    rows = [
        (
            new_code(),
            f"B-{number:06d}",
            *point,
            cell_of(*point),
            dice.choice(categories),
            dice.choice(statuses).value,
        )
        for number, point in enumerate(points[1:])
    ]
    others = [
        field.column
        for field in Report._meta.concrete_fields  # noqa: SLF001  # the documented way to a model's columns
        if field.column and field.column not in {"id", "reason", *VARIED}
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE pins AS SELECT {', '.join(VARIED)} FROM reports_report LIMIT 0"
        )
        cursor.executemany(f"INSERT INTO pins VALUES ({', '.join(['%s'] * len(VARIED))})", rows)
        cursor.execute(
            f"INSERT INTO reports_report ({', '.join([*others, *VARIED, 'reason'])})"
            f" SELECT {', '.join(f'r.{name}' for name in others)}, pins.*,"
            " CASE WHEN pins.status = 'resolved' THEN 'fixed' ELSE '' END"
            " FROM pins CROSS JOIN reports_report r WHERE r.id = %s",
            [first.pk],
        )


def _first(point: Point, category_id: int) -> Report:
    return Report.objects.create(
        reference="B-FIRST",
        producer=Producer.objects.create(),
        kind=Report.Kind.PROBLEM,
        category_id=category_id,
        text="路面有一个很深的坑。",
        latitude=point[0],
        longitude=point[1],
        cell=cell_of(*point),
        observed_at=timezone.now(),
        visibility=Visibility.PUBLIC,
        triage_reason="nobody",
    )


def _look_at_statistics() -> None:
    """What a database does by itself some time after so many rows came."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _view(middle: Point, dice: random.Random) -> Bbox:
    """A box around a point, as wide as a street or as the city, every scale as often as another."""
    width = math.exp(dice.uniform(*map(math.log, WIDTHS_DEGREES)))
    latitude, longitude = middle
    west, south = longitude - width / 2, latitude - width / 2.6
    return Bbox(*(round(degrees, 6) for degrees in (west, south, west + width, south + width / 1.3)))


def _bare(views: list[Bbox], seconds: float) -> float:
    """The statements of these views, as the ORM writes them, sent by hand and read to the end."""
    statements = [_statement(view) for view in views]
    counts = [0] * (THREADS if connection.vendor == "postgresql" else 1)
    end = time.perf_counter() + seconds

    def ask(number: int) -> None:
        database, mark = connected()
        for sql, parameters in cycle(statements[number:] + statements[:number]):
            if time.perf_counter() >= end:
                return
            database.execute(sql.replace("%s", mark), parameters).fetchall()
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=[number]) for number in range(len(counts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _statement(view: Bbox) -> tuple[str, tuple[Any, ...]]:
    rows = queries.counted_by_cell(Report.objects.public().within(view), queries.fitting_resolution(view))
    sql, parameters = rows.query.sql_with_params()
    return sql, tuple(parameters)
