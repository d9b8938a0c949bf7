"""Asked later whether it is solved; photo refusals; reports that were claimed; one item at a time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from notifications.models import InboxItem
from notifications.services import surveys
from reports import services as reports
from reports.models import Event, Photo, Report
from reports.services.claiming import claim_report
from reports.services.photos import refuse_photo
from reports.workflow import Reason, Status
from tests.conftest import Maker, SmallCity

pytestmark = pytest.mark.django_db

INBOX = "/api/v1/me/inbox/"
ENGLISH = {"Accept-Language": "en"}
ClientOf = Callable[[User], APIClient]
Steps = Callable[[], int]


@pytest.fixture
def resolved(make: Maker, alice: User, olga: User, relay: Steps) -> Report:
    """Alice's report, resolved six days ago."""
    report = make.report("pothole", user=alice)
    relay()
    reports.change_status(report, Status.RESOLVED, by=make.actor(olga), reason=Reason.FIXED, text="Filled.")
    past = timezone.now() - timedelta(days=6)
    Report.objects.filter(pk=report.pk).update(resolved_at=past)
    relay()
    InboxItem.objects.all().delete()
    return Report.objects.get(pk=report.pk)


def solved(client: APIClient, report: Report, **answer: Any) -> Any:
    return client.post(f"/api/v1/reports/{report.code}/solved/", answer)


def titles(client: APIClient) -> list[str]:
    return [row["title"] for row in client.get(INBOX, headers=ENGLISH).json()["results"]]


def test_whoever_sent_it_is_asked_once(
    resolved: Report, alice: User, bob: User, make: Maker, relay: Steps, client_of: ClientOf
) -> None:
    reports.support(resolved, by=make.actor(bob))

    assert (surveys.ask(timezone.now()), surveys.ask(timezone.now())) == (1, 0)
    relay()

    assert titles(client_of(alice)) == ["Is it solved?"]
    assert titles(client_of(bob)) == []


@pytest.mark.parametrize("days", [1, 40])
def test_nobody_is_asked_too_early_or_too_late(resolved: Report, days: int) -> None:
    Report.objects.update(resolved_at=timezone.now() - timedelta(days=days))

    assert surveys.ask(timezone.now()) == 0


def test_yes_is_written_down_once(resolved: Report, alice: User, client_of: ClientOf) -> None:
    phone = client_of(alice)

    assert solved(phone, resolved, is_solved=True).status_code == 200
    assert solved(phone, resolved, is_solved=True).status_code == 200

    assert Event.objects.filter(kind=Event.Kind.CONFIRMED).count() == 1
    assert surveys.ask(timezone.now()) == 0


def test_no_is_a_dispute(resolved: Report, alice: User, client_of: ClientOf) -> None:
    answer = solved(client_of(alice), resolved, is_solved=False, text="Still deep.")

    assert (answer.status_code, answer.json()["status"]) == (200, "assigned")
    assert Report.objects.get(pk=resolved.pk).dispute_count == 1


def test_no_needs_words_and_yes_needs_an_end(
    resolved: Report, alice: User, make: Maker, client_of: ClientOf
) -> None:
    phone = client_of(alice)
    silent = solved(phone, resolved, is_solved=False)
    early = solved(phone, make.report(user=alice), is_solved=True)

    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (400, "#/text")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/nothing-to-confirm")


def test_only_whoever_sent_it_says_so(
    resolved: Report, bob: User, client_of: ClientOf, anyone: APIClient
) -> None:
    assert solved(client_of(bob), resolved, is_solved=True).status_code == 403
    assert solved(anyone, resolved, is_solved=True).status_code == 401


# --- Photos that were refused ---


def refused(report: Report, **fields: Any) -> None:
    photo = Photo.objects.create(report=report, original="x", content_hash="0" * 64, **fields)
    refuse_photo(photo, "unreadable")


def test_a_refused_photo_is_told_to_whoever_sent_it(
    resolved: Report, alice: User, relay: Steps, client_of: ClientOf
) -> None:
    refused(resolved)
    relay()

    assert titles(client_of(alice)) == ["A photo could not be taken"]


def test_a_refused_proof_of_a_firm_is_not(
    resolved: Report, city: SmallCity, alice: User, relay: Steps, client_of: ClientOf
) -> None:
    refused(resolved, role=Photo.Role.PROOF, organisation=city.mender)
    relay()

    assert titles(client_of(alice)) == []


# --- A report that an account took over ---


def test_the_news_of_a_claimed_report_goes_with_it(
    make: Maker, alice: User, with_receipt: Any, relay: Steps, client_of: ClientOf
) -> None:
    submitted = make.submitted()
    relay()
    phone = with_receipt(submitted)
    phone.post("/api/v1/me/push/", {"transport": "vendor", "token": "t"})
    assert len(titles(phone)) == 1

    claim_report(submitted.report.code, submitted.secret, by=alice)
    relay()

    assert titles(client_of(alice)) == ["Works Bureau answers for it"]
    assert len(client_of(alice).get("/api/v1/me/push/").json()["results"]) == 1


# --- One item at a time ---


def test_one_item_is_read_and_unread(
    resolved: Report, alice: User, bob: User, make: Maker, olga: User, relay: Steps, client_of: ClientOf
) -> None:
    for text in ("One.", "Two."):
        reports.answer(resolved, by=make.actor(olga), text=text)
    relay()
    phone = client_of(alice)
    newest, older = (row["seq"] for row in phone.get(INBOX).json()["results"])

    assert phone.post(f"{INBOX}{older}/read/").json() == {"unread_count": 1}
    assert phone.post(f"{INBOX}{older}/read/").json() == {"unread_count": 1}
    assert [row["seq"] for row in phone.get(f"{INBOX}?is_unread=true").json()["results"]] == [newest]
    assert phone.post(f"{INBOX}{older}/unread/").json() == {"unread_count": 2}
    assert client_of(bob).post(f"{INBOX}{older}/read/").status_code == 404
    assert phone.post(f"{INBOX}{2**70}/read/").status_code == 404


def test_an_inbox_that_did_not_change_is_not_sent_again(
    resolved: Report, alice: User, make: Maker, olga: User, relay: Steps, client_of: ClientOf
) -> None:
    phone = client_of(alice)
    before = phone.get(INBOX)["ETag"]
    assert phone.get(INBOX, headers={"If-None-Match": before}).status_code == 304

    reports.answer(resolved, by=make.actor(olga), text="One.")
    relay()
    after = phone.get(INBOX, headers={"If-None-Match": before})
    phone.post(f"{INBOX}read/")

    assert after.status_code == 200
    assert phone.get(INBOX, headers={"If-None-Match": after["ETag"]}).status_code == 200
