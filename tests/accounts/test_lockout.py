"""Whoever guesses at receipts, codes or passwords is not heard for a while, and learns nothing."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.accounts.test_limits import statuses
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"


def guess(code: str, secret: str) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Receipt {code}:{secret}")
    return client.get(f"{URL}{code}/")


def test_guessing_at_a_receipt_locks_it_for_that_address_only(make: Maker, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    submitted = make.submitted()
    code = submitted.report.code

    guesses = [guess(code, f"guess-{n}") for n in range(7)]
    right = guess(code, submitted.secret)
    elsewhere = APIClient()
    elsewhere.credentials(
        HTTP_AUTHORIZATION=f"Receipt {code}:{submitted.secret}", HTTP_X_FORWARDED_FOR="203.0.113.9"
    )

    assert statuses(guesses) == [401] * 5 + [429] * 2
    assert (right.status_code, right.json()["scope"]) == (429, "wrong")
    assert elsewhere.get(f"{URL}{code}/").status_code == 200


def test_an_unknown_code_and_a_wrong_secret_look_alike(make: Maker) -> None:
    code = make.submitted().report.code
    unknown = f"{code[:-1]}{'0' if code[-1] != '0' else '1'}"

    def told(answer: Any) -> tuple[int, dict[str, Any]]:
        said = answer.json()
        return answer.status_code, {**said, "instance": ""}

    known_codes = [told(guess(code, f"guess-{n}")) for n in range(7)]
    unknown_codes = [told(guess(unknown, f"guess-{n}")) for n in range(7)]

    assert known_codes == unknown_codes


def test_a_receipt_that_opens_is_asked_about_once(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted = make.submitted()
    asked: list[int] = []
    monkeypatch.setattr("accounts.limiting.take", lambda charges, **_: asked.append(len(charges)))

    for _ in range(3):
        assert guess(submitted.report.code, submitted.secret).status_code == 200

    assert asked == [2, 0, 0]
