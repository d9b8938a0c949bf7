"""Following a report, watching an area, keeping a filter: who hears of what, and who does not."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.actors import Actor, ActorKind
from accounts.models import User
from notifications.models import InboxItem, Subscription
from notifications.models.following import MOST_AREAS
from reports import services as reports
from reports.models import Report
from reports.workflow import Reason, Status, Visibility
from tests.conftest import WEST, Maker

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/subscriptions/"
INBOX = "/api/v1/me/inbox/"
CIRCLE = {"kind": "area", "latitude": WEST[0], "longitude": WEST[1], "radius_m": 500}
BOX = [[114.44, 38.04], [114.46, 38.04], [114.46, 38.06], [114.44, 38.06], [114.44, 38.04]]
ClientOf = Callable[[User], APIClient]
Relay = Callable[[], int]


def subscribe(client: APIClient, **fields: Any) -> dict[str, Any]:
    answer = client.post(URL, fields)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def news(client: APIClient) -> list[tuple[str, str]]:
    """(title, why) of an inbox, oldest first."""
    rows = client.get(INBOX, headers={"Accept-Language": "en"}).json()["results"]
    return [(row["title"], row["why"]) for row in reversed(rows)]


@pytest.fixture
def bobs(bob: User, client_of: ClientOf) -> APIClient:
    return client_of(bob)


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
    [line] = bobs.get(URL).json()["results"]
    assert (line["report"], line["origin"]) == (report.code, "support")

    reports.unsupport(report, by=make.actor(bob))
    relay()

    assert bobs.get(URL).json()["results"] == []


def test_support_given_to_what_was_followed_before_changes_nothing(
    make: Maker, bob: User, bobs: APIClient, alice: User, relay: Relay
) -> None:
    report = make.report(user=alice)
    subscribe(bobs, kind="report", report=report.code)
    reports.support(report, by=make.actor(bob))
    relay()
    reports.unsupport(report, by=make.actor(bob))
    relay()

    assert [line["origin"] for line in bobs.get(URL).json()["results"]] == ["chosen"]


def test_whoever_left_is_not_brought_back_by_the_support_of_others(
    make: Maker, bob: User, bobs: APIClient, olga: User, alice: User, relay: Relay
) -> None:
    report = make.report(user=alice)
    reports.support(report, by=make.actor(bob))
    relay()
    [line] = bobs.get(URL).json()["results"]

    InboxItem.objects.all().delete()

    assert bobs.delete(f"{URL}{line['code']}/").status_code == 204
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

    answer = bobs.post(URL, {"kind": "report", "report": report.code})

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
    assert phone.post(URL, {"kind": "report", "report": other.code}).status_code == 400
    assert phone.post(URL, CIRCLE).status_code == 403


# --- A watch area ---


def east_of(latitude: float, longitude: float, metres: float) -> float:
    """The longitude so many metres along the parallel, by the ellipsoid's own radius of it (WGS 84)."""
    a, e2 = 6_378_137.0, 6.69437999014e-3
    angle = math.radians(latitude)
    radius = a * math.cos(angle) / math.sqrt(1 - e2 * math.sin(angle) ** 2)
    return longitude + math.degrees(metres / radius)


@pytest.mark.parametrize(("metres", "count"), [(0, 1), (4_999, 1), (5_001, 0)])
def test_one_metre_outside_is_outside(
    metres: int, count: int, make: Maker, alice: User, bobs: APIClient, relay: Relay
) -> None:
    latitude, longitude = WEST
    subscribe(bobs, kind="area", latitude=latitude, longitude=longitude, radius_m=5000)

    make.report(at=(latitude, east_of(latitude, longitude, metres)), user=alice)
    relay()

    assert len(news(bobs)) == count


@pytest.mark.parametrize(("metres", "count"), [(99, 1), (101, 0)])
def test_the_smallest_circle_is_as_exact(
    metres: int, count: int, make: Maker, alice: User, bobs: APIClient, relay: Relay
) -> None:
    latitude, longitude = WEST
    subscribe(bobs, kind="area", latitude=latitude, longitude=longitude, radius_m=100)

    make.report(at=(latitude, east_of(latitude, longitude, metres)), user=alice)
    relay()

    assert len(news(bobs)) == count


