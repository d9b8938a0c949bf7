"""Endpoints over HTTP: their keepers see and change them, for everybody else they do not exist."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Membership, User
from tests.conftest import SmallCity
from tests.webhooks.conftest import Town, deliver
from tests.webhooks.receiver import Receiver, Reply
from webhooks import services
from webhooks.models import Delivery, Endpoint
from webhooks.services import Issued

Clients = Callable[[User], APIClient]


@pytest.fixture
def ottos(city: SmallCity, receiver: Receiver) -> Issued:
    """The endpoint of Otto's firm."""
    return services.register_endpoint(city.mender, url=receiver.url)


@pytest.fixture
def otto_client(otto: User, client_of: Clients) -> APIClient:
    return client_of(otto)


def path(issued: Issued, rest: str = "") -> str:
    return f"/api/v1/endpoints/{issued.endpoint.code}/{rest}"


def test_an_agent_registers_an_endpoint_and_sees_its_secret_once(
    otto_client: APIClient, receiver: Receiver
) -> None:
    body = {"url": receiver.url, "description": "Work orders", "event_types": ["ticket.offered"]}

    created = otto_client.post("/api/v1/endpoints/", body)
    listed = otto_client.get("/api/v1/endpoints/")

    assert created.status_code == 201
    assert created.json()["secret"].startswith("whsec_")
    assert created.headers["ETag"] == '"1"'
    assert created.headers["Cache-Control"] == "private, no-store"
    [row] = listed.json()["results"]
    assert row == created.json()["endpoint"]
    assert (row["organisation"], row["event_types"]) == ("mender", ["ticket.offered"])
    assert "whsec_" not in listed.content.decode()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"url": "http://firm.example/"}, "#/url", "url_refused"),
        ({"url": "https://192.168.1.1/"}, "#/url", "address_refused"),
        ({"url": "https://127.0.0.1:8443/"}, "#/url", "url_refused"),
        ({}, "#/url", "required"),
        ({"url": ["https://firm.example/"]}, "#/url", "invalid"),
        ({"url": "https://192.0.2.1/", "color": "red"}, "#/color", "unknown_field"),
        (
            {"url": "https://192.0.2.1/", "event_types": ["ticket.lost"]},
            "#/event_types/0",
            "invalid_choice",
        ),
        ({"url": "https://192.0.2.1/", "organisation": "nobody"}, "#/organisation", "does_not_exist"),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_named(
    body: dict[str, Any], pointer: str, code: str, otto_client: APIClient
) -> None:
    answer = otto_client.post("/api/v1/endpoints/", body)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


def test_nobody_registers_for_another_organisation(otto_client: APIClient, receiver: Receiver) -> None:
    answer = otto_client.post("/api/v1/endpoints/", {"url": receiver.url, "organisation": "fixer"})

    assert answer.status_code == 403
    assert not Endpoint.objects.exists()


def test_who_looks_after_several_says_for_which(
    otto: User, otto_client: APIClient, city: SmallCity, receiver: Receiver
) -> None:
    Membership.objects.create(user=otto, organisation=city.fixer, role="firm_agent")

    unsaid = otto_client.post("/api/v1/endpoints/", {"url": receiver.url})
    said = otto_client.post("/api/v1/endpoints/", {"url": receiver.url, "organisation": "fixer"})

    assert unsaid.status_code == 400
    assert said.json()["endpoint"]["organisation"] == "fixer"


@pytest.mark.parametrize("who", ["alice", "mona", "olga", "fritz", "audrey", "stella"])
@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("get", ""),
        ("patch", ""),
        ("delete", ""),
        ("post", "rotate/"),
        ("post", "test/"),
        ("post", "recover/"),
        ("get", "deliveries/"),
    ],
)
def test_for_everybody_else_it_does_not_exist(
    who: str, method: str, rest: str, ottos: Issued, client_of: Clients, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))

    answer = getattr(client, method)(path(ottos, rest), headers={"If-Match": "*"})

    assert answer.status_code == 404
    assert client.get("/api/v1/endpoints/").json()["results"] == []


def test_without_an_account_there_is_nothing_to_read(anyone: APIClient, ottos: Issued) -> None:
    assert anyone.get("/api/v1/endpoints/").status_code == 401
    assert anyone.get(path(ottos)).status_code == 401
    assert anyone.post("/api/v1/endpoints/", {}).status_code == 401


def test_an_endpoint_that_has_not_changed_is_not_sent_again(otto_client: APIClient, ottos: Issued) -> None:
    read = otto_client.get(path(ottos))

    again = otto_client.get(path(ottos), headers={"If-None-Match": read.headers["ETag"]})

    assert again.status_code == 304
    assert again.content == b""


def test_a_change_names_the_version_it_is_about(otto_client: APIClient, ottos: Issued) -> None:
    change = {"description": "new"}

    missing = otto_client.patch(path(ottos), change)
    stale = otto_client.patch(path(ottos), change, headers={"If-Match": '"7"'})
    right = otto_client.patch(path(ottos), change, headers={"If-Match": '"1"'})

    assert (missing.status_code, stale.status_code, right.status_code) == (428, 412, 200)
    assert right.json()["description"] == "new"
    assert right.headers["ETag"] == '"2"'


