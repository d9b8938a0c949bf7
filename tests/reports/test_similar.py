"""What is like a report that is about to be sent, and what never shows up there."""

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
from reports.search.similarity import Traits, likeness, likeness_of_words
from routing.cells import cell_of
from tests.conftest import EAST, WEST, Maker

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/similar/"
HERE: dict[str, Any] = {"latitude": WEST[0], "longitude": WEST[1], "category": "pothole", "text": "很深的坑"}
ClientOf = Callable[[User], APIClient]


def found(client: APIClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(URL, {**HERE, **query})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def place(report: Report, metres_north: float) -> Report:
    latitude = WEST[0] + metres_north / 111_000
    cell = cell_of(latitude, WEST[1])
    Report.objects.filter(pk=report.pk).update(latitude=latitude, longitude=WEST[1], cell=cell)
    return report


def test_the_likest_comes_first_with_its_parts(make: Maker, anyone: APIClient) -> None:
    far = place(make.report(text="路面有一个坑"), 30)
    near = place(make.report(text="很深的坑，电动车容易摔倒"), 5)

    results = found(anyone)

    assert [one["report"]["code"] for one in results] == [near.code, far.code]
    assert [one["distance_m"] for one in results] == [5, 30]
    assert results[0]["score"] > results[1]["score"]
    assert results[0]["parts"]["category"] == 1.0
    assert set(results[0]["parts"]) == {"place", "words", "category", "time"}


@pytest.mark.parametrize("visibility", ["held", "private", "hidden", "erased"])
def test_what_is_not_public_is_never_suggested_not_even_to_its_sender(
    make: Maker, alice: User, client_of: ClientOf, anyone: APIClient, mona: User, visibility: str
) -> None:
    make.report(text="很深的坑", visibility=visibility, user=alice)

    assert found(anyone) == found(client_of(alice)) == found(client_of(mona)) == []


def test_what_ended_long_ago_is_not_suggested(make: Maker, anyone: APIClient) -> None:
    fresh, old = make.report(status="resolved"), make.report(status="resolved")
    make.report(status="withdrawn")
    Report.objects.filter(pk=old.pk).update(resolved_at=timezone.now() - timedelta(days=60))

    assert [one["report"]["code"] for one in found(anyone)] == [fresh.code]


def test_what_is_far_or_something_else_is_not_suggested(make: Maker, anyone: APIClient) -> None:
    make.report(at=EAST)
    make.report("noise", text="太吵了", kind="complaint", at=(WEST[0] + 0.001, WEST[1]))

    assert found(anyone) == []


def test_a_thumbnail_is_of_a_published_photo_alone(make: Maker, anyone: APIClient) -> None:
    shown, hidden = place(make.report(), 1), place(make.report(), 2)
    for report, is_published in [(shown, True), (hidden, False)]:
        Photo.objects.create(
            report=report, state="ready", is_published=is_published, original="x", content_hash="x"
        )

    urls = [one["thumbnail"] for one in found(anyone)]

    assert urls[0] is not None
    assert shown.photos.get().code in urls[0]
    assert urls[1] is None


def test_it_says_what_i_support_already(make: Maker, alice: User, client_of: ClientOf) -> None:
    report = make.report()
    client = client_of(alice)
    before = found(client)[0]
    client.post(f"/api/v1/reports/{report.code}/support/")
    after = found(client)[0]

    assert (before["is_supported_by_me"], after["is_supported_by_me"]) == (False, True)
    assert after["report"]["support_count"] == 1


def test_an_old_report_of_an_offline_phone_is_compared_by_when_it_was_seen(
    make: Maker, anyone: APIClient
) -> None:
    report = make.report()
    Report.objects.filter(pk=report.pk).update(observed_at=timezone.now() - timedelta(days=30))
    seen_then = found(anyone, observed_at=(timezone.now() - timedelta(days=30)).isoformat())

    assert seen_then[0]["parts"]["time"] > 0.99
    assert [one["parts"]["time"] < 0.5 for one in found(anyone)] in ([], [True])


def test_gcj02_is_understood(make: Maker, anyone: APIClient) -> None:
    make.report()

    assert found(anyone, datum="gcj02") == []
    assert found(anyone, latitude=38.0506, longitude=114.4561, datum="gcj02")[0]["distance_m"] < 40


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"latitude": "38.0428", "longitude": "114.5149"}, "latitude"),
        ({"latitude": "0", "longitude": "0"}, "latitude"),
        ({"latitude": "12", "longitude": "12"}, "latitude"),
        ({"latitude": "x"}, "latitude"),
        ({"category": "wormhole"}, "category"),
        ({"datum": "mars"}, "datum"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_parameter_is_named(make: Maker, anyone: APIClient, query: dict[str, str], name: str) -> None:
    answer = anyone.get(URL, {**HERE, **query})

    assert answer.status_code == 400
    assert name in [fault["name"] for fault in answer.json()["errors"]]


def test_it_costs_four_statements_at_most(make: Maker, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    for _ in range(4):
        make.report()
    found(client)

    with CaptureQueriesContext(connection) as statements:
        assert len(found(client)) == 4

    assert len([q for q in statements if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]) <= 4


def traits(text: str = "", category: str = "pothole", group: str = "safety", days: float = 0) -> Traits:
    return Traits(category, group, days, text)


def test_each_part_goes_down_with_what_it_measures() -> None:
    same = likeness(traits("a hole"), traits("a hole"), 0)
    further = likeness(traits("a hole"), traits("a hole"), 50)
    later = likeness(traits("a hole"), traits("a hole", days=20), 0)
    sibling = likeness(traits("a hole"), traits("a hole", category="signal"), 0)
    stranger = likeness(traits("a hole"), traits("a hole", category="taxi", group="service"), 0)

    assert round(same.score, 6) == 1.0
    assert max(further.score, later.score, sibling.score) < same.score
    assert stranger.score < sibling.score


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("路灯不亮", "路燈不亮", 0.99, 1.0),
        ("路灯不亮了", "这里的路灯坏了", 0.1, 0.7),
        ("Pothole on Main Street", "potholes in main street", 0.7, 1.0),
        ("Pothole", "公交车晚点", 0.0, 0.0),
        ("", "路灯不亮", 0.0, 0.0),
    ],
)
def test_words_are_alike_in_both_languages(one: str, other: str, low: float, high: float) -> None:
    assert low <= round(likeness_of_words(one, other), 6) <= high
