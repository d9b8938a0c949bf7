"""Finding, following and speaking about reports over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from reports import services
from reports.events import canonical, chain, content_hash
from reports.models import Event, Recipient, Report
from tests.conftest import EAST, WEST, Maker, SmallCity

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"
ClientOf = Callable[[User], APIClient]


def statements(queries: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def codes(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {row["code"] for row in answer.json()["results"]}


# --- Who sees what ---


def test_outsiders_find_public_reports_only(make: Maker, anyone: APIClient) -> None:
    public = make.report()
    for visibility in ("held", "private", "hidden", "erased"):
        hidden = make.report(visibility=visibility)
        assert anyone.get(f"{URL}{hidden.code}/").status_code == 404

    assert codes(anyone.get(URL)) == {public.code}


def test_a_receipt_opens_its_report_and_no_other(make: Maker, with_receipt: Any) -> None:
    mine, other = make.submitted(), make.submitted()
    phone = with_receipt(mine)

    assert phone.get(f"{URL}{mine.report.code}/").json()["visibility"] == "held"
    assert phone.get(f"{URL}{other.report.code}/").status_code == 404


@pytest.mark.parametrize("credentials", ["{code}:wrong", "00000000000000000000:{secret}", "{secret}", ""])
def test_a_wrong_receipt_is_a_401_whatever_is_wrong(make: Maker, anyone: APIClient, credentials: str) -> None:
    mine = make.submitted()
    written = credentials.format(code=mine.report.code, secret=mine.secret)

    answer = anyone.get(f"{URL}{mine.report.code}/", headers={"Authorization": f"Receipt {written}"})

    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/bad-credentials"


def test_the_secret_is_stored_nowhere(make: Maker) -> None:
    mine = make.submitted()

    assert mine.secret not in str(Report.objects.values().get(pk=mine.report.pk))


def test_an_account_finds_its_own(make: Maker, alice: User, bob: User, client_of: ClientOf) -> None:
    mine = make.report(user=alice, visibility="held")
    make.report(user=bob, visibility="held")

    assert codes(client_of(alice).get(URL, {"is_mine": "true"})) == {mine.code}


def test_an_organisation_reads_what_it_was_given(
    make: Maker, otto: User, client_of: ClientOf, city: SmallCity
) -> None:
    given, other = make.report(visibility="private"), make.report(visibility="private")
    Recipient.objects.create(report=given, organisation=city.mender)
    Recipient.objects.create(report=other, organisation=city.mender, is_active=False)

    assert codes(client_of(otto).get(URL)) == {given.code}


def test_the_steering_desk_and_the_auditor_read_everything(
    make: Maker, mona: User, audrey: User, client_of: ClientOf
) -> None:
    held = make.report(visibility="held")

    assert codes(client_of(mona).get(URL)) == codes(client_of(audrey).get(URL)) == {held.code}


# --- Lists and maps ---


@pytest.mark.parametrize("path", ["", "map/?bbox=114.4,38,114.6,38.1"])
def test_a_list_costs_the_same_with_one_row_and_with_many(
    make: Maker, olga: User, client_of: ClientOf, path: str
) -> None:
    client = client_of(olga)
    make.report()
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(f"{URL}{path}")
    for _ in range(5):
        make.report()
    with CaptureQueriesContext(connection) as many:
        client.get(f"{URL}{path}")

    assert len(statements(one)) == len(statements(many)) <= 4, "\n".join(statements(many))


def test_pages_follow_a_cursor(make: Maker, anyone: APIClient) -> None:
    made = [make.report().code for _ in range(5)]

    first = anyone.get(URL, {"limit": 2})
    second = anyone.get(first.json()["next"])
    third = anyone.get(second.json()["next"])

    found = [row["code"] for page in (first, second, third) for row in page.json()["results"]]
    assert found == made[::-1]
    assert 'rel="next"' in first.headers["Link"]
    assert third.json()["next"] is None


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "114.6,38,114.4,38.1"}, "bbox"),
        ({"status": "lost"}, "status"),
        ({"colour": "red"}, "colour"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"created_after": "monday"}, "created_after"),
    ],
)
def test_a_bad_parameter_is_named(
    city: SmallCity, anyone: APIClient, query: dict[str, str], name: str
) -> None:
    answer = anyone.get(URL, query)

    assert answer.status_code == 400
    assert [fault["name"] for fault in answer.json()["errors"]] == [name]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"bbox": "114.44,38.04,114.46,38.06"}, True),
        ({"bbox": "114.46,38.04,114.48,38.06"}, False),
        ({"status": "received"}, True),
        ({"status": "resolved"}, False),
        ({"category": "pothole"}, True),
        ({"category": "signal"}, False),
        ({"responsible": "works"}, True),
        ({"responsible": "traffic"}, False),
        ({"needs_triage": "true"}, False),
        ({"created_after": "2020-01-01T00:00:00Z"}, True),
        ({"created_before": "2020-01-01T00:00:00Z"}, False),
    ],
)
def test_both_sides_of_each_filter(
    make: Maker, anyone: APIClient, query: dict[str, str], *, is_found: bool
) -> None:
    report = make.report(at=WEST)

    assert codes(anyone.get(URL, query)) == ({report.code} if is_found else set())


def test_the_map_gathers_by_cell(make: Maker, anyone: APIClient) -> None:
    for place in (WEST, WEST, EAST):
        make.report(at=place)
    make.report(at=EAST, visibility="held")

    answer = anyone.get(f"{URL}map/", {"bbox": "114.4,38,114.6,38.1", "resolution": "8"}).json()

    assert answer["resolution"] == 8
    assert [cell["count"] for cell in answer["cells"]] == [2, 1]


def test_positions_are_given_back_in_the_datum_asked_for(make: Maker, anyone: APIClient) -> None:
    report = make.report(at=WEST)

    answer = anyone.get(f"{URL}{report.code}/", {"datum": "gcj02"}).json()

    assert answer["datum"] == "gcj02"
    assert answer["longitude"] == pytest.approx(WEST[1] + 0.006, abs=0.001)


def test_an_unchanged_report_is_a_304(make: Maker, anyone: APIClient) -> None:
    report = make.report()
    first = anyone.get(f"{URL}{report.code}/")

    again = anyone.get(f"{URL}{report.code}/", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.headers["ETag"], again.status_code) == ('"2"', 304)


# --- Following ---


def test_the_timeline_tells_what_happened(make: Maker, olga: User, anyone: APIClient) -> None:
    report = make.report()
    services.answer(report, by=make.actor(olga), text="We will come.")

    lines = anyone.get(f"{URL}{report.code}/timeline/").json()

    assert [line["kind"] for line in lines] == ["report.submitted", "report.routed", "report.answered"]
    assert lines[2]["text"] == "We will come."
    assert lines[2]["by_organisation"] == "works"


def test_outsiders_read_no_private_lines(
    make: Maker, alice: User, anyone: APIClient, client_of: ClientOf
) -> None:
    report = make.report(user=alice)
    services.add_comment(report, by=make.actor(alice), text="My number is 123.")
    timeline = f"{URL}{report.code}/timeline/"

    public, own = anyone.get(timeline).json(), client_of(alice).get(timeline).json()

    assert "report.commented" not in [line["kind"] for line in public]
    assert own[-1]["text"] == "My number is 123."


def test_the_timeline_costs_the_same_however_long(make: Maker, olga: User, client_of: ClientOf) -> None:
    report, client = make.report(), client_of(olga)
    url = f"{URL}{report.code}/timeline/"
    client.get(url)
    with CaptureQueriesContext(connection) as short:
        client.get(url)
    for _ in range(5):
        services.answer(report, by=make.actor(olga), text="Soon.")
    with CaptureQueriesContext(connection) as long:
        client.get(url)

    assert len(statements(short)) == len(statements(long)) <= 4, "\n".join(statements(long))


def test_the_trace_is_verified_from_its_own_json(make: Maker, with_receipt: Any) -> None:
    mine = make.submitted(text="A deep hole.")
    trace = with_receipt(mine).get(f"{URL}{mine.report.code}/trace/").json()

    previous = ""
    for event in trace["events"]:
        body = {name: event[name] for name in event if name not in ("seq", "digest")}
        previous = chain(previous, body)
        assert previous == event["digest"]
    content = {name: value for name, value in trace["content"].items() if name not in ("salt", "hash")}
    assert previous == trace["head_digest"]
    assert content_hash(trace["content"]["salt"], content) == trace["events"][0]["data"]["content"]


def test_a_changed_row_breaks_the_chain(make: Maker, anyone: APIClient) -> None:
    report = make.report()
    Event.objects.filter(report=report, kind="report.routed").update(data={"organisation": "traffic"})

    trace = anyone.get(f"{URL}{report.code}/trace/").json()

    previous = ""
    for event in trace["events"]:
        previous = chain(previous, {name: event[name] for name in event if name not in ("seq", "digest")})
    assert previous != trace["head_digest"]


def test_the_public_trace_holds_no_personal_data(make: Maker, alice: User, anyone: APIClient) -> None:
    report = make.report(user=alice, text="Call Alice at 139")

    trace = anyone.get(f"{URL}{report.code}/trace/")

    written = canonical(trace.json()).decode()
    assert trace.json()["content"] is None
    assert all(word not in written for word in ("Alice", "139", "38.05", report.producer.key))


# --- Speaking ---


def test_support_is_counted_once_and_can_be_taken_back(make: Maker, bob: User, client_of: ClientOf) -> None:
    report, client = make.report(), client_of(bob)
    url = f"{URL}{report.code}/support/"

    counts = [client.post(url).json()["support_count"] for _ in range(2)]
    counts.append(client.delete(url).json()["support_count"])

    assert counts == [1, 1, 0]


def test_nobody_supports_their_own(make: Maker, alice: User, client_of: ClientOf) -> None:
    report = make.report(user=alice)

    answer = client_of(alice).post(f"{URL}{report.code}/support/")

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/own-report"


def test_support_needs_somebody(make: Maker, anyone: APIClient) -> None:
    answer = anyone.post(f"{URL}{make.report().code}/support/")

    assert answer.status_code == 401


def test_a_receipt_comments_disputes_and_withdraws(make: Maker, with_receipt: Any) -> None:
    mine = make.submitted()
    phone, url = with_receipt(mine), f"{URL}{mine.report.code}/"

    said = phone.post(f"{url}comments/", {"text": "It grew."})
    withdrawn = phone.post(f"{url}withdraw/", {})

    assert (said.status_code, withdrawn.json()["status"]) == (201, "withdrawn")


def test_only_the_producer_disputes(make: Maker, bob: User, client_of: ClientOf) -> None:
    report = make.report(status="resolved")

    answer = client_of(bob).post(f"{URL}{report.code}/dispute/", {"text": "No!"})

    assert answer.status_code == 403


def test_an_illegal_move_names_the_legal_ones(make: Maker, alice: User, client_of: ClientOf) -> None:
    report = make.report(user=alice)

    answer = client_of(alice).post(f"{URL}{report.code}/dispute/", {"text": "Slow."})

    assert answer.status_code == 409
    assert answer.json()["legal"] == ["withdrawn"]


def test_a_stale_version_is_a_412(make: Maker, alice: User, client_of: ClientOf) -> None:
    report = make.report(user=alice)

    answer = client_of(alice).post(f"{URL}{report.code}/withdraw/", {}, headers={"If-Match": '"1"'})

    assert answer.status_code == 412


# --- The feed ---


def test_the_feed_gives_an_organisation_its_reports_events(
    make: Maker, otto: User, client_of: ClientOf, city: SmallCity, relay: Callable[[], int]
) -> None:
    given = make.report("pothole", visibility="private")
    make.report("signal", visibility="private")
    relay()

    feed = client_of(otto).get("/api/v1/events/").json()
    rest = client_of(otto).get("/api/v1/events/", {"after": feed["next_after"]}).json()

    assert {event["report"] for event in feed["events"]} == {given.code}
    assert feed["events"][0]["seq"] >= 1
    assert rest["events"] == []


def test_the_feed_is_not_for_everybody(city: SmallCity, anyone: APIClient) -> None:
    assert anyone.get("/api/v1/events/").status_code == 401
