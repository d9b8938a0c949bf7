"""The inbox: who is told what, in which words, and what it costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from rest_framework.test import APIClient

from accounts.models import Membership, User
from notifications import news
from notifications.handlers import fill_inboxes
from notifications.models import InboxItem
from reports import services as reports
from reports.models import Event, Report
from reports.workflow import Reason, Status, Visibility
from tests.conftest import Maker, SmallCity

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/inbox/"
ENGLISH = {"Accept-Language": "en"}
ClientOf = Callable[[User], APIClient]
Relay = Callable[[], int]
Reads = Callable[[], list[str]]


def titles(client: APIClient, language: str = "en") -> list[str]:
    """The headlines of an inbox, oldest first."""
    answer = client.get(URL, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.content
    return [row["title"] for row in reversed(answer.json()["results"])]


@pytest.fixture
def pothole(make: Maker, alice: User, relay: Relay) -> Report:
    """Alice's report, offered to the works bureau and its firm; what was told until now is forgotten."""
    report = make.report("pothole", user=alice)
    relay()
    InboxItem.objects.all().delete()
    return report


@pytest.fixture
def alice_reads(alice: User, client_of: ClientOf) -> Reads:
    """The headlines of Alice's inbox, oldest first."""
    return lambda: titles(client_of(alice))


# --- Who is told what ---


def test_whoever_sent_a_report_hears_who_answers_for_it(
    make: Maker, alice: User, relay: Relay, client_of: ClientOf
) -> None:
    report = make.report("pothole", user=alice)
    relay()

    [item] = client_of(alice).get(URL, headers=ENGLISH).json()["results"]

    assert (item["kind"], item["title"]) == ("ticket.offered", "Works Bureau answers for it")
    assert (item["report"], item["reference"]) == (report.code, report.reference)
    assert item["is_read"] is False


