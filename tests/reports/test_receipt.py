"""The receipt on paper, and the account that takes a report over with it."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import reportlab
from django.conf import settings as house
from django.db import connection
from rest_framework.test import APIClient

from accounts.actors import SYSTEM
from accounts.models import Consent, Producer, User
from reports import services
from reports.errors import AlreadyClaimed, BadReceipt
from reports.events import verify_chain
from reports.models import Comment, Event, Report, Support
from reports.services import Submitted
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

WORDS = "The lamp at the gate has been dark for a week, 晚上看不见路，孩子们害怕。"


def address(submitted: Submitted, verb: str) -> str:
    return f"/api/v1/reports/{submitted.report.code}/{verb}/"


def pages(pdf: bytes) -> list[tuple[str, Any]]:
    """The text of each page, and the page."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [(page.get_textpage().get_text_range().replace("\r", ""), page) for page in document]


def square_in(page: Any) -> str:
    """What the QR code of a page says; a camera, too, looks from more than one distance."""
    for scale in (3, 4, 2, 5):
        grey = cv2.cvtColor(np.asarray(page.render(scale=scale).to_pil()), cv2.COLOR_RGB2GRAY)
        said, _points, _straight = cv2.QRCodeDetector().detectAndDecode(grey)
        if said:
            return str(said)
    return ""


# --- On paper ---


@pytest.mark.parametrize("size", ["a5", "a4"])
def test_the_receipt_is_one_page_that_opens_the_report(make: Maker, anyone: APIClient, size: str) -> None:
    submitted = make.submitted(text=WORDS)
    code, secret = submitted.report.code, submitted.secret

    answer = anyone.post(address(submitted, "receipt"), {"secret": secret, "size": size, "language": "en"})

    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    [(text, page)] = pages(answer.content)
    plain = re.sub(r"\s", "", text)
    for printed in (submitted.report.reference, code, secret, "Works Bureau", "孩子们害怕"):
        assert printed.replace(" ", "") in plain
    assert square_in(page) == f"{house.PUBLIC_URL}/app/reports/{code}#{secret}"


def test_the_header_of_a_receipt_is_enough(make: Maker, with_receipt: Any) -> None:
    submitted = make.submitted()

    answer = with_receipt(submitted).post(address(submitted, "receipt"), {})

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")


def test_a_client_may_ask_for_pdf(make: Maker, anyone: APIClient) -> None:
    submitted = make.submitted()

    wanted = {"secret": submitted.secret}
    answer = anyone.post(address(submitted, "receipt"), wanted, headers={"Accept": "application/pdf"})

    assert answer.status_code == 200


def test_as_read_from_paper_the_secret_has_blanks(make: Maker, anyone: APIClient) -> None:
    submitted = make.submitted()
    spaced = " ".join(submitted.secret[start : start + 4] for start in range(0, 28, 4))

    printed = anyone.post(address(submitted, "receipt"), {"secret": spaced})
    header = {"Authorization": f"Receipt {submitted.report.code}:{spaced}"}
    followed = anyone.get(address(submitted, "timeline"), headers=header)

    assert (printed.status_code, followed.status_code) == (200, 200)


def test_a_long_report_still_fits_on_its_page(make: Maker, anyone: APIClient) -> None:
    submitted = make.submitted(text="路灯坏了。" * 700 + "<b>&", language="zh-hans")

    answer = anyone.post(address(submitted, "receipt"), {"secret": submitted.secret})

    [(text, page)] = pages(answer.content)
    assert "路灯坏了" in text
    assert square_in(page).endswith(submitted.secret)


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 100])
def test_without_the_secret_nothing_is_printed(make: Maker, anyone: APIClient, secret: str) -> None:
    submitted = make.submitted()

    wrong = anyone.post(address(submitted, "receipt"), {"secret": secret or "-"})
    nothing = anyone.post(address(submitted, "receipt"), {})
    unknown = anyone.post(f"/api/v1/reports/{'0' * 20}/receipt/", {"secret": submitted.secret})

    assert [answer.status_code for answer in (wrong, nothing, unknown)] == [403, 403, 403]
    assert unknown.json()["type"] == "/problems/bad-receipt"


def test_with_a_font_of_our_own_the_letters_travel_inside(
    make: Maker, anyone: APIClient, settings: Any
) -> None:
    settings.PAPER_FONT = str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")
    submitted = make.submitted(text="Dark")

    answer = anyone.post(address(submitted, "receipt"), {"secret": submitted.secret, "language": "en"})

    assert b"FontFile2" in answer.content
    assert "Dark" in pages(answer.content)[0][0]


# --- Taken over by an account ---


def claim(client: APIClient, submitted: Submitted, secret: str = "") -> Any:
    return client.post(address(submitted, "claim"), {"secret": secret or submitted.secret})


def test_an_account_takes_over_what_it_sent_without_one(make: Maker, alice: User, client_of: Any) -> None:
    submitted = make.submitted()
    before = submitted.report.head_digest

    answer = claim(client_of(alice), submitted)

    assert answer.status_code == 200, answer.content
    report = Report.objects.get()
    assert report.producer.user == alice
    mine = client_of(alice).get("/api/v1/reports/", {"is_mine": "true"}).json()["results"]
    assert [line["code"] for line in mine] == [report.code]
    events = list(report.events.select_related("organisation", "by_organisation").order_by("pk"))
    assert (events[-1].kind, events[-1].by_user, events[-1].data) == ("report.claimed", None, {})
    assert events[-2].digest == before
    verify_chain(report, events)


