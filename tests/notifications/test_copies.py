"""Copies by mail: what is said, when, how often, once, and how it is stopped."""

import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from notifications import dispatch
from notifications.models import Copy, InboxItem
from notifications.senders import NotSent
from notifications.services import sending
from reports import services as reports
from reports.models import Comment, Report
from tests.conftest import Maker
from tests.notifications.conftest import PREFERENCES, letter, pass_time, prefer

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
Steps = Callable[[], int]


# --- What a mail says ---


def test_news_of_my_report_comes_by_mail_with_the_public_answer(
    mailed: Report, make: Maker, olga: User, send: Steps
) -> None:
    reports.answer(mailed, by=make.actor(olga), text="We come <b>tomorrow</b>.")
    send()

    sent = letter()
    html = str(sent.alternatives[0][0])  # type: ignore[attr-defined]  # it is a mail with alternatives
    assert sent.to == ["alice@example.org"]
    assert sent.subject == f"{mailed.reference}: Works Bureau has answered"
    assert "We come <b>tomorrow</b>." in sent.body
    assert "We come &lt;b&gt;tomorrow&lt;/b&gt;." in html
    assert f"http://localhost:8000/app/reports/{mailed.code}" in sent.body
    assert "A deep hole." not in sent.body + html
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "alice" not in sent.extra_headers["List-Unsubscribe"]


def test_the_words_of_a_citizen_are_in_no_mail(
    mailed: Report, make: Maker, bob: User, alice: User, client_of: ClientOf, send: Steps
) -> None:
    prefer(client_of(alice), cadences={"email": {"comments": "at_once"}})
    reports.add_comment(mailed, by=make.actor(bob), text="My name is Bob Secret.", is_public=True)
    send()

    assert "Secret" not in letter().body


def test_a_mail_speaks_the_language_of_its_reader(
    mailed: Report, make: Maker, alice: User, olga: User, send: Steps
) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    reports.answer(mailed, by=make.actor(olga), text="马上来。")
    send()

    assert letter().subject == f"{mailed.reference}: 市政局已答复"
    assert letter().extra_headers["Content-Language"] == "zh-hans"


# --- Once, and never lost ---


def test_a_copy_is_sent_once_however_often_the_steps_run(
    mailed: Report, make: Maker, olga: User, send: Steps
) -> None:
    reports.answer(mailed, by=make.actor(olga), text="Soon.")

    for _ in range(3):
        send()

    copy = Copy.objects.get()
    assert (copy.state, copy.tries, len(mail.outbox)) == (Copy.State.SENT, 1, 1)


