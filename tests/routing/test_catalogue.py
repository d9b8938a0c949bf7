"""The catalogue a phone shows before it sends: icons, questions, stoppers, danger, and how long it takes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from accounts.models import Organisation
from routing import measured
from routing.city import load_city
from routing.models import Calendar, Category, City, MeasuredTime, Stopper
from routing.services import configuration_changed, current_snapshot
from tests.conftest import SmallCity

DEMO = Path(__file__).parents[2] / "routing" / "demo" / "shijiazhuang.json"
URL = "/api/v1/categories/"
EN, ZH = {"Accept-Language": "en"}, {"Accept-Language": "zh-Hans"}
QIAOXI: dict[str, Any] = {"lat": 38.02, "lon": 114.46}
MINING: dict[str, Any] = {"lat": 38.07, "lon": 114.05}
# A Tuesday in Shijiazhuang: at ten in the morning, and at ten at night.
MORNING, NIGHT = "2026-11-24T10:00:00+08:00", "2026-11-24T22:00:00+08:00"


@pytest.fixture
def demo(db: None) -> APIClient:
    """Anybody's phone, in the demo city."""
    load_city(json.loads(DEMO.read_text(encoding="utf-8")))
    return APIClient()


def get(phone: APIClient, headers: dict[str, str] = EN, **query: Any) -> Any:
    answer = phone.get(URL, query, headers=headers)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def categories(body: Any) -> dict[str, Any]:
    """The categories of a catalogue by code."""
    return {row["code"]: row for group in body["groups"] for row in group["categories"]}


def codes(row: Any) -> list[str]:
    """The stoppers of a category."""
    return [stopper["code"] for stopper in row["stoppers"]]


def test_everything_has_an_icon(demo: APIClient) -> None:
    body = get(demo)

    named = [group["icon"] for group in body["groups"]] + [row["icon"] for row in categories(body).values()]
    assert len(set(named)) == len(named) == 46


def test_without_one_the_icon_is_that_of_a_hazard_or_of_the_subsystem(city: SmallCity) -> None:
    Category.objects.filter(code="signal").update(subsystems=["traffic_safety"])
    Category.objects.filter(code="lamp").update(subsystems=["service_guide", "traffic_safety"])
    Category.objects.filter(code="taxi").update(icon="cab", is_hazard=True)

    found = categories(get(APIClient()))

    icons = {code: found[code]["icon"] for code in ("signal", "lamp", "taxi", "noise")}
    assert icons == {"signal": "warning", "lamp": "guide", "taxi": "cab", "noise": "report"}


def test_it_is_cut_to_one_kind(demo: APIClient) -> None:
    enquiries = categories(get(demo, kind="enquiry"))

    assert "fares" in enquiries
    assert "street_light" not in enquiries
    assert all("enquiry" in row["kinds"] for row in enquiries.values())


def test_the_rule_for_photos_and_the_privacy_default_are_told(demo: APIClient) -> None:
    found = categories(get(demo))

    assert (found["violation_record"]["photo_rule"], found["street_light"]["photo_rule"]) == (
        "none",
        "optional",
    )
    assert (found["taxi_ride"]["is_private_by_default"], found["fares"]["is_private_by_default"]) == (
        True,
        False,
    )


def test_hours_that_a_category_does_not_name_are_those_of_its_group(city: SmallCity) -> None:
    found = categories(get(APIClient()))

    assert (found["pothole"]["acknowledge_hours"], found["pothole"]["resolve_hours"]) == (8, 40)
    assert (found["signal"]["acknowledge_hours"], found["signal"]["resolve_hours"]) == (1, 4)


def test_questions_speak_one_language_and_come_in_their_order(demo: APIClient) -> None:
    english = categories(get(demo))["signal_fault"]["questions"]
    chinese = categories(get(demo, headers=ZH))["signal_fault"]["questions"]

    assert list(english["properties"]) == ["fault", "direction"]
    assert english["properties"]["direction"]["title"] == "Which approach?"
    assert chinese["properties"]["direction"]["title"] == "哪个方向？"
    assert chinese["properties"]["direction"]["oneOf"][0] == {"title": "北进口", "const": "north"}
    assert chinese["then"]["properties"]["minutes"]["title"] == "大约多少分钟？"
    assert "x-title-zh" not in json.dumps([english, chinese])


