"""The OpenAPI document is complete and true.

Complete: every operation is named, described and shown by examples that fit their own schemas, with every
problem it can give. True: whatever a client sends, no answer is a server error or undocumented.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from knox.models import AuthToken
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from config.openapi.document import key_of, operations_of
from config.openapi.examples import Composer
from config.openapi.generator import Generator
from config.openapi.operations import LINKS, OPERATIONS
from config.openapi.problems import catalogue
from reports.models import Report
from tests.conftest import Maker

JSON = dict[str, Any]
PROBLEM = "application/problem+json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FEW = settings(
    max_examples=5,
    phases=[Phase.explicit, Phase.generate],  # to shrink what it finds would take minutes
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)  # fmt: skip


@cache
def document() -> JSON:
    """As it is served; to be read only."""
    return Generator().get_schema(public=True)  # type: ignore[no-untyped-call]  # spectacular's own __init__


def operations() -> Iterator[tuple[str, JSON]]:
    for method, path, operation in operations_of(document()):
        yield key_of(method, path), operation


def media_of(operation: JSON) -> Iterator[tuple[str, JSON]]:
    """Every body of an operation that its own view describes: the request's and the answers'."""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        yield f"request {kind}", media
    for status, answer in operation["responses"].items():
        for kind, media in resolved(answer).get("content", {}).items():
            yield f"{status} {kind}", media


def examples_of(media: JSON) -> list[Any]:
    if "example" in media:
        return [media["example"]]
    named = [resolved(example) for example in media.get("examples", {}).values()]
    return [example["value"] for example in named]


def resolved(node: JSON) -> JSON:
    """What a reference within the document leads to."""
    for name in node.get("$ref", "#").split("/")[1:]:
        node = document() if node.get("$ref") else node
        node = node[name]
    return node


# --- Complete: what is lacking here belongs into config/openapi/ (operations.py, values.py, tags.py) ---


def test_every_operation_has_its_line_in_the_table_and_every_line_its_operation() -> None:
    named = {key for key, _ in operations()}

    assert not named ^ set(OPERATIONS), "\n".join(sorted(named ^ set(OPERATIONS)))


def test_every_operation_is_named_as_a_function() -> None:
    names = [operation["operationId"] for _, operation in operations()]

    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]*)*", name)] == []
    assert sorted(names) == sorted(set(names))


def test_every_operation_says_what_it_does() -> None:
    silent = [
        key for key, operation in operations() if not (operation["summary"] and operation["description"])
    ]

    assert silent == []
    assert [tag["name"] for tag in document()["tags"] if not tag["description"]] == []


def test_every_field_of_an_example_has_a_value_that_somebody_chose() -> None:
    composer = Composer(document()["components"])

    for key, operation in operations():
        for _, media in media_of(operation):
            if "examples" not in media:
                composer.illustrate(
                    key, {"responses": {"200": {"content": {"": {"schema": media["schema"]}}}}}
                )

    assert not composer.missing, "\n".join(sorted(composer.missing))


def test_every_body_has_an_example() -> None:
    without = [
        f"{key} {place}" for key, o in operations() for place, media in media_of(o) if not examples_of(media)
    ]

    assert without == []


def test_every_example_fits_its_own_schema() -> None:
    faults = [
        f"{key} {place}: {fault.json_path} {fault.message[:200]}"
        for key, operation in operations()
        for place, media in media_of(operation)
        for example in examples_of(media)
        for fault in validator(media["schema"]).iter_errors(example)
    ]

    assert not faults, "\n".join(faults)


def validator(schema: JSON) -> Draft202012Validator:
    """A judge that knows the components of the document."""
    whole = {**schema, "components": document()["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_every_operation_shows_the_problems_of_its_shape() -> None:
    for key, operation in operations():
        shown = {
            status
            for status, answer in operation["responses"].items()
            if PROBLEM in resolved(answer).get("content", {})
        }

        assert {"401", "406", "429"} <= shown, key
        assert "404" in shown or "{" not in key, key
        assert {"400", "409", "422"} <= shown or not key.startswith("POST"), key
        assert {"400", "413", "415"} <= shown or "requestBody" not in operation, key


def test_every_problem_of_the_table_exists() -> None:
    named = {slug for operation in OPERATIONS.values() for slug in operation.problems}

    assert named - set(catalogue()) == set()


def test_every_link_leads_to_an_operation_and_fills_its_path() -> None:
    known = {operation["operationId"]: operation for _, operation in operations()}

    for source, links in LINKS.items():
        assert source in known
        for target, arguments in links.values():
            path = {p["name"] for p in known[target]["parameters"] if p.get("in") == "path"}
            assert path == set(arguments), (source, target)


def test_headers_that_a_client_sends_are_described_where_they_are_read() -> None:
    for key, operation in operations():
        named = {resolved(parameter)["name"] for parameter in operation["parameters"]}

        assert "Accept-Language" in named, key
        assert ("Idempotency-Key" in named) == key.startswith("POST"), key
        assert ("If-None-Match" in named) == ("304" in operation["responses"]), key
        is_conditional = "412" in operation["responses"] and "Tus-Resumable" not in named
        assert ("If-Match" in named) == is_conditional, key


@pytest.mark.django_db
def test_the_document_and_its_page_are_served(client: Client) -> None:
    served = client.get("/api/schema/?format=json")
    page = client.get("/api/docs", follow=True)

    assert served.json()["openapi"].startswith("3.1")
    assert page.status_code == 200
    assert re.findall(r'(?:src|href)="(?!/)[^"]+"', page.content.decode()) == []  # nothing from elsewhere


# --- True ---


@pytest.fixture
def lively_city(make: Maker, alice: User, settings: Any) -> None:
    """A city with something to find, where nobody is told to slow down."""
    settings.LIMITS_SCALE = 0
    make.report()
    make.report(visibility="held", user=alice)


@pytest.mark.django_db
@pytest.mark.usefixtures("one_connection", "lively_city")
class TestEveryAnswerIsDocumented:
    """Each operation of the document is tried in process by somebody."""

    def test_to_anybody(self) -> None:
        assert not (faults := faults_of_every_operation({})), "\n\n".join(faults)

    def test_to_a_citizen(self, alice: User) -> None:
        assert not (faults := faults_of_every_operation(token_of(alice))), "\n\n".join(faults)

    def test_to_the_desk(self, mona: User) -> None:
        assert not (faults := faults_of_every_operation(token_of(mona))), "\n\n".join(faults)


def token_of(user: User) -> dict[str, str]:
    _, token = AuthToken.objects.create(user)
    return {"Authorization": f"Token {token}"}


def faults_of_every_operation(headers: dict[str, str]) -> list[str]:
    """Try each operation of the document in process; returns what went wrong, an operation a line."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    code = Report.objects.order_by("pk").values_list("code", flat=True)[0]
    faults = []
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # an operation that cannot be read fails here
        try:
            _try(operation, headers, code)
        except (AssertionError, BaseExceptionGroup) as fault:
            faults.append(f"{operation.label}: {str(fault)[:800]}")
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
        check_problem(case, response)

    attempt()


def check_problem(case: Any, response: Any) -> None:
    """A problem's type is among those that the document shows for this operation and status."""
    if response.headers.get("content-type", [""])[0].split(";")[0] != PROBLEM:
        return
    slug = response.json()["type"].rsplit("/", 1)[-1]
    operation = document()["paths"][case.path][case.method.lower()]
    shown = resolved(operation["responses"][str(response.status_code)])["content"][PROBLEM]["examples"]
    assert slug in shown, f"{case.method} {case.path} gave {slug}, which is not documented"
