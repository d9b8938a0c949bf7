"""Resumable uploads, as tus 1.0.0 says them."""

import base64
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from reports import services, tasks
from reports.models import Photo, Upload
from reports.services import uploading
from tests.conftest import Maker
from tests.reports.test_submit import jpeg

pytestmark = pytest.mark.django_db

URL = "/api/v1/uploads/"
BYTES = "application/offset+octet-stream"
FILE = jpeg((400, 300)).read()


class Phone:
    """A client that speaks tus."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def begin(self, length: int = len(FILE), headers: dict[str, str] | None = None) -> Any:
        said = {"Upload-Length": str(length), "Tus-Resumable": "1.0.0", **(headers or {})}
        return self.client.generic("POST", URL, headers=said)

    def send(self, where: str, offset: int, content: bytes, **headers: str) -> Any:
        said = {"Upload-Offset": str(offset), "Tus-Resumable": "1.0.0", **headers}
        return self.client.generic("PATCH", where, content, content_type=BYTES, headers=said)

    def head(self, where: str) -> Any:
        return self.client.head(where, headers={"Tus-Resumable": "1.0.0"})

    def upload(self, content: bytes = FILE) -> str:
        where = str(self.begin(len(content))["Location"])
        assert self.send(where, 0, content).status_code == 204
        return where


@pytest.fixture
def phone(anyone: APIClient) -> Phone:
    return Phone(anyone)


def test_options_say_what_is_spoken(anyone: APIClient) -> None:
    answer = anyone.options(URL)

    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,creation-with-upload,expiration,checksum,termination"
    assert answer["Tus-Max-Size"] == str(20 * 1024 * 1024)
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_an_upload_in_pieces_becomes_a_photo(phone: Phone, make: Maker, with_receipt: Any) -> None:
    where = str(phone.begin(headers={"Upload-Metadata": "filename aG9sZS5qcGc="})["Location"])
    first = phone.send(where, 0, FILE[:500])
    asked = phone.head(where)
    last = phone.send(where, 500, FILE[500:])
    mine = make.submitted()

    added = with_receipt(mine).post(f"/api/v1/reports/{mine.report.code}/photos/", {"upload": where})

    assert (first.status_code, first["Upload-Offset"]) == (204, "500")
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == ("500", str(len(FILE)))
    assert (asked["Upload-Metadata"], asked["Cache-Control"]) == ("filename aG9sZS5qcGc=", "no-store")
    assert last["Upload-Offset"] == str(len(FILE))
    assert (added.status_code, added.json()["state"]) == (201, "quarantined")
    assert tasks.draw_photos() == 1
    photo = Photo.objects.get(code=added.json()["code"])
    assert (photo.state, photo.width, photo.height) == ("ready", 400, 300)
    assert photo.content_hash == hashlib.sha256(FILE).hexdigest()
    with default_storage.open(photo.original) as original:
        assert original.read() == FILE
    assert not Upload.objects.exists()
    assert default_storage.listdir("uploads") == ([], [])


def test_bytes_may_come_with_the_creation(anyone: Any) -> None:
    headers = {"Upload-Length": "6", "Tus-Resumable": "1.0.0"}

    answer = anyone.generic("POST", URL, b"abc", content_type=BYTES, headers=headers)

    assert (answer.status_code, answer["Upload-Offset"]) == (201, "3")
    assert answer["Upload-Expires"].endswith("GMT")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": str(20 * 1024 * 1024 + 1)}, 413),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": ""}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Metadata": "näme"}, 400),
        ({"Upload-Metadata": "n " + "A" * 3000}, 400),
    ],
)
def test_a_creation_that_cannot_be_is_refused(phone: Phone, headers: dict[str, str], status: int) -> None:
    answer = phone.begin(headers=headers)

    assert answer.status_code == status
    assert answer["Tus-Resumable"] == "1.0.0"
    assert not Upload.objects.exists()


def test_another_version_is_told_which_is_spoken(phone: Phone) -> None:
    answer = phone.begin(headers={"Tus-Resumable": "2.0.0"})

    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
    assert answer.json()["type"] == "/problems/tus-version"


def test_a_piece_for_another_place_is_not_written(phone: Phone) -> None:
    where = str(phone.begin()["Location"])
    phone.send(where, 0, FILE[:100])

    ahead, behind = phone.send(where, 200, FILE[200:]), phone.send(where, 0, FILE[:100])

    assert (ahead.status_code, behind.status_code) == (409, 409)
    assert phone.head(where)["Upload-Offset"] == "100"
    assert len(default_storage.listdir(f"uploads/{Upload.objects.get().code}")[1]) == 1


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum_is_all_or_nothing(phone: Phone, algorithm: str) -> None:
    where = str(phone.begin()["Location"])
    digest = base64.b64encode(hashlib.new(algorithm, FILE[:100]).digest()).decode()

    wrong = phone.send(where, 0, b"x" + FILE[1:100], **{"Upload-Checksum": f"{algorithm} {digest}"})
    before = phone.head(where)["Upload-Offset"]
    right = phone.send(where, 0, FILE[:100], **{"Upload-Checksum": f"{algorithm} {digest}"})

    assert (wrong.status_code, before) == (460, "0")
    assert (right.status_code, right["Upload-Offset"]) == (204, "100")


@pytest.mark.parametrize("checksum", ["md5 AAAA", "sha1", "sha1 ***"])
def test_a_checksum_nobody_understands_is_refused(phone: Phone, checksum: str) -> None:
    where = str(phone.begin()["Location"])

    answer = phone.send(where, 0, FILE, **{"Upload-Checksum": checksum})

    assert answer.status_code == 400
    assert phone.head(where)["Upload-Offset"] == "0"


def test_another_kind_of_body_is_not_taken(phone: Phone) -> None:
    where = str(phone.begin()["Location"])
    headers = {"Upload-Offset": "0", "Tus-Resumable": "1.0.0"}

    answer = phone.client.generic("PATCH", where, FILE, content_type="image/jpeg", headers=headers)

    assert answer.status_code == 415


def test_more_than_was_announced_is_not_taken(phone: Phone) -> None:
    where = str(phone.begin(10)["Location"])

    answer = phone.send(where, 0, b"x" * 11)

    assert answer.status_code == 413
    assert phone.head(where)["Upload-Offset"] == "0"


def test_a_proxy_that_knows_no_patch_is_passed_by_override(phone: Phone) -> None:
    where = str(phone.begin(3)["Location"])
    headers = {"Upload-Offset": "0", "Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "PATCH"}

    answer = phone.client.generic("POST", where, b"abc", content_type=BYTES, headers=headers)

    assert (answer.status_code, answer["Upload-Offset"]) == (204, "3")


def test_what_came_of_a_broken_request_is_kept() -> None:
    class Line(io.BytesIO):
        """A connection that breaks after its bytes."""

        def read(self, size: int | None = -1) -> bytes:
            if found := super().read(size):
                return found
            raise ConnectionResetError

    upload, _address = uploading.begin_upload(len(FILE))

    upload = uploading.append(upload, 0, Line(FILE[:700]))

    assert upload.offset == 700


def test_an_upload_that_is_given_up_is_gone(phone: Phone) -> None:
    where = phone.upload()

    answer = phone.client.delete(where, headers={"Tus-Resumable": "1.0.0"})
    asked = phone.head(where)

    assert (answer.status_code, asked.status_code) == (204, 404)
    assert "Upload-Offset" not in asked
    assert default_storage.listdir("uploads") == ([], [])


def test_an_upload_runs_out_two_days_after_its_last_byte(phone: Phone) -> None:
    where = phone.upload()
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    asked = phone.head(where)
    swept = tasks.forget_photos()

    assert (asked.status_code, swept) == (404, 1)
    assert default_storage.listdir("uploads") == ([], [])


def test_an_upload_is_its_producers(client_of: Any, alice: User, bob: User, anyone: APIClient) -> None:
    where = Phone(client_of(alice)).upload()

    seen = [Phone(client).head(where).status_code for client in (client_of(alice), client_of(bob), anyone)]

    assert seen == [200, 404, 404]


def test_an_upload_becomes_one_photo(phone: Phone, make: Maker, with_receipt: Any) -> None:
    mine, where = make.submitted(), phone.upload()
    url = f"/api/v1/reports/{mine.report.code}/photos/"

    answers = [with_receipt(mine).post(url, {"upload": where}).status_code for _ in range(2)]

    assert answers == [201, 409]


def test_an_upload_that_is_not_whole_is_no_photo(phone: Phone, make: Maker, with_receipt: Any) -> None:
    mine, where = make.submitted(), str(phone.begin()["Location"])
    phone.send(where, 0, FILE[:100])

    answer = with_receipt(mine).post(f"/api/v1/reports/{mine.report.code}/photos/", {"upload": where})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/upload-not-whole")


def test_an_upload_that_is_no_photo_is_refused_when_it_is_drawn(
    phone: Phone, make: Maker, with_receipt: Any
) -> None:
    mine, where = make.submitted(), phone.upload(b"<?php" * 100)
    with_receipt(mine).post(f"/api/v1/reports/{mine.report.code}/photos/", {"upload": where})

    tasks.draw_photos()

    photo = Photo.objects.get()
    assert (photo.state, photo.refusal) == ("refused", "not_a_photo")


def test_the_address_of_an_upload_is_not_kept() -> None:
    _upload, address = uploading.begin_upload(10)

    assert len(address) == 43
    assert address not in str(Upload.objects.values().get())


def test_uploads_of_an_account_that_leaves_are_deleted(client_of: Any, alice: User, make: Maker) -> None:
    Phone(client_of(alice)).upload()
    producer = make.actor(alice).producer
    assert producer is not None

    services.erase_uploads(producer)
    tasks.forget_photos()

    assert not Upload.objects.exists()
    assert default_storage.listdir("uploads") == ([], [])
