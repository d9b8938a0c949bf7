"""Watching an area and keeping a filter: one metre outside is outside, and both sides of every filter."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from notifications.models import Subscription
from notifications.models.following import MOST_AREAS
from reports import services as reports
from reports.models import Report
from reports.workflow import Reason, Status, Visibility
from tests.conftest import WEST, Maker
from tests.notifications.conftest import CIRCLE, SUBSCRIPTIONS, news, subscribe

pytestmark = pytest.mark.django_db

BOX = [[114.44, 38.04], [114.46, 38.04], [114.46, 38.06], [114.44, 38.06], [114.44, 38.04]]
Relay = Callable[[], int]


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

    refused = bobs.post(SUBSCRIPTIONS, CIRCLE)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/too-many-subscriptions")
    assert Subscription.objects.filter(kind="area").count() == MOST_AREAS


def test_a_deleted_area_makes_room(bobs: APIClient) -> None:
    codes = [subscribe(bobs, **CIRCLE)["code"] for _ in range(MOST_AREAS)]

    bobs.delete(f"{SUBSCRIPTIONS}{codes[2]}/")

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
    answer = bobs.post(SUBSCRIPTIONS, fields)

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
