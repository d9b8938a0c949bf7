"""The desk in the admin: who sees what, and that deciding on a report's page calls the services."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, User
from moderation.models import Decision
from reports import services
from reports.models import Event, Photo, Report
from reports.workflow import Status
from tests.conftest import Maker
from tickets.models import Ticket
from tickets.services import accept, finish
from tickets.workflow import Role

pytestmark = pytest.mark.django_db

Relay = Callable[[], int]


class Desk:
    """A person at the desk, with a browser."""

    def __init__(self, user: User) -> None:
        self.browser = Client(headers={"accept-language": "en"})
        self.browser.force_login(user)

    def page(self, report: Report) -> Any:
        return self.browser.get(self.url(report))

    def decide(self, report: Report, act: str, **fields: Any) -> Any:
        """Send one of the page's forms, as the page stands now."""
        version = Report.objects.get(pk=report.pk).version
        named = {f"{act}-{name}": value for name, value in fields.items()}
        return self.browser.post(self.url(report), {"act": act, "version": version, **named})

    def rows(self, model: str) -> list[Any]:
        return list(self.browser.get(f"/admin/{model}/").context["cl"].result_list)

    @staticmethod
    def url(report: Report) -> str:
        return f"/admin/reports/report/{report.code}/change/"


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def acts(page: Any) -> list[str]:
    return [drawn["act"].name for drawn in page.context["acts"]]


@pytest.fixture
def root(db: None) -> User:
    """Somebody who may do everything in the admin and is a member of nothing."""
    return User.objects.create_superuser("root@example.org", "correct horse")


@pytest.fixture
def pothole(make: Maker, relay: Relay) -> Report:
    report = make.report("pothole")
    relay()
    report.refresh_from_db()
    return report


def test_hazards_stand_first_in_triage_then_what_is_due(make: Maker, mona: User) -> None:
    late, hazard, early = make.report("noise"), make.report("signal"), make.report("noise")
    Report.objects.filter(pk=hazard.pk).update(triage_reason="tie", responsible=None)
    Report.objects.filter(pk=early.pk).update(acknowledge_by=timezone.now())

    rows = Desk(mona).rows("moderation/triagereport")

    assert [row.pk for row in rows] == [hazard.pk, early.pk, late.pk]


def test_a_bureau_has_its_own_rows_and_the_public_ones(make: Maker, olga: User, pothole: Report) -> None:
    make.report("taxi", visibility="private")
    shown = make.report("signal")

    assert {row.pk for row in Desk(olga).rows("reports/report")} == {pothole.pk, shown.pk}
    assert {row.organisation.code for row in Desk(olga).rows("tickets/ticket")} == {"works", "mender"}


@pytest.mark.parametrize(
    "model",
    [
        "reports/report",
        "tickets/ticket",
        "moderation/triagereport",
        "moderation/heldreport",
        "moderation/decision",
        "moderation/parkedevent",
    ],
)
def test_each_list_takes_the_same_statements_whatever_its_length(
    model: str, make: Maker, mona: User, relay: Relay, django_assert_max_num_queries: Any
) -> None:
    desk = Desk(mona)
    for _ in range(3):
        for category in ("pothole", "noise"):
            report = make.report(category, visibility="held")
            Decision.objects.create(report=report, what="published", by_kind="moderator", by_user=mona)
    Event.objects.filter(kind="report.submitted").update(parked_at=timezone.now(), parked_error="Oh.")
    relay()

    with django_assert_max_num_queries(9):  # who, in which roles, the rows, and the choices of the filters
        answer = desk.browser.get(f"/admin/{model}/")

    assert len(answer.context["cl"].result_list) >= 3


def test_firms_and_citizens_have_no_desk(otto: User, alice: User, pothole: Report) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)

    for outsider in (otto, User.objects.get(pk=alice.pk)):
        assert Desk(outsider).browser.get("/admin/reports/report/").status_code == 403
        assert Desk(outsider).browser.get(Desk.url(pothole)).status_code == 302


def test_the_page_explains_the_routing_and_tells_the_story(mona: User, pothole: Report) -> None:
    page = Desk(mona).page(pothole).content.decode()

    assert "Works Bureau answers for it, and West Menders does the work" in page
    assert "East Fixers" in page
    assert "offered to an organisation" in page
    assert '"accuracyM"' in page


def test_a_report_without_a_position_has_a_page_too(make: Maker, mona: User) -> None:
    report = make.report("noise", at=None)

    page = Desk(mona).page(report)

    assert page.status_code == 200
    assert page.context["map"] is None


def test_triage_is_decided_on_the_page(make: Maker, mona: User, relay: Relay) -> None:
    report = make.report("noise")

    answer = Desk(mona).decide(report, "assign", organisation="works", executor="fixer", category="noise")
    relay()

    assert answer.status_code == 302
    assert said(answer) == ["Done: Assign."]
    holders = Ticket.objects.filter(report=report).order_by("pk").values_list("organisation__code", flat=True)
    assert list(holders) == ["works", "fixer"]
    assert Decision.objects.get().by_user == mona


