"""Copies by mail: what is said, when, how often, once, and how it is stopped."""

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from notifications import dispatch, schedule
from notifications.models import Copy, DigestLine, InboxItem, Wishes
from notifications.senders import NotSent
from notifications.services import sending
from reports import services as reports
from reports.models import Comment, Report
from reports.workflow import Reason, Status
from tests.conftest import Maker
from tests.notifications.conftest import pass_time

pytestmark = pytest.mark.django_db

PREFERENCES = "/api/v1/me/preferences/"
ClientOf = Callable[[User], APIClient]
Steps = Callable[[], int]


@pytest.fixture
def pothole(make: Maker, alice: User, send: Steps) -> Report:
    """Alice's report; what was told until now is forgotten. Alice reads English."""
    User.objects.filter(pk=alice.pk).update(language="en")
    report = make.report("pothole", user=alice)
    send()
    InboxItem.objects.all().delete()
    mail.outbox.clear()
    return report


def prefer(client: APIClient, **changes: Any) -> None:
    answer = client.patch(PREFERENCES, changes, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.content


def letter() -> EmailMessage:
    [found] = mail.outbox
    return found


def stop_path(sent: EmailMessage) -> str:
    url: str = sent.extra_headers["List-Unsubscribe"].strip("<>")
    return url.removeprefix("http://localhost:8000")


# --- What a mail says ---


def test_news_of_my_report_comes_by_mail_with_the_public_answer(
    pothole: Report, make: Maker, olga: User, send: Steps
) -> None:
    reports.answer(pothole, by=make.actor(olga), text="We come <b>tomorrow</b>.")
    send()

    sent = letter()
    html = str(sent.alternatives[0][0])  # type: ignore[attr-defined]  # it is a mail with alternatives
    assert sent.to == ["alice@example.org"]
    assert sent.subject == f"{pothole.reference}: Works Bureau has answered"
    assert "We come <b>tomorrow</b>." in sent.body
    assert "We come &lt;b&gt;tomorrow&lt;/b&gt;." in html
    assert f"http://localhost:8000/app/reports/{pothole.code}" in sent.body
    assert "A deep hole." not in sent.body + html
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "alice" not in sent.extra_headers["List-Unsubscribe"]


def test_the_words_of_a_citizen_are_in_no_mail(
    pothole: Report, make: Maker, bob: User, alice: User, client_of: ClientOf, send: Steps
) -> None:
    prefer(client_of(alice), cadences={"email": {"comments": "at_once"}})
    reports.add_comment(pothole, by=make.actor(bob), text="My name is Bob Secret.", is_public=True)
    send()

    assert "Secret" not in letter().body


def test_a_mail_speaks_the_language_of_its_reader(
    pothole: Report, make: Maker, alice: User, olga: User, send: Steps
) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    reports.answer(pothole, by=make.actor(olga), text="马上来。")
    send()

    assert letter().subject == f"{pothole.reference}: 市政局已答复"
    assert letter().extra_headers["Content-Language"] == "zh-hans"


# --- Once, and never lost ---


def test_a_copy_is_sent_once_however_often_the_steps_run(
    pothole: Report, make: Maker, olga: User, send: Steps
) -> None:
    reports.answer(pothole, by=make.actor(olga), text="Soon.")

    for _ in range(3):
        send()

    copy = Copy.objects.get()
    assert (copy.state, copy.tries, len(mail.outbox)) == (Copy.State.SENT, 1, 1)


def test_a_mail_that_was_not_taken_is_sent_later_under_the_same_id(
    pothole: Report, make: Maker, olga: User, send: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    take = EmailMessage.send

    def busy(self: EmailMessage, fail_silently: bool = False) -> int:
        seen.append(self.extra_headers["Message-ID"])
        if len(seen) == 1:
            raise smtplib.SMTPResponseException(451, b"try later")
        return take(self)

    monkeypatch.setattr(EmailMessage, "send", busy)
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
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
    pothole: Report,
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
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    send()
    for _ in range(5):
        pass_time()
        dispatch.send_due()

    copy = Copy.objects.get()
    assert (copy.state, copy.tries, copy.reason) == (Copy.State.DEAD, 3, "ConnectionRefusedError")


def test_an_address_that_does_not_exist_is_written_to_no_more(
    pothole: Report,
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
        reports.answer(pothole, by=make.actor(olga), text="Soon.")
        send()
    assert client_of(alice).get(PREFERENCES).json()["is_address_refused"] is True

    reports.answer(pothole, by=make.actor(olga), text="Tomorrow.")
    send()

    assert [copy.state for copy in Copy.objects.order_by("pk")] == [Copy.State.DEAD, Copy.State.SKIPPED]
    assert mail.outbox == []
    User.objects.filter(pk=alice.pk).update(email="alice@new.example.org")
    reports.answer(pothole, by=make.actor(olga), text="Today.")
    send()
    assert letter().to == ["alice@new.example.org"]


def test_who_died_under_a_lease_is_followed_by_another(
    pothole: Report, make: Maker, olga: User, relay: Steps, plan: Steps
) -> None:
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
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
    pothole: Report, make: Maker, olga: User, relay: Steps, plan: Steps
) -> None:
    for text in ("One.", "Two.", "Three."):
        reports.answer(pothole, by=make.actor(olga), text=text)
    relay()
    plan()

    _, first = sending.claim(timezone.now(), 2)
    _, second = sending.claim(timezone.now(), 2)

    codes = [errand.copy.code for errand in (*first, *second)]
    assert len(codes) == len(set(codes)) == 3


# --- Looked at once more before it goes ---


@pytest.mark.parametrize("visibility", ["hidden", "private", "held", "erased"])
def test_what_was_hidden_meanwhile_goes_to_no_follower(
    visibility: str, pothole: Report, make: Maker, bob: User, olga: User, relay: Steps, plan: Steps
) -> None:
    reports.support(pothole, by=make.actor(bob))
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    relay()
    plan()
    assert Copy.objects.filter(producer__user=bob).exists()
    Report.objects.filter(pk=pothole.pk).update(visibility=visibility)

    dispatch.send_due()

    assert "bob@example.org" not in {address for sent in mail.outbox for address in sent.to}
    assert Copy.objects.get(producer__user=bob).state == Copy.State.SKIPPED


def test_a_comment_that_was_taken_back_meanwhile_is_not_sent(
    pothole: Report, make: Maker, alice: User, bob: User, client_of: ClientOf, relay: Steps, plan: Steps
) -> None:
    prefer(client_of(alice), cadences={"email": {"comments": "at_once"}})
    reports.add_comment(pothole, by=make.actor(bob), text="Spam.", is_public=True)
    relay()
    plan()
    Comment.objects.update(is_public=False)

    dispatch.send_due()

    assert mail.outbox == []


def test_a_muted_report_tells_the_inbox_alone(
    pothole: Report, make: Maker, alice: User, olga: User, client_of: ClientOf, send: Steps
) -> None:
    client_of(alice).post(
        "/api/v1/me/subscriptions/", {"kind": "report", "report": pothole.code, "is_muted": True}
    )
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    send()

    assert (InboxItem.objects.count(), Copy.objects.count()) == (1, 0)


# --- Wishes ---


def test_never_is_never(
    pothole: Report, make: Maker, alice: User, olga: User, client_of: ClientOf, send: Steps
) -> None:
    prefer(client_of(alice), cadences={"email": {"answers": "never"}})
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    reports.change_status(pothole, Status.IN_PROGRESS, by=make.actor(olga))
    send()

    assert letter().subject.endswith("Work has begun")


def test_a_wish_of_the_last_moment_counts(
    pothole: Report, make: Maker, alice: User, olga: User, client_of: ClientOf, relay: Steps, plan: Steps
) -> None:
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    relay()
    plan()
    prefer(client_of(alice), cadences={"email": {"answers": "never"}})

    dispatch.send_due()

    assert mail.outbox == []


def test_a_digest_gathers_what_waited_and_each_item_goes_once(
    pothole: Report, make: Maker, alice: User, olga: User, client_of: ClientOf, send: Steps, digest: Steps
) -> None:
    prefer(client_of(alice), cadences={"email": {"answers": "daily", "progress": "weekly"}})
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    reports.change_status(pothole, Status.IN_PROGRESS, by=make.actor(olga))
    send()
    assert mail.outbox == []

    assert (digest(), digest()) == (2, 0)
    pass_time()
    dispatch.send_due()

    sent = letter()
    assert sent.subject == "2 pieces of news"
    assert sent.body.index("Work has begun") < sent.body.index("Works Bureau has answered")
    assert DigestLine.objects.filter(digest=None).count() == 0


def test_a_digest_leaves_out_what_was_hidden_meanwhile(
    pothole: Report,
    make: Maker,
    alice: User,
    bob: User,
    olga: User,
    client_of: ClientOf,
    send: Steps,
    digest: Steps,
) -> None:
    prefer(client_of(bob), cadences={"email": {"answers": "daily"}})
    User.objects.filter(pk=bob.pk).update(language="en")
    other = make.report(user=alice)
    for report in (pothole, other):
        reports.support(report, by=make.actor(bob))
        reports.answer(report, by=make.actor(olga), text="Soon.")
    send()
    mail.outbox.clear()
    digest()
    Report.objects.filter(pk=other.pk).update(visibility="hidden")
    pass_time()

    dispatch.send_due()

    assert letter().to == ["bob@example.org"]
    assert pothole.reference in letter().body
    assert other.reference not in letter().body


BEIJING = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (time(22), time(7), datetime(2026, 11, 25, 7, tzinfo=BEIJING)),
        (time(23), time(23, 45), datetime(2026, 11, 24, 23, 45, tzinfo=BEIJING)),
        (time(0), time(7), NIGHT),
        (time(12), time(14), NIGHT),
        (None, None, NIGHT),
    ],
)
def test_quiet_hours_end_in_the_morning(start: time | None, end: time | None, expected: datetime) -> None:
    wishes = Wishes(quiet_from=start, quiet_until=end)

    assert schedule.at_once(wishes, NIGHT.astimezone(UTC), BEIJING) == expected


