"""An address opens a photo for ten minutes and no longer, and never one that was hidden since."""

import time
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from reports import services, tasks
from reports.boxes import Box
from reports.darkroom.keeper import darkroom
from reports.events import verify_chain
from reports.models import Photo, Report
from reports.services import Correction
from reports.workflow import Visibility
from tests.conftest import Maker
from tests.reports.test_submit import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(make: Maker, mona: User) -> Any:
    """A private report with one photo that is ready; its photo's address as its sender got it."""
    submitted = make.submitted(consents=("publish_photo",), notice_version="2026-1")
    report = submitted.report
    services.change_visibility(report, Visibility.PRIVATE, by=make.actor(mona))
    file = SimpleUploadedFile("hole.jpg", jpeg().read())
    services.finish_photo(services.add_photo(report, file, by=make.actor(mona)))
    return submitted


def _address(mine: Any, with_receipt: Any) -> str:
    [photo] = with_receipt(mine).get(f"/api/v1/reports/{mine.report.code}/photos/").json()
    return str(photo["urls"]["small"])


def _opens(client: APIClient, address: str) -> int:
    answer = client.get(address)
    answer.getvalue()
    return int(answer.status_code)


def test_a_signed_address_opens_without_headers(mine: Any, with_receipt: Any, anyone: APIClient) -> None:
    address = _address(mine, with_receipt)

    answer = anyone.get(address)
    answer.getvalue()

    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert _opens(anyone, address.split("?")[0]) == 404


@pytest.mark.parametrize(
    "change", [lambda a: a[:-1] + ("A" if a[-1] != "A" else "B"), lambda a: a.replace("until=1", "until=2")]
)
def test_a_changed_address_opens_nothing(
    mine: Any, with_receipt: Any, anyone: APIClient, change: Any
) -> None:
    assert _opens(anyone, change(_address(mine, with_receipt))) == 404


def test_an_address_runs_out(
    mine: Any, with_receipt: Any, anyone: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = _address(mine, with_receipt)
    now = time.time()

    monkeypatch.setattr(time, "time", lambda: now + 601)
    soon = _opens(anyone, address)
    monkeypatch.setattr(time, "time", lambda: now + 901)

    assert soon in (200, 404)
    assert _opens(anyone, address) == 404


def test_an_address_does_not_outlive_its_reports_hiding(
    mine: Any, with_receipt: Any, anyone: APIClient, make: Maker, mona: User
) -> None:
    address = _address(mine, with_receipt)

    services.change_visibility(mine.report, Visibility.HIDDEN, by=make.actor(mona), reason="insult")

    assert _opens(anyone, address) == 404


def test_an_address_does_not_outlive_a_correction(
    mine: Any, with_receipt: Any, anyone: APIClient, make: Maker, mona: User
) -> None:
    address = _address(mine, with_receipt)

    box = Correction(Box("other", 0.1, 0.1, 0.2, 0.2))
    services.correct_boxes(Photo.objects.get(), [box], by=make.actor(mona))
    meanwhile = with_receipt(mine).get(f"/api/v1/reports/{mine.report.code}/photos/").json()[0]["urls"]
    tasks.draw_photos()

    assert (_opens(anyone, address), meanwhile) == (404, {})
    assert _opens(anyone, _address(mine, with_receipt)) == 200


def test_a_public_photo_has_a_plain_address_that_is_asked_for_anew(
    mine: Any, with_receipt: Any, anyone: APIClient, make: Maker, mona: User
) -> None:
    services.change_visibility(mine.report, Visibility.PUBLIC, by=make.actor(mona))
    services.publish_photo(Photo.objects.get(), by=make.actor(mona))
    address = _address(mine, with_receipt)

    answer = anyone.get(address)
    answer.getvalue()
    again = anyone.get(address, headers={"If-None-Match": answer["ETag"]})
    services.change_visibility(mine.report, Visibility.HIDDEN, by=make.actor(mona), reason="insult")
    hidden = anyone.get(address, headers={"If-None-Match": answer["ETag"]})

    assert "signature" not in address
    assert answer["Cache-Control"] == "public, no-cache"
    assert (again.status_code, hidden.status_code) == (304, 404)


def test_erased_photos_leave_no_file_and_the_chain_holds(
    mine: Any, with_receipt: Any, anyone: APIClient, django_capture_on_commit_callbacks: Any
) -> None:
    address = _address(mine, with_receipt)

    with django_capture_on_commit_callbacks(execute=True):
        erased = services.erase_photos(mine.report)

    photo = Photo.objects.get()
    assert (erased, photo.state, photo.original, photo.content_hash) == (1, "erased", "", "")
    assert photo.boxes.count() == 0
    assert _opens(anyone, address) == 404
    assert [name for name in ("quarantine", "photos") if _files_below(name)] == []
    report = Report.objects.get(pk=mine.report.pk)
    events = report.events.order_by("pk").select_related("by_organisation", "organisation")
    verify_chain(report, list(events))
    assert mine.report.head_digest == report.head_digest


def test_files_that_a_storage_would_not_delete_are_swept_later(mine: Any) -> None:
    services.erase_photos(mine.report)  # the commit never comes in a test, nor do its deletions

    swept = tasks.forget_photos()

    assert swept == 1
    assert Photo.objects.get().original == ""
    assert _files_below("photos") == []


def test_a_photo_that_is_erased_while_it_is_drawn_leaves_nothing(
    make: Maker, mona: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    report = make.submitted().report
    file = SimpleUploadedFile("hole.jpg", jpeg().read())
    photo = services.add_photo(report, file, by=make.actor(mona))
    develop = darkroom.develop

    def erase_meanwhile(*args: Any) -> Any:
        developed = develop(*args)
        with django_capture_on_commit_callbacks(execute=True):
            services.erase_photos(report)
        return developed

    monkeypatch.setattr(darkroom, "develop", erase_meanwhile)
    photo = services.finish_photo(photo)

    assert photo.state == "erased"
    assert _files_below("photos") + _files_below("quarantine") == []


def _files_below(folder: str) -> list[str]:
    """Every file in a folder of the storage and its folders."""
    if not default_storage.exists(folder):
        return []
    folders, files = default_storage.listdir(folder)
    return files + [name for inner in folders for name in _files_below(f"{folder}/{inner}")]