def test_every_set_of_questions_is_json_schema_with_conditions(demo: APIClient) -> None:
    asking = [row for row in categories(get(demo)).values() if row["questions"]]

    for row in asking:
        Draft202012Validator.check_schema(row["questions"])
    conditional = [row["code"] for row in asking if '"if"' in json.dumps(row["questions"])]
    assert {"road_surface", "shared_bike", "signal_fault", "smart_parking", "water_ice"} <= set(conditional)
    assert {row["code"]: row["questions_version"] for row in asking}["smart_parking"] == 3


def test_nobody_answering_is_said_in_words(demo: APIClient) -> None:
    robots = categories(get(demo, headers=ZH, **QIAOXI))["delivery_robots"]["answers"]

    assert (robots["organisation"], robots["triage_reason"]) == (None, "nobody")
    assert (
        robots["sentence"]
        == "“配送机器人与低空配送”（桥西区）没有规则指明由谁负责。将由市公安交通管理局分诊决定。"
    )


# --- Stoppers ---


def test_a_stopper_of_a_category_is_shown_with_it_alone(demo: APIClient) -> None:
    found = categories(get(demo, at=MORNING))

    assert found["accident_progress"]["stoppers"] == [
        {
            "code": "accident_progress-now",
            "text": "For an accident happening now call 122. Here you ask how far an open file has come.",
            "is_blocking": False,
            "condition": None,
            "area": None,
            "until": None,
        }
    ]
    assert found["street_light"]["stoppers"] == []


def test_a_stopper_of_an_area_holds_there(demo: APIClient) -> None:
    inside = categories(get(demo, at=MORNING, **MINING))["bus_on_demand"]
    outside = categories(get(demo, at=MORNING, **QIAOXI))["bus_on_demand"]
    anywhere = categories(get(demo, at=MORNING))["bus_on_demand"]

    assert codes(inside) == ["bus_on_demand-jingxing-mining"]
    assert outside["stoppers"] == []
    assert [stopper["area"] for stopper in anywhere["stoppers"]] == ["jingxing-mining"]


def test_a_stopper_of_a_group_holds_out_of_hours_until_the_office_opens(demo: APIClient) -> None:
    open_now = categories(get(demo, at=MORNING))["fares"]
    closed = categories(get(demo, at=NIGHT))["fares"]

    assert open_now["stoppers"] == []
    assert codes(closed) == ["inquiry_service-closed"]
    assert closed["stoppers"][0]["until"] == "2026-11-25T01:00:00Z"


def test_a_stopper_of_all_categories_holds_on_its_days(demo: APIClient) -> None:
    before = categories(get(demo, at="2027-02-04T12:00:00+08:00"))["street_light"]
    during = categories(get(demo, at="2027-02-12T23:59:00+08:00"))["street_light"]
    after = categories(get(demo, at="2027-02-13T00:00:00+08:00"))["street_light"]

    assert [codes(row) for row in (before, during, after)] == [[], ["spring-festival-2027"], []]


def test_a_stopper_of_answers_travels_with_its_condition(demo: APIClient) -> None:
    [distance, trapped] = categories(get(demo, at=MORNING))["water_ice"]["stoppers"]

    assert (distance["condition"], trapped["is_blocking"]) == (None, True)
    holds = Draft202012Validator(trapped["condition"]).is_valid
    assert holds({"matter": "water", "is_anybody_trapped": True})
    assert not holds({"matter": "water", "is_anybody_trapped": False})
    assert not holds({})


# --- Danger ---


def test_the_emergency_text_and_its_numbers_come_first(demo: APIClient) -> None:
    emergency = get(demo)["emergency"]

    assert emergency["text"].startswith("If anybody is hurt or in danger, call first")
    assert [row["number"] for row in emergency["numbers"]] == ["122", "110", "120", "119"]
    assert emergency["numbers"][2]["name"] == "Ambulance"
    assert get(demo, headers=ZH)["emergency"]["numbers"][2]["name"] == "急救"


