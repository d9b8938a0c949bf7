"""A blocking stopper refuses a report and says why; any other is only shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from reports.errors import PhotoRefused
from reports.models import Report
from reports.services import add_photo
from routing.models import Area, Calendar, Category, Stopper
from routing.services import configuration_changed, current_snapshot, save_category
from tests.conftest import EAST, WEST, Maker, SmallCity

URL = "/api/v1/reports/"
DEEP = {"properties": {"is_deep": {"const": True}}, "required": ["is_deep"]}
ASKED = {
    "type": "object",
    "properties": {"is_deep": {"type": "boolean", "title": "Deep?", "x-title-zh": "深吗？"}},
}


def stop(**fields: Any) -> Stopper:
    """A blocking stopper; every process knows of it."""
    words = {"text_zh": "请拨打110。", "text_en": "Call 110 instead.", "is_blocking": True}
    stopper = Stopper.objects.create(**{"code": "stop", **words, **fields})
    configuration_changed()
    return stopper


def send(at: tuple[float, float] | None = WEST, language: str = "en", **changes: Any) -> Any:
    place = {"latitude": at[0], "longitude": at[1]} if at else {"address": "First and Main"}
    given = {"kind": "problem", "category": "pothole", "text": "A hole.", **place, **changes}
    return APIClient().post(URL, given, headers={"Accept-Language": language})


def test_a_blocking_stopper_refuses_with_its_text_and_name(city: SmallCity) -> None:
    stop(category=Category.objects.get(code="pothole"))

    answer = send()

    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["type"], problem["detail"]) == ("/problems/stopped", "Call 110 instead.")
    assert problem["stoppers"] == [{"code": "stop", "text": "Call 110 instead."}]
    assert send(language="zh-Hans").json()["detail"] == "请拨打110。"
    assert Report.objects.count() == 0


def test_a_stopper_that_does_not_block_refuses_nothing(city: SmallCity) -> None:
    stop(is_blocking=False)

    assert send().status_code == 201


@pytest.mark.parametrize(
    ("category", "status"), [("pothole", 409), ("safety", 409), (None, 409), ("signal", 201)]
)
def test_it_is_for_a_category_its_group_or_all(city: SmallCity, category: str | None, status: int) -> None:
    stop(category=Category.objects.filter(code=category).first())

    assert send().status_code == status


def test_it_is_for_an_area(city: SmallCity) -> None:
    stop(area=Area.objects.get(code="west"))

    assert [send(at).status_code for at in (WEST, EAST, None)] == [409, 201, 201]


def test_it_is_for_answers(city: SmallCity) -> None:
    pothole = Category.objects.get(code="pothole")
    save_category(pothole, ASKED)
    stop(category=pothole, condition=DEEP)

    answers = [send(answers=given).status_code for given in ({"is_deep": True}, {"is_deep": False}, {})]

    assert answers == [409, 201, 201]


def test_it_is_for_days(city: SmallCity) -> None:
    today = timezone.localdate()

    stop(code="over", valid_to=today - timedelta(days=3))
    stop(code="to-come", valid_from=today + timedelta(days=3))
    assert send().status_code == 201

    stop(code="now", valid_from=today - timedelta(days=3), valid_to=today + timedelta(days=3))
    assert [row["code"] for row in send().json()["stoppers"]] == ["now"]


@pytest.mark.parametrize(("hours", "status"), [("00:00", 201), ("far", 409)])
def test_it_is_for_the_hours_outside_a_calendar(city: SmallCity, hours: str, status: int) -> None:
    # Open around the clock, or only on the weekday of the day after tomorrow.
    day = str((timezone.localtime().weekday() + 3) % 7)
    spans = {str(number): [["00:00", "00:00"]] for number in range(7)}
    wanted = spans if hours == "00:00" else {day: [["09:00", "10:00"]]}
    stop(calendar=Calendar.objects.create(code="office", timezone="Asia/Shanghai", hours=wanted))

    assert send().status_code == status


def test_a_phone_that_was_offline_is_not_refused_for_what_it_could_not_show(city: SmallCity) -> None:
    stop(valid_from=timezone.localdate() - timedelta(days=2))
    before, since = (timezone.now() - timedelta(days=days) for days in (9, 0.5))

    assert send(observed_at=before.isoformat()).status_code == 201
    assert send(observed_at=since.isoformat()).status_code == 409


def test_all_that_block_are_named_at_once(city: SmallCity) -> None:
    stop()
    stop(code="also", text_en="And wait.")

    problem = send().json()

    assert [row["code"] for row in problem["stoppers"]] == ["also", "stop"]
    assert problem["detail"] == "And wait. Call 110 instead."


def test_stoppers_cost_no_statement(city: SmallCity) -> None:
    send()
    with CaptureQueriesContext(connection) as without:
        send()
    stop(area=Area.objects.get(code="east"))
    current_snapshot()
    with CaptureQueriesContext(connection) as with_one:
        send()

    assert len(with_one) == len(without) <= 8


def test_a_category_without_photos_takes_none(city: SmallCity) -> None:
    Category.objects.filter(code="pothole").update(photo_rule="none")
    configuration_changed()

    answer = send(photos_to_follow=1)

    assert answer.status_code == 400
    assert [fault["code"] for fault in answer.json()["errors"]] == ["not_taken"]


def test_a_photo_that_comes_later_is_refused_as_well(make: Maker, alice: User) -> None:
    report = make.report(user=alice)
    Category.objects.filter(code="pothole").update(photo_rule="none")
    configuration_changed()

    with pytest.raises(PhotoRefused) as refused:
        add_photo(report, ContentFile(b"GIF89a", "hole.gif"), by=make.actor(alice))

    assert refused.value.code == "not_taken"
