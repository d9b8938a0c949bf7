"""Erasing a report: who may, what is left, and that the story still verifies."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from governance.verify import verify
from reports.models import Comment, Event, Report
from reports.services import Submitted
from tests.conftest import Maker, SmallCity

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
WithReceipt = Callable[[Submitted], APIClient]


def erase(client: APIClient, report: Report) -> Any:
    return client.post(f"/api/v1/reports/{report.code}/erase/")


def test_whoever_holds_the_receipt_erases_the_report(make: Maker, with_receipt: WithReceipt) -> None:
    sent = make.submitted(text="A deep hole before my door.")
    phone = with_receipt(sent)

    answer = erase(phone, sent.report)

    stone = answer.json()
    report = Report.objects.get()
    assert answer.status_code == 200, stone
    assert (stone["category"]["code"], stone["status"], stone["kind"]) == ("pothole", "withdrawn", "problem")
    assert (report.text, report.address, report.salt, report.answers, report.visibility) == (
        "", "", "", {}, "erased",
    )  # fmt: skip
    assert (report.raw_latitude, report.raw_longitude, report.accuracy_m) == (None, None, None)
    assert report.cell is not None
    assert stone["cell"] == f"{report.cell:x}"
    assert stone["cell"].startswith("89")  # H3 resolution 9
    assert (report.latitude, report.longitude) != (38.05, 114.45)


def test_nobody_reads_an_erased_report_and_its_receipt_opens_the_tombstone(
    make: Maker, anyone: APIClient, with_receipt: WithReceipt
) -> None:
    sent = make.submitted()
    phone, path = with_receipt(sent), f"/api/v1/reports/{sent.report.code}/"
    erase(phone, sent.report)

    assert phone.get(path).status_code == 404
    assert anyone.get(f"{path}tombstone/").status_code == 404
    assert phone.get(f"{path}tombstone/").json()["code"] == sent.report.code


def test_the_trace_of_an_erased_report_still_verifies(
    make: Maker, alice: User, client_of: ClientOf, with_receipt: WithReceipt
) -> None:
    sent = make.submitted(user=alice)
    client_of(alice).post(f"/api/v1/reports/{sent.report.code}/comments/", {"text": "Still there."})
    erase(client_of(alice), sent.report)

    trace = with_receipt(sent).get(f"/api/v1/reports/{sent.report.code}/tombstone/").json()["trace"]

    kinds = [event["kind"] for event in trace["events"]]
    assert verify(trace).faults == ()
    assert kinds[-2:] == ["report.status", "report.erased"]
    assert trace["content"] is None


def test_erasing_twice_changes_nothing(make: Maker, with_receipt: WithReceipt) -> None:
    sent = make.submitted()
    first, second = (erase(with_receipt(sent), sent.report) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert Event.objects.filter(kind="report.erased").count() == 1


def test_the_account_erases_its_report_and_is_no_longer_bound_to_it(
    make: Maker, alice: User, client_of: ClientOf
) -> None:
    report, other = make.submitted(user=alice).report, make.submitted(user=alice).report

    assert erase(client_of(alice), report).status_code == 200

    assert Report.objects.get(pk=report.pk).producer.user is None
    assert Report.objects.get(pk=other.pk).producer.user == alice


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("mona", 403), ("otto", 403), ("stella", 200)])
def test_others_may_not_erase_but_the_steering_steward_may(
    who: str, status: int, make: Maker, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    report = make.report()

    assert erase(client_of(request.getfixturevalue(who)), report).status_code == status


def test_a_report_that_one_may_not_see_is_not_there(make: Maker, bob: User, client_of: ClientOf) -> None:
    assert erase(client_of(bob), make.report(visibility="private")).status_code == 404


def test_an_ended_report_keeps_its_end(make: Maker, alice: User, client_of: ClientOf) -> None:
    report = make.report(status="resolved", user=alice)

    assert erase(client_of(alice), report).json()["status"] == "resolved"


def test_other_peoples_words_stay_theirs_and_those_that_may_quote_go(
    make: Maker, alice: User, bob: User, mona: User, client_of: ClientOf
) -> None:
    report = make.report(user=alice)
    for user, text in [(alice, "Mine."), (bob, "Bob's."), (mona, "Dear Alice.")]:
        client_of(user).post(f"/api/v1/reports/{report.code}/comments/", {"text": text})

    erase(client_of(alice), report)

    assert sorted(Comment.objects.values_list("text", flat=True)) == ["", "", "Bob's."]


def test_who_works_on_it_loses_the_ticket_and_reads_the_tombstone(
    make: Maker, alice: User, otto: User, client_of: ClientOf, relay: Callable[[], int]
) -> None:
    report = make.submitted(user=alice).report
    relay()
    [ticket] = client_of(otto).get("/api/v1/tickets/").json()["results"]
    erase(client_of(alice), report)
    relay()

    gone = client_of(otto).get(f"/api/v1/tickets/{ticket['code']}/").json()

    assert (gone["status"], gone["report"]) == ("cancelled", None)
    assert client_of(otto).get(f"/api/v1/reports/{report.code}/tombstone/").status_code == 200
    kinds = [event["kind"] for event in client_of(otto).get("/api/v1/events/").json()["events"]]
    assert kinds == ["report.erased"]


def test_a_repeated_submission_is_told_that_it_is_gone(
    city: SmallCity, anyone: APIClient, make: Maker
) -> None:
    body = {
        "kind": "problem", "category": "pothole", "text": "A hole.",
        "latitude": 38.05, "longitude": 114.45,
    }  # fmt: skip
    headers = {"Idempotency-Key": "first"}
    receipt = anyone.post("/api/v1/reports/", body, headers=headers).json()["receipt"]
    own = {"Authorization": f"Receipt {receipt['code']}:{receipt['secret']}"}
    assert anyone.post(f"/api/v1/reports/{receipt['code']}/erase/", headers=own).status_code == 200

    again = anyone.post("/api/v1/reports/", body, headers=headers)

    assert (again.status_code, again.json()["type"]) == (410, "/problems/erased")
    assert Report.objects.count() == 1
