"""How long reports take: measured from the past, with those that still wait."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from reports.measuring import Sample, measure_times
from reports.models import Event, Report
from reports.tasks import measure_times as nightly
from reports.workflow import Status
from routing import measured
from routing.models import MeasuredTime
from tests.conftest import Maker

URL = "/api/v1/categories/"


def sample(ended: list[float], waiting: Sequence[float] = ()) -> Sample:
    found = Sample()
    for hours in ended:
        found.add(-1, hours, is_end=True, is_open=False)
    for hours in waiting:
        found.add(-1, hours, is_end=False, is_open=True)
    return found


@pytest.mark.parametrize(
    ("ended", "waiting", "median", "p90"),
    [
        ([1, 2, 3, 4, 5], [], 3, 5),
        ([5, 1, 4, 2, 3], [], 3, 5),
        ([2, 2, 2, 2, 2], [], 2, 2),
        (list(range(1, 11)), [], 5, 9),
        # Worked out by hand: 4/5, 4/5 · 3/4, 3/5 · 1/2 with one of five still open after 3.5 hours.
        ([1, 2, 4], [3.5, 3.5], 4, 4),
        ([1, 2, 3], [9, 9, 9], 3, None),
        ([1, 2, 3], [9] * 30, None, None),
        ([0, 0, 1], [], 0, 1),
        ([], [9], None, None),
    ],
)
def test_percentiles_count_those_that_still_wait(
    ended: list[float], waiting: list[float], median: float | None, p90: float | None
) -> None:
    assert sample(ended, waiting).hours_until(0.5, 0.9) == [median, p90]


def test_an_old_report_counts_from_the_age_at_which_it_was_first_seen() -> None:
    found = sample([1, 2, 3, 4, 5])
    found.add(100, 200, is_end=True, is_open=False)

    # The old one is in nobody's way during the first hours, and is alone at the end.
    assert found.hours_until(0.5, 0.9) == [3, 5]


def resolved(
    make: Maker, hours: float, *, days_ago: float = 10, status: str = Status.RESOLVED, **more: Any
) -> Report:
    """A report that came some days ago and ended after so many hours (None: it waits)."""
    report = make.report(status=status, **more)
    begun = timezone.now() - timedelta(days=days_ago)
    ended = begun + timedelta(hours=hours) if report.resolved_at else None
    Report.objects.filter(pk=report.pk).update(created_at=begun, resolved_at=ended)
    return report


def figures(phase: str = "resolve") -> dict[tuple[str, str | None], tuple[Any, ...]]:
    measure_times()
    rows = MeasuredTime.objects.filter(phase=phase).select_related("category", "organisation")
    return {
        (row.category.code, row.organisation.code if row.organisation else None): (
            row.cases,
            row.open_cases,
            row.median_hours,
            row.p90_hours,
        )
        for row in rows
    }


def test_each_category_is_measured_with_all_and_with_each_organisation(make: Maker) -> None:
    for hours in (10, 20, 30, 40, 50):
        resolved(make, hours)
    for hours in (1, 2, 3, 4):
        resolved(make, hours, category="signal")

    assert figures() == {("pothole", None): (5, 0, 30, 50), ("pothole", "works"): (5, 0, 30, 50)}


def test_what_waits_counts_and_what_ended_otherwise_leaves_without_an_end(make: Maker) -> None:
    for hours in (10, 20, 30, 40, 50):
        resolved(make, hours)
    for _ in range(5):
        resolved(make, 0, status=Status.ASSIGNED)
    resolved(make, 5, status=Status.DECLINED)

    # Ten at risk after the declined one left: the fifth end leaves a half of them.
    assert figures()[("pothole", None)] == (5, 5, 50, None)


def test_what_ended_long_ago_and_what_was_sent_to_try_is_not_measured(make: Maker) -> None:
    for hours in (10, 20, 30, 40, 50):
        resolved(make, hours, days_ago=200)
    tried = [resolved(make, 1) for _ in range(5)]
    tests = Report.objects.filter(pk__in=[report.pk for report in tried])
    tests.update(is_sandbox=True, visibility="private")

    assert figures() == {}


def test_taken_is_when_somebody_first_accepts_or_when_it_is_resolved_at_once(make: Maker) -> None:
    for hours in (1, 2, 3, 4, 5):
        report = resolved(make, 50)
        begun: datetime = Report.objects.get(pk=report.pk).created_at
        for later in (hours, hours + 20):
            Event.objects.create(
                report=report, kind="ticket.accepted", at=begun + timedelta(hours=later), by_kind="officer"
            )
    resolved(make, 6)

    assert figures("acknowledge")[("pothole", None)] == (6, 0, 3, 6)


def test_a_new_measurement_takes_the_place_of_the_old_one(make: Maker) -> None:
    for hours in (10, 20, 30, 40, 50):
        resolved(make, hours)
    measure_times()
    Report.objects.filter(status=Status.RESOLVED).update(status=Status.ASSIGNED, reason="", resolved_at=None)

    nightly()

    assert MeasuredTime.objects.count() == 0


def test_reading_costs_a_statement_a_phase_whatever_the_number(
    make: Maker, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for hours in (10, 20, 30, 40, 50, 60, 70):
        resolved(make, hours)

    with django_assert_max_num_queries(6):  # two of them open and close the transaction
        measure_times()


def test_what_was_measured_by_hand_is_in_the_catalogue(make: Maker) -> None:
    for hours in (10, 20, 30, 40, 50):
        resolved(make, hours)
    told = StringIO()

    call_command("measure_times", stdout=told)
    measured.forget()  # the commit that tells does not come in a test
    body = APIClient().get(URL, {"lat": 38.05, "lon": 114.45}).json()

    assert told.getvalue() == "4 figures are kept.\n"
    pothole = next(row for group in body["groups"] for row in group["categories"] if row["code"] == "pothole")
    assert pothole["expected"]["resolve"] == {
        "median_hours": 30.0,
        "p90_hours": 50.0,
        "cases": 5,
        "open_cases": 0,
        "organisation": "works",
    }


def test_it_is_measured_every_night() -> None:
    assert settings.CELERY_BEAT_SCHEDULE["times"]["task"] == "reports.tasks.measure_times"
