"""Sending what is due: one thread of a process takes leases and writes results, many threads post.

The posting threads never touch the database, and the database thread never waits for a receiver: it wakes for
every answer and every nudge, writes what has come in, and takes what may go out now. A process has one such
loop at a time; several processes share the work through the leases.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from queue import Empty, SimpleQueue
from threading import Event, Lock

from celery.worker import state
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from accounts import outside
from accounts.vault import SecretLost
from webhooks import leases, payloads, services, signing
from webhooks.leases import Errand, Outcome
from webhooks.models import Delivery

logger = logging.getLogger(__name__)

# A run hands over to the next after this long; a worker that is asked to stop ends it at once.
RUN_S = 60.0
# With nothing to hear, look for what has become due meanwhile.
LOOK_S = 0.5
# So long at least between two looks while there is something to wait for: writing much at once is cheaper.
ROUND_S = 0.1
# How much of an answer the log keeps.
KEPT_CHARACTERS = 2000
# Waits between tries to write results down, before their leases are left to run out.
WRITE_WAITS_S = (0.1, 0.2, 0.4, 0.8, 1.6)
HEADERS = {"Content-Type": "application/json", "User-Agent": "Commonway-Webhooks/1"}

_running = Lock()
_nudged = Event()


class Run:
    """One turn of this process at sending, with what it has under way."""

    current: "Run | None" = None

    def __init__(self) -> None:
        self.heard: SimpleQueue[Outcome | None] = SimpleQueue()
        self._under_way = 0
        self._looked_at = 0.0
        self._busy_at = 0.0
        self._shall_look = True

    def work(self, until: float, linger_s: float) -> bool:
        """Send until nothing was due or under way for ``linger_s``; False when that moment did not come."""
        while (now := time.monotonic()) < until and _may_go_on():
            _nudged.clear()
            if self._shall_look:
                self._look()
            if self._under_way:
                self._busy_at = now
            elif now >= self._busy_at + linger_s:
                return True
            self._write_down()
        return False

    def drain(self) -> None:
        """Wait for what is under way, and take nothing new."""
        while self._under_way:
            self._write_down()

    def _look(self) -> None:
        self._looked_at, self._shall_look = time.monotonic(), False
        if not (free := office().free):
            return
        for errand in leases.claim(free, now=timezone.now(), rooms=office()):
            self._under_way += 1
            office().send(errand, self.heard.put)

    def _write_down(self) -> None:
        outcomes = self._hear()
        if outcomes:
            self._under_way -= sum(outcome.is_last for outcome in outcomes)
            _record(outcomes)

    def _hear(self) -> list[Outcome]:
        """What has come in: waits for the first answer or nudge, and a little for the next ones."""
        outcomes: list[Outcome] = []
        left, wait = self._under_way, LOOK_S
        try:
            while left or not self._shall_look:
                outcome = self.heard.get(timeout=wait)
                if outcome:
                    outcomes.append(outcome)
                    left -= outcome.is_last
                self._shall_look |= outcome is None or outcome.is_last
                wait = max(0.0, self._looked_at + ROUND_S - time.monotonic())
        except Empty:
            self._shall_look |= not outcomes
        return outcomes


class Office:
    """The posting threads of this process, and at which endpoints they are."""

    def __init__(self, threads: int) -> None:
        self._size = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="webhooks")
        self._lock = Lock()
        self._busy: Counter[int] = Counter()

    @property
    def free(self) -> int:
        """How many threads have nothing to do."""
        return self._size - self._busy.total()

    def room(self, endpoint: int, is_failing: bool) -> int:
        """How many errands more an endpoint may have.

        One that fails has one, so that it does not hold what others could use; so has every one when it is
        crowded.
        """
        return (1 if is_failing else self._most) - self._busy[endpoint]

    @property
    def full(self) -> set[int]:
        """Endpoints that may have nothing more now."""
        most = self._most
        with self._lock:
            return {endpoint for endpoint, errands in self._busy.items() if errands >= most}

    @property
    def _most(self) -> int:
        return 1 if self.free < self._size // 2 else settings.WEBHOOK_ENDPOINT_SLOTS

    def send(self, errand: Errand, tell: Callable[[Outcome], None]) -> None:
        """Run an errand on a thread of its own, which tells of each try how it went."""
        with self._lock:
            self._busy[errand[0].endpoint_id] += 1
        self._threads.submit(self._run, errand, time.monotonic(), tell)

    def _run(self, errand: Errand, started: float, tell: Callable[[Outcome], None]) -> None:
        """One delivery after the other, until one fails or the lease would not last for another try."""
        last_start = started + settings.WEBHOOK_LEASE_S - settings.WEBHOOK_TIMEOUT_S
        for place, delivery in enumerate(errand, start=1):
            outcome = attempt(delivery)
            if outcome.is_accepted and place < len(errand) and time.monotonic() < last_start:
                tell(replace(outcome, is_last=False))
                continue
            with self._lock:
                self._busy[delivery.endpoint_id] -= 1
            tell(replace(outcome, held_back=tuple(errand[place:])))
            return


@cache
def office() -> Office:
    """Opened by the process that posts, never by the one it was forked from."""
    return Office(settings.WEBHOOK_SLOTS)


def wake() -> bool:
    """Tell a run of this process that there may be more to send; False when there is none to tell."""
    _nudged.set()
    if run := Run.current:
        run.heard.put(None)
    return run is not None


def deliver_due(again: Callable[[], object], *, linger_s: float = 0.0) -> None:
    """Send what is due, and what becomes due within ``linger_s`` after it; ``again`` is called for the rest.

    When another thread of this process is at it already, that one is told to look again.
    """
    wake()
    if not _running.acquire(blocking=False):
        return
    run = Run.current = Run()
    is_done = True  # unless time runs out; should the database fail, the sweep comes back
    try:
        is_done = run.work(time.monotonic() + RUN_S, linger_s)
    finally:
        Run.current = None
        _running.release()
        if _may_go_on() and (not is_done or _nudged.is_set()):
            again()
        run.drain()


def _may_go_on() -> bool:
    """Whether this worker was not asked to stop."""
    return state.should_stop is None


def attempt(delivery: Delivery) -> Outcome:
    """Post one delivery, once. Whatever breaks is an outcome; no database is touched."""
    at, started = timezone.now(), time.monotonic()
    answer, error = None, ""
    try:
        answer = _post(delivery, int(at.timestamp()))
    except outside.OutsideError as failure:
        error = failure.name
    except SecretLost:
        error = "secret_lost"
    except Exception:  # an outcome must come back whatever broke, or its slot is lost
        logger.exception("Delivery %s broke on our side.", delivery.code)
        error = "internal"
    return Outcome(
        delivery,
        at,
        duration_ms=round((time.monotonic() - started) * 1000),
        status=answer.status if answer else None,
        error=error,
        answer=_trimmed(answer.body) if answer else "",
        retry_after=answer.retry_after if answer else "",
    )


def _post(delivery: Delivery, timestamp: int) -> outside.Answer:
    body = payloads.as_body(delivery.payload)
    secrets = services.secrets_of(delivery.endpoint, timezone.now())
    signed = signing.headers(delivery.code, timestamp, body, secrets)
    return outside.post(delivery.endpoint.url, headers=HEADERS | signed, body=body)


def _trimmed(body: bytes) -> str:
    """The start of an answer as text; PostgreSQL's text takes no NUL."""
    return body.decode("utf-8", "replace").replace("\x00", "")[:KEPT_CHARACTERS]


def _record(outcomes: list[Outcome]) -> None:
    """Record, and again over a new connection should the database be away for a moment."""
    for wait in WRITE_WAITS_S:
        try:
            return leases.record(outcomes, now=timezone.now())
        except (OperationalError, InterfaceError) as error:
            logger.warning("The results of %s tries are not written yet: %s", len(outcomes), error)
            connection.close()
            time.sleep(wait)
    return leases.record(outcomes, now=timezone.now())
