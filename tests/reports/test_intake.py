"""Around sending: consents for one recipient, photos that follow, a trial without sending."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Consent, User
from reports.models import Event, Report
from tests.conftest import SmallCity
from tests.reports.test_submit import URL, body, faults, jpeg

pytestmark = pytest.mark.django_db

CHECK = "/api/v1/reports/check/"


def given() -> list[tuple[str, str | None]]:
    return sorted(Consent.objects.values_list("purpose", "recipient__code"))


def test_a_consent_may_name_its_recipient(city: SmallCity, anyone: APIClient) -> None:
    wanted = ["contact_me", {"purpose": "share_with_firm", "recipient": "mender"}]

    answer = anyone.post(URL, body(consents=wanted, notice_version="2026-1"))

    assert answer.status_code == 201, answer.content
    assert given() == [("contact_me", None), ("share_with_firm", "mender")]
    events = Event.objects.filter(kind="consent.given").order_by("pk")
    assert [event.data for event in events] == [
        {"purpose": "contact_me"},
        {"purpose": "share_with_firm", "recipient": "mender"},
    ]


def test_a_form_may_name_a_recipient_too(city: SmallCity, anyone: APIClient) -> None:
    form = body(notice_version="2026-1")
    form["consents"] = ["contact_me", '{"purpose": "share_with_firm", "recipient": "mender"}']

    answer = anyone.post(URL, form, format="multipart")

    assert answer.status_code == 201, answer.content
    assert given() == [("contact_me", None), ("share_with_firm", "mender")]


def test_a_repeated_consent_is_one(city: SmallCity, anyone: APIClient) -> None:
    anyone.post(URL, body(consents=["research", {"purpose": "research"}], notice_version="2026-1"))

    assert given() == [("research", None)]


@pytest.mark.parametrize(
    ("consent", "pointer", "code"),
    [
        ("sell_me", "#/consents/0", "invalid_choice"),
        (7, "#/consents/0", "invalid_choice"),
        ({"recipient": "mender"}, "#/consents/0", "invalid_choice"),
        ({"purpose": "research", "recipient": "moon"}, "#/consents/0/recipient", "unknown_organisation"),
        ({"purpose": "research", "recipient": 1}, "#/consents/0/recipient", "unknown_organisation"),
        ({"purpose": "research", "until": "2030"}, "#/consents/0/until", "unknown_field"),
    ],
)
def test_a_wrong_consent_is_named(
    city: SmallCity, anyone: APIClient, consent: Any, pointer: str, code: str
) -> None:
    answer = anyone.post(URL, body(consents=[consent], notice_version="2026-1"))

    assert (answer.status_code, faults(answer)) == (400, {pointer: code})


def test_nothing_is_agreed_to_by_silence(city: SmallCity, anyone: APIClient) -> None:
    anyone.post(URL, body())

    assert given() == []


def test_photos_may_follow_where_the_category_needs_one(city: SmallCity, anyone: APIClient) -> None:
    promised = anyone.post(URL, body(category="lamp", photos_to_follow=1))
    receipt = promised.json()["receipt"]
    credentials = f"Receipt {receipt['code']}:{receipt['secret']}"
    followed = anyone.post(
        f"{URL}{receipt['code']}/photos/",
        {"file": jpeg()},
        format="multipart",
        headers={"Authorization": credentials},
    )

    assert (promised.status_code, followed.status_code) == (201, 201)
    assert Event.objects.get(kind="report.submitted").data["photos_to_follow"] == 1


def test_the_answer_says_by_when(city: SmallCity, anyone: APIClient) -> None:
    sent = anyone.post(URL, body()).json()

    expected = sent["expected"]
    assert expected["acknowledge_by"] == sent["report"]["acknowledge_by"]
    assert expected["resolve_by"] == sent["report"]["resolve_by"]


@pytest.mark.parametrize(("language", "name"), [("en", "Works Bureau"), ("zh-hans", "市政局")])
def test_routing_is_explained_in_the_language_asked_for(
    city: SmallCity, anyone: APIClient, language: str, name: str
) -> None:
    sent = anyone.post(URL, body(language="en"), headers={"Accept-Language": language}).json()

    assert name in sent["report"]["routing"]
    assert sent["report"]["language"] == "en"


def test_an_address_alone_goes_to_a_person_who_places_it(
    city: SmallCity, anyone: APIClient, mona: User, client_of: Any
) -> None:
    words = "Opposite the gate of the second school"
    sent = anyone.post(URL, body(latitude=None, longitude=None, address=words)).json()
    code = sent["receipt"]["code"]

    queue = client_of(mona).get(URL, {"needs_triage": "true"}).json()["results"]

    assert (sent["report"]["needs_triage"], sent["decision"]["triage_reason"]) == (True, "boundary")
    assert [(line["code"], line["address"]) for line in queue] == [(code, words)]


def test_a_trial_says_what_would_happen_and_stores_nothing(city: SmallCity, anyone: APIClient) -> None:
    tried = anyone.post(CHECK, body(), headers={"Accept-Language": "en"})
    sent = anyone.post(URL, body(), headers={"Accept-Language": "en"}).json()

    assert tried.status_code == 200, tried.content
    said = tried.json()
    assert said["responsible"]["code"] == sent["report"]["responsible"]["code"]
    assert said["routing"] == sent["report"]["routing"]
    assert said["decision"] == sent["decision"]
    assert said["visibility"] == "held"
    assert said["expected"]["resolve_by"] is not None
    assert Report.objects.count() == 1


def test_a_trial_names_every_fault(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(CHECK, body(kind="rant", latitude=0.0, longitude=0.0))

    assert answer.status_code == 400
    assert faults(answer) == faults(anyone.post(URL, body(kind="rant", latitude=0.0, longitude=0.0)))


def test_a_trial_costs_no_statement(city: SmallCity, anyone: APIClient) -> None:
    anyone.post(CHECK, body())

    with CaptureQueriesContext(connection) as queries:
        anyone.post(CHECK, body())

    assert len(queries) <= 1, [q["sql"] for q in queries]
