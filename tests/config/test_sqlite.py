"""SQLite with many threads: whoever waits for the lock does so without holding anything."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.sqlite import base
from config.sqlite.base import PatientCursor


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that has the write lock."""
    connection = sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


@pytest.fixture
def waiter(tmp_path: Path, writer: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Another connection, as the backend makes them."""
    connection = sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout = 5")
    yield connection
    connection.close()


def test_a_write_waits_until_the_other_is_done(
    writer: sqlite3.Connection, waiter: sqlite3.Connection
) -> None:
    cursor = waiter.cursor(factory=PatientCursor)
    release = threading.Timer(0.1, writer.execute, ["COMMIT"])
    release.start()

    cursor.execute("BEGIN IMMEDIATE")

    release.join()
    assert waiter.in_transaction


def test_it_gives_up_at_last(
    writer: sqlite3.Connection, waiter: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "PATIENCE_S", 0.05)

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        waiter.cursor(factory=PatientCursor).execute("BEGIN IMMEDIATE")


def test_an_error_of_another_kind_is_not_tried_again(waiter: sqlite3.Connection) -> None:
    started = time.monotonic()

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        waiter.cursor(factory=PatientCursor).execute("SELECT * FROM nowhere")

    assert time.monotonic() - started < base.PATIENCE_S / 2


def test_a_forgotten_cursor_of_a_waiting_connection_stops_nobody(
    writer: sqlite3.Connection, waiter: sqlite3.Connection
) -> None:
    forgotten = [waiter.execute("SELECT 1 UNION SELECT 2")]
    waiting = threading.Thread(target=waiter.cursor(factory=PatientCursor).execute, args=["BEGIN IMMEDIATE"])
    waiting.start()

    forgotten.clear()
    writer.execute("COMMIT")

    waiting.join(timeout=10)
    assert waiter.in_transaction
