"""My reports, my support, my comments."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from reports.models import Report
from reports.services import Submitted
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
WithReceipt = Callable[[Submitted], APIClient]


def results(client: APIClient, what: str, **query: str) -> list[Any]:
    answer = client.get(f"/api/v1/me/{what}/", query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def test_my_reports_are_all_of_mine_but_the_erased(
    make: Maker, alice: User, bob: User, client_of: ClientOf
) -> None:
    made = {v: make.report(user=alice, visibility=v) for v in ("public", "private", "held", "hidden")}
    erased = make.report(user=alice)
    client_of(alice).post(f"/api/v1/reports/{erased.code}/erase/")
    make.report(user=bob)

    mine = results(client_of(alice), "reports")

    assert [row["code"] for row in mine] == [report.code for report in reversed(made.values())]


def test_a_receipt_lists_its_own_report(make: Maker, alice: User, with_receipt: WithReceipt) -> None:
    sent = make.submitted(user=alice)
    make.report(user=alice)

    assert [row["code"] for row in results(with_receipt(sent), "reports")] == [sent.report.code]


def test_positions_come_in_the_datum_that_is_asked_for(make: Maker, alice: User, client_of: ClientOf) -> None:
    make.report(user=alice)

    [row] = results(client_of(alice), "reports", datum="gcj02")

    assert (row["datum"], row["longitude"] > 114.455) == ("gcj02", True)
    assert client_of(alice).get("/api/v1/me/reports/", {"datum": "moon"}).status_code == 400


def test_my_support_shows_what_i_may_still_see(make: Maker, alice: User, client_of: ClientOf) -> None:
    seen, hidden = make.report(), make.report()
    for report in (seen, hidden):
        client_of(alice).post(f"/api/v1/reports/{report.code}/support/")
    Report.objects.filter(pk=hidden.pk).update(visibility="hidden")

    assert [row["report"]["code"] for row in results(client_of(alice), "supports")] == [seen.code]


def test_my_comments_are_mine_wherever_they_stand(
    make: Maker, alice: User, bob: User, client_of: ClientOf
) -> None:
    report = make.report()
    for user, text in [(alice, "Mine."), (bob, "His.")]:
        client_of(user).post(f"/api/v1/reports/{report.code}/comments/", {"text": text})
    Report.objects.update(visibility="hidden")

    [row] = results(client_of(alice), "comments")

    assert (row["report"], row["text"]) == (report.code, "Mine.")


@pytest.mark.parametrize("what", ["reports", "supports", "comments"])
def test_without_anybody_there_is_nothing_of_mine(what: str, anyone: APIClient) -> None:
    assert anyone.get(f"/api/v1/me/{what}/").status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("what", ["reports", "supports", "comments"])
def test_a_list_takes_four_statements_whatever_its_length(
    what: str, rows: int, make: Maker, alice: User, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    client = client_of(alice)
    for _ in range(rows):
        make.report(user=alice)
        other = make.report()
        client.post(f"/api/v1/reports/{other.code}/support/")
        client.post(f"/api/v1/reports/{other.code}/comments/", {"text": "I agree."})

    with django_assert_max_num_queries(4):  # the session's two included
        assert len(results(client, what)) == rows
