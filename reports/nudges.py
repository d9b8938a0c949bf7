"""Waking the relay after a commit, without making the request wait for the broker.

A commit only sets a flag. One thread of the process turns flags into wake-ups, at most twenty a second:
each costs as much as a small request. A wake-up that is lost (broker away, process killed) costs a moment:
the beat sweep finds what is left.
"""

import logging
import threading
import time

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

RELAY_TASK = "reports.tasks.relay"
PAUSE_S = 0.05
AFTER_FAILURE_S = 1.0

_wanted = threading.Event()
_threads: list[threading.Thread] = []
_lock = threading.Lock()


def nudge_relay() -> None:
    """Ask for the relay to run soon; costs nothing and never fails."""
    if not settings.RELAY_NUDGES:
        return
    _wanted.set()
    if not _is_running():
        _start()


def _is_running() -> bool:
    """Whether this process has its thread; a forked child starts without."""
    return bool(_threads) and _threads[-1].is_alive()


def _start() -> None:
    with _lock:
        if not _is_running():
            _threads[:] = [threading.Thread(target=_run, name="relay-nudges", daemon=True)]
            _threads[0].start()


def _run() -> None:
    while True:
        _wanted.wait()
        _wanted.clear()
        try:
            current_app.send_task(RELAY_TASK, ignore_result=True, expires=30)
        except (OperationalError, OSError) as error:
            logger.warning(
                "The broker took no wake-up (%s); the sweep will find the events.", type(error).__name__
            )
            time.sleep(AFTER_FAILURE_S)
        time.sleep(PAUSE_S)
