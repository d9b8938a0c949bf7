"""The relay: every event gets its number once, its readers see it or it is parked, and nothing is lost."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor, ActorKind
from reports import services
from reports.models import Event, ReaderCursor, Report
from reports.relay import handlers, relay_events, unpark
from reports.workflow import Visibility
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

seen: list[int] = []


def reader(events: Sequence[Event]) -> None:
    """A handler that notes what it saw."""
    seen.extend(event.pk for event in events)


def picky_reader(events: Sequence[Event]) -> None:
    """A handler that one kind of event breaks."""
    if any(event.kind == Event.Kind.ROUTED for event in events):
        raise ValueError("I cannot read this")


def locked_reader(events: Sequence[Event]) -> None:
    """A handler that meets a database in trouble."""
    raise OperationalError("database is locked")


@pytest.fixture(autouse=True)
def own_readers(settings: Any) -> None:
    seen.clear()
    settings.EVENT_HANDLERS = [f"{__name__}.reader"]
    handlers.cache_clear()


def test_numbers_are_consecutive_and_follow_the_order_of_writing(make: Maker) -> None:
    for _ in range(3):
        make.submitted()

    relayed = relay_events()

    events = list(Event.objects.order_by("pk"))
    assert relayed == 6
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert seen == [event.pk for event in events]
    assert ReaderCursor.objects.get(name="relay").seq == 6


def test_nothing_is_relayed_twice(make: Maker) -> None:
    make.submitted()
    relay_events()

    assert relay_events() == 0
    assert len(seen) == 2


def test_one_bad_event_is_parked_and_the_rest_go_on(make: Maker, settings: Any) -> None:
    settings.EVENT_HANDLERS = [f"{__name__}.reader", f"{__name__}.picky_reader"]
    make.submitted()
    make.submitted()

    relayed = relay_events()

    parked = Event.objects.filter(parked_at__isnull=False)
    assert relayed == 2
    assert [event.kind for event in parked] == ["report.routed", "report.routed"]
    assert all(event.seq is None and "I cannot read this" in event.parked_error for event in parked)
    assert list(Event.objects.filter(seq__isnull=False).order_by("seq").values_list("seq", flat=True)) == [
        1,
        2,
    ]


def test_a_mended_event_goes_on_with_a_later_number(make: Maker, settings: Any) -> None:
    settings.EVENT_HANDLERS = [f"{__name__}.picky_reader"]
    make.submitted()
    relay_events()
    settings.EVENT_HANDLERS = [f"{__name__}.reader"]

    unpark(Event.objects.get(parked_at__isnull=False))
    relay_events()

    assert Event.objects.get(kind="report.routed").seq == 2


def test_trouble_of_the_database_parks_nothing(make: Maker, settings: Any) -> None:
    settings.EVENT_HANDLERS = [f"{__name__}.locked_reader"]
    make.submitted()

    with pytest.raises(OperationalError):
        relay_events()

    assert Event.objects.filter(seq=None, parked_at=None).count() == 2


def test_a_batch_costs_the_same_however_long(make: Maker) -> None:
    make.submitted()
    relay_events()
    make.submitted()
    with CaptureQueriesContext(connection) as few:
        relay_events(limit=1)
    for _ in range(5):
        make.submitted()
    with CaptureQueriesContext(connection) as many:
        relay_events(limit=1)

    assert len(many) == len(few)


@transaction.atomic
def hide_and_fail(report: Report) -> None:
    services.change_visibility(report, Visibility.HIDDEN, by=Actor(ActorKind.MODERATOR))
    raise RuntimeError("power cut")


def test_an_event_is_written_only_with_its_change(make: Maker) -> None:
    report = make.report()
    before = report.events.count()

    with pytest.raises(RuntimeError, match="power cut"):
        hide_and_fail(report)

    report.refresh_from_db()
    assert (report.events.count(), report.visibility) == (before, "public")


def test_handlers_are_called_in_the_order_of_the_setting() -> None:
    called = handlers((f"{__name__}.reader", f"{__name__}.picky_reader"))

    assert called == (reader, picky_reader)
