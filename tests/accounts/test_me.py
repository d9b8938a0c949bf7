"""My account, my consents, and the organisations of the city."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import Consent, Membership, User
from tests.conftest import SmallCity

pytestmark = pytest.mark.django_db

CONSENTS = "/api/v1/me/consents/"
ClientOf = Callable[[User], APIClient]


def consents(client: APIClient) -> list[tuple[str, str, bool]]:
    """What an account reads of its consents: purpose, notice version, and whether it is live."""
    rows = client.get(CONSENTS).json()
    return [(row["purpose"], row["notice_version"], row["withdrawn_at"] is None) for row in rows]


def test_a_citizen_reads_the_account_and_no_membership(alice: User, client_of: ClientOf) -> None:
    me = client_of(alice).get("/api/v1/me/").json()

    assert me == {
        "email": "alice@example.org",
        "name": "Alice",
        "language": "zh-hans",
        "is_large_text": False,
        "is_service": False,
        "memberships": [],
    }


def test_staff_read_what_they_may_do_where(olga: User, city: SmallCity, client_of: ClientOf) -> None:
    limits = {"area_codes": ["west"], "category_codes": ["pothole"]}
    Membership.objects.create(user=olga, organisation=city.traffic, role="auditor", **limits)

    memberships = client_of(olga).get("/api/v1/me/").json()["memberships"]

    assert [(m["organisation"]["code"], m["role"], m["area_codes"]) for m in memberships] == [
        ("works", "officer", []),
        ("traffic", "auditor", ["west"]),
    ]


@pytest.mark.parametrize("path", ["/api/v1/me/", CONSENTS, "/api/v1/tokens/cw_123456789012/"])
def test_without_an_account_these_are_a_401(db: None, anyone: APIClient, path: str) -> None:
    method = anyone.delete if "tokens" in path else anyone.get

    answer = method(path)

    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-authenticated")
    assert answer.headers["WWW-Authenticate"] == "Token"


# --- Language and size of text ---


def test_a_change_needs_the_version_that_was_read(alice: User, client_of: ClientOf) -> None:
    phone = client_of(alice)
    tag = phone.get("/api/v1/me/").headers["ETag"]
    wish = {"language": "en", "is_large_text": True, "name": "Alicia"}

    blind = phone.patch("/api/v1/me/", wish)
    done = phone.patch("/api/v1/me/", wish, headers={"If-Match": tag})
    late = phone.patch("/api/v1/me/", {"name": "Ali"}, headers={"If-Match": tag})

    assert (blind.status_code, done.status_code, late.status_code) == (428, 200, 412)
    assert {name: done.json()[name] for name in wish} == wish
    assert phone.get("/api/v1/me/").headers["ETag"] == done.headers["ETag"] != tag


def test_what_is_not_mine_to_change_is_named(alice: User, client_of: ClientOf) -> None:
    wish = {"is_service": True, "email": "a@example.org", "language": "fr"}

    answer = client_of(alice).patch("/api/v1/me/", wish, headers={"If-Match": "*"})

    assert {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]} == {
        "#/is_service": "unknown_field",
        "#/email": "unknown_field",
        "#/language": "invalid_choice",
    }


def test_whoever_names_no_language_is_answered_in_their_own(
    alice: User, city: SmallCity, client_of: ClientOf
) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    phone = client_of(alice)

    own, asked = (
        phone.get("/api/v1/organisations/", headers=headers)
        for headers in ({}, {"Accept-Language": "zh-Hans"})
    )

    assert (own.json()[0]["name"], asked.json()[0]["name"]) == ("East Fixers", "东修公司")
    assert (own.headers["Content-Language"], asked.headers["Content-Language"]) == ("en", "zh-hans")


def test_the_language_of_one_request_is_not_that_of_the_next(
    alice: User, city: SmallCity, client_of: ClientOf, anyone: APIClient
) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    client_of(alice).get("/api/v1/organisations/")

    assert anyone.get("/api/v1/organisations/").headers["Content-Language"] == "zh-hans"


# --- Consents ---


def test_nothing_is_consented_to_beforehand(alice: User, client_of: ClientOf) -> None:
    assert consents(client_of(alice)) == []


def test_a_consent_given_twice_is_one(alice: User, client_of: ClientOf) -> None:
    phone = client_of(alice)

    answers = [phone.post(CONSENTS, {"purpose": "research", "notice_version": "2026-1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert consents(phone) == [("research", "2026-1", True)]


def test_a_new_notice_replaces_the_consent_and_keeps_the_old_one_to_read(
    alice: User, client_of: ClientOf
) -> None:
    phone = client_of(alice)
    for version in ("2026-1", "2026-2"):
        phone.post(CONSENTS, {"purpose": "research", "notice_version": version})

    assert consents(phone) == [("research", "2026-2", True), ("research", "2026-1", False)]


def test_a_withdrawn_consent_stays_in_the_history_and_can_be_given_again(
    alice: User, client_of: ClientOf
) -> None:
    phone = client_of(alice)
    phone.post(CONSENTS, {"purpose": "research", "notice_version": "2026-1"})

    assert phone.delete(f"{CONSENTS}research/").status_code == 204
    assert phone.delete(f"{CONSENTS}research/").status_code == 404
    assert consents(phone) == [("research", "2026-1", False)]

    phone.post(CONSENTS, {"purpose": "research", "notice_version": "2026-1"})
    assert consents(phone) == [("research", "2026-1", True), ("research", "2026-1", False)]


def test_consents_are_my_own(alice: User, bob: User, client_of: ClientOf) -> None:
    client_of(alice).post(CONSENTS, {"purpose": "research", "notice_version": "2026-1"})

    assert client_of(bob).delete(f"{CONSENTS}research/").status_code == 404
    assert consents(client_of(bob)) == []
    assert Consent.objects.get().withdrawn_at is None


def test_every_fault_of_a_consent_is_named(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).post(CONSENTS, {"purpose": "everything", "for_ever": True})

    assert answer.status_code == 400
    assert {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]} == {
        "#/purpose": "invalid_choice",
        "#/notice_version": "required",
        "#/for_ever": "unknown_field",
    }


# --- Organisations ---


def test_anybody_reads_who_answers_for_something(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.get("/api/v1/organisations/", headers={"Accept-Language": "en"})

    assert [(row["code"], row["kind"], row["name"]) for row in answer.json()] == [
        ("fixer", "firm", "East Fixers"),
        ("mender", "firm", "West Menders"),
        ("traffic", "bureau", "Traffic Bureau"),
        ("works", "bureau", "Works Bureau"),
    ]


def test_names_follow_the_language_that_was_asked_for(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.get("/api/v1/organisations/", headers={"Accept-Language": "zh-Hans"})

    assert {row["name"] for row in answer.json()} == {"东修公司", "西修公司", "交管局", "市政局"}
    assert answer.headers["Content-Language"] == "zh-hans"
