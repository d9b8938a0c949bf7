"""Whoever guesses at receipts, codes or passwords is not heard for a while, and learns nothing."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts import limits, services
from accounts.models import User
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


# --- Passwords, at both doors ---


def at_the_desk(email: str | None, password: str, address: str = "127.0.0.1") -> Any:
    form = {"username": email, "password": password}
    return Client(REMOTE_ADDR=address).post("/admin/login/", form)


def is_in(answer: Any) -> bool:
    return bool(answer.status_code == 302)


def test_guessing_a_password_at_the_desk_locks_that_name_for_that_address(mona: User) -> None:
    assert is_in(at_the_desk(mona.email, "correct horse"))

    for number in range(9):
        assert not is_in(at_the_desk(mona.email, f"guess {number}"))

    assert not is_in(at_the_desk(mona.email, "correct horse"))
    assert is_in(at_the_desk(mona.email, "correct horse", address="203.0.113.9"))


def test_a_password_guessed_from_many_addresses_is_locked_for_all(mona: User, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "password.name": (5, 3600.0)}

    for number in range(5):
        at_the_desk(mona.email, f"guess {number}", address=f"203.0.113.{number}")

    assert not is_in(at_the_desk(mona.email, "correct horse", address="203.0.113.99"))


def test_a_locked_name_and_a_wrong_password_are_told_the_same(mona: User) -> None:
    def told(answer: Any) -> str:
        return re.sub(r'value="[^"]+"', "", answer.content.decode())

    wrong = told(at_the_desk(mona.email, "guess"))
    for number in range(10):
        at_the_desk(mona.email, f"guess {number}")

    assert told(at_the_desk(mona.email, "guess")) == wrong


def test_an_account_that_does_not_exist_is_locked_like_one_that_does(mona: User) -> None:
    def lives(email: str | None) -> list[tuple[int, str]]:
        answers = [
            Client().post(
                "/_allauth/app/v1/auth/login",
                {"email": email, "password": f"guess {number}"},
                content_type="application/json",
            )
            for number in range(8)
        ]
        return [(answer.status_code, answer.json()["errors"][0]["code"]) for answer in answers]

    known = lives(mona.email)
    cache.clear()  # the address is no longer remembered
    limits.forget()

    assert known == lives("nobody@example.org")


def test_codes_by_e_mail_cannot_be_guessed(alice: User) -> None:
    services.note_address(alice)

    def start() -> str:
        asked = Client().post(
            "/_allauth/app/v1/auth/code/request", {"email": alice.email}, content_type="application/json"
        )
        return str(asked.json().get("meta", {}).get("session_token", ""))

    def tried(token: str, code: str) -> int:
        return (
            Client()
            .post(
                "/_allauth/app/v1/auth/code/confirm",
                {"code": code},
                content_type="application/json",
                headers={"X-Session-Token": token},
            )
            .status_code
        )

    guesses = []
    for _ in range(30):
        token = start()
        guesses += [tried(token, f"WRON-{n}XYZ") for n in range(4)] if token else []

    assert 200 not in guesses
    assert guesses.count(400) <= 9  # three codes a minute for one address typed, three tries at each
    assert len(mail.outbox) <= 3
