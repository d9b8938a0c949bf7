"""Wishes: how often, when to be quiet, digests, and the link that stops mail."""

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
from reports import services as reports
from reports.models import Report
from reports.workflow import Reason, Status
from tests.conftest import Maker
from tests.notifications.conftest import PREFERENCES, letter, pass_time, prefer

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
Steps = Callable[[], int]


def stop_path(sent: EmailMessage) -> str:
    url: str = sent.extra_headers["List-Unsubscribe"].strip("<>")
    return url.removeprefix("http://localhost:8000")


# --- Wishes ---


def test_never_is_never(
    mailed: Report, make: Maker, alice: User, olga: User, client_of: ClientOf, send: Steps
) -> None:
    prefer(client_of(alice), cadences={"email": {"answers": "never"}})
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    reports.change_status(mailed, Status.IN_PROGRESS, by=make.actor(olga))
    send()

    assert letter().subject.endswith("Work has begun")


def test_a_wish_of_the_last_moment_counts(
    mailed: Report,
    make: Maker,
    alice: User,
    olga: User,
    client_of: ClientOf,
    relay: Steps,
    plan: Steps,
) -> None:
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    relay()
    plan()
    prefer(client_of(alice), cadences={"email": {"answers": "never"}})

    dispatch.send_due()

    assert mail.outbox == []


def test_a_digest_gathers_what_waited_and_each_item_goes_once(
    mailed: Report,
    make: Maker,
    alice: User,
    olga: User,
    client_of: ClientOf,
    send: Steps,
    digest: Steps,
) -> None:
    prefer(client_of(alice), cadences={"email": {"answers": "daily", "progress": "weekly"}})
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    reports.change_status(mailed, Status.IN_PROGRESS, by=make.actor(olga))
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
    mailed: Report,
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
    for report in (mailed, other):
        reports.support(report, by=make.actor(bob))
        reports.answer(report, by=make.actor(olga), text="Soon.")
    send()
    mail.outbox.clear()
    digest()
    Report.objects.filter(pk=other.pk).update(visibility="hidden")
    pass_time()

    dispatch.send_due()

    assert letter().to == ["bob@example.org"]
    assert mailed.reference in letter().body
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
    mailed: Report, make: Maker, alice: User, olga: User, client_of: ClientOf, send: Steps
) -> None:
    local = timezone.now().astimezone(ZoneInfo("UTC"))
    ends = (local + timedelta(hours=2)).strftime("%H:%M")
    starts = (local - timedelta(hours=2)).strftime("%H:%M")
    prefer(client_of(alice), quiet_from=starts, quiet_until=ends, time_zone="UTC")
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
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
    mailed: Report, make: Maker, olga: User, send: Steps, client: Client
) -> None:
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    send()
    path = stop_path(letter())
    mail.outbox.clear()

    page = client.get(path)
    reports.answer(mailed, by=make.actor(olga), text="Sooner.")
    send()
    assert (page.status_code, page["Cache-Control"].startswith("max-age=0")) == (200, True)
    assert len(mail.outbox) == 1  # a scanner that opened the link stopped nothing

    done = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    reports.answer(mailed, by=make.actor(olga), text="Now.")
    reports.change_status(mailed, Status.RESOLVED, by=make.actor(olga), reason=Reason.FIXED, text="Done.")
    send()
    assert done.status_code == 200
    assert [sent.subject.partition(": ")[2] for sent in mail.outbox[1:]] == ["Resolved"]


def test_the_other_button_stops_all_mail(
    mailed: Report, make: Maker, olga: User, send: Steps, client: Client
) -> None:
    reports.answer(mailed, by=make.actor(olga), text="Soon.")
    send()

    client.post(stop_path(letter()), {"scope": "all"})
    reports.change_status(mailed, Status.RESOLVED, by=make.actor(olga), reason=Reason.FIXED, text="Done.")
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
