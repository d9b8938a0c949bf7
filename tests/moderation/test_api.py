"""The desk over the API: two queues, and what is decided from them."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from moderation.models import Decision
from reports.models import Report
from reports.services import change_visibility
from reports.workflow import Reason, Status, Visibility
from tests.conftest import Maker, SmallCity
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
Relay = Callable[[], int]


def url(report: Report, verb: str) -> str:
    return f"/api/v1/desk/reports/{report.code}/{verb}/"


def test_what_nobody_answers_for_waits_at_the_steering_desk_and_is_assigned(
    make: Maker, mona: User, city: SmallCity, client_of: ClientOf, relay: Relay
) -> None:
    report, desk = make.report("noise"), client_of(mona)
    queue = desk.get("/api/v1/desk/triage/").json()["results"]
    assert [(row["code"], row["triage_reason"]) for row in queue] == [(report.code, "nobody")]

    answer = desk.post(url(report, "assign"), {"organisation": "works", "executor": "fixer"})
    relay()

    assert answer.status_code == 200
    assert answer.json()["responsible"]["code"] == "works"
    tickets = Ticket.objects.filter(report=report).order_by("pk")
    assert [(t.role, t.organisation) for t in tickets] == [("owner", city.works), ("executor", city.fixer)]
    assert desk.get("/api/v1/desk/triage/").json()["results"] == []
    report.refresh_from_db()
    assert report.status == Status.ASSIGNED


def test_assigning_anew_moves_the_tickets_and_keeps_the_prior_copy(
    make: Maker, mona: User, city: SmallCity, client_of: ClientOf, relay: Relay
) -> None:
    report = make.report("pothole")
    relay()

    client_of(mona).post(url(report, "assign"), {"organisation": "traffic", "category": "signal"})
    relay()

    statuses = (
        Ticket.objects.filter(report=report)
        .order_by("pk")
        .values_list("role", "organisation__code", "status")
    )
    assert list(statuses) == [
        ("owner", "works", "cancelled"),
        ("executor", "mender", "cancelled"),
        ("owner", "traffic", "offered"),
    ]
    decision = Decision.objects.get()
    assert (decision.what, decision.by_user, decision.by_organisation) == ("assigned", mona, city.traffic)
    assert (decision.prior["responsible"], decision.prior["category"]) == ("works", "pothole")


def test_what_is_due_first_stands_first_in_the_queue(
    make: Maker, mona: User, city: SmallCity, client_of: ClientOf
) -> None:
    for category in ("noise", "signal"):
        Report.objects.filter(pk=make.report(category).pk).update(triage_reason="tie", responsible=None)

    queue = client_of(mona).get("/api/v1/desk/triage/").json()["results"]

    assert [row["category"]["code"] for row in queue] == ["signal", "noise"]


def test_a_bureau_sees_only_its_own_reports_in_triage(
    make: Maker, olga: User, city: SmallCity, client_of: ClientOf, relay: Relay
) -> None:
    make.report("noise")
    own = make.report("pothole")
    relay()
    Report.objects.filter(pk=own.pk).update(triage_reason="declined")

    queue = client_of(olga).get("/api/v1/desk/triage/").json()["results"]

    assert [row["code"] for row in queue] == [own.code]


def test_a_held_report_is_screened_and_published(
    make: Maker, mona: User, anyone: APIClient, client_of: ClientOf
) -> None:
    report, desk = make.report(visibility="held"), client_of(mona)
    assert len(desk.get("/api/v1/desk/screening/").json()["results"]) == 1
    assert anyone.get(f"/api/v1/reports/{report.code}/").status_code == 404

    answer = desk.post(url(report, "visibility"), {"visibility": "public", "reason": "screened"})

    assert answer.json()["visibility"] == "public"
    assert anyone.get(f"/api/v1/reports/{report.code}/").status_code == 200
    assert Decision.objects.get().what == Decision.What.PUBLISHED


def test_hiding_needs_a_reason_and_keeps_what_was_there(make: Maker, mona: User, client_of: ClientOf) -> None:
    report, desk = make.report(), client_of(mona)
    assert desk.post(url(report, "visibility"), {"visibility": "hidden"}).status_code == 400

    answer = desk.post(url(report, "visibility"), {"visibility": "hidden", "reason": "personal_data"})

    assert answer.status_code == 200
    decision = Decision.objects.get()
    assert (decision.what, decision.reason, decision.prior["text"]) == (
        "hidden",
        "personal_data",
        "A deep hole.",
    )


def test_an_officer_publishes_and_does_not_hide(
    make: Maker, olga: User, client_of: ClientOf, relay: Relay
) -> None:
    report = make.report("pothole", visibility="held")
    relay()
    bureau = client_of(olga)
    assert bureau.post(url(report, "visibility"), {"visibility": "public"}).status_code == 200

    refused = bureau.post(url(report, "visibility"), {"visibility": "hidden", "reason": "abuse"})

    assert refused.status_code == 409
    assert refused.json()["legal"] == ["private"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "declined", "reason": "as_designed", "text": "It is meant so."}, 200),
        ({"status": "declined", "reason": "fixed", "text": "It is meant so."}, 400),
        ({"status": "declined", "reason": "as_designed"}, 400),
        ({"status": "redirected", "reason": "not_ours", "text": "Ask the railway."}, 400),
        (
            {
                "status": "redirected",
                "reason": "not_ours",
                "text": "Ask them.",
                "redirected_to": "Railway",
            },
            200,
        ),
        ({"status": "duplicate", "reason": "same_matter", "text": "Known."}, 400),
        ({"status": "withdrawn", "reason": "producers_wish", "text": "No."}, 409),
        ({"status": "lost"}, 400),
        ({"status": "declined", "colour": "red"}, 400),
    ],
)
def test_an_end_needs_its_reason_and_its_words(
    body: dict[str, str], status: int, make: Maker, mona: User, client_of: ClientOf
) -> None:
    report = make.report("pothole")

    answer = client_of(mona).post(url(report, "status"), body)

    assert answer.status_code == status, answer.json()
    assert Decision.objects.count() == (status == 200)


def test_a_duplicate_names_the_head_of_the_chain(make: Maker, mona: User, client_of: ClientOf) -> None:
    head, middle, last = make.report(), make.report(), make.report()
    desk = client_of(mona)
    same = {"status": "duplicate", "reason": "same_matter", "text": "Known."}
    desk.post(url(middle, "status"), {**same, "duplicate_of": head.code})

    desk.post(url(last, "status"), {**same, "duplicate_of": middle.code})

    last.refresh_from_db()
    assert last.duplicate_of == head


def test_a_declined_report_is_opened_again_at_the_desk_and_offered_afresh(
    make: Maker, mona: User, client_of: ClientOf, relay: Relay
) -> None:
    report = make.report("pothole")
    relay()
    desk = client_of(mona)
    desk.post(url(report, "status"), {"status": "declined", "reason": "not_found", "text": "Nothing there."})
    relay()

    desk.post(url(report, "status"), {"status": "assigned"})
    relay()

    statuses = Ticket.objects.filter(report=report).order_by("pk").values_list("role", "status")
    assert list(statuses) == [
        ("owner", "cancelled"),
        ("executor", "cancelled"),
        ("owner", "offered"),
        ("executor", "offered"),
    ]


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.DECLINED])
def test_what_is_nobodys_does_not_go_on_before_it_is_assigned(
    status: Status, make: Maker, mona: User, client_of: ClientOf
) -> None:
    report = make.report("noise", status=status)

    answer = client_of(mona).post(url(report, "status"), {"status": "assigned"})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/nobody-answers"


def test_a_closed_report_is_not_assigned(make: Maker, mona: User, client_of: ClientOf) -> None:
    report = make.report(status=Status.DECLINED)

    answer = client_of(mona).post(url(report, "assign"), {"organisation": "works"})

    assert answer.status_code == 409
    assert answer.json()["legal"] == ["assigned", "received"]


def test_the_answer_of_a_bureau_is_public(
    make: Maker, mona: User, anyone: APIClient, client_of: ClientOf
) -> None:
    report = make.report()

    answer = client_of(mona).post(url(report, "answer"), {"text": "We come on Monday."})

    said = anyone.get(f"/api/v1/reports/{report.code}/comments/").json()
    assert answer.status_code == 201
    assert [(c["kind"], c["text"], c["organisation"]["code"]) for c in said] == [
        ("answer", "We come on Monday.", "traffic")
    ]


@pytest.mark.parametrize("verb", ["assign", "answer", "status", "visibility"])
def test_nobody_else_decides(
    verb: str, make: Maker, alice: User, otto: User, audrey: User, anyone: APIClient, client_of: ClientOf
) -> None:
    report = make.report("signal")
    bodies: dict[str, dict[str, Any]] = {
        "assign": {"organisation": "works"},
        "answer": {"text": "No."},
        "status": {"status": "declined", "reason": "not_found", "text": "No."},
        "visibility": {"visibility": "private"},
    }

    assert anyone.post(url(report, verb), bodies[verb]).status_code == 401
    for outsider in (alice, otto, audrey):
        assert client_of(outsider).post(url(report, verb), bodies[verb]).status_code == 403


def test_a_private_report_of_another_bureau_is_not_there(
    make: Maker, olga: User, client_of: ClientOf
) -> None:
    report = make.report("taxi", visibility=Visibility.PRIVATE)

    assert client_of(olga).post(url(report, "answer"), {"text": "No."}).status_code == 404


def test_queues_are_for_the_staff_of_bureaus(
    alice: User, otto: User, anyone: APIClient, client_of: ClientOf
) -> None:
    for queue in ("triage", "screening"):
        assert anyone.get(f"/api/v1/desk/{queue}/").status_code == 401
        assert client_of(alice).get(f"/api/v1/desk/{queue}/").status_code == 403
        assert client_of(otto).get(f"/api/v1/desk/{queue}/").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("queue", ["triage", "screening"])
def test_a_queue_takes_four_statements_whatever_its_length(
    queue: str,
    count: int,
    make: Maker,
    mona: User,
    client_of: ClientOf,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(count):
        make.report("noise", visibility="held")
    desk = client_of(mona)

    with django_assert_max_num_queries(5):  # the session's two included
        answer = desk.get(f"/api/v1/desk/{queue}/")

    assert len(answer.json()["results"]) == count


def test_of_two_at_the_desk_the_second_is_told(make: Maker, mona: User, client_of: ClientOf) -> None:
    report, desk = make.report("noise"), client_of(mona)
    seen = {"If-Match": f'"{report.version}"'}
    assert desk.post(url(report, "assign"), {"organisation": "works"}, headers=seen).status_code == 200

    assert desk.post(url(report, "assign"), {"organisation": "traffic"}, headers=seen).status_code == 412


def test_erasing_a_report_empties_the_prior_copies(
    make: Maker, mona: User, stella: User, client_of: ClientOf, relay: Relay
) -> None:
    report = make.report()
    client_of(mona).post(url(report, "visibility"), {"visibility": "hidden", "reason": "abuse"})

    change_visibility(report, Visibility.ERASED, by=make.actor(stella))
    relay()

    assert Decision.objects.get().prior == {}


def test_the_reason_of_a_resolved_report_is_one_of_its_end(
    make: Maker, mona: User, client_of: ClientOf
) -> None:
    report = make.report("signal")
    done = {"status": "resolved", "reason": "fixed", "text": "Lamp changed."}

    assert client_of(mona).post(url(report, "status"), done).json()["reason"] == Reason.FIXED
