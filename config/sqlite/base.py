"""SQLite for many threads: who waits for the write lock waits outside SQLite.

SQLite's own waiting holds the mutex of the waiting connection. Meanwhile Python's garbage collector, which
runs in whatever thread it likes, may throw away a forgotten cursor of that connection, and needs its mutex.
If it runs in the thread that has the write lock, the two wait for each other until the time-out, and a busy
service comes to a stop (seen under a replay of ten thousand reports). Waiting in Python holds nothing, and
spreads turns evenly.
"""

import random
import sqlite3
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.backends.sqlite3 import base

from reports.geometry import polygon_holds

# How long to wait for the write lock; how long SQLite itself may wait, in milliseconds; the longest nap
# between.
PATIENCE_S = 20.0
BUSY_MS = 5
NAP_S = 0.01

_Answer = TypeVar("_Answer")


class PatientCursor(base.SQLiteCursorWrapper):
    """Tries again while another connection writes. Inside a transaction nobody else does, so nothing is
    repeated.
    """

    def execute(self, query: str, params: Any = None) -> Any:
        return self._patiently(lambda: base.SQLiteCursorWrapper.execute(self, query, params))

    def executemany(self, query: str, param_list: Any) -> Any:
        return self._patiently(lambda: base.SQLiteCursorWrapper.executemany(self, query, param_list))

    def _patiently(self, attempt: Callable[[], _Answer]) -> _Answer:
        if self.connection.in_transaction:
            return attempt()
        ends_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                return attempt()
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > ends_at:
                    raise
            time.sleep(random.uniform(NAP_S / 10, NAP_S))  # noqa: S311  # chance parts the waiters, no secret


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite with patient cursors."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.create_function("polygon_holds", 3, polygon_holds, deterministic=True)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=PatientCursor)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether another connection has the lock; the extended codes have the plain one in their lowest byte."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
