"""Somebody without a phone is heard: an assistant types, the person speaks, and the two are kept apart."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Consent, Membership, Organisation, Producer, StoredAnswer, User
from notifications.models import Copy
from notifications.services import sending
from notifications.services.copying import plan_copies
from reports import services
from reports.events import verify_chain
from reports.models import Assistance, Event, Report
from tests.conftest import Maker, SmallCity
from tests.reports.test_submit import URL, body, faults

pytestmark = pytest.mark.django_db

ASSISTED = "/api/v1/reports/assisted/"
POST = {"kind": "post", "value": "Ms Wang\n3 Orchard Lane\n050000 Square City"}
MAIL = {"kind": "email", "value": "wang@example.org"}


@pytest.fixture
def community(city: SmallCity) -> Organisation:
    return Organisation.objects.create(
        code="orchard", kind="community", name_zh="果园社区", name_en="Orchard"
    )


@pytest.fixture
def anna(community: Organisation) -> User:
    """Assistant of a community."""
    return assistant("anna@example.org", community)


def assistant(email: str, organisation: Organisation) -> User:
    user = User.objects.create_user(email, "correct horse")
    Membership.objects.create(user=user, organisation=organisation, role=Membership.Role.ASSISTANT)
    return user


def written(behalf: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    for_whom = {"method": "spoken", "updates_to": "assistant", **(behalf or {})}
    return body(channel="desk", on_behalf=for_whom, **changes)


def test_who_typed_and_whose_voice_it_is_are_kept_apart(anna: User, client_of: Any) -> None:
    given = written({"updates_to": "person", "contact": MAIL}, consents=["research"], notice_version="2026-1")

    answer = client_of(anna).post(ASSISTED, given)

    assert answer.status_code == 201, answer.content
    report, assistance = Report.objects.get(), Assistance.objects.get()
    assert (report.producer.user, report.channel) == (None, "desk")
    assert not Producer.objects.filter(user=anna).exists()
    assert (assistance.user, assistance.organisation.code, assistance.role) == (anna, "orchard", "assistant")
    events = list(report.events.select_related("organisation", "by_organisation").order_by("pk"))
    assert [(event.kind, event.by_kind, event.by_user) for event in events] == [
        ("report.submitted", "producer", None),
        ("report.assisted", "assistant", anna),
        ("report.routed", "system", None),
        ("consent.given", "producer", None),
    ]
    assert (events[1].data, events[1].is_public) == ({"method": "spoken", "updates_to": "person"}, False)
    consent = Consent.objects.get()
    assert (consent.method, consent.via and consent.via.code) == ("spoken", "orchard")
    verify_chain(report, events)


def test_the_contact_is_sealed_and_in_no_answer_or_event(anna: User, client_of: Any) -> None:
    client = client_of(anna)
    answer = client.post(ASSISTED, written({"updates_to": "person", "contact": MAIL}))

    assistance = Assistance.objects.get()
    assert MAIL["value"] not in assistance.contact
    assert services.contact_of(assistance) == MAIL["value"]
    said = [answer.content, client.get(ASSISTED).content, str(list(Event.objects.values())).encode()]
    assert not any(b"wang" in text for text in said)


@pytest.mark.parametrize(
    ("behalf", "expected"),
    [
        ({"updates_to": "person"}, {"#/on_behalf/contact": "required"}),
        ({"updates_to": "person", "contact": POST}, {"#/on_behalf/contact": "required"}),
        ({"updates_to": "letter", "contact": MAIL}, {"#/on_behalf/contact": "required"}),
        ({"updates_to": "assistant", "contact": MAIL}, {"#/on_behalf/contact": "not_needed"}),
        ({"updates_to": "pigeon"}, {"#/on_behalf/updates_to": "invalid_choice"}),
        ({"method": "app"}, {"#/on_behalf/method": "invalid_choice"}),
        (
            {"updates_to": "both", "contact": {"kind": "email", "value": "wang"}},
            {"#/on_behalf/contact/value": "invalid"},
        ),
        (
            {"updates_to": "both", "contact": {"kind": "phone", "value": "call me"}},
            {"#/on_behalf/contact/value": "invalid"},
        ),
        ({"name": "Ms Wang"}, {"#/on_behalf/name": "unknown_field"}),
    ],
)
def test_what_is_wrong_about_the_person_is_named(
    anna: User, client_of: Any, behalf: dict[str, Any], expected: dict[str, str]
) -> None:
    answer = client_of(anna).post(ASSISTED, written(behalf))

    assert (answer.status_code, faults(answer)) == (400, expected)


def test_the_channel_is_the_desk_or_the_telephone(anna: User, client_of: Any) -> None:
    client = client_of(anna)

    phone = client.post(ASSISTED, {**written(), "channel": "phone"})
    app = client.post(ASSISTED, {**written(), "channel": "app"})

    assert (phone.status_code, app.status_code) == (201, 400)
    assert client.post(URL, body(channel="desk")).status_code == 400


def test_only_an_assistant_writes_for_others(
    make: Maker, alice: User, mona: User, otto: User, anyone: APIClient, client_of: Any
) -> None:
    answers = [client_of(user).post(ASSISTED, written()) for user in (alice, mona, otto)]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert anyone.post(ASSISTED, written()).status_code == 401


def test_a_firm_writes_nothing_down_about_itself(city: SmallCity, client_of: Any) -> None:
    helper = assistant("fay@example.org", city.mender)

    assert client_of(helper).post(ASSISTED, written()).status_code == 403


def test_with_two_organisations_one_says_for_which(anna: User, city: SmallCity, client_of: Any) -> None:
    Membership.objects.create(user=anna, organisation=city.traffic, role="assistant")
    client = client_of(anna)

    unsaid = client.post(ASSISTED, written())
    said = client.post(ASSISTED, written({"organisation": "traffic"}))

    assert (unsaid.status_code, said.status_code) == (403, 201)
    assert Assistance.objects.get().organisation == city.traffic


def test_an_assistant_sees_their_own_entries_alone(
    make: Maker, anna: User, community: Organisation, client_of: Any
) -> None:
    colleague = assistant("ben@example.org", community)
    other = make.report(visibility="held")
    code = client_of(anna).post(ASSISTED, written()).json()["receipt"]["code"]

    def seen(user: User, *addresses: str) -> list[Any]:
        return [client_of(user).get(f"{URL}{address}").status_code for address in addresses]

    assert seen(anna, f"{code}/", f"{code}/timeline/", f"{other.code}/") == [200, 200, 404]
    assert seen(colleague, f"{code}/", f"{other.code}/") == [404, 404]
    lists = [client_of(user).get(ASSISTED).json()["results"] for user in (anna, colleague)]
    assert [[line["code"] for line in lines] for lines in lists] == [[code], []]
    assert lists[0][0]["assistance"]["updates_to"] == "assistant"


def test_the_hotline_of_a_bureau_does_not_see_the_bureaus_work(
    make: Maker, city: SmallCity, client_of: Any, relay: Any
) -> None:
    hotline = assistant("hope@example.org", city.works)
    private = make.report(category="taxi", visibility="private")
    held = make.report(visibility="held")
    relay()

    client = client_of(hotline)
    listed = client.get(URL).json()["results"]
    tickets = client.get("/api/v1/tickets/").json()
    answers = [client.get(f"{URL}{report.code}/").status_code for report in (private, held)]

    assert (listed, tickets.get("results", []), answers) == ([], [], [404, 404])


def test_when_the_person_takes_it_over_the_assistant_loses_sight(
    anna: User, alice: User, client_of: Any
) -> None:
    typing = client_of(anna)
    given = written({"updates_to": "both", "contact": MAIL})
    key = {"Idempotency-Key": "typed"}
    receipt = typing.post(ASSISTED, given, headers=key).json()["receipt"]
    code, secret = receipt["code"], receipt["secret"]

    claimed = client_of(alice).post(f"{URL}{code}/claim/", {"secret": secret})

    assert claimed.status_code == 200, claimed.content
    assert [typing.get(f"{URL}{code}/").status_code, typing.get(ASSISTED).json()["results"]] == [404, []]
    with_old = APIClient(headers={"Authorization": f"Receipt {code}:{secret}"})
    assert with_old.get(f"{URL}{code}/").status_code == 401
    again = typing.post(ASSISTED, given, headers=key)
    assert again.status_code != 201
    assistance = Assistance.objects.get()
    assert (assistance.contact, assistance.contact_kind) == ("", "")
    assert assistance.ended_at is not None
    assert StoredAnswer.objects.exclude(sealed=b"").count() == 0


def test_who_leaves_the_organisation_loses_sight(anna: User, client_of: Any) -> None:
    code = client_of(anna).post(ASSISTED, written()).json()["receipt"]["code"]

    Membership.objects.filter(user=anna).delete()

    assert client_of(anna).get(f"{URL}{code}/").status_code == 404


def test_an_erased_report_forgets_the_contact(anna: User, client_of: Any) -> None:
    given = written({"updates_to": "letter", "contact": POST})
    receipt = client_of(anna).post(ASSISTED, given).json()["receipt"]

    person = APIClient(headers={"Authorization": f"Receipt {receipt['code']}:{receipt['secret']}"})
    erased = person.post(f"{URL}{receipt['code']}/erase/")

    assert erased.status_code == 200, erased.content
    assert Assistance.objects.get().contact == ""


@pytest.mark.parametrize("count", [1, 3])
def test_the_own_entries_cost_the_same_whatever_their_number(
    anna: User, client_of: Any, django_assert_max_num_queries: Any, count: int
) -> None:
    client = client_of(anna)
    for _ in range(count):
        client.post(ASSISTED, written())

    with django_assert_max_num_queries(6):  # session and account, memberships, and the list
        lines = client.get(ASSISTED).json()["results"]

    assert len(lines) == count


# --- Who gets the news ---


def inbox(client: APIClient) -> list[str]:
    return [line["title"] for line in client.get("/api/v1/me/inbox/").json()["results"]]


@pytest.mark.parametrize(
    ("updates_to", "contact", "hears", "mails"),
    [
        ("assistant", None, True, 0),
        ("person", MAIL, False, 1),
        ("both", MAIL, True, 1),
        ("both", {"kind": "phone", "value": "+86 311 5550 1234"}, True, 0),
        ("letter", POST, False, 0),
    ],
)
def test_news_goes_where_the_person_wanted_it(
    anna: User,
    client_of: Any,
    relay: Any,
    updates_to: str,
    contact: dict[str, str] | None,
    hears: bool,
    mails: int,
) -> None:
    client = client_of(anna)
    client.post(ASSISTED, written({"updates_to": updates_to, **({"contact": contact} if contact else {})}))

    relay()
    plan_copies(timezone.now())

    assert (inbox(client) != []) == hears
    person = Report.objects.get().producer
    copies = Copy.objects.filter(channel="email", producer=person)
    _taken, errands = sending.claim(timezone.now(), 10)
    assert copies.count() == mails
    assert [e.target.address for e in errands if e.copy.producer_id == person.pk] == [MAIL["value"]] * mails


def test_the_assistants_news_ends_with_the_assistance(
    anna: User, alice: User, client_of: Any, relay: Any
) -> None:
    client = client_of(anna)
    receipt = client.post(ASSISTED, written({"updates_to": "both", "contact": MAIL})).json()["receipt"]
    relay()
    before = inbox(client)

    client_of(alice).post(f"{URL}{receipt['code']}/claim/", {"secret": receipt["secret"]})

    assert (before != [], inbox(client)) == (True, [])