def test_a_new_url_is_checked_too(otto_client: APIClient, ottos: Issued, receiver: Receiver) -> None:
    answer = otto_client.patch(path(ottos), {"url": "https://10.0.0.1/"}, headers={"If-Match": "*"})

    assert answer.status_code == 400
    assert Endpoint.objects.get().url == receiver.url


def test_an_endpoint_is_switched_off_and_on(otto_client: APIClient, ottos: Issued) -> None:
    off = otto_client.patch(path(ottos), {"is_enabled": False}, headers={"If-Match": "*"})
    test = otto_client.post(path(ottos, "test/"))
    on = otto_client.patch(path(ottos), {"is_enabled": True}, headers={"If-Match": "*"})

    assert (off.json()["is_enabled"], off.json()["disabled_reason"]) == (False, "by_owner")
    assert (test.status_code, test.json()["type"]) == (409, "/problems/endpoint-disabled")
    assert (on.json()["is_enabled"], on.json()["disabled_reason"]) == (True, "")


def test_a_deleted_endpoint_is_gone(otto_client: APIClient, ottos: Issued) -> None:
    deleted = otto_client.delete(path(ottos))

    assert deleted.status_code == 204
    assert otto_client.get(path(ottos)).status_code == 404


def test_a_secret_is_changed_over_http(otto_client: APIClient, ottos: Issued) -> None:
    answer = otto_client.post(path(ottos, "rotate/"))

    assert answer.status_code == 200
    assert answer.json()["secret"] != ottos.secret
    assert answer.json()["endpoint"]["previous_until"] is not None


def test_a_test_message_and_its_answer_stand_in_the_log(
    otto_client: APIClient, ottos: Issued, receiver: Receiver
) -> None:
    receiver.reply = Reply(200, body=b"got it")

    sent = otto_client.post(path(ottos, "test/"))
    deliver()
    [logged] = otto_client.get(path(ottos, "deliveries/")).json()["results"]

    assert sent.status_code == 201
    assert (logged["code"], logged["state"]) == (sent.json()["code"], "delivered")
    [attempt] = logged["attempts"]
    assert (attempt["status"], attempt["answer"]) == (200, "got it")


def test_a_lost_delivery_is_found_and_sent_again(
    otto_client: APIClient, ottos: Issued, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_RETRY_WAITS = [0]
    receiver.reply = Reply(500)
    code = otto_client.post(path(ottos, "test/")).json()["code"]
    deliver()
    receiver.reply = Reply(204)

    [dead] = otto_client.get(path(ottos, "deliveries/"), {"state": "dead"}).json()["results"]
    again = otto_client.post(f"/api/v1/deliveries/{code}/resend/")
    deliver()

    assert dead["code"] == code
    assert (again.status_code, again.json()["state"]) == (200, "pending")
    assert otto_client.get(path(ottos, "deliveries/"), {"state": "delivered"}).json()["results"] != []


def test_a_stretch_of_time_is_recovered_over_http(otto_client: APIClient, ottos: Issued, town: Town) -> None:
    otto_client.post(path(ottos, "test/"))
    now = timezone.now()
    Delivery.objects.update(state="dead", ended_at=now)
    span = {"since": now - timedelta(hours=1), "until": now + timedelta(hours=1)}

    recovered = otto_client.post(path(ottos, "recover/"), span)
    turned = otto_client.post(path(ottos, "recover/"), {"since": span["until"], "until": span["since"]})

    assert recovered.json() == {"count": 1}
    assert (turned.status_code, turned.json()["errors"][0]["pointer"]) == (400, "#/until")


def test_another_firms_delivery_cannot_be_sent_again(
    fritz: User, client_of: Clients, otto_client: APIClient, ottos: Issued
) -> None:
    code = otto_client.post(path(ottos, "test/")).json()["code"]

    assert client_of(fritz).post(f"/api/v1/deliveries/{code}/resend/").status_code == 404


def test_an_unknown_state_is_named(otto_client: APIClient, ottos: Issued) -> None:
    answer = otto_client.get(path(ottos, "deliveries/"), {"state": "lost"})

    assert answer.status_code == 400


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_the_log_costs_the_same_whatever_its_length(
    rows: int, otto_client: APIClient, ottos: Issued, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        services.send_example(ottos.endpoint)
    deliver()
    otto_client.get("/api/v1/endpoints/")

    with django_assert_max_num_queries(7) as counted:
        answer = otto_client.get(path(ottos, "deliveries/"))

    assert len(answer.json()["results"]) == rows
    assert len([query for query in counted if "webhooks_" in query["sql"]]) == 3


@pytest.mark.parametrize("rows", [1, 3])
def test_the_endpoints_cost_one_statement(
    rows: int, otto_client: APIClient, city: SmallCity, receiver: Receiver, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        services.register_endpoint(city.mender, url=receiver.url)

    with django_assert_max_num_queries(5) as counted:
        otto_client.get("/api/v1/endpoints/")

    assert len([query for query in counted if "webhooks_" in query["sql"]]) == 1
