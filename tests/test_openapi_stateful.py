"""The OpenAPI document is true along its links: what one operation answers, the next is asked with.

The machine walks from a report to its timeline, photos and support, from a queue to its tickets; no step of
it is a server error or undocumented. It holds receipts as a phone does.
"""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.models import User
from tests.conftest import Maker
from tests.test_openapi import CHECKS, FEW, check_problem, token_of

WALKS = settings(
    FEW, max_examples=6, stateful_step_count=6, phases=[Phase.explicit, Phase.generate]
)  # to shrink what it finds would take minutes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


@pytest.fixture(autouse=True)
def unhurried_city(make: Maker, settings: Any) -> None:
    """A city with something to find, where nobody is told to slow down."""
    settings.LIMITS_SCALE = 0
    make.report()
    make.report("noise")


def walk(headers: dict[str, str]) -> dict[str, int]:
    """Walk along the links with these credentials; returns how often each operation was asked."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    asked: dict[str, int] = {}

    class Walk(schema.as_state_machine()):  # type: ignore[misc]  # the class is made from the document
        """Asks, checks, and keeps the receipts it is given."""

        def setup(self) -> None:
            self.secrets: dict[str, str] = {}

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            code = (case.path_parameters or {}).get("code")
            held = {"Authorization": f"Receipt {code}:{self.secrets[code]}"} if code in self.secrets else {}
            return {"headers": {"Host": "localhost", **held, **headers}}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)
            check_problem(case, response)
            name = case.operation.definition.raw["operationId"]
            asked[name] = asked.get(name, 0) + 1
            if name == "submitReport" and response.status_code == 201:
                receipt = response.json()["receipt"]
                self.secrets[receipt["code"]] = receipt["secret"]

    run_state_machine_as_test(Walk, settings=WALKS)
    return asked


def test_anybody_walks_from_a_report_to_everything_about_it() -> None:
    asked = walk({})

    assert asked["submitReport"] > 0
    assert set(asked) & {"getReport", "listTimeline", "getTrace", "listPhotos", "addPhoto", "withdrawReport"}


def test_a_citizen_walks(alice: User) -> None:
    assert sum(walk(token_of(alice)).values()) > 0


def test_the_desk_walks(mona: User) -> None:
    assert sum(walk(token_of(mona)).values()) > 0


def test_a_firm_walks(otto: User) -> None:
    assert sum(walk(token_of(otto)).values()) > 0