@pytest.mark.parametrize(("at", "count"), [((38.0599, 114.45), 1), ((38.0601, 114.45), 0)])
def test_a_polygon_is_watched_to_its_border(
    at: tuple[float, float], count: int, make: Maker, alice: User, bobs: APIClient, relay: Relay
) -> None:
    subscribe(bobs, kind="area", polygon={"type": "Polygon", "coordinates": [BOX]})

    make.report(at=at, user=alice)
    relay()

    assert news(bobs) == [("A new report where you watch", "watched")] * count


def test_a_held_report_is_told_when_it_is_published_and_once(
    make: Maker, alice: User, mona: User, bobs: APIClient, relay: Relay
) -> None:
    subscribe(bobs, **CIRCLE)
    report = make.report(user=alice, visibility="held")
    relay()
    assert news(bobs) == []

    reports.change_visibility(report, Visibility.PUBLIC, by=make.actor(mona))
    relay()
    reports.change_visibility(report, Visibility.HIDDEN, by=make.actor(mona), reason="abuse")
    reports.change_visibility(report, Visibility.PUBLIC, by=make.actor(mona))
    relay()

    assert news(bobs) == [("A new report where you watch", "watched")]


def test_my_own_report_is_no_news_where_i_watch(
    make: Maker, bob: User, bobs: APIClient, relay: Relay
) -> None:
    subscribe(bobs, **CIRCLE)

    make.report(user=bob)
    relay()

    assert [why for _, why in news(bobs)] == ["own"]


def test_what_an_import_brings_wakes_nobody(make: Maker, alice: User, bobs: APIClient, relay: Relay) -> None:
    subscribe(bobs, **CIRCLE)

    make.report(user=alice, channel=Report.Channel.IMPORT)
    relay()

    assert news(bobs) == []


def test_there_are_five_watch_areas_a_person(bobs: APIClient) -> None:
    for _ in range(MOST_AREAS):
        subscribe(bobs, **CIRCLE)

    refused = bobs.post(URL, CIRCLE)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/too-many-subscriptions")
    assert Subscription.objects.filter(kind="area").count() == MOST_AREAS


def test_a_deleted_area_makes_room(bobs: APIClient) -> None:
    codes = [subscribe(bobs, **CIRCLE)["code"] for _ in range(MOST_AREAS)]

    bobs.delete(f"{URL}{codes[2]}/")

    subscribe(bobs, **CIRCLE)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({**CIRCLE, "radius_m": 99}, "#/radius_m"),
        ({**CIRCLE, "radius_m": 5001}, "#/radius_m"),
        ({**CIRCLE, "latitude": 91}, "#/latitude"),
        ({"kind": "area"}, "#/polygon"),
        ({**CIRCLE, "polygon": {"type": "Polygon", "coordinates": [BOX]}}, "#/polygon"),
        ({"kind": "area", "polygon": {"type": "Point", "coordinates": [1, 2]}}, "#/polygon"),
        (
            {
                "kind": "area",
                "polygon": {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]]]},
            },
            "#/polygon",
        ),
        ({"kind": "filter"}, "#/categories"),
        ({"kind": "filter", "categories": ["unicorns"]}, "#/categories"),
        ({"kind": "filter", "area": "atlantis"}, "#/area"),
        ({"kind": "filter", "radius_m": 500, "categories": ["pothole"]}, "#/radius_m"),
        ({"kind": "report"}, "#/report"),
        ({"kind": "filter", "bbox": "5,5,1,1"}, "#/bbox"),
        ({"kind": "filter", "statuses": ["lost"]}, "#/statuses/0"),
        ({**CIRCLE, "depth_m": 3}, "#/depth_m"),
    ],
)
def test_what_cannot_be_watched_is_refused_by_name(
    city: Any, bobs: APIClient, fields: dict[str, Any], pointer: str
) -> None:
    answer = bobs.post(URL, fields)

    assert answer.status_code == 400, answer.content
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}


# --- A filter ---


