"""The city's figures over HTTP: defined, with the rows behind them, and of few people only for staff."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from analytics import answers, lake, projector, queries
from analytics.errors import FilesGone
from analytics.release import K
from reports.models import Event, Report
from reports.workflow import Status
from tests.conftest import EAST, WEST, Maker

pytestmark = pytest.mark.django_db

BASE = "/api/v1/indicators/"
Relay = Callable[[], int]
ClientOf = Callable[[AbstractBaseUser], APIClient]


@pytest.fixture
def told(make: Maker, relay: Relay) -> None:
    """Six potholes in the west, two of them resolved and one overdue; one in the east, one by phone."""
    for hours in (10, 20):
        resolve(make.report(status=Status.RESOLVED), hours)
    late, *_ = [make.report() for _ in range(4)]
    Report.objects.filter(pk=late.pk).update(resolve_by=timezone.now() - timedelta(hours=1))
    make.report(at=EAST)
    relay()
    projector.project()


def resolve(report: Report, hours: int) -> None:
    """The event of a resolution, so long after the report."""
    Event.objects.create(
        report=report,
        kind=Event.Kind.STATUS,
        at=report.created_at + timedelta(hours=hours),
        by_kind="officer",
        data={"old": "in_progress", "new": "resolved"},
        digest="0" * 64,
    )


def get(client: Client, path: str) -> dict[str, Any]:
    response = client.get(BASE + path)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def test_every_indicator_is_defined_and_reachable(client: Client) -> None:
    for indicator in client.get(BASE).json():
        answer = client.get(indicator["url"])

        assert answer.status_code == 200
        assert set(answer.json()) == {"build", "as_of", "rows"}
        assert indicator["definition"]


def test_definitions_speak_the_language_of_the_reader(client: Client) -> None:
    response = client.get(BASE, headers={"Accept-Language": "en"})

    assert response.json()[0]["title"] == "Open reports by organisation"


def test_columns_are_those_that_are_defined(told: None, client: Client) -> None:
    for indicator in client.get(BASE).json():
        assert set(get(client, f"{indicator['slug']}/")["rows"][0]) == set(indicator["columns"])


def test_without_a_lake_there_are_no_rows(client: Client) -> None:
    answer = get(client, "open-by-organisation/")

    assert answer["build"] is None
    assert answer["rows"] == []


def test_open_overdue_is_in_the_denominator(told: None, client: Client) -> None:
    [row] = get(client, "open-by-organisation/")["rows"]

    assert row == {
        "organisation": "works",
        "open": 5,
        "overdue": 1,
        "resolved": 2,
        "resolved_on_time": 2,
        "due": 3,
        "on_time_share": 0.6667,
        "reports": 7,
        "producers": 7,
        "is_suppressed": False,
        "by_channel": [
            {
                "channel": "app", "open": 5, "overdue": 1, "resolved": 2, "resolved_on_time": 2, "due": 3,
                "on_time_share": 0.6667, "reports": 7, "producers": 7,
            }
        ],
    }  # fmt: skip


def test_figures_of_few_people_are_not_available(told: None, client: Client) -> None:
    [row] = get(client, "hours-to-resolve/?by=category")["rows"]

    assert row == {
        "group": "pothole", "median_hours": None, "p90_hours": None, "timed": None, "reports": None,
        "producers": None, "is_suppressed": True, "by_channel": None,
    }  # fmt: skip


def test_staff_read_the_figures_of_few_people(told: None, client_of: ClientOf, olga: User) -> None:
    [row] = get(client_of(olga), "hours-to-resolve/?by=organisation")["rows"]

    assert (row["group"], row["median_hours"], row["p90_hours"]) == ("works", 15, 19)
    assert (row["timed"], row["reports"], row["producers"], row["is_suppressed"]) == (2, 2, 2, False)


def test_a_citizen_is_no_staff(told: None, client_of: ClientOf, alice: User) -> None:
    [row] = get(client_of(alice), "hours-to-resolve/")["rows"]

    assert row["median_hours"] is None


def test_a_channel_of_few_people_cannot_be_told_from_the_others(
    make: Maker, relay: Relay, client: Client
) -> None:
    for channel in ["app"] * K + ["web"]:
        make.report(channel=channel)
    relay()
    projector.project()

    [row] = get(client, "open-by-organisation/")["rows"]

    assert row["open"] == K + 1
    assert row["by_channel"] is None


def test_cells_of_few_people_are_hidden_even_from_staff(told: None, client_of: ClientOf, mona: User) -> None:
    rows = get(client_of(mona), "reports-per-cell/?resolution=9")["rows"]

    assert [(row["resolution"], row["reports"]) for row in rows] == [(9, 6)]
    assert abs(rows[0]["latitude"] - WEST[0]) < 0.01
    assert abs(rows[0]["longitude"] - WEST[1]) < 0.01


def test_an_answer_is_kept_until_the_lake_changes(
    told: None, client: Client, make: Maker, relay: Relay
) -> None:
    first = get(client, "open-by-organisation/")
    make.report()
    relay()

    assert get(client, "open-by-organisation/") == first
    projector.project()

    then = get(client, "open-by-organisation/")
    assert then["build"] != first["build"]
    assert then["rows"][0]["open"] == 6


def test_a_question_starts_again_when_its_files_are_gone(
    told: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Report.objects.order_by("pk").last()
    assert report is not None
    ask = queries.QUESTIONS["open-by-organisation"]

    def ask_while_somebody_is_erased(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setitem(queries.QUESTIONS, "open-by-organisation", ask)
        projector.forget(report.code)
        return ask(*args, **kwargs)

    monkeypatch.setitem(queries.QUESTIONS, "open-by-organisation", ask_while_somebody_is_erased)

    assert get(client, "open-by-organisation/")["rows"][0]["reports"] == 6


def test_files_that_keep_going_are_a_fault(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise FilesGone

    monkeypatch.setitem(queries.QUESTIONS, "open-by-organisation", gone)

    with pytest.raises(FilesGone):
        answers.answer("open-by-organisation", {})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("hours-to-resolve/?by=weather", "by"),
        ("hours-to-resolve/?by=category&to=2026", "to"),
        ("reports-per-cell/?resolution=10", "resolution"),
        ("reports-per-cell/?resolution=fine", "resolution"),
        ("reports-per-cell/?resolution=", "resolution"),
        ("open-by-organisation/?area=west", "area"),
    ],
)
def test_a_wrong_parameter_is_named(client: Client, path: str, name: str) -> None:
    response = client.get(BASE + path)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["name"] for error in response.json()["errors"]] == [name]


def test_an_unknown_backend_says_the_cure(settings: Any) -> None:
    settings.ANALYTICS_BACKEND = "abacus"

    with pytest.raises(Exception, match="Set it to duckdb or spark"):
        answers.answer("open-by-organisation", {})


@pytest.mark.parametrize("count", [1, 3])
def test_an_answer_needs_no_statement_of_the_database(
    make: Maker, relay: Relay, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make.report()
    relay()
    projector.project()
    cache.clear()

    with django_assert_num_queries(0):
        get(client, "open-by-organisation/")


def test_a_web_process_loads_no_engine_before_it_is_asked() -> None:
    code = (
        "import django, sys; django.setup(); import config.urls, analytics.tasks;"
        "print([m for m in ('ibis', 'duckdb', 'pyarrow', 'deltalake') if m in sys.modules])"
    )

    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "x",
            "DATABASE_URL": "sqlite://:memory:",
        },
    )

    assert found.stdout == "[]\n"


def test_the_lake_of_the_tests_is_not_the_citys() -> None:
    assert lake.open_table() is None
