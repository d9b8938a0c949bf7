"""The OpenAPI document is true: whatever a client sends, no answer is a server error or undocumented."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, given, settings
from knox.models import AuthToken
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from reports.models import Report
from tests.conftest import Maker

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


@pytest.fixture
def lively_city(make: Maker, mona: User, otto: User) -> dict[str, str]:
    """A city with something to find, and the credentials of whoever may try everything."""
    make.report()
    make.report(visibility="held")
    _, token = AuthToken.objects.create(mona)
    return {"Authorization": f"Token {token}"}


def test_anybody_gets_documented_answers(lively_city: dict[str, str]) -> None:
    faults = _faults_of_every_operation({})

    assert not faults, "\n\n".join(faults)


def test_the_desk_gets_documented_answers(lively_city: dict[str, str]) -> None:
    faults = _faults_of_every_operation(lively_city)

    assert not faults, "\n\n".join(faults)


def _faults_of_every_operation(headers: dict[str, str]) -> list[str]:
    """Try each operation of the document in process; returns what went wrong, an operation a line."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    code = Report.objects.order_by("pk").values_list("code", flat=True)[0]
    faults = []
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # an operation that cannot be read fails here
        try:
            _try(operation, headers, code)
        except (AssertionError, BaseExceptionGroup) as fault:
            faults.append(f"{operation.label}: {str(fault)[:600]}")
    return faults


def _try(operation: Any, headers: dict[str, str], code: str) -> None:
    """Send generated requests; the code of a report in a path becomes one that exists."""

    @given(case=operation.as_strategy())
    @FEW
    def attempt(case: Any) -> None:
        if "code" in case.path_parameters and "/reports/" in case.path:
            case.path_parameters["code"] = code
        response = case.call(headers={"Host": "localhost", **headers})
        case.validate_response(response, checks=CHECKS)

    attempt()


def test_every_operation_says_what_it_does(client: Client) -> None:
    paths = client.get("/api/schema/?format=json").json()["paths"]

    silent = [
        f"{method} {path}"
        for path, item in paths.items()
        for method, operation in item.items()
        if method != "parameters" and not operation.get("description")
    ]
    assert silent == []
