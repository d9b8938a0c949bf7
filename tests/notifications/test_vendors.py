"""Vendors' push services and text messages, by the city's gateway."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from notifications import dispatch
from notifications.models import Copy, Device
from notifications.senders import Message
from notifications.senders.mail import headers_of
from reports import services as reports
from reports.models import Report
from tests.conftest import Maker
from tests.webhooks.receiver import Receiver, Reply

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/push/"
ClientOf = Callable[[User], APIClient]
Steps = Callable[[], int]
Answered = Callable[[Report], object]


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


# --- Vendors and text messages ---


@pytest.fixture
def gateway(settings: Any, push_service: Receiver) -> Receiver:
    """The city's gateway to push services of vendors and to text messages."""
    settings.VENDOR_PUSH_URL = settings.SMS_URL = push_service.url
    settings.VENDOR_PUSH_TOKEN = settings.SMS_TOKEN = "gate-secret"
    settings.NOTIFICATION_SENDERS = {
        **settings.NOTIFICATION_SENDERS,
        "vendor": "notifications.senders.vendor.send_push",
        "sms": "notifications.senders.vendor.send_sms",
    }
    push_service.reply = Reply(202)
    return push_service


def test_a_vendor_gets_one_document_with_a_key_against_doubles(
    pothole: Report,
    alice: User,
    answered: Answered,
    client_of: ClientOf,
    send: Steps,
    gateway: Receiver,
) -> None:
    client_of(alice).post(URL, {"transport": "vendor", "token": "device-token"})
    answered(pothole)
    send()

    [arrived] = gateway.arrived
    body = json.loads(arrived.body)
    copy = Copy.objects.get(channel="push")
    assert (body["to"], body["title"]) == ("device-token", f"{pothole.reference}: Works Bureau has answered")
    assert body["data"]["report"] == pothole.code
    assert "tomorrow" not in arrived.body.decode()
    assert arrived.headers["authorization"] == "Bearer gate-secret"
    assert arrived.headers["idempotency-key"] == f'"{copy.code}"'


def test_without_a_gateway_the_log_says_that_something_would_go_out(
    pothole: Report,
    alice: User,
    answered: Answered,
    client_of: ClientOf,
    send: Steps,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client_of(alice).post(URL, {"transport": "vendor", "token": "device-token"})
    answered(pothole)
    with caplog.at_level("INFO", logger="notifications"):
        send()

    assert "would go out" in caplog.text
    assert "device-token" not in caplog.text


def test_a_number_is_written_to_only_after_its_owner_read_a_code_there(
    pothole: Report,
    alice: User,
    answered: Answered,
    client_of: ClientOf,
    send: Steps,
    gateway: Receiver,
) -> None:
    phone = client_of(alice)
    wish = {"cadences": {"sms": {"answers": "at_once"}, "email": {"answers": "never"}}}
    phone.patch("/api/v1/me/preferences/", wish, headers={"If-Match": "*"})
    device = phone.post(URL, {"transport": "sms", "number": "+8613800138000"}).json()
    assert device["is_confirmed"] is False
    assert phone.post(f"{URL}{device['code']}/test/").status_code == 409
    answered(pothole)
    send()
    [proof] = gateway.arrived
    words = json.loads(proof.body)["text"]
    [code] = re.findall(r"\d{6}", words)

    confirmed = phone.post(f"{URL}{device['code']}/confirm/", {"code": code})
    answered(pothole)
    send()

    assert confirmed.json()["is_confirmed"] is True
    assert code not in Device.objects.get().proof_hash
    assert pothole.reference in json.loads(gateway.arrived[-1].body)["text"]
    assert len(gateway.arrived) == 2


def test_a_code_is_guessed_five_times_at_most(alice: User, client_of: ClientOf, gateway: Receiver) -> None:
    phone = client_of(alice)
    device = phone.post(URL, {"transport": "sms", "number": "+8613800138000"}).json()
    dispatch.send_due()
    words = json.loads(gateway.arrived[0].body)["text"]
    [right] = re.findall(r"\d{6}", words)
    wrong = "000000" if right != "000000" else "111111"
    url = f"{URL}{device['code']}/confirm/"

    for _ in range(5):
        assert (
            phone.post(url, {"code": wrong}, headers={"Idempotency-Key": "x"}).json()["is_confirmed"] is False
        )
        phone.post(url, {"code": wrong})

    assert phone.post(url, {"code": right}).json()["is_confirmed"] is False


def test_text_messages_need_an_account(make: Maker, with_receipt: Any) -> None:
    answer = with_receipt(make.submitted()).post(URL, {"transport": "sms", "number": "+8613800138000"})

    assert answer.status_code == 403


def test_a_message_id_is_the_same_for_every_try() -> None:
    message = Message("01code", "s", "t")

    assert headers_of(message)["Message-ID"] == headers_of(message)["Message-ID"] == "<01code@localhost>"
