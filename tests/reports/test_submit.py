"""Sending a report: what comes back, what is refused by name, and what it costs."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import Consent, Producer
from reports.events import verify_chain
from reports.models import Event, Photo, Report
from routing.datum import from_wgs84
from tests.conftest import EAST, WEST, SmallCity

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"


def body(**changes: Any) -> dict[str, Any]:
    place = {"latitude": WEST[0], "longitude": WEST[1]}
    given = {"kind": "problem", "category": "pothole", "text": "A deep hole.", **place, **changes}
    return {name: value for name, value in given.items() if value is not None}


def jpeg(size: tuple[int, int] = (64, 48)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "grey").save(file, "JPEG")
    file.seek(0)
    file.name = "hole.jpg"
    return file


def faults(answer: Any) -> dict[str, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}


def test_the_answer_holds_the_receipt_and_why_it_went_where(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(URL, body())

    assert answer.status_code == 201
    sent = answer.json()
    assert sent["report"]["responsible"]["code"] == "works"
    assert sent["decision"]["executor"] == "mender"
    assert sent["report"]["status"] == "received"
    assert sent["report"]["visibility"] == "held"
    assert sent["report"]["resolve_by"] is not None
    assert len(sent["receipt"]["secret"]) >= 22
    assert answer.headers["Location"] == f"{URL}{sent['receipt']['code']}/"


def test_each_anonymous_report_has_a_fresh_producer(city: SmallCity, anyone: APIClient) -> None:
    for _ in range(2):
        anyone.post(URL, body())

    assert Producer.objects.count() == 2


def test_place_decides_who_mends(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(URL, body(latitude=EAST[0], longitude=EAST[1]))

    assert answer.json()["decision"]["executor"] == "fixer"


def test_nobody_answering_means_triage_and_never_limbo(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(URL, body(category="noise", kind="complaint"))

    assert answer.json()["report"]["responsible"] is None
    assert answer.json()["report"]["needs_triage"] is True


def test_a_private_category_starts_private(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(URL, body(category="taxi", kind="complaint"))

    assert answer.json()["report"]["visibility"] == "private"


def test_an_address_without_coordinates_is_a_whole_report(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(URL, body(latitude=None, longitude=None, address="Corner of First and Main"))

    assert answer.status_code == 201
    assert answer.json()["report"]["latitude"] is None


def test_gcj02_is_stored_as_wgs84_beside_the_raw_input(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(URL, body(latitude=38.0534, longitude=114.4563, datum="gcj02"))

    report = Report.objects.get(code=answer.json()["receipt"]["code"])
    forward = from_wgs84(report.latitude or 0, report.longitude or 0, "gcj02")
    assert forward == pytest.approx((38.0534, 114.4563), abs=1e-8)
    assert (report.raw_latitude, report.raw_longitude, report.datum) == (38.0534, 114.4563, "gcj02")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"latitude": 0.0, "longitude": 0.0}, {"#/latitude": "null_island"}),
        ({"latitude": WEST[1], "longitude": WEST[0]}, {"#/latitude": "swapped"}),
        ({"latitude": 31.2, "longitude": 121.4}, {"#/latitude": "outside_city"}),
        ({"latitude": 38.0428, "longitude": 114.5149}, {"#/latitude": "default_point"}),
        ({"latitude": "north"}, {"#/latitude": "invalid"}),
        ({"latitude": 999}, {"#/latitude": "max_value"}),
        ({"longitude": None}, {"#/longitude": "required"}),
        ({"latitude": None, "longitude": None}, {"#/latitude": "required"}),
        ({"datum": "nad27"}, {"#/datum": "invalid_choice"}),
        ({"category": "moon_dust"}, {"#/category": "unknown_category"}),
        ({"category": "safety"}, {"#/category": "unknown_category"}),
        ({"category": "noise"}, {"#/kind": "kind_not_taken"}),
        ({"category": "lamp"}, {"#/photos": "required"}),
        ({"kind": "rant"}, {"#/kind": "invalid_choice"}),
        ({"text": "x" * 4001}, {"#/text": "max_length"}),
        ({"text": ""}, {"#/text": "required"}),
        ({"observed_at": "2090-01-01T00:00:00Z"}, {"#/observed_at": "future"}),
        ({"observed_at": "yesterday"}, {"#/observed_at": "invalid"}),
        ({"consents": ["sell_me"]}, {"#/consents/0": "invalid_choice"}),
        ({"consents": ["research"]}, {"#/notice_version": "required"}),
        ({"answers": {"depth": 3}}, {"#/answers": "unknown_field"}),
        ({"status": "resolved"}, {"#/status": "unknown_field"}),
        ({"colour": "red", "kind": "rant"}, {"#/colour": "unknown_field", "#/kind": "invalid_choice"}),
    ],
)
def test_every_fault_is_named(
    city: SmallCity, anyone: APIClient, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    answer = anyone.post(URL, body(**changes))

    assert answer.status_code == 400
    assert faults(answer) == expected


def test_a_photo_waits_in_quarantine(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(URL, {**body(category="lamp"), "photos": [jpeg()]}, format="multipart")

    assert answer.status_code == 201
    photo = Photo.objects.get()
    assert photo.state == "quarantined"
    assert Event.objects.filter(kind="photo.added").count() == 1


def test_a_broken_photo_is_refused_by_name(city: SmallCity, anyone: APIClient) -> None:
    broken = io.BytesIO(b"\x89PNG\r\n\x1a\n not a picture")
    broken.name = "hole.png"

    answer = anyone.post(URL, {**body(), "photos": [broken]}, format="multipart")

    assert answer.status_code == 400
    assert faults(answer) == {"#/photos/0": "not_a_photo"}


def test_consents_are_written_with_the_report(city: SmallCity, anyone: APIClient) -> None:
    anyone.post(URL, body(consents=["publish_photo", "research"], notice_version="2026-1"))

    assert sorted(Consent.objects.values_list("purpose", flat=True)) == ["publish_photo", "research"]


def test_the_first_events_form_a_chain(city: SmallCity, anyone: APIClient) -> None:
    anyone.post(URL, body(consents=["research"], notice_version="2026-1"))

    report = Report.objects.get()
    kinds = [event.kind for event in report.events.order_by("pk")]
    assert kinds == ["report.submitted", "report.routed", "consent.given"]
    verify_chain(report, list(report.events.select_related("organisation", "by_organisation").order_by("pk")))


def test_the_same_key_gives_the_same_report(city: SmallCity, anyone: APIClient) -> None:
    first = anyone.post(URL, body(), headers={"Idempotency-Key": '"a-key"'})
    again = anyone.post(URL, body(), headers={"Idempotency-Key": "a-key"})

    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert Report.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(city: SmallCity, anyone: APIClient) -> None:
    anyone.post(URL, body(), headers={"Idempotency-Key": "a-key"})
    other = anyone.post(URL, body(text="Another hole."), headers={"Idempotency-Key": "a-key"})

    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"


def test_a_refused_report_may_be_mended_under_its_key(city: SmallCity, anyone: APIClient) -> None:
    refused = anyone.post(URL, body(kind="rant"), headers={"Idempotency-Key": "a-key"})
    mended = anyone.post(URL, body(), headers={"Idempotency-Key": "a-key"})

    assert (refused.status_code, mended.status_code) == (400, 201)


def test_a_stored_answer_can_be_read_by_nobody_else(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post(URL, body(), headers={"Idempotency-Key": "a-key"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed, key_hash FROM accounts_storedanswer")
        sealed, key_hash = cursor.fetchone()
    assert answer.json()["receipt"]["secret"].encode() not in bytes(sealed)
    assert key_hash != "a-key"


def test_a_report_costs_at_most_eight_statements(city: SmallCity, anyone: APIClient) -> None:
    anyone.post(URL, body(), headers={"Idempotency-Key": "warm"})
    given = body(consents=["research"], notice_version="2026-1")

    with CaptureQueriesContext(connection) as queries:
        answer = anyone.post(URL, given, headers={"Idempotency-Key": "a-key"})

    assert answer.status_code == 201
    statements = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 8, "\n".join(statements)


def test_an_account_pays_no_more(city: SmallCity, alice: Any, client_of: Any) -> None:
    client = client_of(alice)
    client.post(URL, body(), headers={"Idempotency-Key": "warm"})

    with CaptureQueriesContext(connection) as queries:
        answer = client.post(URL, body(), headers={"Idempotency-Key": "a-key"})

    assert answer.status_code == 201
    statements = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 8, "\n".join(statements)
