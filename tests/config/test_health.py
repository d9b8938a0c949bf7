"""What ``/health`` says when all is well, when work is late, and when the database is away."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from config import health
from config.tasks import HEARTBEAT, heartbeat
from reports.models import Event
from tests.conftest import Maker


def answer(client: Client) -> dict[str, Any]:
    body: dict[str, Any] = client.get("/health").json()
    return body


@contextmanager
def database_away() -> Iterator[None]:
    def refuse(*_: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(refuse):
        yield


def test_all_is_well_when_tasks_live_and_nothing_waits(client: Client, db: None) -> None:
    heartbeat()

    body = answer(client)

    assert body == {
        "status": "ok",
        "late": [],
        "database": connection.vendor,
        "relay": {"waiting": 0, "oldest_s": None},
        "parked": 0,
        "tasks": {"heartbeat_s": body["tasks"]["heartbeat_s"]},
        "webhooks": {"oldest_due_s": None},
        "news": {"oldest_due_s": None},
    }


def test_tasks_without_a_heartbeat_are_late_but_the_process_stays_in_service(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "STARTED", health.STARTED - 2 * health.HEARTBEAT_S)

    response = client.get("/health")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["late"] == ["tasks"]


def test_a_process_that_has_just_started_is_given_time(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "STARTED", time.monotonic())

    assert answer(client)["late"] == []


def test_an_old_heartbeat_is_late(client: Client, db: None) -> None:
    cache.set(HEARTBEAT, timezone.now().timestamp() - 2 * health.HEARTBEAT_S)

    assert answer(client)["late"] == ["tasks"]


def test_events_that_wait_long_for_the_relay_are_late(client: Client, make: Maker) -> None:
    heartbeat()
    make.submitted()
    Event.objects.update(at=timezone.now() - timedelta(minutes=2))

    body = answer(client)

    assert body["late"] == ["relay"]
    assert body["relay"]["waiting"] == Event.objects.count()


def test_a_parked_event_is_something_to_look_at(client: Client, make: Maker) -> None:
    heartbeat()
    make.submitted()
    Event.objects.update(parked_at=timezone.now())

    assert answer(client)["late"] == ["parked"]


def test_without_its_database_the_process_is_taken_out_of_service(client: Client, db: None) -> None:
    with database_away():
        response = client.get("/health")

    assert response.status_code == 503
    assert response.json() == {"status": "failing", "late": ["database"], "database": "OperationalError"}


@pytest.mark.parametrize("asked", [1, 3])
def test_health_asks_little(
    client: Client, make: Maker, django_assert_max_num_queries: Any, asked: int
) -> None:
    for _ in range(asked):
        make.submitted()

    with django_assert_max_num_queries(4):
        client.get("/health")
