"""Phones, browsers and letter boxes, and the steps from an event to what arrives there."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import outside
from accounts.models import Producer, User
from notifications import dispatch
from notifications.models import Copy, InboxItem
from notifications.services import copying, telling
from reports.models import Report
from tests.conftest import WEST, Maker
from tests.webhooks.receiver import Receiver, Reply, receiving

Steps = Callable[[], int]
ClientOf = Callable[[User], APIClient]
SUBSCRIPTIONS = "/api/v1/me/subscriptions/"
PREFERENCES = "/api/v1/me/preferences/"
INBOX = "/api/v1/me/inbox/"
CIRCLE = {"kind": "area", "latitude": WEST[0], "longitude": WEST[1], "radius_m": 500}


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    """Nobody is told to slow down, and keys of push are the test's own."""
    settings.LIMITS_SCALE = 0


@pytest.fixture(autouse=True)
def _own_keys(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def push_service(settings: Any) -> Iterator[Receiver]:
    """A push service on this machine that takes everything with 201."""
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    with receiving() as receiver:
        receiver.reply = Reply(201, {"Location": "https://push.example/m/1"})
        yield receiver
    outside.hang_up()


@pytest.fixture
def plan() -> Steps:
    """Tell the many, and owe copies of everything that is in an inbox."""

    def run() -> int:
        while telling.spread():
            pass
        planned = 0
        while step := copying.plan_copies(timezone.now()):
            planned += step
        return planned

    return run


@pytest.fixture
def send(plan: Steps, relay: Steps) -> Steps:
    """From events to what is in the letter box; returns how many copies were looked at."""

    def run() -> int:
        relay()
        plan()
        return dispatch.send_due()

    return run


@pytest.fixture
def digest() -> Callable[[], int]:
    """The hour of digests has come."""

    def run() -> int:
        return copying.build_digests(timezone.now() + timedelta(days=8))

    return run


@pytest.fixture
def crowd(db: None) -> Callable[[int], list[Producer]]:
    """``crowd(1200)``: as many people who do nothing but listen."""
    return lambda count: Producer.objects.bulk_create(Producer() for _ in range(count))


def pass_time() -> None:
    """Everything that waits has waited long enough."""
    Copy.objects.open().update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def bobs(bob: User, client_of: ClientOf) -> APIClient:
    return client_of(bob)


@pytest.fixture
def mailed(make: Maker, alice: User, send: Steps) -> Report:
    """Alice's report; what was told until now is forgotten. Alice reads English."""
    User.objects.filter(pk=alice.pk).update(language="en")
    report = make.report("pothole", user=alice)
    send()
    InboxItem.objects.all().delete()
    mail.outbox.clear()
    return report


# --- What a phone does ---


def subscribe(client: APIClient, **fields: Any) -> dict[str, Any]:
    """Follow something; returns the subscription."""
    answer = client.post(SUBSCRIPTIONS, fields)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def news(client: APIClient) -> list[tuple[str, str]]:
    """(title, why) of an inbox, oldest first."""
    rows = client.get(INBOX, headers={"Accept-Language": "en"}).json()["results"]
    return [(row["title"], row["why"]) for row in reversed(rows)]


def prefer(client: APIClient, **changes: Any) -> None:
    """Change how somebody wants news."""
    answer = client.patch(PREFERENCES, changes, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.content


def letter() -> EmailMessage:
    """The one mail that went out."""
    [found] = mail.outbox
    return found
