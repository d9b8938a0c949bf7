"""The catalogue, the areas and the preview, as a phone reads them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from routing.city import load_city
from routing.measured import measured_times
from routing.services import current_snapshot, forget_snapshot

DEMO = Path(__file__).parents[2] / "routing" / "demo" / "shijiazhuang.json"
EN = {"Accept-Language": "en"}
CATEGORIES, AREAS, PREVIEW = "/api/v1/categories/", "/api/v1/areas/", "/api/v1/routing/preview/"
QIAOXI: dict[str, Any] = {"lat": 38.02, "lon": 114.46}


@pytest.fixture
def phone(db: None) -> APIClient:
    """Anybody's phone, in the demo city."""
    load_city(json.loads(DEMO.read_text(encoding="utf-8")))
    return APIClient()


def get(phone: APIClient, url: str, status: int = 200, headers: dict[str, str] = EN, **query: Any) -> Any:
    answer = phone.get(url, query, headers=headers)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def test_the_catalogue_comes_in_five_groups_in_their_order(phone: APIClient) -> None:
    groups = get(phone, CATEGORIES)["groups"]

    assert [group["name"] for group in groups] == [
        "Traffic Information",
        "Inquiry Service",
        "Traffic Safety",
        "Service Guide",
        "Customised Service",
    ]
    assert sum(len(group["categories"]) for group in groups) == 41


def test_the_catalogue_speaks_the_language_that_was_asked_for(phone: APIClient) -> None:
    english, chinese = get(phone, CATEGORIES), get(phone, CATEGORIES, headers={"Accept-Language": "zh-Hans"})

    assert english["groups"][2]["name"] == "Traffic Safety"
    assert chinese["groups"][2]["name"] == "交通安全"
    assert chinese["groups"][2]["categories"][0]["keywords"]


def test_a_category_says_what_a_phone_needs(phone: APIClient) -> None:
    found = {row["code"]: row for group in get(phone, CATEGORIES)["groups"] for row in group["categories"]}

    manhole = found["manhole_cover"]
    assert (manhole["is_hazard"], manhole["kinds"], manhole["answers"]) == (True, ["problem"], None)
    assert (manhole["icon"], manhole["photo_rule"]) == ("manhole", "optional")
    assert found["road_surface"]["questions"]["required"] == ["is_collapse"]
    assert found["violation_record"]["is_private_by_default"]


def test_with_a_place_each_category_says_who_answers_there(phone: APIClient) -> None:
    groups = get(phone, CATEGORIES, **QIAOXI)["groups"]

    answers = {row["code"]: row["answers"] for group in groups for row in group["categories"]}
    assert answers["road_surface"]["organisation"]["name"] == "Urban Management Bureau"
    assert answers["road_surface"]["executor"] == {
        "code": "xidao-works",
        "name": "Xidao Road Works (west)",
        "kind": "firm",
    }
    assert answers["delivery_robots"] == {
        "organisation": None,
        "executor": None,
        "needs_triage": True,
        "triage_reason": "nobody",
        "sentence": (
            "No rule says who answers for “Delivery robots and drones” in Qiaoxi District."
            " Traffic Management Bureau will decide."
        ),
    }


def test_one_place_in_three_datums_has_the_same_answers(phone: APIClient) -> None:
    # 80 m west of the border of Qiaoxi, which the shift of 500 m would cross.
    wgs84 = get(phone, PREVIEW, category="road_surface", lat=38.016, lon=114.517)
    gcj02 = get(phone, PREVIEW, category="road_surface", lat=38.016616, lon=114.522972, datum="gcj02")
    ignored = get(phone, PREVIEW, category="road_surface", lat=38.016616, lon=114.522972)

    assert wgs84["areas"] == gcj02["areas"] == ["qiaoxi"]
    assert ignored["areas"] == ["yuhua"]


def test_the_areas_are_a_feature_collection(phone: APIClient) -> None:
    answer = phone.get(AREAS, headers=EN)
    body = json.loads(answer.content)

    assert answer["Content-Type"] == "application/geo+json"
    assert body["type"] == "FeatureCollection"
    assert len(body["features"]) == 12
    changan = next(feature for feature in body["features"] if feature["id"] == "changan")
    assert changan["properties"]["name"] == "Chang'an District"
    assert changan["geometry"]["type"] == "Polygon"


def test_the_areas_can_be_asked_for_by_kind_and_datum(phone: APIClient) -> None:
    plain = get(phone, AREAS, kind="zone")["features"]
    shifted = get(phone, AREAS, kind="zone", datum="gcj02")["features"]

    assert [feature["id"] for feature in plain] == ["high-tech-zone"]
    moved = shifted[0]["geometry"]["coordinates"][0][0][0] - plain[0]["geometry"]["coordinates"][0][0][0]
    assert 0.004 < moved < 0.008


