"""What a row of the lake says of an event, and what it never says."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from analytics import contributions, projector, tasks
from reports.models import Event, Report
from reports.workflow import Status, Visibility
from tests.analytics.test_projector import rows
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

Relay = Callable[[], int]


@pytest.fixture
def report(make: Maker, relay: Relay) -> Report:
    """One report of the west, in the lake."""
    report = make.report(text="A secret garden.", visibility=Visibility.PUBLIC)
    relay()
    tasks.project()
    return report


def test_no_row_has_text_a_finer_place_or_the_producers_key(report: Report) -> None:
    written = json.dumps(rows(), default=str)

    assert "secret garden" not in written
    assert str(report.cell) not in written
    assert report.producer.key not in written
    assert {(row["cell"] >> 52) & 15 for row in rows()} == {9}


def test_conduct_lies_in_a_coarser_cell(make: Maker, relay: Relay) -> None:
    make.submitted("noise")
    relay()
    projector.project()

    assert {(row["cell"] >> 52) & 15 for row in rows()} == {8}


def test_a_report_without_a_place_has_no_cell(make: Maker, relay: Relay) -> None:
    make.submitted(at=None)
    relay()
    projector.project()

    assert {row["cell"] for row in rows()} == {None}


def event_of(report: Report, kind: str, hours: float, **data: Any) -> dict[str, Any]:
    """An event so many hours after the report, as the projector reads it."""
    at = report.created_at + timedelta(hours=hours)
    event = Event.objects.create(
        report=report, kind=kind, at=at, by_kind="system", data=data, digest="0" * 64
    )
    return dict(Event.objects.filter(pk=event.pk).values(*contributions.SOURCE).get())


def test_a_row_says_how_the_event_left_the_report(report: Report) -> None:
    row = contributions.row_of(
        event_of(report, "report.status", 30, old="in_progress", new="resolved"), "salt"
    )

    assert row["status"] == Status.RESOLVED
    assert row["hours_to_resolve"] == 30
    assert row["resolved_on_time"] is True
    assert row["hours_to_acknowledge"] is None


def test_late_is_not_on_time(report: Report) -> None:
    row = contributions.row_of(
        event_of(report, "report.status", 9000, old="in_progress", new="resolved"), "salt"
    )

    assert row["resolved_on_time"] is False


def test_a_report_that_is_open_again_has_no_hours(make: Maker) -> None:
    report = make.report(status=Status.RESOLVED)

    row = contributions.row_of(event_of(report, "report.status", 50, old="resolved", new="assigned"), "salt")

    assert row["hours_to_resolve"] is row["resolved_on_time"] is None


def test_acceptance_acknowledges(report: Report) -> None:
    row = contributions.row_of(event_of(report, "ticket.accepted", 2.5), "salt")

    assert row["hours_to_acknowledge"] == 2.5


def test_an_end_before_its_beginning_has_no_hours(report: Report) -> None:
    row = contributions.row_of(
        event_of(report, "report.status", -1, old="in_progress", new="resolved"), "salt"
    )

    assert row["hours_to_resolve"] is None
