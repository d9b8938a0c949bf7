"""What was erased leaves SQLite's file and its log too."""

import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from config.environment import SQLITE_PRAGMAS
from reports import write_ahead

PLANTED = "plantedzulu"


@pytest.mark.django_db(transaction=True)
def test_the_log_is_cut_where_there_is_one() -> None:
    assert write_ahead.cut() is (connection.vendor == "sqlite")


def test_an_erased_word_is_in_neither_file_after_the_cut(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "city.sqlite3")
    database.executescript(SQLITE_PRAGMAS)
    with database:
        database.execute("CREATE TABLE report (text TEXT)")
        database.executemany("INSERT INTO report VALUES (?)", [(PLANTED * 50,)] * 50)
    with database:
        database.execute("DELETE FROM report")
    assert PLANTED in _bytes(tmp_path)

    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    assert PLANTED not in _bytes(tmp_path)
    database.close()


def _bytes(folder: Path) -> str:
    return "".join(file.read_bytes().decode("latin-1") for file in folder.iterdir())
