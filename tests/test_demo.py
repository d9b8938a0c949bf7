"""The demo city shows every state there is, and every one of its histories is whole."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, User
from config.demo.stories import STORIES
from reports.events import verify_chain
from reports.models import Event, Report
from reports.workflow import Status, Visibility
from routing.models import MeasuredTime
from routing.questions import faults_of
from routing.services import current_snapshot
from tickets.models import Ticket
from tickets.workflow import Status as TicketStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> None:
    """The city as ``make demo`` draws it."""
    call_command("demo", verbosity=0)


def test_the_demo_city_is_whole(demo: None) -> None:
    reports = list(Report.objects.order_by("reference"))
    events = Event.objects.select_related("organisation", "by_organisation").order_by("pk")

    assert len(reports) == len(STORIES)
    assert {report.status for report in reports} == set(Status)
    assert {report.visibility for report in reports} == set(Visibility) - {Visibility.ERASED}
    assert set(Ticket.objects.values_list("status", flat=True)) == set(TicketStatus)
    assert {report.triage_reason for report in reports} >= {"", "nobody", "declined", "boundary"}
    assert not Event.objects.filter(seq=None).exists()
    for report in reports:
        verify_chain(report, list(events.filter(report=report)))
    assert set(Membership.objects.values_list("role", flat=True)) == set(Membership.Role)
    assert User.objects.get(email="mona@demo.example").check_password("commonway-demo")

    with pytest.raises(CommandError, match="empty"):
        call_command("demo", verbosity=0)


def test_the_demo_city_answers_what_it_asks_and_knows_how_long_it_takes(demo: None) -> None:
    categories = current_snapshot().categories
    for story in STORIES:
        assert faults_of(categories[story.category].questions, story.answers) == {}, story.text

    assert MeasuredTime.objects.filter(category__code="street_light", cases__gte=5).exists()