def test_an_officer_accepts_starts_and_finishes_the_bureaus_own_ticket(
    make: Maker, mona: User, relay: Relay
) -> None:
    report, desk = make.report("signal"), Desk(mona)
    relay()

    for act, fields in [
        ("accept", {}),
        ("start", {}),
        ("finish", {"reason": "fixed", "text": "The lamp was changed."}),
    ]:
        assert desk.decide(report, act, **fields).status_code == 302

    report.refresh_from_db()
    assert (report.status, report.reason) == (Status.RESOLVED, "fixed")


def test_finished_work_is_countersigned_on_the_page(
    pothole: Report, otto: User, olga: User, make: Maker
) -> None:

    ticket = Ticket.objects.get(report=pothole, role=Role.EXECUTOR)
    finish(accept(ticket, by=make.actor(otto)), by=make.actor(otto), text="Filled.")
    desk = Desk(olga)
    assert {"countersign", "return"} <= set(acts(desk.page(pothole)))

    assert desk.decide(pothole, "countersign", text="We looked.").status_code == 302

    pothole.refresh_from_db()
    assert pothole.status == Status.RESOLVED


def test_what_the_tables_do_not_allow_is_said_and_nothing_is_lost(
    pothole: Report, mona: User, olga: User
) -> None:
    desk = Desk(mona)
    version = Report.objects.get(pk=pothole.pk).version
    written = {"close-status": "declined", "close-reason": "fixed", "close-text": "It is meant so."}

    answer = desk.browser.post(desk.url(pothole), {"act": "close", "version": version, **written})

    assert answer.status_code == 409
    assert "needs a public text and one of these reasons" in said(answer)[0]
    assert "It is meant so." in answer.content.decode()


def test_of_two_at_one_page_the_second_is_told_and_keeps_the_words(pothole: Report, mona: User) -> None:
    desk = Desk(mona)
    stale = {"act": "answer", "version": pothole.version - 1, "answer-text": "We come on Monday."}

    answer = desk.browser.post(desk.url(pothole), stale)

    assert answer.status_code == 409
    assert "in the meantime" in said(answer)[0]
    assert "We come on Monday." in answer.content.decode()
    assert not pothole.comments.exists()


def test_a_missing_word_is_named_at_its_field(pothole: Report, mona: User) -> None:
    answer = Desk(mona).decide(pothole, "answer", text="")

    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


def test_an_auditor_reads_the_page_and_decides_nothing(pothole: Report, audrey: User) -> None:
    desk = Desk(audrey)

    assert acts(desk.page(pothole)) == []
    assert desk.decide(pothole, "answer", text="No.").status_code == 409
    assert not pothole.comments.exists()


def test_another_bureau_reads_of_a_public_report_what_everybody_reads(
    make: Maker, olga: User, mona: User, relay: Relay
) -> None:
    report = make.report("signal")
    relay()
    services.add_comment(
        report, by=make.actor(mona), text="Between us: the contractor is slow.", is_public=False
    )

    page = Desk(olga).page(report)

    assert acts(page) == []
    assert "Between us" not in page.content.decode()


def test_a_superuser_acts_for_the_steering_bureau(pothole: Report, root: User) -> None:
    assert Desk(root).decide(pothole, "answer", text="We come.").status_code == 302

    said_by = pothole.comments.get().organisation
    assert said_by == Organisation.objects.get(is_steering=True)


def test_a_photo_is_published_after_somebody_looked(make: Maker, mona: User, pothole: Report) -> None:
    photo = Photo.objects.create(
        report=pothole, role=Photo.Role.PROOF, state=Photo.State.READY, original="x", drawn_version=0
    )

    assert Desk(mona).decide(pothole, "publish_photo", photo=photo.code).status_code == 302

    photo.refresh_from_db()
    assert photo.is_published


def test_the_first_page_counts_what_waits(make: Maker, mona: User, pothole: Report) -> None:
    make.report("noise", visibility="held")
    Ticket.objects.filter(report=pothole).update(resolve_by=timezone.now(), acknowledge_by=timezone.now())

    queues = Desk(mona).browser.get("/admin/").context["desk_queues"]

    assert [queue.count for queue in queues] == [1, 1, 2, 2, 0]
    for queue in queues:
        assert len(Desk(mona).browser.get(queue.url).context["cl"].result_list) == queue.count


def test_the_first_page_of_others_counts_nothing(root: User) -> None:
    plain = User.objects.create_user("plain@example.org", "correct horse", is_staff=True)

    assert Desk(plain).browser.get("/admin/").context["desk_queues"] == []
    assert len(Desk(root).browser.get("/admin/").context["desk_queues"]) == 5


def test_a_parked_event_is_put_back_in_line(make: Maker, mona: User, relay: Relay) -> None:
    make.report("pothole")
    event = Event.objects.order_by("pk")[0]
    Event.objects.filter(pk=event.pk).update(parked_at=timezone.now(), parked_error="Oh.")
    chosen = {"action": "put_back", "_selected_action": [event.pk]}

    answer = Desk(mona).browser.post("/admin/moderation/parkedevent/", chosen)
    relay()

    event.refresh_from_db()
    assert answer.status_code == 302
    assert (event.parked_at, event.seq is not None) == (None, True)
