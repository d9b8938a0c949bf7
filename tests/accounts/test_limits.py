"""Nobody does too much of anything: how much, counted by what, and when it is open again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import limits
from accounts.limiting import address_of, hashed, network_of
from accounts.limits import Charge, Here, Rate
from accounts.models import User
from accounts.services import issue_token
from accounts.viewers import viewer_of_user
from reports.models import Report
from tests.conftest import Maker, SmallCity
from tests.reports.test_submit import body

pytestmark = pytest.mark.django_db

URL = "/api/v1/reports/"
ClientOf = Callable[[User], APIClient]


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "now", clock)
    return clock


@pytest.fixture
def allow(settings: Any) -> Callable[..., None]:
    """``allow("report.first", "2/h")``: that limit and no other."""

    def only(**rates: tuple[int, float]) -> None:
        settings.LIMITS = {name.replace("_", "."): rate for name, rate in rates.items()}

    return only


def send(client: APIClient, **headers: str) -> Any:
    return client.post(
        URL, body(), headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def statuses(answers: list[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


# --- The answer ---


def test_too_many_reports_are_a_problem_that_says_how_long_to_wait(
    city: SmallCity, anyone: APIClient, allow: Any, clock: Clock
) -> None:
    allow(report_first=(2, 3600.0))

    answers = [send(anyone, Accept_Language="en") for _ in range(3)]

    assert statuses(answers) == [201, 201, 429]
    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert answers[2].headers["Retry-After"] == "1800"
    assert answers[2].json() == {
        "type": "/problems/too-many-requests",
        "title": "Too many requests.",
        "status": 429,
        "detail": "That was too often; send it again after the seconds in Retry-After.",
        "instance": URL,
        "scope": "report",
    }
    assert Report.objects.count() == 2


@pytest.mark.parametrize(("amount", "period_s"), [(1, 10.0), (3, 100.0), (7, 3600.0), (120, 3600.0)])
def test_whoever_waits_as_long_as_told_gets_through_and_a_second_sooner_does_not(
    city: SmallCity, allow: Any, clock: Clock, amount: int, period_s: float
) -> None:
    rate = Rate(amount, period_s)
    charge = [Charge("x", rate)]
    counter = Here()
    assert [counter.take(charge, clock(), "") for _ in range(amount)] == [None] * amount

    refused = counter.take(charge, clock(), "")

    assert refused is not None
    assert counter.take(charge, clock() + refused[1] - 0.5, "") is not None
    assert counter.take(charge, clock() + refused[1], "") is None


def test_waiting_as_long_as_retry_after_says_opens_it_again(
    city: SmallCity, anyone: APIClient, allow: Any, clock: Clock
) -> None:
    allow(report_first=(3, 100.0))
    for _ in range(3):
        send(anyone)
    wait = int(send(anyone).headers["Retry-After"])

    clock.now += wait - 1
    early = send(anyone)
    clock.now += 1
    in_time = send(anyone)

    assert (early.status_code, in_time.status_code) == (429, 201)


def test_what_is_refused_costs_nothing(city: SmallCity, anyone: APIClient, allow: Any, clock: Clock) -> None:
    allow(report_first=(1, 60.0))
    send(anyone)
    waits = [send(anyone).headers["Retry-After"] for _ in range(5)]

    assert waits == ["60"] * 5


def test_it_is_refused_before_the_body_is_read_or_the_database_asked(
    city: SmallCity, anyone: APIClient, allow: Any
) -> None:
    allow(report_first=(1, 3600.0))
    send(anyone)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = anyone.post(
            URL, "{no json", content_type="application/json", headers={"Idempotency-Key": "k"}
        )

    assert answer.status_code == 429
    assert len(asked) == 0


def test_to_count_takes_no_statement(city: SmallCity, anyone: APIClient, settings: Any) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert send(anyone).status_code == 201
        return len(asked)

    statements()  # reference numbers and the snapshot are fetched now and then
    counted = statements()
    settings.LIMITS_SCALE = 0

    assert statements() == counted


# --- Counted by what ---


def test_somebody_without_an_account_is_counted_more_strictly(
    city: SmallCity, anyone: APIClient, alice: User, client_of: ClientOf, allow: Any
) -> None:
    allow(report_first=(1, 3600.0), report_citizen=(3, 3600.0))
    signed_in = client_of(alice)
    signed_in.get("/api/v1/me/")

    assert statuses([send(anyone) for _ in range(2)]) == [201, 429]
    assert statuses([send(signed_in) for _ in range(4)]) == [201, 201, 201, 429]


def test_two_accounts_behind_one_address_do_not_stop_each_other(
    city: SmallCity, alice: User, bob: User, client_of: ClientOf, allow: Any
) -> None:
    allow(report_citizen=(1, 3600.0), report_address=(3, 3600.0))
    hers, his = client_of(alice), client_of(bob)
    for client in (hers, his):
        client.get("/api/v1/me/")

    assert statuses([send(hers), send(hers), send(his), send(his)]) == [201, 429, 201, 429]


def test_an_install_id_is_counted_wherever_it_sends_from(
    city: SmallCity, anyone: APIClient, allow: Any, settings: Any
) -> None:
    allow(report_device=(2, 3600.0))
    settings.TRUSTED_PROXIES = 1

    same = [send(anyone, X_Device="one", X_Forwarded_For=f"203.0.113.{n}") for n in range(3)]
    other = send(anyone, X_Device="two", X_Forwarded_For="203.0.113.1")

    assert statuses(same) == [201, 201, 429]
    assert other.status_code == 201


def test_staff_and_machines_have_limits_of_their_own(
    city: SmallCity, mona: User, stella: User, client_of: ClientOf, anyone: APIClient, allow: Any
) -> None:
    allow(report_first=(1, 3600.0), report_address=(1, 3600.0), report_staff=(3, 3600.0))
    send(anyone)  # the address is used up
    desk, machine = client_of(mona), APIClient()
    token = issue_token(city.mender, by=viewer_of_user(stella)).token
    machine.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    for client in (desk, machine):
        client.get("/api/v1/me/")

    assert statuses([send(desk) for _ in range(4)]) == [201, 201, 201, 429]
    assert statuses([send(machine) for _ in range(4)]) == [201, 201, 201, 429]


def test_a_made_up_credential_buys_nothing(city: SmallCity, allow: Any) -> None:
    allow(report_first=(1, 3600.0), report_address=(50, 3600.0), wrong_address=(3, 900.0))
    answers = []
    for number in range(6):
        client = APIClient()
        client.credentials(HTTP_X_SESSION_TOKEN=f"invented-{number}")
        answers.append(send(client))

    assert statuses(answers) == [201, 201, 201, 429, 429, 429]


def test_nothing_that_names_anybody_is_kept(
    city: SmallCity, anyone: APIClient, allow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(report_device=(5, 3600.0), report_first=(5, 3600.0))
    named: list[str] = []
    monkeypatch.setattr(
        "accounts.limiting.take", lambda charges, **_: named.extend(c.bucket for c in charges)
    )

    send(anyone, X_Device="install-17")

    assert sorted(name.rsplit(":", 1)[0] for name in named) == ["report:device", "report:first"]
    assert not [name for name in named if "install-17" in name or "127.0.0.1" in name]


# --- Where it comes from ---


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "10.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_a_proxy_is_believed_only_as_far_as_it_is_trusted(
    settings: Any, trusted: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded})

    assert address_of(request) == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("no address", "no address"),
    ],
)
def test_of_ipv6_a_whole_line_is_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_bucket_is_named_by_a_salted_hash(settings: Any) -> None:
    before = hashed("address", "198.51.100.7")
    settings.SECRET_KEY = "another"

    assert hashed("address", "198.51.100.7") != before


# --- What counts ---


def test_a_report_that_is_sent_again_is_no_new_report(city: SmallCity, anyone: APIClient, allow: Any) -> None:
    allow(report_first=(1, 3600.0))

    answers = [send(anyone, Idempotency_Key="one") for _ in range(5)]

    assert statuses(answers) == [201] * 5
    assert Report.objects.count() == 1
    assert send(anyone, Idempotency_Key="two").status_code == 429


def test_a_key_that_was_refused_is_not_free_the_next_time(
    city: SmallCity, anyone: APIClient, allow: Any
) -> None:
    allow(report_first=(1, 3600.0))
    send(anyone)

    assert statuses([send(anyone, Idempotency_Key="one") for _ in range(3)]) == [429] * 3


def test_one_key_does_not_open_the_door_for_ever(city: SmallCity, anyone: APIClient, allow: Any) -> None:
    allow(report_first=(1, 3600.0))

    answers = [send(anyone, Idempotency_Key="one") for _ in range(limits.FREE_REPEATS + 3)]

    assert statuses(answers) == [201] * (limits.FREE_REPEATS + 1) + [429] * 2


def test_each_report_of_a_batch_counts(city: SmallCity, anyone: APIClient, allow: Any) -> None:
    allow(report_first=(3, 3600.0))
    items = [{"idempotency_key": f"key-{n}", "report": body()} for n in range(5)]

    first = anyone.post(f"{URL}batch/", {"items": items}).json()["results"]
    again = anyone.post(f"{URL}batch/", {"items": items}).json()["results"]

    assert [result["status"] for result in first] == [201, 201, 201, 429, 429]
    assert [result["status"] for result in again] == [201, 201, 201, 429, 429]
    assert first[3]["retry_after_s"] == 1200
    assert [result["is_replayed"] for result in again] == [True, True, True, False, False]
    assert Report.objects.count() == 3


def test_what_comes_in_is_counted_by_its_size(city: SmallCity, anyone: APIClient, allow: Any) -> None:
    allow(bytes_first=(1500, 3600.0))

    answers = [anyone.post(URL, body(text="long " * 180)) for _ in range(3)]

    assert statuses(answers) == [201, 429, 429]


@pytest.mark.parametrize(
    ("scope", "ask"),
    [
        ("comment", lambda c, code: c.post(f"{URL}{code}/comments/", {"text": "I saw it too."})),
        ("support", lambda c, code: c.post(f"{URL}{code}/support/")),
        ("photo", lambda c, code: c.post(f"{URL}{code}/photos/", {}, format="multipart")),
        ("pass", lambda c, code: c.post("/api/v1/live/passes/")),
        ("search", lambda c, code: c.get(f"{URL}?q=hole")),
        ("search", lambda c, code: c.get(f"{URL}map/?bbox=114.4,38.0,114.6,38.1&q=hole")),
        ("claim", lambda c, code: c.post(f"{URL}{code}/claim/", {"secret": "x" * 43})),
        ("search", lambda c, code: c.get(f"{URL}similar/?latitude=38.05&longitude=114.45")),
        ("change", lambda c, code: c.put("/api/v1/me/consents/research/", {"notice_version": "1"})),
        ("login", lambda c, code: c.post("/_allauth/app/v1/auth/code/request", {"email": "a@example.org"})),
        ("login", lambda c, code: c.post("/_allauth/app/v1/auth/login", {"email": "a@example.org"})),
        ("login", lambda c, code: c.post("/admin/login/", {"username": "a"}, format="multipart")),
    ],
)
def test_each_thing_is_counted_by_itself(
    make: Maker, bob: User, client_of: ClientOf, settings: Any, scope: str, ask: Callable[..., Any]
) -> None:
    settings.LIMITS = {
        name: (1, 3600.0) if name.startswith(scope) else rate for name, rate in settings.LIMITS.items()
    }
    report = make.report()
    client = client_of(bob)

    first, second = ask(client, report.code), ask(client, report.code)

    assert first.status_code != 429
    assert second.status_code == 429
    assert second.json()["scope"] == scope


def test_switched_off_nothing_is_counted(
    city: SmallCity, anyone: APIClient, allow: Any, settings: Any
) -> None:
    allow(report_first=(1, 3600.0))
    settings.LIMITS_SCALE = 0

    assert statuses([send(anyone) for _ in range(3)]) == [201] * 3
