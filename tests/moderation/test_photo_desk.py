"""The desk sees and corrects what is covered in photos, and its looks at originals are written down."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from reports import services, tasks
from reports.models import Photo, PhotoBox, Report
from tests.conftest import Maker
from tests.reports.test_submit import jpeg

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
BOX = {"kind": "face", "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4}


@pytest.fixture
def photo(make: Maker, mona: User, alice: User) -> Photo:
    report = make.report(user=alice)
    file = SimpleUploadedFile("hole.jpg", jpeg().read())
    photo = services.finish_photo(services.add_photo(report, file, by=make.actor(mona)))
    PhotoBox.objects.create(photo=photo, source="detector", score=0.9, **{**BOX, "kind": "plate"})
    return photo


def _boxes(photo: Photo) -> str:
    return f"/api/v1/desk/photos/{photo.code}/boxes/"


def test_the_desk_adds_moves_and_removes_boxes(photo: Photo, client_of: ClientOf, mona: User) -> None:
    desk = client_of(mona)
    [found] = desk.get(_boxes(photo)).json()
    moved = {**BOX, "kind": "plate", "code": found["code"], "x": 0.5}

    answer = desk.put(_boxes(photo), {"boxes": [moved, BOX]})
    tasks.draw_photos()
    emptied = desk.put(_boxes(photo), {"boxes": []})

    rows = [(box["kind"], box["x"], box["source"], box["is_removed"]) for box in answer.json()]
    assert rows == [
        ("plate", 0.1, "detector", True),
        ("plate", 0.5, "person", False),
        ("face", 0.1, "person", False),
    ]
    assert {box["is_removed"] for box in emptied.json()} == {True}


@pytest.mark.parametrize(
    ("boxes", "fault"),
    [
        ([{**BOX, "x": 0.9}], "outside"),
        ([{**BOX, "width": 0}], "min_value"),
        ([{**BOX, "kind": "dog"}], "invalid_choice"),
        ([{**BOX, "name": "Bob"}], "unknown_field"),
        ([BOX] * 101, "max_length"),
    ],
)
def test_a_box_that_cannot_be_is_refused(
    photo: Photo, client_of: ClientOf, mona: User, boxes: list[Any], fault: str
) -> None:
    answer = client_of(mona).put(_boxes(photo), {"boxes": boxes})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, fault)


def test_a_box_of_another_photo_is_named_as_unknown(photo: Photo, client_of: ClientOf, mona: User) -> None:
    answer = client_of(mona).put(_boxes(photo), {"boxes": [{**BOX, "code": "0" * 20}]})

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/no-such-box")


def test_only_the_desk_sees_boxes_and_originals(
    photo: Photo, client_of: ClientOf, mona: User, olga: User, otto: User, alice: User, anyone: APIClient
) -> None:
    original = f"/api/v1/desk/photos/{photo.code}/original/"
    clients = [client_of(mona), client_of(olga), client_of(otto), client_of(alice), anyone]

    statuses = []
    for client in clients:
        answer = client.get(original)
        answer.getvalue()
        statuses.append((client.get(_boxes(photo)).status_code, answer.status_code))

    assert statuses == [(200, 200), (200, 200), (403, 403), (403, 403), (401, 401)]


def test_each_look_at_an_original_stands_in_the_chain(photo: Photo, client_of: ClientOf, mona: User) -> None:
    answer = client_of(mona).get(f"/api/v1/desk/photos/{photo.code}/original/")

    with default_storage.open(photo.original) as file:
        assert answer.getvalue() == file.read()
    look = photo.report.events.get(kind="photo.looked_at")
    assert (look.by_user, look.is_public, look.data) == (mona, False, {"photo": photo.code})
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("days", "status"), [(27, 200), (29, 410)])
def test_an_original_is_deleted_when_nobody_can_appeal(
    photo: Photo, client_of: ClientOf, mona: User, days: int, status: int
) -> None:
    ended = timezone.now() - timedelta(days=days)
    Report.objects.update(status="resolved", reason="fixed", resolved_at=ended)

    tasks.forget_photos()

    answer = client_of(mona).get(f"/api/v1/desk/photos/{photo.code}/original/")
    answer.getvalue()
    assert answer.status_code == status
    assert default_storage.exists(photo.original) is (status == 200)


def test_nothing_is_published_while_it_is_drawn_anew(photo: Photo, client_of: ClientOf, mona: User) -> None:
    desk = client_of(mona)
    desk.put(_boxes(photo), {"boxes": [BOX]})

    answer = desk.post(f"/api/v1/desk/photos/{photo.code}/publish/")

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-publishable")
