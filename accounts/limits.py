"""Counting what somebody does, so that nobody does too much of it: a leaky bucket, shared by all processes.

A ``Charge`` names a bucket, how much it holds and how much of it is wanted. Each bucket keeps one number,
the moment at which it will be empty again (GCRA, ITU-T I.371): what is wanted moves that moment on, and is
refused where it would lie further ahead than the bucket's period. So a burst of the whole amount is taken at
once, after it one at the steady rate, and the wait of a refusal is exact, not the rest of some fixed hour.

``take`` is one round trip to Redis, or a lock in this process where there is no Redis, and never SQL.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, cast

import redis
from django.conf import settings

log = logging.getLogger(__name__)

# Redis in the same room answers in under a millisecond; one that does not answer stops nobody for longer.
REDIS_TIMEOUT_S = 0.5
PAUSE_AFTER_FAILURE_S = 5.0
MOST_BUCKETS_HERE = 100_000
# A request that comes again under its Idempotency-Key is free, so often and so long.
FREE_REPEATS = 20
REPEATS_KEPT_S = 3600

# Fractions of a second do not add up exactly: what is a hair over is not over.
HAIR_S = 1e-4


@dataclass(frozen=True)
class Rate:
    """So many in so many seconds."""

    amount: int
    period_s: float


@dataclass(frozen=True)
class Charge:
    """What one act costs in one bucket. A cost of 0 only looks whether anything is left."""

    bucket: str
    rate: Rate
    cost: int = 1

    @property
    def step_s(self) -> float:
        """How far the moment moves; more than the whole bucket is as much as the whole bucket."""
        return min(self.cost, self.rate.amount) * self.rate.period_s / self.rate.amount

    @property
    def most_s(self) -> float:
        """How far ahead the moment may lie; to look is to ask whether one more would fit."""
        return self.rate.period_s - (self.rate.period_s / self.rate.amount if self.cost == 0 else 0.0)


@dataclass(frozen=True)
class Refused:
    """Which of the charges did not fit, and after how many seconds it would."""

    charge: Charge
    wait_s: float


class Counter(Protocol):
    """Where buckets are kept."""

    def take(self, charges: Sequence[Charge], now: float, repeat: str) -> tuple[int, float] | None:
        """All charges or none: None if they were taken, else the one that did not fit and its wait."""


def take(charges: Sequence[Charge], *, repeat: str = "") -> Refused | None:
    """Take all the charges, or none of them and say which one did not fit.

    ``repeat`` names a request that may come again: once taken, its repeats are free for an hour.
    A Redis that fails stops nobody: what is counted is a courtesy, the service is not.
    """
    if not charges:
        return None
    found = _counter(settings.REDIS_URL).take(charges, now(), repeat)
    return None if found is None else Refused(charges[found[0]], found[1])


def now() -> float:
    """Seconds since 1970; the one clock of every bucket."""
    return time.time()


def forget() -> None:
    """Empty the buckets of this process, and connect anew; for tests."""
    _counter.cache_clear()


@lru_cache(maxsize=1)
def _counter(redis_url: str) -> Counter:
    return InRedis(redis_url) if redis_url else Here()


class Here:
    """Buckets in the memory of the one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._empty_at: dict[str, float] = {}
        self._repeats: dict[str, tuple[float, int]] = {}

    def take(self, charges: Sequence[Charge], now: float, repeat: str) -> tuple[int, float] | None:
        with self._lock:
            if repeat and self._is_free(repeat, now):
                return None
            moments = [max(self._empty_at.get(c.bucket, 0.0), now) + c.step_s for c in charges]
            for index, (charge, moment) in enumerate(zip(charges, moments, strict=True)):
                if (wait := moment - now - charge.most_s) > HAIR_S:
                    return index, wait
            self._empty_at |= {c.bucket: m for c, m in zip(charges, moments, strict=True) if c.cost}
            if repeat:
                self._repeats[repeat] = (now + REPEATS_KEPT_S, 0)
            self._tidy(now)
            return None

    def _is_free(self, repeat: str, now: float) -> bool:
        until, count = self._repeats.get(repeat, (0.0, 0))
        if until <= now or count >= FREE_REPEATS:
            return False
        self._repeats[repeat] = (until, count + 1)
        return True

    def _tidy(self, now: float) -> None:
        """Empty buckets go, and of too many full ones those that are empty soonest."""
        if len(self._empty_at) > MOST_BUCKETS_HERE:
            live = sorted((moment, key) for key, moment in self._empty_at.items() if moment > now)
            self._empty_at = {key: moment for moment, key in live[-MOST_BUCKETS_HERE // 2 :]}
        if len(self._repeats) > MOST_BUCKETS_HERE:
            kept = [(name, known) for name, known in self._repeats.items() if known[0] > now]
            self._repeats = dict(kept[-MOST_BUCKETS_HERE // 2 :])


# KEYS: the buckets, and last the repeat if there is one. ARGV: now, has a repeat, then step and most of each.
SCRIPT = f"""
local now, repeated, last = tonumber(ARGV[1]), ARGV[2] == '1', #KEYS
if repeated then
  local count = tonumber(redis.call('GET', KEYS[last]) or '-1')
  if count >= 0 and count < {FREE_REPEATS} then
    redis.call('INCR', KEYS[last])
    return false
  end
  last = last - 1
end
local moments = {{}}
for i = 1, last do
  local step, most = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
  moments[i] = math.max(tonumber(redis.call('GET', KEYS[i]) or '0'), now) + step
  local wait = moments[i] - now - most
  if wait > {HAIR_S:f} then return {{i - 1, string.format('%.6f', wait)}} end
end
for i = 1, last do
  if tonumber(ARGV[1 + 2 * i]) > 0 then
    local left_ms = math.ceil((moments[i] - now) * 1000)
    redis.call('SET', KEYS[i], string.format('%.6f', moments[i]), 'PX', math.max(left_ms, 1))
  end
end
if repeated then redis.call('SET', KEYS[last + 1], '0', 'EX', {REPEATS_KEPT_S}) end
return false
"""


class InRedis:
    """Buckets in Redis, where a script looks and takes in one step whoever else is asking."""

    def __init__(self, url: str) -> None:
        waits = {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S}
        self._client = redis.Redis.from_url(url, **waits)
        self._script = self._client.register_script(SCRIPT)
        self._not_before = 0.0

    def take(self, charges: Sequence[Charge], now: float, repeat: str) -> tuple[int, float] | None:
        if time.monotonic() < self._not_before:
            return None
        keys = [f"limits:{charge.bucket}" for charge in charges]
        arguments: list[Any] = [f"{now:.6f}", "1" if repeat else "0"]
        for charge in charges:
            arguments += [f"{charge.step_s:.9f}", f"{charge.most_s:.9f}"]
        if repeat:
            keys.append(f"limits:repeat:{repeat}")
        try:
            said = cast("list[Any] | None", self._script(keys=keys, args=arguments))
        except redis.RedisError:
            log.warning("Redis does not count: for a while nobody is limited.")
            self._not_before = time.monotonic() + PAUSE_AFTER_FAILURE_S
            return None
        return None if said is None else (int(said[0]), float(said[1]))
