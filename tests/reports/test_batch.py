"""A phone's queue in one request: every item is answered as if it had been sent alone."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Producer, StoredAnswer, User
from reports import services
from reports.models import Report
from reports.serializers.batch import MOST_ITEMS
from tests.conftest import SmallCity
from tests.reports.test_submit import URL, body

pytestmark = pytest.mark.django_db

BATCH = "/api/v1/reports/batch/"


def item(key: str, **changes: Any) -> dict[str, Any]:
    return {"idempotency_key": key, "report": body(**changes)}


def send(client: APIClient, *items: Any) -> list[dict[str, Any]]:
    answer = client.post(BATCH, {"items": list(items)})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_each_item_gets_its_own_answer_in_order(city: SmallCity, anyone: APIClient) -> None:
    results = send(anyone, item("a", text="One."), item("b", kind="rant"), item("c", text="Three."))

    assert [result["status"] for result in results] == [201, 400, 201]
    assert [result["idempotency_key"] for result in results] == ["a", "b", "c"]
    assert [report.text for report in Report.objects.order_by("pk")] == ["One.", "Three."]
    assert results[0]["body"]["report"]["text"] == "One."
    assert results[0]["location"] == f"{URL}{results[0]['body']['receipt']['code']}/"
    assert results[1]["body"] is None
    assert results[1]["problem"]["errors"][0]["pointer"] == "#/kind"


def test_a_queue_sent_again_doubles_nothing(city: SmallCity, anyone: APIClient) -> None:
    first = send(anyone, item("a"), item("b"))
    again = send(anyone, item("b"), item("c"), item("a"))

    assert Report.objects.count() == 3
    assert [result["is_replayed"] for result in again] == [True, False, True]
    assert (again[2]["body"], again[0]["body"]) == (first[0]["body"], first[1]["body"])


def test_sent_alone_and_then_in_a_batch_it_is_one(city: SmallCity, anyone: APIClient) -> None:
    alone = anyone.post(URL, body(), headers={"Idempotency-Key": "a"})
    [result] = send(anyone, item("a"))

    assert (result["status"], result["is_replayed"]) == (201, True)
    assert result["body"] == alone.json()
    assert Report.objects.count() == 1


def test_sent_in_a_batch_and_then_alone_it_is_one(city: SmallCity, anyone: APIClient) -> None:
    [result] = send(anyone, item("a"))
    spaced = json.dumps(dict(reversed(body().items())), indent=4)
    alone = anyone.post(URL, spaced, content_type="application/json", headers={"Idempotency-Key": '"a"'})

    assert (alone.status_code, alone.headers["Idempotent-Replayed"]) == (201, "true")
    assert alone.json() == result["body"]
    assert Report.objects.count() == 1


def test_a_key_with_another_report_is_refused_alone(city: SmallCity, anyone: APIClient) -> None:
    results = send(anyone, item("a"), item("a", text="Another hole."), item("b"))

    assert [result["status"] for result in results] == [201, 422, 201]
    assert results[1]["problem"]["type"] == "/problems/idempotency-key-reused"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (None, "#"),
        (7, "#"),
        ({"report": {}}, "#/idempotency_key"),
        ({"idempotency_key": "x"}, "#/report"),
        ({"idempotency_key": "x", "report": None}, "#/report"),
        ({"idempotency_key": "x", "report": []}, "#"),
        ({"idempotency_key": "x", "report": {}, "colour": 1}, "#/colour"),
        ({"idempotency_key": "x", "report": {"photos": ["me.jpg"]}}, "#/photos/0"),
    ],
)
def test_an_unreadable_item_spoils_no_other(
    city: SmallCity, anyone: APIClient, wrong: Any, pointer: str
) -> None:
    first, middle, last = send(anyone, item("a"), wrong, item("b"))

    assert (first["status"], middle["status"], last["status"]) == (201, 400, 201)
    assert pointer in [fault["pointer"] for fault in middle["problem"]["errors"]]


@pytest.mark.parametrize("key", ["", "x" * 201, "schlüssel"])
def test_a_key_that_cannot_be_used_is_the_items_problem(city: SmallCity, anyone: APIClient, key: str) -> None:
    results = send(anyone, item(key), item("b"))

    assert [result["status"] for result in results] == [400, 201]


def test_our_own_mistake_about_one_loses_no_other(
    city: SmallCity, anyone: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    real = services.submit_report

    def broken(draft: Any, **how: Any) -> Any:
        if draft.text == "break":
            raise RuntimeError
        return real(draft, **how)

    with patch("reports.services.submit_report", broken):
        results = send(anyone, item("a"), item("b", text="break"), item("c"))

    assert [result["status"] for result in results] == [201, 500, 201]
    assert (Report.objects.count(), StoredAnswer.objects.count()) == (2, 2)
    assert "could not be answered" in caplog.text


def test_the_items_of_an_account_are_its_own(
    city: SmallCity, alice: User, client_of: Any, anyone: APIClient
) -> None:
    send(client_of(alice), item("a"))
    send(anyone, item("a"))

    owners = Report.objects.order_by("pk").values_list("producer__user", flat=True)
    assert list(owners) == [alice.pk, None]
    assert Producer.objects.filter(user=alice).count() == 1


def test_a_session_of_a_browser_needs_its_token(city: SmallCity, alice: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(alice)

    [result] = send(client, item("a"))

    assert result["status"] == 403
    assert not Report.objects.exists()


def test_a_batch_is_bounded(city: SmallCity, anyone: APIClient) -> None:
    too_many = anyone.post(BATCH, {"items": [item(str(n)) for n in range(MOST_ITEMS + 1)]})
    none = anyone.post(BATCH, {"items": []})
    too_large = anyone.post(BATCH, {"items": [item("a", text="x" * 2**20)]})

    assert (too_many.status_code, none.status_code, too_large.status_code) == (400, 400, 413)
    assert not Report.objects.exists()


def test_a_key_of_the_whole_ties_nothing_together(city: SmallCity, anyone: APIClient) -> None:
    whole = {"Idempotency-Key": "whole"}
    anyone.post(BATCH, {"items": [item("a"), item("b", kind="rant")]}, headers=whole)
    mended = anyone.post(BATCH, {"items": [item("a"), item("b")]}, headers=whole)

    assert [result["status"] for result in mended.json()["results"]] == [201, 201]
    assert Report.objects.count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_an_item_costs_what_it_costs_alone(city: SmallCity, anyone: APIClient, count: int) -> None:
    send(anyone, item("warm"))

    with CaptureQueriesContext(connection) as queries:
        send(anyone, *[item(f"{count}-{n}") for n in range(count)])

    statements = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 8 * count, "\n".join(statements)
    assert Report.objects.count() == count + 1
