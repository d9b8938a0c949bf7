"""A copy of my data: all of it, mine alone, for a week."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from governance import services
from governance.models import Export
from reports import services as reports
from reports.models import Photo, Report
from reports.services import Submitted
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
WithReceipt = Callable[[Submitted], APIClient]
Relay = Callable[[], int]
EXPORTS = "/api/v1/me/exports/"


def gathered(client: APIClient, path: str = EXPORTS) -> zipfile.ZipFile:
    """Ask for a copy, let the worker make it, and open it by its link."""
    asked = client.post(path)
    assert asked.status_code == 202, asked.content
    services.build_export(asked.json()["code"])
    ready = client.get(asked.headers["Location"]).json()
    assert (ready["state"], ready["done"]) == ("ready", ready["total"])
    answer: Any = APIClient().get(ready["url"], headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def rows(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def jpeg() -> ContentFile[bytes]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return ContentFile(out.getvalue(), "green.jpg")


def test_a_copy_holds_everything_about_me_and_says_what_it_is(
    make: Maker, alice: User, client_of: ClientOf
) -> None:
    phone = client_of(alice)
    phone.post("/api/v1/me/consents/", {"purpose": "research", "notice_version": "2026-1"})
    mine, others = make.submitted(user=alice, text="My hole.").report, make.report()
    phone.post(f"/api/v1/reports/{others.code}/comments/", {"text": "I saw it too."})
    phone.post(f"/api/v1/reports/{others.code}/support/")

    archive = gathered(phone)

    assert sorted(archive.namelist()) == [
        "README.txt", "account.json", "comments.json", "consents.json", "data-uses.json", "following.json",
        "inbox.json", "news-wishes.json", "reports.geojson", "reports.json", "supports.json",
    ]  # fmt: skip
    assert rows(archive, "account.json")["email"] == "alice@example.org"
    assert [row["purpose"] for row in rows(archive, "consents.json")] == ["research"]
    assert [(row["code"], row["text"]) for row in rows(archive, "reports.json")] == [(mine.code, "My hole.")]
    assert [row["text"] for row in rows(archive, "comments.json")] == ["I saw it too."]
    assert [row["report"] for row in rows(archive, "supports.json")] == [others.code]
    [feature] = rows(archive, "reports.geojson")["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [114.45, 38.05]}
    readme = archive.read("README.txt").decode()
    assert all(readme.count(name) == 2 for name in archive.namelist() if name != "README.txt")


def test_nobody_elses_words_are_in_it(make: Maker, alice: User, bob: User, client_of: ClientOf) -> None:
    mine = make.report(user=alice)
    make.report(user=bob, text="Bob's secret hole.")
    client_of(bob).post(f"/api/v1/reports/{mine.code}/comments/", {"text": "Bob was here."})

    archive = gathered(client_of(alice))

    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Bob" not in everything
    assert b"bob@example.org" not in everything


def test_photos_come_as_shown_and_as_sent(make: Maker, alice: User, client_of: ClientOf) -> None:
    report = make.report(user=alice)
    photo = reports.add_photo(report, jpeg(), by=make.actor(alice))
    reports.finish_photo(Photo.objects.select_related("report").get(pk=photo.pk))

    archive = gathered(client_of(alice))

    names = [name for name in archive.namelist() if name.startswith("photos/")]
    assert names == [f"photos/{report.reference}-{photo.code}{end}" for end in (".jpg", "-original")]
    assert all(Image.open(io.BytesIO(archive.read(name))).size == (40, 30) for name in names)


def test_a_receipt_gets_a_copy_of_its_report_alone(
    make: Maker, alice: User, with_receipt: WithReceipt
) -> None:
    sent = make.submitted(user=alice, text="This one.")
    make.submitted(user=alice, text="Another.")

    archive = gathered(with_receipt(sent), f"/api/v1/reports/{sent.report.code}/export/")

    assert "account.json" not in archive.namelist()
    assert "consents.json" not in archive.namelist()
    assert [row["text"] for row in rows(archive, "reports.json")] == ["This one."]


def test_a_copy_is_its_owners(
    make: Maker, alice: User, bob: User, client_of: ClientOf, with_receipt: WithReceipt
) -> None:
    sent = make.submitted(user=alice)
    code = client_of(alice).post(EXPORTS).json()["code"]
    services.build_export(code)

    for client in (client_of(bob), APIClient(), with_receipt(sent)):
        assert client.get(f"{EXPORTS}{code}/").status_code in (401, 404)
        assert client.get(f"{EXPORTS}{code}/file/").status_code in (401, 404)
    own: Any = client_of(alice).get(f"{EXPORTS}{code}/file/")
    assert b"".join(own.streaming_content)
    assert own.status_code == 200
    assert client_of(bob).post(f"/api/v1/reports/{sent.report.code}/export/").status_code == 404
    assert APIClient().post(EXPORTS).status_code == 401


@pytest.mark.parametrize("signature", ["", "1vN3Xy:forged", "x" * 40])
def test_a_link_that_is_not_ours_opens_nothing(alice: User, client_of: ClientOf, signature: str) -> None:
    code = client_of(alice).post(EXPORTS).json()["code"]
    services.build_export(code)

    assert APIClient().get(f"{EXPORTS}{code}/file/", {"signature": signature}).status_code == 404


def test_a_link_opens_for_an_hour(alice: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    code = client_of(alice).post(EXPORTS).json()["code"]
    services.build_export(code)
    url = client_of(alice).get(f"{EXPORTS}{code}/").json()["url"]

    monkeypatch.setattr("governance.links.OPEN_S", -1)

    assert APIClient().get(url).status_code == 404


def test_asking_again_while_it_is_gathered_is_the_same_copy(alice: User, client_of: ClientOf) -> None:
    codes = {client_of(alice).post(EXPORTS).json()["code"] for _ in range(2)}

    assert len(codes) == Export.objects.count() == 1


def test_a_fresh_copy_is_given_again_and_an_older_one_made_anew(alice: User, client_of: ClientOf) -> None:
    first = client_of(alice).post(EXPORTS).json()["code"]
    services.build_export(first)
    again = client_of(alice).post(EXPORTS).json()

    Export.objects.update(ready_at=timezone.now() - timedelta(hours=2))
    anew = client_of(alice).post(EXPORTS).json()

    assert (again["code"], again["state"]) == (first, "ready")
    assert (anew["code"] != first, anew["state"]) == (True, "waiting")


def test_after_seven_days_it_is_gone_with_its_file(alice: User, client_of: ClientOf, settings: Any) -> None:
    code = client_of(alice).post(EXPORTS).json()["code"]
    export = services.build_export(code)
    assert export is not None
    file = Export.objects.get().file
    assert timedelta(days=6) < Export.objects.get().expires_at - timezone.now() < timedelta(days=8)

    Export.objects.update(expires_at=timezone.now())
    assert client_of(alice).get(f"{EXPORTS}{code}/").status_code == 404
    services.sweep_exports()

    assert not default_storage.exists(file)
    assert not Export.objects.exists()


def test_i_may_end_it_earlier(alice: User, client_of: ClientOf) -> None:
    code = client_of(alice).post(EXPORTS).json()["code"]

    assert client_of(alice).delete(f"{EXPORTS}{code}/").status_code == 204
    assert client_of(alice).get(f"{EXPORTS}{code}/").status_code == 404


def test_what_a_dead_worker_left_is_taken_up(alice: User, client_of: ClientOf) -> None:
    code = client_of(alice).post(EXPORTS).json()["code"]
    Export.objects.update(state="running", begun_at=timezone.now() - timedelta(hours=1))

    assert services.sweep_exports() == [code]
    services.build_export(code)
    assert Export.objects.get().state == "ready"


def test_an_erased_report_takes_the_copies_that_hold_it(
    make: Maker, alice: User, client_of: ClientOf, relay: Relay, settings: Any
) -> None:
    settings.EVENT_HANDLERS = ["governance.handlers.forget_erased"]
    report = make.submitted(user=alice).report
    services.build_export(client_of(alice).post(EXPORTS).json()["code"])
    file = Export.objects.get().file

    client_of(alice).post(f"/api/v1/reports/{report.code}/erase/")
    relay()
    services.sweep_exports()

    assert not Export.objects.exists()
    assert not default_storage.exists(file)


def test_what_is_erased_while_it_is_gathered_is_not_in_it(
    make: Maker, alice: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make.submitted(user=alice, text="Gone soon.").report
    code = client_of(alice).post(EXPORTS).json()["code"]

    def readme_while_somebody_erases(parts: Any) -> str:
        Report.objects.filter(pk=report.pk).update(visibility="erased")
        return ""

    monkeypatch.setattr("governance.services.exporting._readme", readme_while_somebody_erases)
    services.build_export(code)
    monkeypatch.undo()

    assert Export.objects.get().state == "waiting"
    assert not default_storage.exists(f"exports/{code}.zip")
    services.build_export(code)
    with default_storage.open(Export.objects.get().file) as file, zipfile.ZipFile(file) as archive:
        assert rows(archive, "reports.json") == []


def test_a_copy_that_cannot_be_made_says_so(
    alice: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = client_of(alice).post(EXPORTS).json()["code"]

    def full(*args: Any, **kwargs: Any) -> Path:
        raise OSError("no space left")

    monkeypatch.setattr("governance.services.exporting.tempfile.TemporaryFile", full)
    with pytest.raises(OSError, match="no space"):
        services.build_export(code)

    assert client_of(alice).get(f"{EXPORTS}{code}/").json()["state"] == "failed"
