"""A report that came with an address alone gets its pin from the desk."""

from typing import Any

import pytest

from accounts.models import User
from reports.events import verify_chain
from reports.models import Report
from tests.conftest import EAST, Maker
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

PIN = {"latitude": EAST[0], "longitude": EAST[1]}


def url(report: Report) -> str:
    return f"/api/v1/desk/reports/{report.code}/place/"


def test_from_its_pin_the_report_finds_who_works(make: Maker, mona: User, client_of: Any, relay: Any) -> None:
    report = make.submitted(at=None).report
    relay()
    before = (report.triage_reason, Ticket.objects.count())

    answer = client_of(mona).post(url(report), PIN)
    relay()

    assert before == ("boundary", 0)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["latitude"], said["longitude"]) == pytest.approx(EAST)
    assert (said["needs_triage"], said["responsible"]["code"]) == (False, "works")
    tickets = Ticket.objects.order_by("pk").values_list("organisation__code", "role")
    assert set(tickets) == {("works", "owner"), ("fixer", "executor")}


def test_the_trace_goes_on_saying_what_was_sent(
    make: Maker, mona: User, client_of: Any, with_receipt: Any
) -> None:
    submitted = make.submitted(at=None)
    client_of(mona).post(url(submitted.report), PIN)

    report = Report.objects.get()
    trace = with_receipt(submitted).get(f"/api/v1/reports/{report.code}/trace/").json()

    assert trace["content"]["latitude"] is None
    assert trace["content"]["hash"] == trace["events"][0]["data"]["content"]
    verify_chain(report, list(report.events.select_related("organisation", "by_organisation").order_by("pk")))


def test_the_pin_of_a_citizen_is_not_moved(make: Maker, mona: User, client_of: Any) -> None:
    report = make.report()

    answer = client_of(mona).post(url(report), PIN)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-placed")


def test_a_pin_of_the_desk_may_be_moved(make: Maker, mona: User, client_of: Any) -> None:
    report = make.submitted(at=None).report

    answers = [client_of(mona).post(url(report), {**PIN, "longitude": EAST[1] + n / 1000}) for n in (0, 1)]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_an_impossible_pin_is_named(make: Maker, mona: User, client_of: Any) -> None:
    report = make.submitted(at=None).report

    answer = client_of(mona).post(url(report), {"latitude": EAST[1], "longitude": EAST[0]})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "swapped")


def test_only_the_desk_places(make: Maker, alice: User, otto: User, audrey: User, client_of: Any) -> None:
    report = make.submitted(at=None).report

    answers = [client_of(user).post(url(report), PIN) for user in (alice, otto, audrey)]

    assert [answer.status_code for answer in answers] == [404, 404, 403]
