"""Deleting an account, and the sessions it is logged in with: as a phone does, over HTTP."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts import services
from accounts.models import Consent, Membership, Producer, User
from governance.verify import verify
from notifications.models import Device, InboxItem, Subscription
from reports.models import Comment, Report, Support
from reports.services import Submitted
from tests.conftest import Maker, SmallCity

pytestmark = pytest.mark.django_db

AUTH = "/_allauth/app/v1/auth/"
ME = "/api/v1/me/"
ClientOf = Callable[[User], APIClient]
WithReceipt = Callable[[Submitted], APIClient]


def log_in(user: User, agent: str = "Phone") -> APIClient:
    """A phone that has just proved by a code who it is."""
    headers = {"User-Agent": agent}
    asked: Any = Client().post(
        f"{AUTH}code/request", {"email": user.email}, content_type="application/json", headers=headers
    )
    [code] = re.findall(r"(?m)^[A-Z0-9]+-[A-Z0-9]+$", str(mail.outbox[-1].body))
    headers["X-Session-Token"] = asked.json()["meta"]["session_token"]
    confirmed: Any = Client().post(
        f"{AUTH}code/confirm", {"code": code}, content_type="application/json", headers=headers
    )
    assert confirmed.status_code == 200, confirmed.content
    return APIClient(headers={"X-Session-Token": confirmed.json()["meta"]["session_token"]})


@pytest.fixture
def alice(alice: User) -> User:
    """With an address that gets codes."""
    services.note_address(alice)
    return alice


def everything_stored() -> Iterator[tuple[str, str]]:
    """Every value of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # a name from the database itself
            yield table, repr(cursor.fetchall())


def test_nothing_of_the_account_is_left(
    make: Maker, city: SmallCity, alice: User, relay: Callable[[], int]
) -> None:
    User.objects.filter(pk=alice.pk).update(name="Alice Unmistakable")
    Membership.objects.create(user=alice, organisation=city.works, role="officer")
    AuthToken.objects.create(alice)
    make.submitted(user=alice)
    other = log_in(alice, "Another phone")
    phone = log_in(alice)
    phone.get(ME)

    assert phone.delete(f"{ME}?reports=keep").status_code == 204
    relay()

    assert [phone.get(ME).status_code, other.get(ME).status_code] == [401, 401]
    assert not User.objects.exists()
    for rows in (EmailAddress, UserSession, AuthToken, Membership, Session):
        assert not rows._default_manager.exists(), rows
    left = [table for table, text in everything_stored() if "alice@example" in text or "Unmistakable" in text]
    assert left == []


def test_a_kept_report_is_nobodys_and_its_receipt_still_opens_it(
    make: Maker, alice: User, with_receipt: WithReceipt, relay: Callable[[], int]
) -> None:
    sent, other = make.submitted(user=alice, text="A hole that stays."), make.report()
    phone = log_in(alice)
    phone.post(f"/api/v1/reports/{other.code}/support/")
    phone.post("/api/v1/me/consents/", {"purpose": "contact_me", "notice_version": "1"})
    phone.post("/api/v1/me/consents/", {"purpose": "research", "notice_version": "1"})

    phone.delete(f"{ME}?reports=keep")
    relay()

    kept = with_receipt(sent).get(f"/api/v1/reports/{sent.report.code}/").json()
    trace = with_receipt(sent).get(f"/api/v1/reports/{sent.report.code}/trace/").json()
    assert kept["text"] == "A hole that stays."
    assert verify(trace).faults == ()
    assert not Producer.objects.filter(user__isnull=False).exists()
    assert Report.objects.get(pk=other.pk).support_count == Support.objects.count() == 1
    live = Consent.objects.filter(withdrawn_at=None).values_list("purpose", flat=True)
    assert list(live) == ["research"]


def test_everything_sent_is_erased_when_they_wish(
    make: Maker, alice: User, with_receipt: WithReceipt, relay: Callable[[], int]
) -> None:
    sent, other = make.submitted(user=alice), make.report()
    phone, producer = log_in(alice), Producer.objects.get(user=alice).pk
    phone.post(f"/api/v1/reports/{other.code}/support/")
    phone.post(f"/api/v1/reports/{other.code}/comments/", {"text": "I saw it too."})
    relay()

    assert phone.delete(f"{ME}?reports=erase").status_code == 204
    relay()

    stone = with_receipt(sent).get(f"/api/v1/reports/{sent.report.code}/tombstone/").json()
    events = list(Report.objects.get(pk=other.pk).events.order_by("pk"))
    assert verify(stone["trace"]).faults == ()
    assert events[-1].kind == "report.unsupported"
    assert Report.objects.get(pk=other.pk).support_count == Support.objects.count() == 0
    assert [comment.text for comment in Comment.objects.all()] == [""]
    told = [InboxItem.objects, Subscription.objects, Device.objects]
    assert not any(rows.filter(producer=producer).exists() for rows in told)


@pytest.mark.parametrize("query", ["", "?reports=maybe", "?reports=keep&sure=yes"])
def test_what_becomes_of_the_reports_must_be_said(alice: User, query: str) -> None:
    assert log_in(alice).delete(f"{ME}{query}").status_code == 400
    assert User.objects.filter(pk=alice.pk).exists()


def test_an_old_login_is_not_enough(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = log_in(alice)
    monkeypatch.setattr("accounts.recency.RECENT_S", -1)

    answer = phone.delete(f"{ME}?reports=keep")

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/login-too-old")
    assert phone.get(ME).status_code == 200


def test_neither_is_a_machines_token_nor_a_receipt(
    make: Maker, alice: User, with_receipt: WithReceipt
) -> None:
    _, token = AuthToken.objects.create(alice)
    machine = APIClient(headers={"Authorization": f"Token {token}"})

    assert machine.delete(f"{ME}?reports=keep").status_code == 403
    assert with_receipt(make.submitted(user=alice)).delete(f"{ME}?reports=keep").status_code in (401, 403)
    assert User.objects.filter(pk=alice.pk).exists()


# --- Sessions: allauth's own addresses ---


def test_sessions_are_listed_and_ended_one_by_one(alice: User) -> None:
    lost, phone = log_in(alice, "Lost phone"), log_in(alice, "My phone")

    listed = phone.get(f"{AUTH}sessions").json()["data"]
    [stray] = [row["id"] for row in listed if not row["is_current"]]
    ended = phone.delete(f"{AUTH}sessions", {"sessions": [stray]}, format="json")

    assert sorted(row["user_agent"] for row in listed) == ["Lost phone", "My phone"]
    assert [row["user_agent"] for row in ended.json()["data"]] == ["My phone"]
    assert (lost.get(ME).status_code, phone.get(ME).status_code) == (401, 200)


def test_a_session_that_ran_out_leaves_no_address_behind(alice: User) -> None:
    log_in(alice, "Old phone")
    phone = log_in(alice, "New phone")
    old = UserSession.objects.filter(user_agent="Old phone")
    Session.objects.filter(session_key__in=old.values("session_key")).update(expire_date=timezone.now())
    UserSession.objects.update(created_at=timezone.now() - timedelta(days=31))

    assert services.forget_sessions() == 1

    assert [row.user_agent for row in UserSession.objects.all()] == ["New phone"]
    assert phone.get(ME).status_code == 200
