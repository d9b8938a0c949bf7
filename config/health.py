"""``/health``: whether this process can do its work, and whether the work behind it gets done.

200 ``ok`` · 200 ``degraded`` and the names of what is late · 503 ``failing``: the database does not answer.
What is late is no reason to take a process that answers out of service, so only ``failing`` is a 503.
"""

import time
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from config.tasks import last_heartbeat_s
from notifications.models import Copy
from reports.models import Event
from reports.relay import waiting
from webhooks.models import Delivery

# Older than this is late.
RELAY_S = 30.0
HEARTBEAT_S = 30.0
WEBHOOK_S = 60.0
NEWS_S = 300.0


def health(request: HttpRequest) -> JsonResponse:
    """The state in numbers; four statements on small indexes, so it may be asked every second."""
    try:
        state = state_of_work()
    except DatabaseError as error:
        failing = {"status": "failing", "late": ["database"], "database": type(error).__name__}
        return JsonResponse(failing, status=503, headers=UNCACHED)
    late = late_parts(state)
    return JsonResponse(
        {"status": "degraded" if late else "ok", "late": late, "database": connection.vendor, **state},
        headers=UNCACHED,
    )


UNCACHED = {"Cache-Control": "no-store"}
STARTED = time.monotonic()


def state_of_work() -> dict[str, Any]:
    """How many events wait for the relay and since when, what is parked, who lives, what is owed outside."""
    now = timezone.now()
    relay = waiting().order_by().aggregate(waiting=Count("pk"), oldest=Min("at"))
    owed = Delivery.objects.due(now).order_by().aggregate(oldest=Min("due_at"))
    news = Copy.objects.due(now).order_by().aggregate(oldest=Min("due_at"))
    return {
        "relay": {"waiting": relay["waiting"], "oldest_s": _age(relay["oldest"], now)},
        "parked": Event.objects.filter(parked_at__isnull=False).count(),
        "tasks": {"heartbeat_s": _rounded(last_heartbeat_s())},
        "webhooks": {"oldest_due_s": _age(owed["oldest"], now)},
        "news": {"oldest_due_s": _age(news["oldest"], now)},
    }


def late_parts(state: dict[str, Any]) -> list[str]:
    """The parts that are behind: what an operator should look at."""
    heartbeat = state["tasks"]["heartbeat_s"]
    silence = time.monotonic() - STARTED if heartbeat is None else heartbeat
    signs = {
        "relay": (state["relay"]["oldest_s"] or 0) > RELAY_S,
        "parked": state["parked"] > 0,
        "tasks": silence > HEARTBEAT_S,
        "webhooks": (state["webhooks"]["oldest_due_s"] or 0) > WEBHOOK_S,
        "news": (state["news"]["oldest_due_s"] or 0) > NEWS_S,
    }
    return [name for name, is_late in signs.items() if is_late]


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else _rounded((now - moment).total_seconds())


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(max(0.0, seconds), 1)