def test_a_hazard_warns_at_once_and_an_answer_that_marks_one_with_its_condition(demo: APIClient) -> None:
    found = categories(get(demo))

    assert found["manhole_cover"]["emergency"] == {"text": get(demo)["emergency"]["text"], "condition": None}
    collapse = found["road_surface"]["emergency"]["condition"]
    assert Draft202012Validator(collapse).is_valid({"is_collapse": True})
    assert not Draft202012Validator(collapse).is_valid({"is_collapse": False})
    assert found["fares"]["emergency"] is None


def test_a_city_without_emergency_text_warns_of_nothing(city: SmallCity) -> None:
    body = get(APIClient())

    assert (body["emergency"], categories(body)["signal"]["emergency"]) == (None, None)


# --- How long it takes ---


def measure(category: str, organisation: str | None, median: float, p90: float | None, cases: int) -> None:
    found = Organisation.objects.filter(code=organisation).first()
    MeasuredTime.objects.create(
        category=Category.objects.get(code=category),
        organisation=found,
        phase="resolve",
        cases=cases,
        open_cases=2,
        median_hours=median,
        p90_hours=p90,
        measured_at=datetime(2026, 11, 23, 18, 30, tzinfo=UTC),
    )
    measured.forget()


def test_what_was_never_measured_is_not_available(city: SmallCity) -> None:
    body = get(APIClient())

    assert (body["measured_at"], categories(body)["pothole"]["expected"]) == (
        None,
        {"acknowledge": None, "resolve": None},
    )


def test_the_time_of_whoever_answers_is_told_or_else_that_of_all(city: SmallCity) -> None:
    measure("pothole", None, 30.5, 100.0, 40)
    measure("pothole", "works", 20.0, None, 9)
    here: dict[str, Any] = {"lat": 38.05, "lon": 114.45}

    anywhere = categories(get(APIClient()))["pothole"]["expected"]["resolve"]
    there = categories(get(APIClient(), **here))["pothole"]["expected"]["resolve"]

    assert anywhere == {
        "median_hours": 30.5,
        "p90_hours": 100.0,
        "cases": 40,
        "open_cases": 2,
        "organisation": None,
    }
    assert there == {
        "median_hours": 20.0,
        "p90_hours": None,
        "cases": 9,
        "open_cases": 2,
        "organisation": "works",
    }


# --- Asking again, and what it costs ---


def test_the_etag_changes_with_language_office_hours_measurement_and_configuration(city: SmallCity) -> None:
    phone = APIClient()
    calendar = {"code": "office", "timezone": "Asia/Shanghai", "hours": {"1": [["09:00", "17:00"]]}}
    closed = Stopper(code="closed", text_zh="下班", text_en="Closed")
    closed.calendar = Calendar.objects.create(**calendar)
    closed.save()
    configuration_changed()

    def tag(at: str = MORNING, headers: dict[str, str] = EN) -> str:
        return str(phone.get(URL, {"at": at}, headers=headers)["ETag"])

    first = tag()
    assert tag("2026-11-24T11:00:00+08:00") == first
    others = [tag(headers=ZH), tag(NIGHT)]
    measure("pothole", None, 1, 2, 5)
    others.append(tag())
    City.objects.update(name_en="Squareville")
    configuration_changed()
    others.append(tag())
    assert len({first, *others}) == 5


def test_what_is_known_is_answered_with_304_and_must_be_asked_for(demo: APIClient) -> None:
    answer = demo.get(URL, {"at": MORNING, **QIAOXI}, headers=EN)

    again = demo.get(URL, {"at": MORNING, **QIAOXI}, headers={**EN, "If-None-Match": answer["ETag"]})

    assert (again.status_code, again["Cache-Control"], again["ETag"]) == (304, "no-cache", answer["ETag"])


def test_a_cold_process_asks_for_times_with_one_statement_and_then_with_none(demo: APIClient) -> None:
    current_snapshot()

    with CaptureQueriesContext(connection) as first:
        get(demo, **QIAOXI)
    with CaptureQueriesContext(connection) as second:
        get(demo, headers=ZH, **QIAOXI)

    assert (len(first), len(second)) == (1, 0)
