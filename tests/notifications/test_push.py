"""Push: a browser on this machine decrypts what came and checks who signed; vendors and text messages."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from notifications import dispatch, vapid
from notifications.models import Copy, Device
from notifications.models.channels import MOST_DEVICES
from reports import services as reports
from reports.models import Report
from tests.conftest import Maker
from tests.notifications.browser import Browser, text_of, verified_claims
from tests.notifications.conftest import pass_time
from tests.webhooks.receiver import Receiver, Reply

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/push/"
ClientOf = Callable[[User], APIClient]
Steps = Callable[[], int]
Answered = Callable[[Report], object]


@pytest.fixture
def browser() -> Browser:
    return Browser()


def register(client: APIClient, browser: Browser, endpoint: str) -> dict[str, Any]:
    answer = client.post(URL, {"transport": "webpush", "endpoint": endpoint, "keys": browser.keys})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def answered(make: Maker, olga: User) -> Callable[[Report], object]:
    """The works bureau answers a report."""
    return lambda report: reports.answer(report, by=make.actor(olga), text="We come tomorrow.")


@pytest.fixture
def pothole(make: Maker, alice: User, relay: Steps, plan: Steps) -> Report:
    User.objects.filter(pk=alice.pk).update(language="en")
    report = make.report("pothole", user=alice)
    relay()
    plan()
    return report


# --- Web push ---


def test_a_browser_reads_the_news_and_knows_who_sent_it(
    pothole: Report,
    alice: User,
    answered: Answered,
    client_of: ClientOf,
    send: Steps,
    push_service: Receiver,
    browser: Browser,
) -> None:
    phone = client_of(alice)
    register(phone, browser, push_service.url)
    answered(pothole)
    send()

    [arrived] = push_service.arrived
    message = browser.read(arrived.body)
    copy = Copy.objects.get(channel="push")
    assert message == {
        "id": copy.code,
        "kind": "report.answered",
        "title": f"{pothole.reference}: Works Bureau has answered",
        "report": pothole.code,
        "reference": pothole.reference,
        "link": f"http://localhost:8000/app/reports/{pothole.code}",
    }
    claims = verified_claims(arrived.headers["authorization"], phone.get(URL).json()["public_key"])
    parts = urlsplit(push_service.url)
    assert claims["aud"] == f"{parts.scheme}://{parts.netloc}"
    assert 0 < claims["exp"] - timezone.now().timestamp() <= 24 * 3600
    assert claims["sub"].startswith(("mailto:", "https:"))
    assert arrived.headers["content-encoding"] == "aes128gcm"
    assert int(arrived.headers["ttl"]) > 0
    assert len(arrived.headers["topic"]) <= 32
    assert copy.state == Copy.State.SENT
    assert Device.objects.get().reached_at is not None


def test_the_holder_of_a_receipt_gets_push_without_an_account(
    make: Maker,
    answered: Answered,
    with_receipt: Any,
    relay: Steps,
    plan: Steps,
    send: Steps,
    push_service: Receiver,
    browser: Browser,
) -> None:
    submitted = make.submitted()
    relay()
    plan()
    register(with_receipt(submitted), browser, push_service.url)
    answered(submitted.report)
    send()

    [arrived] = push_service.arrived
    assert browser.read(arrived.body)["report"] == submitted.report.code


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    status: int,
    pothole: Report,
    alice: User,
    answered: Answered,
    client_of: ClientOf,
    send: Steps,
    push_service: Receiver,
    browser: Browser,
) -> None:
    register(client_of(alice), browser, push_service.url)
    push_service.reply = Reply(status)
    answered(pothole)
    send()

    copy = Copy.objects.get(channel="push")
    assert (copy.state, copy.reason) == (Copy.State.DEAD, f"http {status}")
    assert not Device.objects.exists()


def test_a_push_service_that_is_busy_is_asked_later_under_the_same_topic(
    pothole: Report,
    alice: User,
    answered: Answered,
    client_of: ClientOf,
    send: Steps,
    push_service: Receiver,
    browser: Browser,
) -> None:
    register(client_of(alice), browser, push_service.url)
    push_service.reply = Reply(429, {"Retry-After": "7200"})
    answered(pothole)
    send()
    copy = Copy.objects.get(channel="push")
    assert (copy.state, copy.reason) == (Copy.State.PENDING, "http 429")
    assert (copy.due_at - timezone.now()).total_seconds() > 7000
    push_service.reply = Reply(201)
    pass_time()

    dispatch.send_due()

    first, second = push_service.arrived
    assert first.headers["topic"] == second.headers["topic"]
    assert browser.read(first.body) == browser.read(second.body)
    assert Copy.objects.get(channel="push").state == Copy.State.SENT


def test_a_device_goes_with_whoever_registered_it_last(
    alice: User, bob: User, client_of: ClientOf, push_service: Receiver, browser: Browser
) -> None:
    register(client_of(alice), browser, push_service.url)
    register(client_of(bob), browser, push_service.url)

    assert client_of(alice).get(URL).json()["results"] == []
    assert len(client_of(bob).get(URL).json()["results"]) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/1",
        "https://127.0.0.1/1",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/1",
        "https://10.0.0.7/1",
        "https://user:secret@push.example/1",
        "file:///etc/passwd",
    ],
)
def test_an_endpoint_inside_our_network_is_refused(
    alice: User, client_of: ClientOf, browser: Browser, endpoint: str
) -> None:
    fields = {"transport": "webpush", "endpoint": endpoint, "keys": browser.keys}

    answer = client_of(alice).post(URL, fields)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/push-endpoint-refused")
    assert answer.json()["errors"][0]["pointer"] == "#/endpoint"


def test_an_endpoint_that_moved_into_our_network_is_not_posted_to(
    pothole: Report,
    alice: User,
    answered: Answered,
    client_of: ClientOf,
    send: Steps,
    settings: Any,
    push_service: Receiver,
    browser: Browser,
) -> None:
    register(client_of(alice), browser, push_service.url)
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    answered(pothole)
    send()

    assert push_service.arrived == []
    assert Copy.objects.get(channel="push").state == Copy.State.DEAD


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"transport": "webpush"}, "#/endpoint"),
        ({"transport": "vendor"}, "#/token"),
        ({"transport": "sms", "number": "0311 123"}, "#/number"),
        ({"transport": "vendor", "token": "a", "endpoint": "https://x.example"}, "#/endpoint"),
        ({"transport": "pigeon"}, "#/transport"),
        (
            {
                "transport": "webpush",
                "endpoint": "https://x.example",
                "keys": {"p256dh": "AAAA", "auth": "AA"},
            },
            "#/keys/p256dh",
        ),
    ],
)
def test_what_is_no_device_is_refused_by_name(
    alice: User, client_of: ClientOf, fields: dict[str, Any], pointer: str
) -> None:
    answer = client_of(alice).post(URL, fields)

    assert answer.status_code == 400
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}


def test_there_are_ten_devices_a_person(alice: User, client_of: ClientOf) -> None:
    phone = client_of(alice)
    for number in range(MOST_DEVICES):
        assert phone.post(URL, {"transport": "vendor", "token": f"t{number}"}).status_code == 201

    assert phone.post(URL, {"transport": "vendor", "token": "one more"}).status_code == 409
    assert phone.post(URL, {"transport": "vendor", "token": "t3"}).status_code == 201


def test_a_test_message_is_sent_and_a_deleted_device_is_silent(
    alice: User, client_of: ClientOf, push_service: Receiver, browser: Browser
) -> None:
    phone = client_of(alice)
    url = f"{URL}{register(phone, browser, push_service.url)['code']}/"

    assert phone.post(f"{url}test/").status_code == 202
    dispatch.send_due()
    [arrived] = push_service.arrived
    assert browser.read(arrived.body)["kind"] == "test"

    phone.post(f"{url}test/")
    assert phone.delete(url).status_code == 204
    dispatch.send_due()
    assert len(push_service.arrived) == 1
    assert phone.post(f"{url}test/").status_code == 404


def test_nobody_reaches_the_devices_of_others(
    alice: User, bob: User, anyone: APIClient, client_of: ClientOf, push_service: Receiver, browser: Browser
) -> None:
    url = f"{URL}{register(client_of(alice), browser, push_service.url)['code']}/"

    assert client_of(bob).post(f"{url}test/").status_code == 404
    assert client_of(bob).delete(url).status_code == 404
    assert anyone.get(URL).status_code == 401


def test_an_address_lies_sealed(
    alice: User, client_of: ClientOf, push_service: Receiver, browser: Browser
) -> None:
    register(client_of(alice), browser, push_service.url)

    device = Device.objects.get()
    assert push_service.url not in device.sealed
    assert browser.keys["auth"] not in device.sealed


# --- Our key ---


def test_the_key_of_a_laptop_is_made_once_and_its_owners_alone(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.VAPID_PRIVATE_KEY = tmp_path / "fresh", ""

    first, second = vapid.public_key(), vapid.public_key()

    path = tmp_path / "fresh" / vapid.FILE
    assert first == second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [vapid.FILE]


def test_the_key_of_a_city_comes_from_its_settings(settings: Any) -> None:
    pem = vapid.pems()[0].decode()
    settings.VAPID_PRIVATE_KEY = pem
    from_pem = vapid.public_key()
    settings.VAPID_PRIVATE_KEY = text_of((7).to_bytes(32))

    assert len(from_pem) == len(vapid.public_key()) == 87
    assert from_pem != vapid.public_key()


@pytest.mark.parametrize("key", ["nonsense!", "-----BEGIN NOTHING-----", ""])
def test_a_key_that_is_none_says_the_cure(settings: Any, key: str) -> None:
    settings.VAPID_PRIVATE_KEY = key or text_of(bytes(32))

    with pytest.raises(ImproperlyConfigured, match="P-256"):
        vapid.public_key()
