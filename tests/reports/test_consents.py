"""Consents: given and withdrawn with an account or a receipt; withdrawing stops the next use."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from reports import services
from reports.errors import NotPublishable
from reports.models import Event, Photo, Report
from reports.services import Submitted
from tests.conftest import Maker, SmallCity

pytestmark = pytest.mark.django_db

CONSENTS = "/api/v1/me/consents/"
ClientOf = Callable[[User], APIClient]
WithReceipt = Callable[[Submitted], APIClient]


def give(client: APIClient, purpose: str, **more: str) -> Any:
    return client.post(CONSENTS, {"purpose": purpose, "notice_version": "2026-1", **more})


def noted(report: Report) -> list[tuple[str, dict[str, str], bool]]:
    """The events about consents, as the report keeps them."""
    rows = Event.objects.filter(report=report, kind__startswith="consent.").order_by("pk")
    return [(event.kind, event.data, event.is_public) for event in rows]


def test_whoever_has_only_a_receipt_gives_and_withdraws_too(make: Maker, with_receipt: WithReceipt) -> None:
    sent = make.submitted()
    phone = with_receipt(sent)

    assert give(phone, "research").status_code == 201
    assert phone.delete(f"{CONSENTS}research/").status_code == 204

    [row] = phone.get(CONSENTS).json()
    assert (row["purpose"], row["method"], row["recipient"]) == ("research", "app", None)
    assert row["withdrawn_at"] >= row["given_at"]
    assert noted(sent.report) == [
        ("consent.given", {"purpose": "research"}, False),
        ("consent.withdrawn", {"purpose": "research"}, False),
    ]


def test_a_receipt_of_an_accounts_report_does_not_open_what_the_account_agreed_to(
    make: Maker, alice: User, with_receipt: WithReceipt
) -> None:
    assert with_receipt(make.submitted(user=alice)).get(CONSENTS).status_code == 403


def test_a_consent_may_be_for_one_organisation(
    alice: User, city: SmallCity, client_of: ClientOf, make: Maker
) -> None:
    report, phone = make.report(user=alice), client_of(alice)
    for recipient in ("mender", "fixer"):
        assert give(phone, "share_with_firm", recipient=recipient).status_code == 201

    one = phone.delete(f"{CONSENTS}share_with_firm/?recipient=mender")

    live = [row["recipient"] for row in phone.get(CONSENTS).json() if row["withdrawn_at"] is None]
    assert (one.status_code, live) == (204, ["fixer"])
    assert noted(report)[-1] == (
        "consent.withdrawn", {"purpose": "share_with_firm", "recipient": "mender"}, False,
    )  # fmt: skip
    assert phone.delete(f"{CONSENTS}share_with_firm/").status_code == 204
    assert phone.delete(f"{CONSENTS}share_with_firm/?recipient=nobody").status_code == 400


def test_every_report_of_the_account_says_when_it_was_withdrawn(
    make: Maker, alice: User, bob: User, client_of: ClientOf
) -> None:
    mine, others = [make.report(user=alice), make.report(user=alice)], make.report(user=bob)
    give(client_of(alice), "open_data")
    client_of(alice).delete(f"{CONSENTS}open_data/")

    assert [len(noted(report)) for report in (*mine, others)] == [2, 2, 0]
    assert client_of(alice).get(f"/api/v1/reports/{mine[0].code}/timeline/").status_code == 200


def test_giving_again_says_nothing_new(make: Maker, alice: User, client_of: ClientOf) -> None:
    report = make.report(user=alice)
    for _ in range(2):
        give(client_of(alice), "research")

    assert len(noted(report)) == 1


def test_withdrawing_takes_published_photos_back(
    make: Maker, alice: User, mona: User, client_of: ClientOf, anyone: APIClient
) -> None:
    report, phone = make.report(user=alice), client_of(alice)
    photo = ready_photo(report, make, alice)
    give(phone, "publish_photo")
    services.publish_photo(photo, by=make.actor(mona))
    path = f"/api/v1/photos/{photo.code}/small.webp"
    shown: Any = anyone.get(path)
    assert b"".join(shown.streaming_content)
    assert shown.status_code == 200

    phone.delete(f"{CONSENTS}publish_photo/")

    assert anyone.get(path).status_code == 404
    with pytest.raises(NotPublishable):
        services.publish_photo(photo, by=make.actor(mona))


def ready_photo(report: Report, make: Maker, user: User) -> Photo:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    photo = services.add_photo(report, ContentFile(out.getvalue(), "a.jpg"), by=make.actor(user))
    services.finish_photo(Photo.objects.select_related("report").get(pk=photo.pk))
    return Photo.objects.select_related("report").get(pk=photo.pk)