@pytest.mark.parametrize(
    ("wanted", "is_told"),
    [
        ({"categories": ["pothole"]}, True),
        ({"categories": ["safety"]}, True),
        ({"categories": ["signal"]}, False),
        ({"area": "west"}, True),
        ({"area": "east"}, False),
        ({"area": "west", "categories": ["signal"]}, False),
        ({"kinds": ["problem"]}, True),
        ({"kinds": ["enquiry"]}, False),
        ({"bbox": "114.44,38.04,114.46,38.06"}, True),
        ({"bbox": "114.45,38.05,114.45,38.05"}, True),
        ({"bbox": "114.46,38.04,114.48,38.06"}, False),
        ({"bbox": "-180,-90,180,90"}, True),
        ({"statuses": ["received"]}, True),
        ({"statuses": ["resolved"]}, False),
    ],
)
def test_both_sides_of_every_filter(
    wanted: dict[str, Any], is_told: bool, make: Maker, alice: User, bobs: APIClient, relay: Relay
) -> None:
    subscribe(bobs, kind="filter", **wanted)

    make.report("pothole", user=alice)
    relay()

    assert bool(news(bobs)) is is_told


def test_a_filter_with_a_status_hears_when_reports_come_there(
    make: Maker, alice: User, olga: User, bobs: APIClient, relay: Relay
) -> None:
    subscribe(bobs, kind="filter", categories=["pothole"], statuses=["resolved"])
    report = make.report("pothole", user=alice)
    relay()
    reports.change_status(report, Status.IN_PROGRESS, by=make.actor(olga))
    reports.change_status(report, Status.RESOLVED, by=make.actor(olga), reason=Reason.FIXED, text="Filled.")
    relay()

    assert news(bobs) == [("Where you watch: resolved", "watched")]


# --- Changing and reading ---


def test_a_watch_that_moves_is_found_at_its_new_place(
    make: Maker, alice: User, bobs: APIClient, relay: Relay
) -> None:
    line = subscribe(bobs, **{**CIRCLE, "latitude": 38.09})

    moved = bobs.patch(f"{URL}{line['code']}/", {"latitude": WEST[0]}, headers={"If-Match": '"1"'})
    make.report(user=alice)
    relay()

    assert (moved.status_code, moved["ETag"]) == (200, '"2"')
    assert len(news(bobs)) == 1


def test_a_circle_may_become_a_polygon(bobs: APIClient) -> None:
    line = subscribe(bobs, **CIRCLE)
    polygon = {"type": "Polygon", "coordinates": [BOX]}

    changed = bobs.patch(f"{URL}{line['code']}/", {"polygon": polygon}, headers={"If-Match": "*"}).json()

    assert (changed["polygon"], changed["radius_m"]) == (polygon, None)


def test_a_change_names_the_version_it_changes(bobs: APIClient) -> None:
    url = f"{URL}{subscribe(bobs, **CIRCLE)['code']}/"

    assert bobs.patch(url, {"name": "home"}).status_code == 428
    assert bobs.patch(url, {"name": "home"}, headers={"If-Match": '"9"'}).status_code == 412
    assert bobs.get(url, headers={"If-None-Match": '"1"'}).status_code == 304


def test_nobody_sees_what_others_follow(
    alice: User, bobs: APIClient, client_of: ClientOf, anyone: APIClient
) -> None:
    url = f"{URL}{subscribe(bobs, **CIRCLE)['code']}/"
    alices = client_of(alice)

    assert alices.get(URL).json()["results"] == []
    assert [alices.get(url).status_code, alices.delete(url).status_code] == [404, 404]
    assert [anyone.get(URL).status_code, anyone.post(URL, CIRCLE).status_code] == [401, 401]


def test_subscriptions_cost_the_same_with_one_and_with_many(
    make: Maker, alice: User, bob: User, bobs: APIClient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        subscribe(bobs, kind="report", report=make.report(user=alice).code)
    subscribe(bobs, **CIRCLE)

    with django_assert_max_num_queries(5):  # two of them are the session's
        assert len(bobs.get(URL).json()["results"]) == 4