def test_a_life_is_told_step_by_step(
    pothole: Report, make: Maker, alice: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    bureau = make.actor(olga)
    reports.answer(pothole, by=bureau, text="We are coming.")
    reports.change_status(pothole, Status.IN_PROGRESS, by=bureau)
    reports.change_status(pothole, Status.RESOLVED, by=bureau, reason=Reason.FIXED, text="Filled.")
    relay()

    assert titles(client_of(alice)) == ["Works Bureau has answered", "Work has begun", "Resolved"]


@pytest.mark.parametrize(
    ("turn", "title"),
    [
        ((Status.DECLINED, Reason.NOT_FOUND), "Declined"),
        ((Status.REDIRECTED, Reason.NOT_OURS), "Redirected: it belongs to someone outside"),
        ((Status.RECEIVED, ""), "It is being decided who answers for it"),
    ],
)
def test_every_other_turn_is_told_too(
    turn: tuple[Status, str],
    title: str,
    pothole: Report,
    make: Maker,
    olga: User,
    relay: Relay,
    alice_reads: Reads,
) -> None:
    new, reason = turn
    bureau = make.actor(olga)
    reports.change_status(
        pothole, new, by=bureau, reason=reason, text="Because.", redirected_to="The railway"
    )
    relay()

    assert alice_reads() == [title]


def test_what_moderation_does_is_told(
    pothole: Report, make: Maker, alice: User, mona: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.change_visibility(pothole, Visibility.HIDDEN, by=make.actor(mona), reason="abuse")
    relay()

    assert titles(client_of(alice)) == ["Hidden by moderation"]


def test_nobody_is_told_of_what_they_did_themselves(
    pothole: Report, make: Maker, alice: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.add_comment(pothole, by=make.actor(alice), text="Still there.", is_public=True)
    reports.withdraw(pothole, by=make.actor(alice), text="It was another street.")
    relay()

    assert titles(client_of(alice)) == []


def test_not_even_of_what_they_did_in_another_role(
    make: Maker, city: SmallCity, alice: User, relay: Relay, client_of: ClientOf
) -> None:
    Membership.objects.create(user=alice, organisation=city.works, role=Membership.Role.OFFICER)
    report = make.report("pothole", user=alice)
    relay()
    InboxItem.objects.all().delete()

    reports.answer(report, by=make.actor(alice), text="I mend it myself.")
    relay()

    assert titles(client_of(alice)) == []


def test_a_comment_of_somebody_else_is_news_once_the_public_reads_it(
    pothole: Report, make: Maker, alice: User, bob: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.add_comment(pothole, by=make.actor(bob), text="Me too.", is_public=False)
    reports.add_comment(pothole, by=make.actor(bob), text="Deep, that.", is_public=True)
    relay()

    assert titles(client_of(alice)) == ["A new comment"]


def test_a_note_of_those_who_work_on_it_is_no_news(
    pothole: Report, make: Maker, alice: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    event = Event.objects.filter(report=pothole, kind=Event.Kind.TICKET_OFFERED).first()
    assert event is not None
    event.kind, event.is_public, event.pk, event.seq = Event.Kind.TICKET_NOTED, False, None, None
    event.save(force_insert=True)
    relay()

    assert titles(client_of(alice)) == []


# --- Supporters ---


def test_supporters_hear_how_a_public_report_goes_on(
    pothole: Report, make: Maker, bob: User, alice: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.support(pothole, by=make.actor(bob))
    reports.change_status(pothole, Status.RESOLVED, by=make.actor(olga), reason=Reason.FIXED, text="Filled.")
    reports.dispute(pothole, by=make.actor(alice), text="It is not.")
    relay()

    assert titles(client_of(bob)) == [
        "Resolved",
        "Disputed: whoever sent it says that it is not resolved",
        "Opened again",
    ]
    assert titles(client_of(alice)) == ["Resolved"]


def test_supporters_hear_nothing_of_a_report_that_is_not_public(
    pothole: Report, make: Maker, bob: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.support(pothole, by=make.actor(bob))
    Report.objects.filter(pk=pothole.pk).update(visibility=Visibility.PRIVATE)
    reports.change_status(pothole, Status.IN_PROGRESS, by=make.actor(olga))
    relay()

    assert not InboxItem.objects.filter(producer__user=bob).exists()


def test_old_news_of_a_report_that_is_no_longer_public_is_gone(
    pothole: Report, make: Maker, alice: User, bob: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.support(pothole, by=make.actor(bob))
    reports.change_status(pothole, Status.IN_PROGRESS, by=make.actor(olga))
    relay()
    Report.objects.filter(pk=pothole.pk).update(visibility=Visibility.HIDDEN)

    assert titles(client_of(bob)) == []
    assert titles(client_of(alice)) == ["Work has begun"]


def test_whoever_took_the_support_back_hears_no_more(
    pothole: Report, make: Maker, bob: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.support(pothole, by=make.actor(bob))
    reports.unsupport(pothole, by=make.actor(bob))
    reports.change_status(pothole, Status.IN_PROGRESS, by=make.actor(olga))
    relay()

    assert titles(client_of(bob)) == []


# --- Reading ---


def test_a_receipt_opens_the_news_of_its_report_alone(
    make: Maker, alice: User, relay: Relay, with_receipt: Any
) -> None:
    first, second = make.submitted(user=alice), make.submitted(user=alice)
    relay()

    for submitted in (first, second):
        results = with_receipt(submitted).get(URL).json()["results"]
        assert {row["report"] for row in results} == {submitted.report.code}


def test_nobody_else_has_an_inbox(anyone: APIClient, db: None) -> None:
    assert anyone.get(URL).status_code == 401
    assert anyone.post(f"{URL}read/").status_code == 401


def test_an_account_that_did_nothing_has_an_empty_one(olga: User, client_of: ClientOf) -> None:
    answer = client_of(olga).get(URL).json()

    assert answer == {"next": None, "previous": None, "results": [], "unread_count": 0}


def test_reading_is_noted_up_to_an_item_or_for_all(
    pothole: Report, make: Maker, alice: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    phone = client_of(alice)
    for text in ("One.", "Two.", "Three."):
        reports.answer(pothole, by=make.actor(olga), text=text)
    relay()
    newest, middle, _oldest = (row["seq"] for row in phone.get(URL).json()["results"])
    assert newest > middle

    partly = phone.post(f"{URL}read/", {"up_to": middle})

    assert partly.json() == {"unread_count": 1}
    assert [row["is_read"] for row in phone.get(URL).json()["results"]] == [False, True, True]
    assert phone.post(f"{URL}read/").json() == {"unread_count": 0}


def test_reading_my_inbox_leaves_others_unread(
    pothole: Report, make: Maker, alice: User, bob: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.support(pothole, by=make.actor(bob))
    reports.answer(pothole, by=make.actor(olga), text="We are coming.")
    relay()

    client_of(alice).post(f"{URL}read/")

    assert client_of(bob).get(URL).json()["unread_count"] == 1


@pytest.mark.parametrize("given", [{"up_to": "yesterday"}, {"up_to": -1}, {"up_to": 2**63}, {"until": 5}])
def test_what_was_read_must_be_an_item(alice: User, client_of: ClientOf, given: dict[str, Any]) -> None:
    answer = client_of(alice).post(f"{URL}read/", given)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")


def test_pages_follow_a_cursor(
    pothole: Report, make: Maker, alice: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    for number in range(5):
        reports.answer(pothole, by=make.actor(olga), text=f"Answer {number}.")
    relay()
    phone, seen, url = client_of(alice), [], f"{URL}?limit=2"
    while url:
        page = phone.get(url).json()
        seen += [row["seq"] for row in page["results"]]
        url = page["next"]

    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


def test_headlines_speak_chinese_by_themselves(
    pothole: Report, make: Maker, alice: User, olga: User, relay: Relay, client_of: ClientOf
) -> None:
    reports.answer(pothole, by=make.actor(olga), text="马上来。")
    relay()

    assert titles(client_of(alice), "zh-Hans") == ["市政局已答复"]


def test_every_headline_has_its_words_in_both_languages(city: SmallCity) -> None:
    named = {"organisation": "X"}
    with override("en"):
        english = [str(title) % named for title in news.HEADLINES.values()]
    with override("zh-hans"):
        chinese = [str(title) % named for title in news.HEADLINES.values()]

    assert not set(english) & set(chinese)
    assert set(news.HEADLINES) >= news.FOR_SUPPORTERS


# --- What it costs ---


def test_an_inbox_costs_the_same_with_one_item_and_with_many(
    make: Maker, alice: User, relay: Relay, client_of: ClientOf
) -> None:
    phone = client_of(alice)
    make.report("pothole", user=alice)
    relay()
    phone.get(URL)
    with CaptureQueriesContext(connection) as one:
        phone.get(URL)
    for _ in range(6):
        make.report("pothole", user=alice)
    relay()
    with CaptureQueriesContext(connection) as many:
        assert len(phone.get(URL).json()["results"]) == 7

    assert len(one) == len(many) <= 4, [query["sql"] for query in many]


def test_filling_costs_three_statements_whatever_the_batch(
    make: Maker, alice: User, bob: User, olga: User, relay: Relay
) -> None:
    def cost(count: int) -> int:
        for _ in range(count):
            report = make.report("pothole", user=alice)
            reports.support(report, by=make.actor(bob))
            reports.answer(report, by=make.actor(olga), text="We are coming.")
        relay()
        related = ("report__producer", "report__category", "organisation", "by_organisation", "comment")
        events = list(Event.objects.filter(kind=Event.Kind.ANSWERED).select_related(*related))
        InboxItem.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            fill_inboxes(events)
        assert InboxItem.objects.count() == 2 * len(events)
        return len([q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    assert cost(1) == cost(12) == 3


def test_an_event_that_comes_twice_is_told_once(
    pothole: Report, make: Maker, olga: User, relay: Relay
) -> None:
    reports.answer(pothole, by=make.actor(olga), text="We are coming.")
    relay()

    fill_inboxes(list(Event.objects.select_related("report__producer", "comment")))

    answered = InboxItem.objects.filter(event__kind=Event.Kind.ANSWERED)
    assert answered.count() == 1