def test_the_preview_explains_a_decision(phone: APIClient) -> None:
    decision = get(phone, PREVIEW, category="street_light", lat=38.02, lon=114.64, accuracy_m=15)

    assert (decision["organisation"], decision["executor"]) == ("high-tech-works", "dongdao-works")
    assert decision["rule"] == "street_light-owner-high-tech-zone"
    assert decision["boundary_m"] > 1000
    assert decision["names"]["high-tech-works"] == "High-tech Zone Works Bureau"
    assert decision["sentence_en"].startswith("“Street lighting” in High-tech Zone:")


def test_the_preview_flags_a_pin_near_a_boundary(phone: APIClient) -> None:
    decision = get(phone, PREVIEW, category="road_surface", lat=38.016, lon=114.5179, accuracy_m=30)

    assert (decision["triage_reason"], decision["needs_triage"]) == ("boundary", True)
    assert decision["boundary_m"] < 15
    assert decision["alternatives"][0]["organisation"] == "dongdao-works"


def test_outside_the_city_is_said(phone: APIClient) -> None:
    decision = get(phone, PREVIEW, category="road_surface", lat=39.9, lon=116.4)

    assert decision["triage_reason"] == "outside"


@pytest.mark.parametrize(
    ("url", "query", "names"),
    [
        (PREVIEW, {}, ["category"]),
        (PREVIEW, {"category": "flying_cars"}, ["category"]),
        (PREVIEW, {"category": "road_surface", "lat": 38}, ["lon"]),
        (PREVIEW, {"category": "road_surface", "lon": 114}, ["lat"]),
        (PREVIEW, {"category": "road_surface", "lat": 114.5, "lon": 38}, ["lat"]),
        (PREVIEW, {"category": "road_surface", "lat": "nan", "lon": "inf"}, ["lat", "lon"]),
        (
            PREVIEW,
            {"category": "road_surface", "lat": "x", "lon": "", "datum": "epsg"},
            ["datum", "lat", "lon"],
        ),
        (PREVIEW, {"category": "road_surface", "accuracy_m": -1}, ["accuracy_m"]),
        (PREVIEW, {"category": "road_surface", "accuracy_m": "nan"}, ["accuracy_m"]),
        (PREVIEW, {"category": "road_surface", "at": "yesterday"}, ["at"]),
        (PREVIEW, {"category": "road_surface", "colour": "red"}, ["colour"]),
        (CATEGORIES, {"colour": "red", "lat": 91}, ["colour", "lat", "lon"]),
        (CATEGORIES, {"kind": "rant", "at": "0001-01-01T00:00:00Z"}, ["at", "kind"]),
        (AREAS, {"datum": "mars", "bbox": "1,2,3,4"}, ["bbox", "datum"]),
    ],
)
def test_every_fault_of_a_query_is_named(
    phone: APIClient, url: str, query: dict[str, Any], names: list[str]
) -> None:
    problem = get(phone, url, status=400, **query)

    assert sorted({fault["name"] for fault in problem["errors"]}) == names


@pytest.mark.parametrize("url", [CATEGORIES, AREAS])
def test_what_has_not_changed_is_not_sent_again(phone: APIClient, url: str) -> None:
    tag = phone.get(url, headers=EN)["ETag"]

    assert phone.get(url, headers={**EN, "If-None-Match": tag}).status_code == 304
    assert phone.get(url, headers={"Accept-Language": "zh-Hans", "If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("url", [CATEGORIES, AREAS, PREVIEW])
def test_only_reading_is_possible(phone: APIClient, url: str) -> None:
    assert phone.post(url, {}).status_code == 405


@pytest.mark.parametrize(
    ("url", "query"),
    [(CATEGORIES, QIAOXI), (AREAS, {}), (PREVIEW, {"category": "road_surface", **QIAOXI})],
)
def test_answers_come_from_memory(phone: APIClient, url: str, query: dict[str, Any]) -> None:
    current_snapshot()
    measured_times()

    with CaptureQueriesContext(connection) as statements:
        get(phone, url, **query)

    assert [statement["sql"] for statement in statements] == []


def test_a_cold_process_reads_the_configuration_with_nine_statements(
    phone: APIClient, django_assert_num_queries: Callable[..., Any]
) -> None:
    forget_snapshot()

    with django_assert_num_queries(9):
        current_snapshot()


@pytest.mark.django_db
def test_before_a_city_is_loaded_the_catalogue_is_empty() -> None:
    assert get(APIClient(), CATEGORIES) == {
        "version": 0,
        "measured_at": None,
        "emergency": None,
        "groups": [],
    }
