"""A Celery worker and beat on threads of the process that serves.

The broker is the one of the settings: ``memory://`` unless the environment names another. Nothing is lost
with these threads: what is to be done stands in the database, and every sweep runs once at the start.
"""

import threading
from datetime import UTC, datetime
from typing import Any

from celery import Celery
from celery.beat import EmbeddedService, Scheduler
from celery.platforms import EX_OK
from celery.worker import WorkController, state
from django.db import connections

from config.tasks import heartbeat

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# The worker looks for its end between two messages; it is given some, so that it need not wait for any.
LAST_MESSAGES = 2


class Sweeps(Scheduler):
    """Beat's schedule in memory: all is due at the start, so what a dead process left is found at once."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = LONG_AGO


class Tasks:
    """Beat and a worker with ``threads`` threads, started and stopped together."""

    def __init__(self, app: Celery, *, threads: int) -> None:
        app.conf.worker_enable_remote_control = False
        self._app = app
        self._worker: Any = WorkController(
            app=app,
            hostname="embedded@localhost",
            pool_cls="threads",
            concurrency=threads,
            loglevel="WARNING",
            task_events=False,
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
        )
        self._beat: Any = EmbeddedService(app, thread=True, scheduler_cls=Sweeps)
        self._thread = threading.Thread(target=self._worker.start, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work; returns at once."""
        state.should_stop = None
        connections.close_all()  # this thread made them, and the worker closes what it finds
        self._thread.start()
        self._beat.start()

    def stop(self, *, within_s: float) -> bool:
        """Take no new task and let the running ones finish; False when some still ran after that time."""
        self._beat.service.stop()
        state.should_stop = EX_OK  # type: ignore[assignment]  # the stubs know it only as unset
        for _ in range(LAST_MESSAGES):
            heartbeat.delay()
        self._thread.join(within_s)
        return not self._thread.is_alive()
