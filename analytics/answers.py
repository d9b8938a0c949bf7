"""Answering a question: the newest lake, the engine, and the answer kept while the lake stays the same.

Loads Delta Lake, Ibis and DuckDB: a process that is never asked goes without.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from analytics import lake
from analytics.backends import run
from analytics.errors import FilesGone
from analytics.queries import QUESTIONS

# An answer's age at most: what is overdue changes with time, although the lake does not.
KEPT_S = 60
TRIES = 3


@dataclass(frozen=True)
class Answer:
    """Rows as the engine gave them, of which build and version of the lake, and when they were counted."""

    build: str | None
    as_of: datetime
    rows: list[dict[str, Any]]


def answer(slug: str, parameters: Mapping[str, Any]) -> Answer:
    """Answer the question of an indicator; without a lake the answer has no rows and no build."""
    for _ in range(TRIES - 1):
        try:
            return _answer(slug, parameters)
        except FilesGone:
            continue
    return _answer(slug, parameters)


def _answer(slug: str, parameters: Mapping[str, Any]) -> Answer:
    table = lake.open_table()
    build = lake.build_of(table)
    key = f"indicator:{slug}:{sorted(parameters.items())}:{build}".replace(" ", "")
    found: Answer | None = cache.get(key)
    if found is None:
        as_of = timezone.now()
        question = QUESTIONS[slug](as_of=as_of, **parameters)
        found = Answer(build, as_of, run(question, table.file_uris() if table is not None else []))
        cache.set(key, found, KEPT_S)
    return found