def test_the_receipt_is_renewed(make: Maker, alice: User, client_of: Any, anyone: APIClient) -> None:
    submitted = make.submitted()
    fresh = claim(client_of(alice), submitted).json()["receipt"]
    timeline = address(submitted, "timeline")

    old = anyone.get(timeline, headers={"Authorization": f"Receipt {fresh['code']}:{submitted.secret}"})
    new = anyone.get(timeline, headers={"Authorization": f"Receipt {fresh['code']}:{fresh['secret']}"})

    assert (old.status_code, new.status_code) == (401, 200)


def test_claiming_again_changes_nothing(make: Maker, alice: User, client_of: Any) -> None:
    submitted = make.submitted()
    claim(client_of(alice), submitted)
    version = Report.objects.get().version

    again = claim(client_of(alice), submitted)

    assert (again.status_code, again.json()["receipt"]) == (200, None)
    assert Report.objects.get().version == version


def test_a_report_of_another_account_cannot_be_taken(
    make: Maker, alice: User, bob: User, client_of: Any
) -> None:
    submitted = make.submitted(user=bob)

    answer = claim(client_of(alice), submitted)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-claimed")
    assert Report.objects.get().producer.user == bob


def test_a_wrong_secret_says_as_little_as_a_wrong_code(make: Maker, alice: User, client_of: Any) -> None:
    submitted = make.submitted()
    phone = client_of(alice)

    wrong = claim(phone, submitted, "wrong")
    unknown = phone.post(f"/api/v1/reports/{'0' * 20}/claim/", {"secret": submitted.secret})

    assert [answer.status_code for answer in (wrong, unknown)] == [403, 403]
    assert wrong.json()["detail"] == unknown.json()["detail"]


def test_nobody_claims_without_an_account(make: Maker, anyone: APIClient, with_receipt: Any) -> None:
    submitted = make.submitted()

    answers = [claim(client, submitted) for client in (anyone, with_receipt(submitted))]

    assert [answer.status_code for answer in answers] in ([401, 401], [401, 403])


def test_an_erased_report_cannot_be_taken(make: Maker, alice: User, client_of: Any) -> None:
    submitted = make.submitted()
    services.erase_report(submitted.report, by=SYSTEM)

    assert claim(client_of(alice), submitted).status_code == 403


def test_voices_and_consents_come_along(make: Maker, alice: User, client_of: Any, with_receipt: Any) -> None:
    submitted = make.submitted(consents=("research", "contact_me"), notice_version="2026-1")
    own, other = address(submitted, "comments"), make.report()
    phone = with_receipt(submitted)
    phone.post(own, {"text": "It got worse."})
    phone.post(f"/api/v1/reports/{other.code}/support/")
    account = client_of(alice)
    account.post("/api/v1/me/consents/", {"purpose": "research", "notice_version": "2026-2"})

    claim(account, submitted)

    producer = Producer.objects.get(user=alice)
    assert Comment.objects.get().producer == producer
    assert Support.objects.get().producer == producer
    live = Consent.objects.filter(producer=producer, withdrawn_at=None).order_by("purpose")
    assert [(c.purpose, c.notice_version) for c in live] == [("contact_me", "2026-1"), ("research", "2026-2")]


def test_an_account_that_backed_its_own_report_counts_no_longer(
    make: Maker, alice: User, client_of: Any, with_receipt: Any
) -> None:
    submitted, other = make.submitted(), make.report()
    Report.objects.update(visibility="public")
    account = client_of(alice)
    account.post(address(submitted, "support"))
    for client in (account, with_receipt(submitted)):
        client.post(f"/api/v1/reports/{other.code}/support/")

    claim(account, submitted)

    assert list(Report.objects.order_by("pk").values_list("support_count", flat=True)) == [0, 1]
    assert Support.objects.count() == 1
    for report in Report.objects.all():
        verify_chain(report, list(report.events.select_related("organisation").order_by("pk")))


def test_what_the_account_took_back_is_not_agreed_to_again(make: Maker, alice: User, client_of: Any) -> None:
    submitted = make.submitted(consents=("research",), notice_version="2026-1")
    account = client_of(alice)
    account.post("/api/v1/me/consents/", {"purpose": "research", "notice_version": "2026-1"})
    account.delete("/api/v1/me/consents/research/")

    claim(account, submitted)

    assert not Consent.objects.filter(producer__user=alice, withdrawn_at=None).exists()


def test_an_account_that_never_acted_takes_the_producer_itself(make: Maker, client_of: Any) -> None:
    submitted = make.submitted()
    newcomer = User.objects.create_user("new@example.org", "correct horse")

    claim(client_of(newcomer), submitted)

    assert Producer.objects.get().user == newcomer
    assert Event.objects.filter(kind="report.claimed", is_public=False).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: two never meet")
def test_of_two_accounts_that_claim_at_once_one_gets_it(make: Maker, alice: User, bob: User) -> None:
    submitted = make.submitted()

    def take(user: User) -> str:
        try:
            services.claim_report(submitted.report.code, submitted.secret, by=user)
        except (AlreadyClaimed, BadReceipt) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(2) as both:
        results = sorted(both.map(take, [alice, bob]))

    assert results[1] == "taken"
    assert results[0] in ("AlreadyClaimed", "BadReceipt")
    assert Event.objects.filter(kind="report.claimed").count() == 1
