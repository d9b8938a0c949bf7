"""Choosing and sorting reports: both sides of every filter, pages that hold in every order, named faults."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from reports.models import Photo, Report
from routing.cells import cell_of
from routing.models import Area
from tests.conftest import EAST, WEST, Maker, SmallCity

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"
MAP = "/api/v1/reports/map/"
BOX = "114.4,38,114.6,38.1"
ClientOf = Callable[[User], APIClient]


def names(client: APIClient, **query: Any) -> list[str]:
    """The texts of the reports that are found, in order."""
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return [row["text"] for row in answer.json()["results"]]


def change(report: Report, **fields: Any) -> None:
    Report.objects.filter(pk=report.pk).update(**fields)


def move(report: Report, latitude: float, longitude: float) -> None:
    change(report, latitude=latitude, longitude=longitude, cell=cell_of(latitude, longitude))


@pytest.fixture
def pair(make: Maker) -> tuple[Report, Report]:
    """Two reports that differ in everything: one in the west, one in the east, a day apart."""
    day = timedelta(days=1)
    west = make.report("pothole", WEST, text="west", status="resolved", channel="web")
    east = make.report("signal", EAST, text="east", status="assigned", channel="app")
    then = timezone.now() - 2 * day
    change(west, created_at=then, observed_at=then - day, updated_at=then + day, resolve_by=then)
    change(east, resolve_by=timezone.now() - day)
    Photo.objects.create(report=east, state="ready", is_published=True, original="x", content_hash="x")
    Photo.objects.create(report=west, state="ready", is_published=False, original="y", content_hash="y")
    return west, east


def days_ago(days: float) -> str:
    return (timezone.now() - timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("name", "of_west", "of_east"),
    [
        ("status", "resolved,declined", "assigned"),
        ("kind", "problem", "problem"),
        ("category", "pothole", "signal"),
        ("channel", "web", "app"),
        ("responsible", "works", "traffic"),
        ("area", "west", "east"),
        ("bbox", "114.4,38,114.499,38.1", "114.501,38,114.6,38.1"),
        ("is_hazard", "false", "true"),
        ("is_overdue", "false", "true"),
        ("has_photo", "false", "true"),
        ("created_before", days_ago(1), None),
        ("created_after", None, days_ago(1)),
        ("observed_before", days_ago(2.5), None),
        ("observed_after", None, days_ago(2.5)),
        ("updated_before", days_ago(0.5), None),
        ("updated_after", None, days_ago(0.5)),
    ],
)
def test_a_filter_has_two_sides(
    pair: tuple[Report, Report], anyone: APIClient, name: str, of_west: str | None, of_east: str | None
) -> None:
    if of_west == of_east:
        assert names(anyone, **{name: of_west}) == ["east", "west"]
        return
    if of_west is not None:
        assert names(anyone, **{name: of_west}) == ["west"]
    if of_east is not None:
        assert names(anyone, **{name: of_east}) == ["east"]


def test_several_values_and_groups(pair: tuple[Report, Report], make: Maker, anyone: APIClient) -> None:
    make.report("noise", text="noise", kind="complaint")

    assert names(anyone, status="resolved,assigned") == ["east", "west"]
    assert names(anyone, category="pothole,noise") == ["noise", "west"]
    assert names(anyone, category="safety") == ["noise", "east", "west"]
    assert names(anyone, kind="complaint,suggestion") == ["noise"]


def test_filters_add_up_and_nothing_is_an_empty_list(pair: tuple[Report, Report], anyone: APIClient) -> None:
    assert names(anyone, category="pothole", area="west", status="resolved") == ["west"]
    assert names(anyone, category="pothole", area="east") == []
    assert names(anyone, responsible="nobody-of-that-name") == []


def test_near_is_a_circle_and_not_a_square(make: Maker, anyone: APIClient) -> None:
    for text, north, east in [("here", 0.0, 0.0), ("80 m", 0.00072, 0.0), ("corner", 0.00072, 0.00091)]:
        move(make.report(text=text), 38.05 + north, 114.45 + east)

    assert names(anyone, near="38.05,114.45", radius_m=100, sort="distance") == ["here", "80 m"]
    assert names(anyone, near="38.05,114.45", radius_m=120, sort="distance") == ["here", "80 m", "corner"]
    assert names(anyone, near="38.05,114.45", radius_m=79) == ["here"]


def test_an_area_is_exactly_its_polygon(make: Maker, anyone: APIClient) -> None:
    """A triangle with a hole, and an island beside it."""
    triangle = [[114.40, 38.00], [114.46, 38.00], [114.40, 38.06], [114.40, 38.00]]
    hole = [[114.41, 38.01], [114.41, 38.02], [114.42, 38.02], [114.42, 38.01], [114.41, 38.01]]
    island = [[114.55, 38.05], [114.56, 38.05], [114.56, 38.06], [114.55, 38.06], [114.55, 38.05]]
    polygon = {"type": "MultiPolygon", "coordinates": [[triangle, hole], [island]]}
    Area.objects.create(code="odd", name_zh="怪", name_en="Odd", polygon=polygon)
    points = {
        "middle": (38.015, 114.43),
        "just in": (38.02999, 114.43),
        "just out": (38.03001, 114.43001),
        "in the hole": (38.015, 114.415),
        "by the hole": (38.015, 114.42001),
        "on the island": (38.0555, 114.5555),
        "beside the island": (38.0555, 114.5601),
    }
    for text, (latitude, longitude) in points.items():
        move(make.report(text=text), latitude, longitude)

    assert sorted(names(anyone, area="odd")) == ["by the hole", "just in", "middle", "on the island"]


# --- Orders ---


@pytest.fixture
def five(make: Maker) -> list[Report]:
    """Five reports with many equal values, so that only the key parts some of them."""
    made = [make.report(text=f"crater {number}") for number in range(5)]
    now = timezone.now().replace(microsecond=0)
    for number, report in enumerate(made):
        move(report, 38.05 + 0.0001 * (number // 2), 114.45)
        change(
            report,
            support_count=number // 2,
            updated_at=now - timedelta(hours=number // 2),
            created_at=now - timedelta(days=number // 3),
            resolve_by=None if number == 3 else now + timedelta(days=number // 2),
        )
    return made


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", [2, 1, 0, 4, 3]),
        ("updated", [1, 0, 3, 2, 4]),
        ("support", [4, 2, 3, 1, 0]),
        ("distance", [0, 1, 2, 3, 4]),
        ("due", [1, 0, 2, 4, 3]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_hold_in_every_order(
    five: list[Report], anyone: APIClient, sort: str, order: list[int], size: int
) -> None:
    query: dict[str, Any] = {
        "sort": sort,
        "limit": size,
        **({"near": "38.05,114.45"} if sort == "distance" else {}),
    }
    pages = [anyone.get(URL, query).json()]
    while pages[-1]["next"]:
        pages.append(anyone.get(pages[-1]["next"]).json())
    back = [pages[-1]]
    while back[-1]["previous"]:
        back.append(anyone.get(back[-1]["previous"]).json())

    expected = [f"crater {number}" for number in order]
    assert [row["text"] for page in pages for row in page["results"]] == expected
    assert [page["results"] for page in back[::-1]] == [page["results"] for page in pages]


def test_pages_hold_by_relevance(five: list[Report], anyone: APIClient, relay: Callable[[], int]) -> None:
    relay()
    query = {"q": "crater", "sort": "relevance", "limit": "2"}
    first = anyone.get(URL, query).json()
    second = anyone.get(first["next"]).json()
    third = anyone.get(second["next"]).json()

    texts = [row["text"] for page in (first, second, third) for row in page["results"]]
    assert sorted(texts) == [f"crater {number}" for number in range(5)]
    assert third["next"] is None


def test_a_page_stays_while_reports_come_in(five: list[Report], make: Maker, anyone: APIClient) -> None:
    first = anyone.get(URL, {"limit": 2}).json()
    before = anyone.get(first["next"]).json()["results"]
    make.report(text="new")

    assert anyone.get(first["next"]).json()["results"] == before


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"area": "atlantis"}, "area"),
        ({"category": "pothole,wormhole"}, "category"),
        ({"status": "received,lost"}, "status"),
        ({"kind": "rant"}, "kind"),
        ({"channel": "pigeon"}, "channel"),
        ({"near": "38.05"}, "near"),
        ({"near": "138.05,114.45"}, "near"),
        ({"near": "nan,nan"}, "near"),
        ({"near": "38.05,114.45", "radius_m": "0"}, "radius_m"),
        ({"radius_m": "100"}, "radius_m"),
        ({"sort": "beauty"}, "sort"),
        ({"sort": "distance"}, "sort"),
        ({"sort": "relevance"}, "sort"),
        ({"has_photo": "maybe"}, "has_photo"),
        ({"updated_before": "yesterday"}, "updated_before"),
        ({"cursor": "bm9uc2Vuc2U"}, "cursor"),
        ({"cursor": "W2ZhbHNlLFsiLWNyZWF0ZWRfYXQiLCItcGsiXSxbMSwyXV0"}, "cursor"),
        ({"cursor": "W2ZhbHNlLFsiLWNyZWF0ZWRfYXQiLCItcGsiXSxbIjIwMjYtMDEtMDEiLDFlOTldXQ"}, "cursor"),
        ({"page": "2"}, "page"),
    ],
)
def test_a_bad_parameter_is_named(
    city: SmallCity, anyone: APIClient, query: dict[str, str], name: str
) -> None:
    answer = anyone.get(URL, query)

    assert answer.status_code == 400
    assert [fault["name"] for fault in answer.json()["errors"]] == [name]


def test_a_cursor_of_another_order_is_refused(five: list[Report], anyone: APIClient) -> None:
    following = anyone.get(URL, {"limit": "2", "sort": "support"}).json()["next"]

    answer = anyone.get(following.replace("sort=support", "sort=newest"))

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"q": "crater", "sort": "relevance"},
        {"area": "west", "near": "38.05,114.45", "sort": "distance"},
        {"has_photo": "false", "is_hazard": "false", "sort": "due"},
    ],
)
def test_a_list_costs_at_most_four_statements(
    five: list[Report], olga: User, client_of: ClientOf, relay: Callable[[], int], query: dict[str, str]
) -> None:
    relay()
    client = client_of(olga)
    client.get(URL, query)

    with CaptureQueriesContext(connection) as statements:
        found = names(client, **query)

    assert len(found) == 5
    assert len([q for q in statements if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]) <= 4


def test_an_unchanged_list_is_a_304(five: list[Report], make: Maker, anyone: APIClient) -> None:
    first = anyone.get(URL)
    again = anyone.get(URL, headers={"If-None-Match": first["ETag"]})
    make.report(text="new")
    later = anyone.get(URL, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert later.status_code == 200
    assert later["ETag"] != first["ETag"]


# --- The map ---


def test_the_map_takes_the_filters_of_the_list(pair: tuple[Report, Report], anyone: APIClient) -> None:
    def count(**query: str) -> int:
        answer = anyone.get(MAP, {"bbox": BOX, **query})
        assert answer.status_code == 200, answer.content
        return sum(cell["count"] for cell in answer.json()["cells"])

    assert count() == 2
    assert count(area="west") == count(category="pothole") == count(has_photo="true") == 1
    assert count(status="resolved,assigned") == 2
    assert count(is_overdue="true") == count(is_overdue="false") == 1
    assert count(near="38.05,114.45", radius_m="200") == 1


def test_an_unchanged_map_is_a_304_and_a_new_report_is_on_it_at_once(
    make: Maker, anyone: APIClient, relay: Callable[[], int]
) -> None:
    make.report()
    relay()
    first = anyone.get(MAP, {"bbox": BOX})
    again = anyone.get(MAP, {"bbox": BOX}, headers={"If-None-Match": first["ETag"]})
    other = anyone.get(MAP, {"bbox": BOX, "status": "assigned"}, headers={"If-None-Match": first["ETag"]})
    make.report()
    later = anyone.get(MAP, {"bbox": BOX}, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, other.status_code) == (304, 200)
    assert [cell["count"] for cell in later.json()["cells"]] == [2]


def test_a_map_of_somebody_known_has_the_tag_of_its_bytes(
    make: Maker, alice: User, client_of: ClientOf, relay: Callable[[], int]
) -> None:
    client = client_of(alice)
    make.report(user=alice, visibility="held")
    first = client.get(MAP, {"bbox": BOX})
    again = client.get(MAP, {"bbox": BOX}, headers={"If-None-Match": first["ETag"]})

    assert [cell["count"] for cell in first.json()["cells"]] == [1]
    assert again.status_code == 304


def test_an_unchanged_map_costs_one_statement(
    make: Maker, anyone: APIClient, relay: Callable[[], int]
) -> None:
    make.report()
    relay()
    tag = anyone.get(MAP, {"bbox": BOX})["ETag"]

    with CaptureQueriesContext(connection) as statements:
        anyone.get(MAP, {"bbox": BOX}, headers={"If-None-Match": tag})

    assert len(statements) == 1
