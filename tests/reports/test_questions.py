"""Extra questions on the way in and out: the version the phone had, conditions, and what stays private."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from reports.models import Report
from reports.serializers import ReportSerializer
from routing.models import Category, QuestionSet
from routing.services import configuration_changed, save_category
from tests.conftest import WEST, Maker, SmallCity

URL = "/api/v1/reports/"
PLATE = {"type": "string", "title": "Plate", "x-title-zh": "车牌", "x-private": True}
DEPTH = {"type": "integer", "title": "How deep?", "x-title-zh": "多深？", "minimum": 1}
FIRST: dict[str, Any] = {
    "type": "object",
    "properties": {"depth": DEPTH, "plate": PLATE},
    "additionalProperties": False,
}
SECOND: dict[str, Any] = {
    "type": "object",
    "properties": {
        "is_deep": {"type": "boolean", "title": "Deep?", "x-title-zh": "深吗？"},
        "plate": PLATE,
    },
    "if": {"properties": {"is_deep": {"const": True}}, "required": ["is_deep"]},
    "then": {"properties": {"depth": DEPTH}, "required": ["depth"]},
    "required": ["is_deep"],
    "unevaluatedProperties": False,
}


@pytest.fixture
def asking(city: SmallCity) -> SmallCity:
    """The small city asked FIRST about potholes once, and asks SECOND now."""
    pothole = Category.objects.get(code="pothole")
    save_category(pothole, FIRST)
    save_category(pothole, SECOND)
    return city


def send(answers: Any, version: int | None = None) -> Any:
    place = {"latitude": WEST[0], "longitude": WEST[1]}
    given = {"kind": "problem", "category": "pothole", "text": "A hole.", **place, "answers": answers}
    if version is not None:
        given["questions_version"] = version
    return APIClient().post(URL, given, headers={"Accept-Language": "en"})


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    return {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("answers", "version", "stored"),
    [
        ({"is_deep": False}, None, 2),
        ({"is_deep": True, "depth": 9}, 2, 2),
        ({"depth": 9}, 1, 1),
        ({}, 1, 0),
        ({}, 0, 0),
    ],
)
def test_answers_are_checked_against_the_version_the_phone_had(
    asking: SmallCity, answers: Any, version: int | None, stored: int
) -> None:
    answer = send(answers, version)

    assert answer.status_code == 201, answer.content
    report = Report.objects.get()
    assert (report.answers, report.questions_version) == (answers, stored)


@pytest.mark.parametrize(
    ("answers", "version", "expected"),
    [
        ({"depth": 9}, None, {"#/answers/is_deep": "required", "#/answers/depth": "not_asked"}),
        ({"is_deep": True}, 2, {"#/answers/depth": "required"}),
        ({"is_deep": True, "depth": 0}, 2, {"#/answers/depth": "invalid"}),
        ({"is_deep": False, "depth": 9}, 2, {"#/answers/depth": "not_asked"}),
        ({"is_deep": False}, 1, {"#/answers/is_deep": "unknown_field"}),
        ({}, None, {"#/answers/is_deep": "required"}),
        ({"depth": 9}, 0, {"#/answers": "unknown_field"}),
        ({"is_deep": False}, 3, {"#/questions_version": "unknown_version"}),
        ({}, -1, {"#/questions_version": "min_value"}),
        ([], 1, {"#/answers": "invalid"}),
    ],
)
def test_every_fault_of_an_answer_is_named(
    asking: SmallCity, answers: Any, version: int | None, expected: dict[str, str]
) -> None:
    assert faults(send(answers, version)) == expected


def test_a_version_that_is_no_longer_accepted_is_named(asking: SmallCity) -> None:
    QuestionSet.objects.filter(version=1).update(is_accepted=False)
    configuration_changed()

    assert faults(send({"depth": 9}, 1)) == {"#/questions_version": "unknown_version"}


def test_a_fault_is_told_in_the_language_of_the_phone(asking: SmallCity) -> None:
    [fault] = send({"is_deep": True, "depth": 0}, 2).json()["errors"]

    assert fault["detail"] == "The least is 1."


# --- What goes out ---


def shown(client: APIClient, report: Report) -> Any:
    return client.get(f"{URL}{report.code}/").json()["answers"]


def test_private_answers_are_for_whoever_sent_the_report_or_works_on_it(
    asking: SmallCity,
    make: Maker,
    alice: User,
    bob: User,
    olga: User,
    client_of: Callable[[User], APIClient],
    relay: Callable[[], int],
) -> None:
    report = make.report(user=alice, answers={"is_deep": False, "plate": "冀A12345"})
    relay()
    everything = {"is_deep": False, "plate": "冀A12345"}

    assert [shown(client_of(user), report) for user in (alice, olga)] == [everything, everything]
    assert [shown(client, report) for client in (client_of(bob), APIClient())] == [{"is_deep": False}] * 2


@pytest.mark.parametrize(
    "address", ["", "{code}/", "{code}/timeline/", "{code}/trace/", "map/?bbox=114,38,115,39"]
)
def test_a_private_answer_is_on_no_public_page(asking: SmallCity, make: Maker, address: str) -> None:
    report = make.report(answers={"is_deep": False, "plate": "冀A12345"})

    page = APIClient().get(f"{URL}{address.format(code=report.code)}")

    assert page.status_code == 200
    assert "12345" not in page.content.decode()
    assert "12345" not in page.content.decode("unicode_escape")


def test_answers_to_questions_that_nobody_knows_any_more_are_not_shown(
    asking: SmallCity, make: Maker
) -> None:
    report = make.report(answers={"is_deep": False})
    QuestionSet.objects.update(is_accepted=False)
    configuration_changed()

    assert ReportSerializer(report).data["answers"] == {}


def test_a_corrected_category_does_not_open_what_was_private(asking: SmallCity, make: Maker) -> None:
    open_plate = {"type": "object", "properties": {"plate": {**PLATE, "x-private": False}}}
    signal = Category.objects.get(code="signal")
    save_category(signal, {"type": "object"})
    save_category(signal, open_plate)
    report = make.report(answers={"is_deep": False, "plate": "冀A12345"})
    Report.objects.filter(pk=report.pk).update(category=signal)

    assert shown(APIClient(), report) == {"is_deep": False}
