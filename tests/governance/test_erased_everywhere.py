"""What was erased is nowhere: every table, every file and the lake are searched for what was planted."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from analytics import projector
from governance import services as governance
from governance.verify import verify
from reports import services as reports
from reports.models import Comment, Photo, Report
from reports.services import Submitted
from routing.models import Category, QuestionSet
from routing.services import forget_snapshot
from tests.conftest import Maker, SmallCity
from webhooks import leases
from webhooks.leases import Outcome
from webhooks.models import Delivery, Endpoint

pytestmark = [pytest.mark.django_db]

ClientOf = Callable[[User], APIClient]
WithReceipt = Callable[[Submitted], APIClient]
Relay = Callable[[], int]

# Planted where the report says something: no other text contains these.
TEXT, ADDRESS, ANSWER, COMMENT, REPLY, ECHO, EXIF = (
    f"planted{word}" for word in ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf")
)
LATITUDE, LONGITUDE = 38.051237, 114.451239
CELL_12 = "8c"  # H3 names of resolution 12 begin so
QUESTIONS = {"type": "object", "properties": {"near": {"type": "string"}}, "additionalProperties": False}


@pytest.fixture(autouse=True)
def no_handlers() -> None:
    """Here every handler of the house is at work."""


@pytest.fixture
def asking(city: SmallCity) -> None:
    """Potholes come with a question."""
    category = Category.objects.get(code="pothole")
    QuestionSet.objects.create(category=category, version=1, schema=QUESTIONS)
    forget_snapshot()


def test_nothing_of_an_erased_report_is_left_anywhere(
    asking: None,
    make: Maker,
    city: SmallCity,
    alice: User,
    mona: User,
    client_of: ClientOf,
    relay: Relay,
    django_capture_on_commit_callbacks: Any,
) -> None:
    Endpoint.objects.create(organisation=city.mender, url="https://firm.example/", secret="sealed")
    phone = client_of(alice)
    code, receipt = _sent(phone)
    report = Report.objects.get(code=code)
    kept = make.report(user=alice, text="Another report stays.")
    _told_about(report, phone, client_of(mona), make.actor(mona), relay)
    cell = f"{report.cell:x}"
    planted = [TEXT, ADDRESS, ANSWER, COMMENT, REPLY, ECHO, EXIF, str(LATITUDE), str(LONGITUDE), cell]
    before = "".join(text for _, text in everything())
    assert [mark for mark in planted if mark not in before] == []
    assert cell.startswith(CELL_12)

    with django_capture_on_commit_callbacks(execute=True):
        assert phone.post(f"/api/v1/reports/{code}/erase/").status_code == 200
    relay()
    projector.project()
    governance.sweep_exports()

    left = {(place, mark) for place, text in everything() for mark in planted if mark in text}
    assert left == set()
    stone = receipt.get(f"/api/v1/reports/{code}/tombstone/").json()
    assert verify(stone["trace"]).faults == ()
    assert stone["cell"].startswith("89")
    assert Report.objects.get(pk=kept.pk).text == "Another report stays."
    assert code.encode() not in lake_bytes()
    assert kept.code.encode() in lake_bytes()


def _sent(phone: APIClient) -> tuple[str, APIClient]:
    """A report as a phone sends it, with everything that a report can say."""
    body = {
        "kind": "problem", "category": "pothole", "text": f"Hole {TEXT}", "address": ADDRESS,
        "latitude": LATITUDE, "longitude": LONGITUDE, "datum": "wgs84", "answers": {"near": ANSWER},
        "consents": ["publish_photo"], "notice_version": "1", "language": "en",
    }  # fmt: skip
    sent = phone.post("/api/v1/reports/", body, headers={"Idempotency-Key": "planted"})
    assert sent.status_code == 201, sent.content
    code, secret = sent.json()["receipt"]["code"], sent.json()["receipt"]["secret"]
    photo = phone.post(f"/api/v1/reports/{code}/photos/", {"file": _photo()}, format="multipart")
    assert photo.status_code == 201, photo.content
    return code, APIClient(headers={"Authorization": f"Receipt {code}:{secret}"})


def _photo() -> io.BytesIO:
    """A photo whose EXIF says something."""
    exif = Image.Exif()
    exif[0x010E] = EXIF
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG", exif=exif)
    out.seek(0)
    out.name = "photo.jpg"
    return out


def _told_about(report: Report, phone: APIClient, desk: APIClient, by: Any, relay: Relay) -> None:
    """All that makes a copy of a report: comments, decisions, photos, messages, search, lake, export."""
    path = f"/api/v1/reports/{report.code}"
    assert phone.post(f"{path}/comments/", {"text": COMMENT}).status_code == 201
    shown = desk.post(f"/api/v1/desk/reports/{report.code}/visibility/", {"visibility": "public"})
    assert shown.status_code == 200, shown.content
    answered = desk.post(f"/api/v1/desk/reports/{report.code}/answer/", {"text": f"Dear {REPLY}"})
    assert answered.status_code in (200, 201), answered.content
    for photo in Photo.objects.filter(report=report):
        reports.publish_photo(reports.finish_photo(photo), by=by)
    relay()
    now = timezone.now()
    owed = Delivery.objects.filter(stream=report.code).select_related("endpoint").order_by("pk")
    leases.record([Outcome(one, now, 1, status=200, answer=f"got {ECHO}") for one in owed], now=now)
    projector.project()
    asked = phone.post("/api/v1/me/exports/").json()
    governance.build_export(asked["code"])


def everything() -> Iterator[tuple[str, str]]:
    """Every value of every table, every file of the storage, and the cache, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # a name from the database itself
            yield table, repr(cursor.fetchall())
    media = Path(django_settings.STORAGES["default"]["OPTIONS"]["location"])
    for file in sorted(media.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(media)), file.read_bytes().decode("latin-1")
    yield "lake", lake_bytes().decode("latin-1")
    yield "cache", repr(getattr(cache, "_cache", ""))


def lake_bytes() -> bytes:
    """Everything in the folder of the lake, its log included."""
    files = Path(str(django_settings.LAKE_URL)).rglob("*")
    return b"".join(file.read_bytes() for file in files if file.is_file())


def test_files_of_photos_and_copies_go_with_the_report(
    make: Maker, alice: User, client_of: ClientOf, relay: Relay, django_capture_on_commit_callbacks: Any
) -> None:
    report, phone = make.report(user=alice), client_of(alice)
    phone.post(f"/api/v1/reports/{report.code}/photos/", {"file": _photo()}, format="multipart")
    reports.finish_photo(Photo.objects.get())
    governance.build_export(phone.post("/api/v1/me/exports/").json()["code"])
    media = Path(django_settings.STORAGES["default"]["OPTIONS"]["location"])
    assert [file for file in media.rglob("*") if file.is_file()]

    with django_capture_on_commit_callbacks(execute=True):
        phone.post(f"/api/v1/reports/{report.code}/erase/")
    relay()
    governance.sweep_exports()

    assert [file for file in media.rglob("*") if file.is_file()] == []


def test_a_neighbours_report_is_untouched(make: Maker, alice: User, bob: User, client_of: ClientOf) -> None:
    mine, his = make.report(user=alice), make.report(user=bob, text="His own words.")
    client_of(bob).post(f"/api/v1/reports/{his.code}/comments/", {"text": "And more."})

    client_of(alice).post(f"/api/v1/reports/{mine.code}/erase/")

    assert Report.objects.get(pk=his.pk).text == "His own words."
    assert Comment.objects.get().text == "And more."
