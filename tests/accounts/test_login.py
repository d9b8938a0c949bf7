"""Signing up and logging in as a phone does: django-allauth's app client, over HTTP."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts import services
from accounts.models import User

pytestmark = pytest.mark.django_db

AUTH = "/_allauth/app/v1/auth/"
Answer = Any  # Django's test response, whose added members have no type


class Phone:
    """An app that keeps the session token it was given last, and no cookies."""

    def __init__(self) -> None:
        self.token = ""

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        return self._keep(
            Client().post(f"{AUTH}{path}", body, content_type="application/json", headers=self.headers)
        )

    def get(self, path: str) -> Answer:
        return Client().get(path if path.startswith("/") else f"{AUTH}{path}", headers=self.headers)

    def delete(self, path: str) -> Answer:
        return Client().delete(f"{AUTH}{path}", headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Session-Token": self.token} if self.token else {}

    def _keep(self, answer: Answer) -> Answer:
        meta = answer.json().get("meta", {})
        self.token = meta.get("session_token", self.token)
        return answer


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def alice(alice: User) -> User:
    """With an address that is known and not yet proved, as the desk makes accounts."""
    services.note_address(alice)
    return alice


def mailed_code() -> str:
    """The code in the last letter."""
    [code] = re.findall(r"(?m)^[A-Z0-9]+-[A-Z0-9]+$", str(mail.outbox[-1].body))
    return str(code)


def pending(answer: Answer) -> set[str]:
    """What the client is to do next."""
    return {flow["id"] for flow in answer.json()["data"]["flows"] if flow.get("is_pending")}


def test_signing_up_takes_an_address_and_the_code_sent_to_it(phone: Phone) -> None:
    asked = phone.post("signup", {"email": "carol@example.org"})
    assert (asked.status_code, pending(asked)) == (401, {"verify_email"})
    assert phone.get("/api/v1/me/").status_code == 401

    confirmed = phone.post("email/verify", {"key": mailed_code()})

    assert confirmed.status_code == 200, confirmed.content
    assert phone.get("/api/v1/me/").json()["email"] == "carol@example.org"


def test_an_address_that_is_taken_is_not_given_away(phone: Phone, alice: User) -> None:
    asked = phone.post("signup", {"email": alice.email})

    assert (asked.status_code, pending(asked)) == (401, {"verify_email"})
    assert User.objects.count() == 1


def test_a_code_by_e_mail_logs_in(phone: Phone, alice: User) -> None:
    asked = phone.post("code/request", {"email": alice.email})
    assert (asked.status_code, pending(asked)) == (401, {"login_by_code"})
    before = phone.token

    confirmed = phone.post("code/confirm", {"code": mailed_code()})

    assert confirmed.status_code == 200, confirmed.content
    assert phone.token != before
    assert phone.get("/api/v1/me/").json()["name"] == "Alice"


def test_a_code_for_an_unknown_address_looks_the_same(phone: Phone) -> None:
    asked = phone.post("code/request", {"email": "nobody@example.org"})

    assert (asked.status_code, pending(asked)) == (401, {"login_by_code"})


def test_a_wrong_code_is_refused_and_the_third_ends_it(phone: Phone, alice: User) -> None:
    phone.post("code/request", {"email": alice.email})
    right = mailed_code()

    answers = [phone.post("code/confirm", {"code": "WRONG-CODE"}) for _ in range(3)]
    late = phone.post("code/confirm", {"code": right})

    assert answers[0].status_code == 400
    [fault] = answers[0].json()["errors"]
    assert (fault["param"], fault["code"]) == ("code", "incorrect_code")
    assert late.status_code == 409


@pytest.mark.parametrize("known", [True, False])
def test_a_password_logs_in_and_a_wrong_one_does_not(phone: Phone, alice: User, known: bool) -> None:
    EmailAddress.objects.update(verified=True)
    email = alice.email if known else "nobody@example.org"

    wrong = phone.post("login", {"email": email, "password": "wrong horse"})
    right = phone.post("login", {"email": email, "password": "correct horse"})

    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "email_password_mismatch")
    assert right.status_code == (200 if known else 400)
    assert phone.get("/api/v1/me/").status_code == (200 if known else 401)


def test_guessing_passwords_is_slowed_down(phone: Phone, alice: User) -> None:
    for _ in range(5):
        phone.post("login", {"email": alice.email, "password": "a guess"})

    answer = phone.post("login", {"email": alice.email, "password": "correct horse"})

    assert answer.json()["errors"][0]["code"] == "too_many_login_attempts"


def test_whoever_logs_out_has_a_dead_token(phone: Phone, alice: User) -> None:
    phone.post("code/request", {"email": alice.email})
    phone.post("code/confirm", {"code": mailed_code()})
    assert phone.get("session").status_code == 200

    out = phone.delete("session")

    assert out.status_code == 401
    assert phone.get("session").status_code == 410
    assert phone.get("/api/v1/me/").status_code == 401


def test_without_a_session_the_answer_says_how_to_log_in(phone: Phone) -> None:
    answer = phone.get("session")

    assert answer.status_code == 401
    assert {flow["id"] for flow in answer.json()["data"]["flows"]} >= {"login", "login_by_code", "signup"}


def test_letters_speak_the_language_that_was_asked_for(alice: User) -> None:
    for language in ("en", "zh-hans"):
        body = {"email": alice.email}
        headers = {"Accept-Language": language}
        Client().post(f"{AUTH}code/request", body, content_type="application/json", headers=headers)

    english, chinese = (str(letter.body) for letter in mail.outbox)
    assert "to log in" in english
    assert "登录" in chinese
    assert "testserver" not in english + chinese


def test_an_account_that_the_desk_makes_logs_in_with_one_code(
    phone: Phone, admin_client: Client, db: None
) -> None:
    form = {
        "email": "Nora@example.org",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    }
    inline = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    added = admin_client.post("/admin/accounts/user/add/", {**form, **inline})
    assert added.status_code == 302, added.content

    phone.post("code/request", {"email": "nora@example.org"})
    phone.post("code/confirm", {"code": mailed_code()})

    assert phone.get("/api/v1/me/").status_code == 200
