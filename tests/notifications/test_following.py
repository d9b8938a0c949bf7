"""Following a report, watching an area, keeping a filter: who hears of what, and who does not."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.actors import Actor, ActorKind
from accounts.models import User
from notifications.models import InboxItem
from reports import services as reports
from reports.models import Report
from reports.workflow import Reason, Status
from tests.conftest import WEST, Maker
from tests.notifications.conftest import CIRCLE, SUBSCRIPTIONS, news, subscribe

pytestmark = pytest.mark.django_db

BOX = [[114.44, 38.04], [114.46, 38.04], [114.46, 38.06], [114.44, 38.06], [114.44, 38.04]]
ClientOf = Callable[[User], APIClient]
Relay = Callable[[], int]


# --- A report ---


def test_who_follows_a_report_hears_how_it_goes_on(
    make: Maker, alice: User, olga: User, bobs: APIClient, relay: Relay
) -> None:
    report = make.report(user=alice)
    relay()

    subscribe(bobs, kind="report", report=report.code)
    reports.change_status(report, Status.IN_PROGRESS, by=make.actor(olga))
    relay()

    assert news(bobs) == [("Work has begun", "followed")]


def test_support_follows_by_itself_and_ends_with_the_support(
    make: Maker, bob: User, bobs: APIClient, alice: User, relay: Relay
) -> None:
    report = make.report(user=alice)
    reports.support(report, by=make.actor(bob))
    relay()
    [line] = bobs.get(SUBSCRIPTIONS).json()["results"]
    assert (line["report"], line["origin"]) == (report.code, "support")

    reports.unsupport(report, by=make.actor(bob))
    relay()

    assert bobs.get(SUBSCRIPTIONS).json()["results"] == []


def test_support_given_to_what_was_followed_before_changes_nothing(
    make: Maker, bob: User, bobs: APIClient, alice: User, relay: Relay
) -> None:
    report = make.report(user=alice)
    subscribe(bobs, kind="report", report=report.code)
    reports.support(report, by=make.actor(bob))
    relay()
    reports.unsupport(report, by=make.actor(bob))
    relay()

    assert [line["origin"] for line in bobs.get(SUBSCRIPTIONS).json()["results"]] == ["chosen"]


def test_whoever_left_is_not_brought_back_by_the_support_of_others(
    make: Maker, bob: User, bobs: APIClient, olga: User, alice: User, relay: Relay
) -> None:
    report = make.report(user=alice)
    reports.support(report, by=make.actor(bob))
    relay()
    [line] = bobs.get(SUBSCRIPTIONS).json()["results"]

    InboxItem.objects.all().delete()

    assert bobs.delete(f"{SUBSCRIPTIONS}{line['code']}/").status_code == 204
    other = make.submitted(at=None).report.producer
    reports.support(report, by=Actor(ActorKind.PRODUCER, producer=other))
    reports.answer(report, by=make.actor(olga), text="Soon.")
    relay()

    assert news(bobs) == []


def test_a_comment_follows_by_itself(
    make: Maker, alice: User, bob: User, olga: User, bobs: APIClient, relay: Relay
) -> None:
    report = make.report(user=alice)
    relay()
    reports.add_comment(report, by=make.actor(bob), text="Deep, that.", is_public=True)
    reports.answer(report, by=make.actor(olga), text="Soon.")
    relay()

    assert news(bobs) == [("Works Bureau has answered", "followed")]


@pytest.mark.parametrize("visibility", ["held", "private", "hidden", "erased"])
def test_a_report_that_is_not_public_cannot_be_followed_by_others(
    visibility: str, make: Maker, alice: User, bobs: APIClient
) -> None:
    report = make.report(user=alice, visibility=visibility)

    answer = bobs.post(SUBSCRIPTIONS, {"kind": "report", "report": report.code})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_report"


@pytest.mark.parametrize("visibility", ["held", "private", "hidden"])
def test_what_is_not_public_is_told_to_its_producer_alone(
    visibility: str,
    make: Maker,
    alice: User,
    olga: User,
    bobs: APIClient,
    client_of: ClientOf,
    relay: Relay,
) -> None:
    report = make.report(user=alice)
    subscribe(bobs, kind="report", report=report.code)
    subscribe(bobs, **CIRCLE, statuses=["in_progress"])
    relay()
    InboxItem.objects.all().delete()
    Report.objects.filter(pk=report.pk).update(visibility=visibility)

    reports.change_status(report, Status.IN_PROGRESS, by=make.actor(olga))
    relay()

    assert news(client_of(alice)) == [("Work has begun", "own")]
    assert not InboxItem.objects.exclude(producer=report.producer).exists()


def test_a_member_of_a_cluster_hears_the_news_of_the_head(
    make: Maker, alice: User, bob: User, olga: User, bobs: APIClient, relay: Relay
) -> None:
    head, member = make.report(user=alice), make.report(user=bob)
    relay()
    InboxItem.objects.all().delete()
    Report.objects.filter(pk=member.pk).update(cluster=head)

    reports.answer(head, by=make.actor(olga), text="For all of you.")
    relay()

    assert news(bobs) == [("Works Bureau has answered", "linked")]


def test_who_follows_a_duplicate_hears_the_news_of_the_head(
    make: Maker, alice: User, olga: User, bobs: APIClient, relay: Relay
) -> None:
    head, member = make.report(user=alice), make.report()
    relay()
    subscribe(bobs, kind="report", report=member.code)
    reports.change_status(
        member,
        Status.DUPLICATE,
        by=make.actor(olga),
        reason=Reason.SAME_MATTER,
        text="The same hole.",
        duplicate_of=head,
    )
    reports.answer(head, by=make.actor(olga), text="For all of you.")
    relay()

    assert news(bobs)[-1] == ("Works Bureau has answered", "linked")


def test_a_receipt_mutes_its_own_report_and_follows_no_other(
    make: Maker, with_receipt: Any, relay: Relay
) -> None:
    submitted, other = make.submitted(), make.report()
    phone = with_receipt(submitted)

    muted = subscribe(phone, kind="report", report=submitted.report.code, is_muted=True)

    assert muted["is_muted"] is True
    assert phone.post(SUBSCRIPTIONS, {"kind": "report", "report": other.code}).status_code == 400
    assert phone.post(SUBSCRIPTIONS, CIRCLE).status_code == 403


# --- Changing and reading ---


def test_a_watch_that_moves_is_found_at_its_new_place(
    make: Maker, alice: User, bobs: APIClient, relay: Relay
) -> None:
    line = subscribe(bobs, **{**CIRCLE, "latitude": 38.09})

    moved = bobs.patch(f"{SUBSCRIPTIONS}{line['code']}/", {"latitude": WEST[0]}, headers={"If-Match": '"1"'})
    make.report(user=alice)
    relay()

    assert (moved.status_code, moved["ETag"]) == (200, '"2"')
    assert len(news(bobs)) == 1


def test_a_circle_may_become_a_polygon(bobs: APIClient) -> None:
    line = subscribe(bobs, **CIRCLE)
    polygon = {"type": "Polygon", "coordinates": [BOX]}

    changed = bobs.patch(
        f"{SUBSCRIPTIONS}{line['code']}/", {"polygon": polygon}, headers={"If-Match": "*"}
    ).json()

    assert (changed["polygon"], changed["radius_m"]) == (polygon, None)


def test_a_change_names_the_version_it_changes(bobs: APIClient) -> None:
    url = f"{SUBSCRIPTIONS}{subscribe(bobs, **CIRCLE)['code']}/"

    assert bobs.patch(url, {"name": "home"}).status_code == 428
    assert bobs.patch(url, {"name": "home"}, headers={"If-Match": '"9"'}).status_code == 412
    assert bobs.get(url, headers={"If-None-Match": '"1"'}).status_code == 304


def test_nobody_sees_what_others_follow(
    alice: User, bobs: APIClient, client_of: ClientOf, anyone: APIClient
) -> None:
    url = f"{SUBSCRIPTIONS}{subscribe(bobs, **CIRCLE)['code']}/"
    alices = client_of(alice)

    assert alices.get(SUBSCRIPTIONS).json()["results"] == []
    assert [alices.get(url).status_code, alices.delete(url).status_code] == [404, 404]
    assert [anyone.get(SUBSCRIPTIONS).status_code, anyone.post(SUBSCRIPTIONS, CIRCLE).status_code] == [
        401,
        401,
    ]


def test_subscriptions_cost_the_same_with_one_and_with_many(
    make: Maker, alice: User, bob: User, bobs: APIClient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        subscribe(bobs, kind="report", report=make.report(user=alice).code)
    subscribe(bobs, **CIRCLE)

    with django_assert_max_num_queries(5):  # two of them are the session's
        assert len(bobs.get(SUBSCRIPTIONS).json()["results"]) == 4
