"""Finding public reports by words, in Chinese and English, over HTTP; what is hidden is not found."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.actors import Actor, ActorKind
from accounts.models import User
from reports import services
from reports.models import Report, SearchText
from reports.search import keeping
from reports.workflow import Visibility
from tests.conftest import Maker, SmallCity

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"
ClientOf = Callable[[User], APIClient]
Relay = Callable[[], int]
DESK = Actor(ActorKind.MODERATOR)


def found(client: APIClient, **query: Any) -> list[str]:
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return [row["text"] for row in answer.json()["results"]]


@pytest.fixture
def told(make: Maker, relay: Relay) -> None:
    """Three reports that everybody may read."""
    make.report("signal", text="解放路路口信号灯坏了，早高峰很危险")
    make.report("signal", text="人行道的路燈不亮")
    english = make.report(text="Two potholes near the bus stop on Main Street")
    Report.objects.filter(pk=english.pk).update(address="5 Elm Road")
    relay()


CHINESE_LIGHT, TRADITIONAL_LAMP = "解放路路口信号灯坏了，早高峰很危险", "人行道的路燈不亮"
POTHOLES = "Two potholes near the bus stop on Main Street"


@pytest.mark.parametrize(
    ("q", "texts"),
    [
        ("信号灯", [CHINESE_LIGHT]),
        ("信號燈", [CHINESE_LIGHT]),
        ("路灯", [TRADITIONAL_LAMP]),
        ("灯", [TRADITIONAL_LAMP, CHINESE_LIGHT]),
        ("亮", [TRADITIONAL_LAMP]),
        ("信号灯危险", [CHINESE_LIGHT]),
        ("早高峰 信号灯", [CHINESE_LIGHT]),
        ("信号灯 路燈", []),
        ('"灯坏了"', [CHINESE_LIGHT]),
        ('"灯了"', []),
        ("路 -信号灯", [TRADITIONAL_LAMP]),
        ("pothole", [POTHOLES]),
        ("POTHOLES", [POTHOLES]),
        ("the potholes on the street", [POTHOLES]),
        ("street potholes", [POTHOLES]),
        ('"bus stop"', [POTHOLES]),
        ('"stop bus"', []),
        ("bus -stop", []),
        ("elm road", [POTHOLES]),
        ("pot*", [POTHOLES]),
        ("pot", []),
        ("business", []),
        ("Main-Street", [POTHOLES]),
        ("' OR 1=1 --", []),
        ("NEAR(bus stop)", []),
        ("bus AND stop", [POTHOLES]),
        ("bus NOT stop", []),
        ("类pothole", [POTHOLES]),
        ("signals", [TRADITIONAL_LAMP, CHINESE_LIGHT]),
    ],
)
def test_words_find_what_has_them(told: None, anyone: APIClient, q: str, texts: list[str]) -> None:
    assert found(anyone, q=q) == texts


def test_a_reference_comes_first(make: Maker, relay: Relay, anyone: APIClient) -> None:
    meant = make.report(text="the one that is meant")
    make.report(text=f"Again, see {meant.reference}")
    relay()

    assert found(anyone, q=meant.reference) == ["the one that is meant", f"Again, see {meant.reference}"]


def test_the_closest_comes_first_when_asked_for(make: Maker, relay: Relay, anyone: APIClient) -> None:
    make.report(text="坑，很深的坑，大坑")
    make.report(text="这条路走了三公里，两边都是树，风景很好，只是路边有一个坑，希望有空来看看这条路的情况")
    relay()

    assert [text[:2] for text in found(anyone, q="坑", sort="relevance")] == ["坑，", "这条"]
    assert [text[:2] for text in found(anyone, q="坑")] == ["这条", "坑，"]


def test_what_was_said_in_public_is_found(make: Maker, relay: Relay, anyone: APIClient) -> None:
    report = make.report(text="hole")
    office = Actor(ActorKind.OFFICER, organisation=report.responsible)
    services.answer(report, by=office, text="Asphalt is on its way")
    services.add_comment(report, by=office, text="the budget is secret", is_public=False)
    relay()

    assert found(anyone, q="asphalt") == ["hole"]
    assert found(anyone, q="budget") == []


def test_what_is_not_public_is_not_found_by_others(
    make: Maker, relay: Relay, anyone: APIClient, alice: User, client_of: ClientOf
) -> None:
    make.report(text="private crater", visibility="private", user=alice)
    make.report(text="held crater", visibility="held", user=alice)
    make.report(text="public crater")
    relay()

    assert found(anyone, q="crater") == ["public crater"]
    assert found(client_of(alice), q="crater") == ["public crater", "held crater", "private crater"]


def test_hidden_words_leave_the_search_and_come_back(make: Maker, relay: Relay, anyone: APIClient) -> None:
    report = make.report(text="crater")
    relay()
    services.change_visibility(report, Visibility.HIDDEN, by=DESK)
    relay()

    assert not SearchText.objects.filter(report=report).exists()
    assert found(anyone, q="crater") == []

    services.change_visibility(report, Visibility.PUBLIC, by=DESK)
    relay()

    assert found(anyone, q="crater") == ["crater"]


def test_forgotten_words_are_gone_at_once(make: Maker, relay: Relay, anyone: APIClient) -> None:
    report = make.report(text="crater")
    relay()

    keeping.forget(report)

    assert found(anyone, q="crater") == []


def test_changed_words_are_found_by_the_new_ones_alone(make: Maker, relay: Relay, anyone: APIClient) -> None:
    report = make.report(text="crater")
    relay()
    Report.objects.filter(pk=report.pk).update(text="canyon")
    keeping.index([report.pk])

    assert found(anyone, q="canyon") == ["canyon"]
    assert found(anyone, q="crater") == []


def test_all_words_can_be_written_anew(make: Maker, anyone: APIClient, capsys: Any) -> None:
    make.report(text="crater")
    make.report(text="gone", visibility="erased")

    call_command("rebuild_search")

    assert found(anyone, q="crater") == ["crater"]
    assert SearchText.objects.count() == 1
    assert "2 reports" in capsys.readouterr().out


@pytest.mark.parametrize("q", ["-坑", "!?", "x" * 201, ""])
def test_a_question_without_words_is_a_named_400(city: SmallCity, anyone: APIClient, q: str) -> None:
    answer = anyone.get(URL, {"q": q})

    assert answer.status_code == 400
    assert [fault["name"] for fault in answer.json()["errors"]] == ["q"]