@pytest.mark.parametrize(
    ("cadence", "weekday", "expected"),
    [
        ("daily", 0, datetime(2026, 11, 25, 8, tzinfo=BEIJING)),
        ("weekly", 2, datetime(2026, 11, 25, 8, tzinfo=BEIJING)),
        ("weekly", 1, datetime(2026, 12, 1, 8, tzinfo=BEIJING)),
    ],
)
def test_digests_come_at_their_hour(cadence: str, weekday: int, expected: datetime) -> None:
    wishes = Wishes(digest_hour=8, digest_weekday=weekday)

    assert schedule.next_digest(wishes, cadence, NIGHT.astimezone(UTC), BEIJING) == expected


def test_in_quiet_hours_nothing_goes_out(
    pothole: Report, make: Maker, alice: User, olga: User, client_of: ClientOf, send: Steps
) -> None:
    local = timezone.now().astimezone(ZoneInfo("UTC"))
    ends = (local + timedelta(hours=2)).strftime("%H:%M")
    starts = (local - timedelta(hours=2)).strftime("%H:%M")
    prefer(client_of(alice), quiet_from=starts, quiet_until=ends, time_zone="UTC")
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    send()
    pass_time()  # even for one who did not look at the clock when it was planned
    dispatch.send_due()

    assert mail.outbox == []
    assert Copy.objects.get().tries == 0


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"cadences": {"email": {"answers": "hourly"}}}, "#/cadences/email/answers"),
        ({"cadences": {"fax": {}}}, "#/cadences/fax"),
        ({"quiet_from": "22:00"}, "#/quiet_until"),
        ({"time_zone": "Mars/Olympus"}, "#/time_zone"),
        ({"digest_hour": 24}, "#/digest_hour"),
        ({"colour": "red"}, "#/colour"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_name(
    alice: User, client_of: ClientOf, change: dict[str, Any], pointer: str
) -> None:
    answer = client_of(alice).patch(PREFERENCES, change, headers={"If-Match": "*"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_wishes_have_a_version(alice: User, client_of: ClientOf) -> None:
    phone = client_of(alice)
    assert phone.get(PREFERENCES)["ETag"] == '"0"'
    assert phone.patch(PREFERENCES, {"digest_hour": 6}).status_code == 428

    changed = phone.patch(PREFERENCES, {"digest_hour": 6}, headers={"If-Match": '"0"'})

    assert changed.json()["digest_hour"] == 6
    assert phone.patch(PREFERENCES, {"digest_hour": 7}, headers={"If-Match": '"0"'}).status_code == 412
    assert phone.get(PREFERENCES, headers={"If-None-Match": changed["ETag"]}).status_code == 304


# --- The link that stops it ---


def test_the_link_shows_and_the_button_stops(
    pothole: Report, make: Maker, olga: User, send: Steps, client: Client
) -> None:
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    send()
    path = stop_path(letter())
    mail.outbox.clear()

    page = client.get(path)
    reports.answer(pothole, by=make.actor(olga), text="Sooner.")
    send()
    assert (page.status_code, page["Cache-Control"].startswith("max-age=0")) == (200, True)
    assert len(mail.outbox) == 1  # a scanner that opened the link stopped nothing

    done = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    reports.answer(pothole, by=make.actor(olga), text="Now.")
    reports.change_status(pothole, Status.RESOLVED, by=make.actor(olga), reason=Reason.FIXED, text="Done.")
    send()
    assert done.status_code == 200
    assert [sent.subject.partition(": ")[2] for sent in mail.outbox[1:]] == ["Resolved"]


def test_the_other_button_stops_all_mail(
    pothole: Report, make: Maker, olga: User, send: Steps, client: Client
) -> None:
    reports.answer(pothole, by=make.actor(olga), text="Soon.")
    send()

    client.post(stop_path(letter()), {"scope": "all"})
    reports.change_status(pothole, Status.RESOLVED, by=make.actor(olga), reason=Reason.FIXED, text="Done.")
    send()

    assert len(mail.outbox) == 1
    assert InboxItem.objects.count() == 2


@pytest.mark.parametrize("token", ["x", "WyJhIiwiYiJd:1abc:forged", "a:b:c"])
def test_a_link_that_is_not_ours_stops_nothing(db: None, client: Client, token: str) -> None:
    assert client.get(f"/stop-mail/{token}/").status_code == 404
    assert client.post(f"/stop-mail/{token}/").status_code == 404


def test_anonymous_people_get_no_mail_and_have_an_inbox(make: Maker, send: Steps, with_receipt: Any) -> None:
    submitted = make.submitted()
    send()

    assert mail.outbox == []
    assert with_receipt(submitted).get("/api/v1/me/inbox/").json()["unread_count"] == 1
