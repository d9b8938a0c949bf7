"""Limits hold whoever counts: several processes on one Redis, and a service whose Redis is gone."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as configured
from rest_framework.test import APIClient

from accounts import limits
from tests.accounts.test_limits import send, statuses
from tests.conftest import SmallCity

pytestmark = pytest.mark.django_db

HAMMER = """
import sys
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from accounts.limits import Charge, Rate, take
BOTH = [Charge("hammered:address:x", Rate(100, 3600.0)), Charge("hammered:all:y", Rate(500, 3600.0))]
def ask(number):
    return take(BOTH)
with ThreadPoolExecutor(8) as threads:
    print(sum(refused is None for refused in threads.map(ask, range(200))))
"""


@pytest.fixture
def shared(settings: Any) -> Iterator[str]:
    """A Redis that several processes count in; skipped where there is none."""
    if not configured.REDIS_URL:
        pytest.skip("without REDIS_URL there is one process, and it has a lock")
    yield configured.REDIS_URL
    limits.forget()


def test_of_what_four_processes_send_at_once_exactly_as_many_get_through_as_may(shared: str) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "REDIS_URL": shared,
        "PATH": "",
        "SECRET_KEY": "x",
    }
    hammers = [
        subprocess.Popen(
            [sys.executable, "-c", HAMMER], env=environment, stdout=subprocess.PIPE, cwd=configured.BASE_DIR
        )
        for _ in range(4)
    ]

    taken = [int(hammer.communicate(timeout=120)[0]) for hammer in hammers]

    assert sum(taken) == 100
    left_ms = redis.Redis.from_url(shared).pttl("limits:hammered:address:x")
    assert 0 < int(str(left_ms)) <= 3_600_000


def test_a_redis_that_does_not_answer_stops_nobody(city: SmallCity, anyone: APIClient, settings: Any) -> None:
    settings.LIMITS = {"report.first": (1, 3600.0)}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert statuses([send(anyone) for _ in range(3)]) == [201] * 3
