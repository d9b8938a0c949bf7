"""SQLite's write-ahead log: what was erased stands in it until it is cut, whoever reads the file."""

from django.db import connection


def cut() -> bool:
    """Move the log into the database and cut it to nothing; False without one, or while somebody reads it."""
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [is_busy, _pages, _moved] = cursor.fetchone()
    return not is_busy