def test_a_mail_that_was_not_taken_is_sent_later_under_the_same_id(
    mailed: Report, make: Maker, olga: User, send: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    take = EmailMessage.send

    def busy(self: EmailMessage, fail_silently: bool = False) -> int:
        seen.append(self.extra_headers["Message-ID"])
        if len(seen) == 1:
            raise smtplib.SMTPResponseException(451, b"try later")
        return take(self)

    monkeypatch.setattr(EmailMessage, "send", busy)
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    send()
    copy = Copy.objects.get()
    assert (copy.state, copy.reason) == (Copy.State.PENDING, "smtp 451")
    assert copy.due_at > timezone.now()
    assert dispatch.send_due() == 0

    pass_time()
    dispatch.send_due()

    assert Copy.objects.get().state == Copy.State.SENT
    assert seen[0] == seen[1]
    assert len(mail.outbox) == 1


def test_it_is_given_up_with_the_reason_after_the_last_try(
    mailed: Report,
    make: Maker,
    olga: User,
    send: Steps,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.NOTIFICATION_RETRY_WAITS = [1.0, 1.0]

    def away(self: EmailMessage, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", away)
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    send()
    for _ in range(5):
        pass_time()
        dispatch.send_due()

    copy = Copy.objects.get()
    assert (copy.state, copy.tries, copy.reason) == (Copy.State.DEAD, 3, "ConnectionRefusedError")


def test_an_address_that_does_not_exist_is_written_to_no_more(
    mailed: Report,
    make: Maker,
    olga: User,
    alice: User,
    client_of: ClientOf,
    send: Steps,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(self: EmailMessage, fail_silently: bool = False) -> int:
        raise smtplib.SMTPRecipientsRefused({self.to[0]: (550, b"no such user")})

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", unknown)
        reports.answer(mailed, by=make.actor(olga), text="Soon.")
        send()
    assert client_of(alice).get(PREFERENCES).json()["is_address_refused"] is True

    reports.answer(mailed, by=make.actor(olga), text="Tomorrow.")
    send()

    assert [copy.state for copy in Copy.objects.order_by("pk")] == [Copy.State.DEAD, Copy.State.SKIPPED]
    assert mail.outbox == []
    User.objects.filter(pk=alice.pk).update(email="alice@new.example.org")
    reports.answer(mailed, by=make.actor(olga), text="Today.")
    send()
    assert letter().to == ["alice@new.example.org"]


def test_who_died_under_a_lease_is_followed_by_another(
    mailed: Report, make: Maker, olga: User, relay: Steps, plan: Steps
) -> None:
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    relay()
    plan()
    taken, [late] = sending.claim(timezone.now(), 8)  # and then nothing more was heard of it
    assert (taken, dispatch.send_due()) == (1, 0)

    pass_time()
    dispatch.send_due()
    sending.record_failure(late, NotSent("too late to say so"))

    assert len(mail.outbox) == 1
    assert Copy.objects.get().state == Copy.State.SENT


def test_of_two_who_take_at_once_each_takes_another(
    mailed: Report, make: Maker, olga: User, relay: Steps, plan: Steps
) -> None:
    for text in ("One.", "Two.", "Three."):
        reports.answer(mailed, by=make.actor(olga), text=text)
    relay()
    plan()

    _, first = sending.claim(timezone.now(), 2)
    _, second = sending.claim(timezone.now(), 2)

    codes = [errand.copy.code for errand in (*first, *second)]
    assert len(codes) == len(set(codes)) == 3


# --- Looked at once more before it goes ---


@pytest.mark.parametrize("visibility", ["hidden", "private", "held", "erased"])
def test_what_was_hidden_meanwhile_goes_to_no_follower(
    visibility: str, mailed: Report, make: Maker, bob: User, olga: User, relay: Steps, plan: Steps
) -> None:
    reports.support(mailed, by=make.actor(bob))
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    relay()
    plan()
    assert Copy.objects.filter(producer__user=bob).exists()
    Report.objects.filter(pk=mailed.pk).update(visibility=visibility)

    dispatch.send_due()

    assert "bob@example.org" not in {address for sent in mail.outbox for address in sent.to}
    assert Copy.objects.get(producer__user=bob).state == Copy.State.SKIPPED


def test_a_comment_that_was_taken_back_meanwhile_is_not_sent(
    mailed: Report,
    make: Maker,
    alice: User,
    bob: User,
    client_of: ClientOf,
    relay: Steps,
    plan: Steps,
) -> None:
    prefer(client_of(alice), cadences={"email": {"comments": "at_once"}})
    reports.add_comment(mailed, by=make.actor(bob), text="Spam.", is_public=True)
    relay()
    plan()
    Comment.objects.update(is_public=False)

    dispatch.send_due()

    assert mail.outbox == []


def test_a_muted_report_tells_the_inbox_alone(
    mailed: Report, make: Maker, alice: User, olga: User, client_of: ClientOf, send: Steps
) -> None:
    client_of(alice).post(
        "/api/v1/me/subscriptions/", {"kind": "report", "report": mailed.code, "is_muted": True}
    )
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    send()

    assert (InboxItem.objects.count(), Copy.objects.count()) == (1, 0)
