"""The floor of an intake: the rows of real reports committed again by plain SQL, without Django.

The rows are taken from the database; only what must be unique is made anew. On PostgreSQL four threads
commit through psycopg, on SQLite one thread through ``sqlite3``, with the settings of the service.
"""

import itertools
import sqlite3
import threading
import time
import uuid
from collections.abc import Sequence
from typing import Any, Protocol

import psycopg
from django.db import connection

from config.environment import SQLITE_PRAGMAS

SAMPLE = 200
THREADS = 4
TABLES = ("accounts_producer", "reports_report", "reports_event", "accounts_storedanswer")
UNIQUE = {"key": 32, "code": 20, "reference": 20, "key_hash": 64}

Rows = list[dict[str, Any]]


class Database(Protocol):
    """What psycopg's and sqlite3's connections have in common."""

    def execute(self, sql: Any, values: Sequence[Any] = ..., /) -> Any:
        """Run one statement."""

    def commit(self) -> None:
        """Commit what was run."""


def commits_per_second(seconds: float) -> float:
    """How many reports a second can be committed by hand."""
    samples = _samples()
    workers = THREADS if connection.vendor == "postgresql" else 1
    counts = [0] * workers
    end = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_commit_until, args=(end, samples, counts, number))
        for number in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _commit_until(end: float, samples: list[dict[str, Rows]], counts: list[int], number: int) -> None:
    database, mark = connected()
    for sample in itertools.cycle(samples):
        if time.perf_counter() >= end:
            return
        _commit(database, sample, mark)
        counts[number] += 1


def _commit(database: Database, sample: dict[str, Rows], mark: str) -> None:
    """Producer, report, its events and the stored answer, in one transaction and four statements."""
    producer, report, events, answer = (sample[table] for table in TABLES)
    database.execute("BEGIN")
    producer_id = _insert(database, mark, "accounts_producer", producer)
    report_id = _insert(database, mark, "reports_report", [{**report[0], "producer_id": producer_id}])
    _insert(database, mark, "reports_event", [{**event, "report_id": report_id} for event in events])
    _insert(database, mark, "accounts_storedanswer", answer)
    database.execute("COMMIT")


def _insert(database: Database, mark: str, table: str, rows: Rows) -> int:
    rows = [_as_new(row) for row in rows]
    columns = ", ".join(f'"{name}"' for name in rows[0])
    marks = ", ".join([f"({', '.join([mark] * len(rows[0]))})"] * len(rows))
    values = [value for row in rows for value in row.values()]
    found = database.execute(f'INSERT INTO "{table}" ({columns}) VALUES {marks} RETURNING id', values)
    made: int = found.fetchall()[0][0]
    return made


def _as_new(row: dict[str, Any]) -> dict[str, Any]:
    """The row as one that is not there yet: no id, no place in the feed, and its own unique words."""
    words = {name: (uuid.uuid4().hex * 2)[:length] for name, length in UNIQUE.items() if name in row}
    unread = {"seq": None} if "seq" in row else {}
    return {name: value for name, value in {**row, **words, **unread}.items() if name != "id"}


def _samples() -> list[dict[str, Rows]]:
    """The rows of some reports just taken in, by table; JSON stays the text it is written as."""
    reports = _select("SELECT * FROM reports_report WHERE length(text) > 0 ORDER BY id DESC LIMIT %s", SAMPLE)
    answers = _select("SELECT * FROM accounts_storedanswer ORDER BY id DESC LIMIT %s", SAMPLE)
    return [
        {
            "reports_report": [report],
            "reports_event": _select(
                "SELECT * FROM reports_event WHERE report_id = %s ORDER BY id LIMIT 2", report["id"]
            ),
            "accounts_producer": _select(
                "SELECT * FROM accounts_producer WHERE id = %s", report["producer_id"]
            ),
            "accounts_storedanswer": [answer],
        }
        for report, answer in zip(reports, answers, strict=True)
    ]


def _select(sql: str, value: Any) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def connected() -> tuple[Database, str]:
    """A plain connection to the database of the settings, in autocommit, and its mark for a value."""
    described = connection.settings_dict
    if connection.vendor == "postgresql":
        known_as = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
        given = {word: described[name] for word, name in known_as.items() if described[name]}
        return psycopg.connect(**given, autocommit=True), "%s"
    database = sqlite3.connect(described["NAME"], isolation_level=None)
    database.executescript(SQLITE_PRAGMAS)
    return database, "?"
