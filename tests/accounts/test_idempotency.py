"""A phone that sends again does nothing twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.idempotency import KEPT, Middleware
from accounts.models import Consent, StoredAnswer, User
from reports.models import Photo, Report
from tests.conftest import SmallCity
from tests.reports.test_submit import body, jpeg

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"
KEY = {"Idempotency-Key": "a-key"}
ClientOf = Callable[[User], APIClient]


def form(boundary: str, **changes: Any) -> tuple[bytes, str]:
    """A report as a form with one photo, and its content type."""
    photo = jpeg().read()
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in body(**changes).items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="photos"; filename="hole.jpg"\r\n'
    lines += [head.encode(), b"Content-Type: image/jpeg\r\n\r\n", photo, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(lines), f"multipart/form-data; boundary={boundary}"


def send_form(client: APIClient, boundary: str, **changes: Any) -> Any:
    data, content_type = form(boundary, **changes)
    return client.post(URL, data, content_type=content_type, headers=KEY)


def test_the_same_again_gets_the_same_answer(city: SmallCity, anyone: APIClient) -> None:
    first = anyone.post(URL, body(), headers=KEY)
    again = anyone.post(URL, body(), headers=KEY)

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert Report.objects.count() == 1


def test_a_form_with_another_boundary_is_the_same(city: SmallCity, anyone: APIClient) -> None:
    first = send_form(anyone, "one")
    again = send_form(anyone, "two")

    assert first.status_code == 201, first.content
    assert first.content == again.content
    assert (Report.objects.count(), Photo.objects.count()) == (1, 1)


def test_a_form_that_says_something_else_is_not(city: SmallCity, anyone: APIClient) -> None:
    send_form(anyone, "one")

    answer = send_form(anyone, "one", text="Another hole.")

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")


def test_a_broken_form_is_a_400(city: SmallCity, anyone: APIClient) -> None:
    kind = "multipart/form-data; boundary="

    answer = anyone.post(URL, b"what", content_type=kind, headers=KEY)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_a_second_while_the_first_is_answered_waits(city: SmallCity, anyone: APIClient) -> None:
    during: list[Any] = []

    def answer_slowly(request: HttpRequest) -> HttpResponse:
        during.append(Middleware(answer_slowly)(again()))
        return HttpResponse("done", status=201)

    def again() -> HttpRequest:
        return RequestFactory().post(URL, body(), content_type="application/json", headers=KEY)

    first = Middleware(answer_slowly)(again())

    assert first.status_code == 201
    assert [waiting.status_code for waiting in during] == [409]
    assert Middleware(answer_slowly)(again()).headers["Idempotent-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: two never meet")
def test_when_two_processes_are_asked_the_database_lets_one_through() -> None:
    """Neither knows of the other; the one that commits second is answered with what the first said."""

    def ask(answer: Callable[[HttpRequest], HttpResponse]) -> Any:
        request = RequestFactory().post(URL, body(), content_type="application/json", headers=KEY)
        with patch.object(Middleware, "running", {}):
            return Middleware(answer)(request)

    def elsewhere() -> None:
        ask(lambda _: HttpResponse("first", status=201))
        connection.close()

    def race(_: HttpRequest) -> HttpResponse:
        with ThreadPoolExecutor() as others:
            others.submit(elsewhere).result()
        return HttpResponse("second", status=201)

    answer = ask(race)

    assert StoredAnswer.objects.count() == 1
    assert (answer.content, answer.headers["Idempotent-Replayed"]) == (b"first", "true")


def test_the_same_key_of_another_sender_is_another_key(alice: User, bob: User, client_of: ClientOf) -> None:
    given = {"purpose": "research", "notice_version": "2026-1"}

    answers = [client_of(user).post("/api/v1/me/consents/", given, headers=KEY) for user in (alice, bob)]

    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, None]
    assert Consent.objects.count() == 2


def test_the_same_key_at_another_address_is_another_key(
    city: SmallCity, alice: User, client_of: ClientOf
) -> None:
    phone = client_of(alice)
    phone.post(URL, body(), headers=KEY)

    answer = phone.post(
        "/api/v1/me/consents/", {"purpose": "research", "notice_version": "2026-1"}, headers=KEY
    )

    assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (201, None)


@pytest.mark.parametrize("key", ["", " ", '""', "x" * 201, "schlüssel", "a\tb"])
def test_a_key_that_cannot_be_used_is_a_400(city: SmallCity, anyone: APIClient, key: str) -> None:
    answer = anyone.post(URL, body(), headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-idempotency-key")
    assert not Report.objects.exists()


def test_after_a_day_the_key_is_free_again(city: SmallCity, anyone: APIClient) -> None:
    anyone.post(URL, body(), headers=KEY)
    StoredAnswer.objects.update(created_at=timezone.now() - KEPT - timedelta(seconds=1))

    answer = anyone.post(URL, body(text="Another hole."), headers=KEY)

    assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (201, None)
    assert (Report.objects.count(), StoredAnswer.objects.count()) == (2, 1)


def test_an_answer_cannot_be_read_without_the_key(city: SmallCity, anyone: APIClient) -> None:
    receipt = anyone.post(URL, body(), headers=KEY).json()["receipt"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_storedanswer")
        stored = str([bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchall()[0]])

    assert receipt["secret"] not in stored
    assert "a-key" not in stored
    assert "responsible" not in stored  # beside it stands which codes it names, so that erasing finds it


def test_without_a_key_every_request_counts(city: SmallCity, anyone: APIClient) -> None:
    for _ in range(2):
        anyone.post(URL, body())

    assert (Report.objects.count(), StoredAnswer.objects.count()) == (2, 0)
