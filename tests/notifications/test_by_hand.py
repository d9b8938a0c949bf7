"""News for people without a screen: a letter to print, a call to make, and who may see whom."""

import io
from typing import Any

import pypdfium2
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Membership, Organisation, User
from reports.models import Event, Report
from tests.conftest import SmallCity
from tests.reports.test_assisted import ASSISTED, MAIL, POST, assistant, written

pytestmark = pytest.mark.django_db

URL = "/api/v1/news-by-hand/"
PHONE = {"kind": "phone", "value": "+86 311 5550 1234"}


@pytest.fixture
def community(city: SmallCity) -> Organisation:
    names = {"name_zh": "果园社区", "name_en": "Orchard"}
    return Organisation.objects.create(code="orchard", kind="community", **names)


@pytest.fixture
def anna(community: Organisation) -> User:
    """Assistant of a community."""
    return assistant("anna@example.org", community)


def write(client: APIClient, updates_to: str, contact: dict[str, str] | None, **fields: Any) -> str:
    behalf = {"updates_to": updates_to, **({"contact": contact} if contact else {})}
    answer = client.post(ASSISTED, written(behalf, **fields))
    assert answer.status_code == 201, answer.content
    return str(answer.json()["receipt"]["code"])


def waiting(client: APIClient) -> list[Any]:
    results: list[Any] = client.get(URL).json()["results"]
    return results


def test_who_waits_for_a_letter_or_a_call_is_on_the_list(anna: User, client_of: Any, relay: Any) -> None:
    client = client_of(anna)
    by_post, by_phone = write(client, "letter", POST), write(client, "both", PHONE)
    write(client, "person", MAIL)
    write(client, "assistant", None)
    before = waiting(client)

    relay()

    assert before == []
    lines = client.get(URL, headers={"Accept-Language": "en"}).json()["results"]
    assert [(line["report"], line["by"]) for line in lines] == [(by_post, "post"), (by_phone, "phone")]
    assert lines[0]["contact"] == POST["value"]
    assert [line["text"] for line in lines[0]["news"]] == ["Works Bureau answers for it"]


def test_the_letter_says_what_happened(anna: User, client_of: Any, relay: Any) -> None:
    client = client_of(anna)
    code = write(client, "letter", POST, language="en", text="The lamp 路灯 is dark.")
    relay()

    answer = client.post(f"{URL}{code}/letter/")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    [page] = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    text = page.get_textpage().get_text_range()
    for words in ("3 Orchard Lane", Report.objects.get().reference, "路灯", "Works Bureau answers for it"):
        assert words in text


def test_once_told_it_is_off_the_list_until_more_happens(anna: User, client_of: Any, relay: Any) -> None:
    client = client_of(anna)
    code = write(client, "letter", POST)
    relay()
    [line] = waiting(client)

    told = client.post(f"{URL}{code}/told/", {"until": line["news_until"]})

    assert told.status_code == 200, told.content
    assert waiting(client) == []
    event = Event.objects.get(kind="letter.sent")
    assert (event.is_public, event.by_kind, event.by_user) == (False, "assistant", anna)
    Event.objects.filter(kind="ticket.offered").update(at=timezone.now())
    assert [each["report"] for each in waiting(client)] == [code]


def test_only_who_wrote_it_and_the_steward_see_the_address(
    anna: User, mona: User, community: Organisation, client_of: Any, relay: Any, anyone: APIClient
) -> None:
    code = write(client_of(anna), "letter", POST)
    colleague = assistant("ben@example.org", community)
    steward = User.objects.create_user("stan@example.org", "correct horse")
    Membership.objects.create(user=steward, organisation=community, role="steward")
    relay()

    for user in (colleague, mona):
        assert waiting(client_of(user)) == []
        assert client_of(user).post(f"{URL}{code}/letter/").status_code == 404
    assert [line["report"] for line in waiting(client_of(steward))] == [code]
    assert anyone.get(URL).status_code == 401


def test_who_takes_the_report_over_gets_no_more_letters(
    anna: User, alice: User, client_of: Any, relay: Any
) -> None:
    client = client_of(anna)
    receipt = client.post(ASSISTED, written({"updates_to": "letter", "contact": POST})).json()["receipt"]
    relay()

    client_of(alice).post(f"/api/v1/reports/{receipt['code']}/claim/", {"secret": receipt["secret"]})

    assert waiting(client) == []
    assert client.post(f"{URL}{receipt['code']}/letter/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    anna: User, client_of: Any, relay: Any, django_assert_max_num_queries: Any, count: int
) -> None:
    client = client_of(anna)
    for _ in range(count):
        write(client, "letter", POST)
    relay()

    with django_assert_max_num_queries(6):  # session and account, memberships, and two for the list
        assert len(waiting(client)) == count
