"""Tickets follow events in batches, at a cost that does not grow with the batch."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.events import verify_chain
from reports.models import Event, Report
from reports.workflow import Status
from tests.conftest import EAST, WEST, Maker
from tests.tickets.conftest import Tickets
from tickets.handlers import follow_reports
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_offering_takes_as_many_statements_for_twelve_reports_as_for_two(make: Maker) -> None:
    def cost(count: int) -> int:
        for number in range(count):
            make.report("pothole", at=EAST if number % 2 else WEST)
        events = list(Event.objects.filter(report__tickets=None).select_related("report"))
        with CaptureQueriesContext(connection) as captured:
            follow_reports(events)
        return len(captured)

    first, second = cost(2), cost(12)

    assert first == second
    assert first <= 11  # four of them open and close savepoints


def test_an_event_that_comes_twice_offers_once(pothole: Tickets) -> None:
    events = list(Event.objects.select_related("report"))

    follow_reports(events)
    follow_reports(events)

    assert Ticket.objects.count() == 2


def test_a_batch_leaves_every_chain_whole(make: Maker, relay: Callable[[], int]) -> None:
    reports = [make.report("pothole") for _ in range(3)]
    relay()

    for report in Report.objects.all():
        verify_chain(report, list(report.events.order_by("pk")))
    assert len(reports) == 3


def test_a_report_that_nobody_answers_for_has_no_ticket(make: Maker, relay: Callable[[], int]) -> None:
    report = make.report("noise")
    relay()

    assert not Ticket.objects.filter(report=report).exists()
    report.refresh_from_db()
    assert report.status == Status.RECEIVED


def test_a_batch_of_other_events_costs_nothing(make: Maker, django_assert_num_queries: Any) -> None:
    make.report("pothole")
    others = list(Event.objects.filter(kind=Event.Kind.SUBMITTED))

    with django_assert_num_queries(0):
        follow_reports(others)
