"""Connections kept for the next delivery, one pool for each set of checked addresses.

A connection is only reused for the same name **and** the same checked addresses: two names on one address
never share one, since their certificates differ, and a name that moved gets a new one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import monotonic

import httpcore

IDLE_S = 60.0

# Scheme, name, port and the checked addresses.
Key = tuple[str, str, int, tuple[str, ...]]


@dataclass
class _Kept:
    pool: httpcore.ConnectionPool
    users: int
    used_at: float


class Pools:
    def __init__(self, open_pool: Callable[[Key], httpcore.ConnectionPool]) -> None:
        self._open = open_pool
        self._kept: dict[Key, _Kept] = {}
        self._lock = Lock()

    @contextmanager
    def lent(self, key: Key) -> Iterator[httpcore.ConnectionPool]:
        """The pool of ``key``; pools that nobody has used for a minute are closed on the way."""
        kept = self._take(key)
        try:
            yield kept.pool
        finally:
            with self._lock:
                kept.users -= 1
                kept.used_at = monotonic()

    def close(self) -> None:
        """Hang up every connection that nobody uses."""
        with self._lock:
            idle = self._idle(now=float("inf"))
        for pool in idle:
            pool.close()

    def _take(self, key: Key) -> _Kept:
        with self._lock:
            idle = self._idle(now=monotonic())
            if key not in self._kept:
                self._kept[key] = _Kept(self._open(key), users=0, used_at=0.0)
            kept = self._kept[key]
            kept.users += 1
        for pool in idle:
            pool.close()
        return kept

    def _idle(self, now: float) -> list[httpcore.ConnectionPool]:
        """Take out the pools that were used last before the minute that ends ``now``."""
        oldest = now - IDLE_S
        keys = [key for key, kept in self._kept.items() if not kept.users and kept.used_at < oldest]
        return [self._kept.pop(key).pool for key in keys]
