"""Every error is an RFC 9457 problem that names each fault."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import translation
from rest_framework import exceptions

from accounts.errors import DomainError, NotAllowed, StaleVersion
from config import problems


def answer(error: Exception, method: str = "POST") -> Any:
    request = RequestFactory().generic(method, "/api/v1/reports/")
    with translation.override("en"):
        return problems.problem_response(error, {"request": request})


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (exceptions.ValidationError({"text": ["Too long."]}), 400, "invalid"),
        (exceptions.ParseError(), 400, "unreadable"),
        (exceptions.NotAuthenticated(), 401, "not-authenticated"),
        (exceptions.AuthenticationFailed(), 401, "bad-credentials"),
        (exceptions.PermissionDenied(), 403, "not-allowed"),
        (exceptions.NotFound(), 404, "not-found"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method-not-allowed"),
        (exceptions.NotAcceptable(), 406, "not-acceptable"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported-media-type"),
        (exceptions.Throttled(), 429, "too-many-requests"),
        (Http404("the row of table x"), 404, "not-found"),
        (PermissionDenied("internals"), 403, "not-allowed"),
        (RequestDataTooBig(), 413, "too-large"),
        (SuspiciousOperation("internals"), 400, "bad-request"),
        (NotAllowed("A firm may not do this."), 403, "not-allowed"),
        (StaleVersion("Read it again."), 412, "stale-version"),
        (DomainError("Not now."), 409, "conflict"),
    ],
)
def test_each_mistake_has_its_status(error: Exception, status: int, slug: str) -> None:
    response = answer(error)

    assert response.status_code == response.data["status"] == status
    assert response.data["type"] == f"/problems/{slug}"
    assert response.content_type == "application/problem+json"


def test_every_fault_is_named_at_once_by_its_pointer() -> None:
    error = exceptions.ValidationError(
        {
            "location": {"latitude": [exceptions.ErrorDetail("Too far north.", code="max_value")]},
            "photos": [{}, {"file": ["Broken."]}],
            "a/b~c": ["Not known."],
            "non_field_errors": ["Neither place nor address."],
        }
    )

    faults = answer(error).data["errors"]

    assert faults == [
        {"pointer": "#/location/latitude", "code": "max_value", "detail": "Too far north."},
        {"pointer": "#/photos/1/file", "code": "invalid", "detail": "Broken."},
        {"pointer": "#/a~1b~0c", "code": "invalid", "detail": "Not known."},
        {"pointer": "#", "code": "invalid", "detail": "Neither place nor address."},
    ]


def test_a_fault_of_a_query_parameter_is_known_by_name() -> None:
    error = exceptions.ValidationError({"bbox": ["Four numbers."]})

    faults = answer(error, method="GET").data["errors"]

    assert faults == [{"name": "bbox", "code": "invalid", "detail": "Four numbers."}]


def test_a_domain_error_says_its_sentence_and_its_extensions() -> None:
    class NotNow(DomainError):
        extensions = {"legal": ["assigned"]}

    response = answer(NotNow("It is resolved."))

    assert response.data == {
        "type": "/problems/conflict",
        "title": "This cannot be done now.",
        "status": 409,
        "detail": "It is resolved.",
        "instance": "/api/v1/reports/",
        "legal": ["assigned"],
    }


def test_djangos_own_words_about_internals_are_not_repeated() -> None:
    response = answer(Http404("No Report matches the given query."))

    assert "detail" not in response.data


def test_who_comes_too_often_is_told_when_to_come_again() -> None:
    response = answer(exceptions.Throttled(wait=12.3))

    assert response["Retry-After"] == "13"


def test_what_nobody_expected_stays_loud() -> None:
    assert answer(ZeroDivisionError()) is None


@pytest.mark.parametrize(("path", "status"), [("/api/v1/nothing-here", 404), ("/api/nothing?q=%00", 400)])
def test_an_api_address_answers_with_a_problem_even_without_a_view(
    client: Client, path: str, status: int
) -> None:
    response = client.get(path)

    assert response.status_code == response.json()["status"] == status
    assert response["Content-Type"] == "application/problem+json"


def test_a_page_for_people_is_not_a_problem(client: Client) -> None:
    response = client.get("/nothing-here")

    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_an_unexpected_error_under_the_api_is_a_problem_that_tells_nothing() -> None:
    request = RequestFactory().get("/api/v1/reports/")

    response = problems.server_error(request)

    assert response.status_code == 500
    assert b"Traceback" not in response.content
