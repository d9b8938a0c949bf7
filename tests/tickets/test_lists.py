"""Lists of tickets: what narrows them, what they cost, and wrong fields."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import Maker
from tests.tickets.conftest import Tickets
from tests.tickets.test_api import url

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
Relay = Callable[[], int]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 1),
        ({"role": "executor"}, 1),
        ({"role": "owner"}, 0),
        ({"status": "offered"}, 1),
        ({"status": "done"}, 0),
        ({"overdue": "true"}, 0),
        ({"overdue": "false"}, 1),
        ({"category": "pothole"}, 1),
        ({"category": "signal"}, 0),
        ({"whose": "all"}, 1),
        ({"whose": "supervised"}, 0),
    ],
)
def test_a_list_is_narrowed_on_both_sides_of_each_filter(
    query: dict[str, str], found: int, pothole: Tickets, otto: User, client_of: ClientOf
) -> None:
    assert len(client_of(otto).get("/api/v1/tickets/", query).json()["results"]) == found


def test_an_owner_looks_after_its_executors_tickets(
    pothole: Tickets, olga: User, client_of: ClientOf
) -> None:
    supervised = client_of(olga).get("/api/v1/tickets/", {"whose": "supervised"}).json()["results"]

    assert [(t["role"], t["organisation"]["code"]) for t in supervised] == [("executor", "mender")]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_four_statements_whatever_its_length(
    count: int,
    make: Maker,
    otto: User,
    client_of: ClientOf,
    relay: Relay,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(count):
        make.report("pothole")
    relay()
    firm = client_of(otto)

    with django_assert_max_num_queries(5):  # the session's two included
        answer = firm.get("/api/v1/tickets/")

    assert len(answer.json()["results"]) == count


@pytest.mark.parametrize(
    ("verb", "body", "faulty"),
    [
        ("decline", {}, ["#/reason"]),
        ("decline", {"reason": "other", "mood": "bad"}, ["#/mood"]),
        ("notes", {}, ["#/text"]),
        ("hand-over", {"to": "nobody", "reason": "other"}, ["#/to"]),
        ("done", {"text": ""}, ["#/text"]),
        ("done", {"text": "Filled.", "proof": "no file"}, ["#/proof"]),
        ("return", {}, ["#/text"]),
    ],
)
def test_each_wrong_field_is_named(
    verb: str, body: dict[str, Any], faulty: list[str], pothole: Tickets, otto: User, client_of: ClientOf
) -> None:
    answer = client_of(otto).post(url(pothole.executor, verb), body)

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == faulty
