"""The heartbeat: beat asks, a worker answers, ``/health`` reads when it last did."""

import time

from celery import shared_task
from django.core.cache import cache

HEARTBEAT = "tasks:heartbeat"
KEPT_S = 24 * 3600


@shared_task
def heartbeat() -> None:
    """Note that beat, broker and worker all live."""
    cache.set(HEARTBEAT, time.time(), KEPT_S)


def last_heartbeat_s() -> float | None:
    """How many seconds ago the tasks showed life; None when they never did."""
    at = cache.get(HEARTBEAT)
    return None if at is None else max(0.0, time.time() - at)
