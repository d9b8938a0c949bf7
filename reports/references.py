"""Human references such as ``2026-000123``: short enough for a hotline, never given twice.

Numbers come from an identity column. PostgreSQL never takes an identity value back, so a process may take
a block of fifty with one statement and use it over many reports; SQLite forgets the value when the
transaction is rolled back, so there a number is taken with each report, inside its transaction.
"""

import threading
from collections import deque
from datetime import datetime

from django.db import connection

from reports.models import ReferenceBlock

BLOCK = 50

_lock = threading.Lock()
_numbers: deque[int] = deque()


def take_references(count: int, at: datetime) -> list[str]:
    """``count`` new references of the year of ``at``."""
    if connection.vendor == "postgresql":
        with _lock:
            return [_format(_next_of_block(), at) for _ in range(count)]
    blocks = ReferenceBlock.objects.bulk_create([ReferenceBlock() for _ in range(count)])
    return [_format(block.pk, at) for block in blocks]


def _next_of_block() -> int:
    if not _numbers:
        first = ReferenceBlock.objects.create().pk * BLOCK
        _numbers.extend(range(first, first + BLOCK))
    return _numbers.popleft()


def _format(number: int, at: datetime) -> str:
    return f"{at.year}-{number:06d}"
