"""The analytics questions over ten million contributions (a million when quick), as a web process answers
them.

The floor is DuckDB reading the same columns of the same files and nothing else. The city is made up by
arithmetic: each report has thirteen events, as one that is offered, accepted, worked on, supported and
resolved has; one in five stays open.
"""

import tempfile
import time
from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa
from django.conf import settings
from django.core.cache import cache

from analytics import lake
from analytics.answers import answer
from analytics.arrow import SCHEMA, table_of
from analytics.contributions import SETS_STANDING, STANDING

BUILD = "bench"
EVENTS = (
    ("report.submitted", "received"), ("report.routed", "received"), ("report.visibility", "received"),
    ("ticket.offered", "received"), ("photo.added", "received"), ("report.status", "assigned"),
    ("ticket.accepted", "assigned"), ("report.supported", "assigned"), ("ticket.started", "assigned"),
    ("report.status", "in_progress"), ("report.commented", "in_progress"), ("ticket.done", "in_progress"),
    ("report.status", "resolved"),
)  # fmt: skip
QUESTIONS: dict[str, dict[str, Any]] = {
    "open-by-organisation": {},
    "hours-to-resolve": {"by": "category"},
    "reports-per-cell": {"resolution": 8},
}
READS = {
    "open-by-organisation": (
        "organisation, channel, producer, status, visibility, resolve_by, resolved_on_time"
    ),
    "hours-to-resolve": "category, channel, producer, status, visibility, hours_to_resolve",
    "reports-per-cell": "cell, producer, visibility",
}
# 3,000 cells of resolution 9; reports fall into them, and to 400,000 producers, by hash.
CITY = """
SELECT (i * {steps} + k + 1)::BIGINT seq, {kinds}[k + 1] event, NULL::VARCHAR contribution,
  lpad(i::VARCHAR, 20, '0') report, (hash(i) >> 1)::BIGINT report_key,
  TIMESTAMPTZ '2024-01-01' + to_seconds(i * 60 + k * 21600) happened_at,
  TIMESTAMPTZ '2024-01-01' + to_seconds(i * 60) received_at,
  617733122422996991 - (h % 3000)::BIGINT * 262144 cell,
  'category-' || h % 40 category, 'group-' || h % 8 category_group, 'problem' kind,
  'organisation-' || h % 60 organisation, {statuses}[k + 1] status, 'public' visibility,
  ['app', 'web', 'phone', 'api'][(h % 4)::BIGINT + 1] channel,
  TIMESTAMPTZ '2024-01-01' + to_seconds(i * 60 + 259200) resolve_by,
  CASE WHEN k = 6 THEN 36.0 END hours_to_acknowledge,
  CASE WHEN k = 12 THEN (h % 2000) / 10.0 END hours_to_resolve,
  CASE WHEN k = 12 THEN h % 2000 < 720 END resolved_on_time,
  (hash(h % 400000) >> 1)::BIGINT producer,
  strftime(TIMESTAMPTZ '2024-01-01' + to_seconds(i * 60), '%Y-%m') "month",
  CASE WHEN {kinds}[k + 1] IN {standing} THEN 'standing' ELSE 'other' END part
FROM (SELECT i, hash(i * 31 + 5) h FROM range({start}, {stop}) t(i)), range({steps}) g(k)
WHERE k < 12 OR h % 10 < 8
"""
CHUNK = 100_000


def run(quick: bool) -> list[dict[str, Any]]:
    """The rows of the table; every value is seconds for one question, never answered before."""
    count = 1_000_000 if quick else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        settings.LAKE_URL = folder
        made = _fill(count)
        files = _files()
        return [_row(name, made, files) for name in QUESTIONS]


def _row(name: str, made: int, files: list[str]) -> dict[str, Any]:
    floor, _ = _best(lambda: _scan(READS[name], files))
    value, processor = _best(lambda: _ask(name))
    return {
        "name": f"analytics, {name}",
        "value": round(value, 3),
        "unit": "s",
        "floor": round(floor, 3),
        "ratio": round(value / floor, 1),
        "processor_s": round(processor, 3),
        "rows": made,
    }


def _ask(name: str) -> None:
    cache.clear()
    assert answer(name, QUESTIONS[name]).rows


def _scan(columns: str, files: list[str]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {settings.ANALYTICS_THREADS}")
        counts = ", ".join(f"count({column})" for column in f"report_key, seq, {columns}".split(", "))
        connection.execute(f"SELECT {counts} FROM read_parquet(?)", [files]).fetchall()


def _best(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds of the best of three, by the clock and of the processors."""
    found = []
    for _ in range(3):
        start, busy = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - start, time.process_time() - busy))
    return min(found)


def _files() -> list[str]:
    table = lake.open_table()
    assert table is not None
    return table.file_uris([("part", "=", STANDING)])


def _fill(count: int) -> int:
    """Write the made-up city as the projector would, tidied; returns the number of rows."""
    table = lake.create(lake.CONTRIBUTIONS, table_of([]), BUILD)
    reports = count // len(EVENTS)
    for start in range(0, reports, CHUNK):
        rows = _rows(start, min(start + CHUNK, reports))
        lake.append(table, rows, BUILD, start + CHUNK)
    lake.tidy()
    table.update_incremental()
    return int(table.count())


def _rows(start: int, stop: int) -> pa.Table:
    kinds, statuses = ([event[part] for event in EVENTS] for part in (0, 1))
    standing = tuple(kind.value for kind in SETS_STANDING)
    query = CITY.format(
        start=start, stop=stop, steps=len(EVENTS), kinds=kinds, statuses=statuses, standing=standing
    )
    with duckdb.connect() as connection:
        found = connection.sql(query).to_arrow_table()
    return pa.Table.from_arrays([found[field.name].cast(field.type) for field in SCHEMA], schema=SCHEMA)
