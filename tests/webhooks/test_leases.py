"""Who may send what: leases, turns and order, with the clock in the test's hand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.webhooks.conftest import Town
from tests.webhooks.receiver import Receiver
from webhooks import leases
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.services import Issued
from webhooks.turns import LONGEST_ERRAND, LOOK_AHEAD


@dataclass
class Rooms:
    """As many errands for every endpoint, one for those that fail, and none for those named."""

    size: int = 8
    full: Collection[int] = ()

    def room(self, endpoint: int, is_failing: bool) -> int:
        return 1 if is_failing else self.size


def claim(now: datetime | None = None, *, slots: int = 64, per_endpoint: int = 8) -> list[Delivery]:
    errands = leases.claim(slots, now=now or timezone.now(), rooms=Rooms(per_endpoint))
    return [delivery for errand in errands for delivery in errand]


def test_a_worker_that_dies_after_the_claim_loses_its_lease(town: Town, endpoint: Issued) -> None:
    town.owed()
    now = timezone.now()
    [taken] = claim(now)

    assert claim(now + timedelta(seconds=29)) == []
    [again] = claim(now + timedelta(seconds=31))

    assert again.code == taken.code
    assert again.lease != taken.lease


def test_who_lost_the_lease_does_not_undo_what_the_next_one_did(town: Town, endpoint: Issued) -> None:
    town.owed()
    now = timezone.now()
    [slow] = claim(now)
    [quick] = claim(now + timedelta(minutes=1))

    leases.record([leases.Outcome(quick, now, 5, status=204)], now=now)
    leases.record([leases.Outcome(slow, now, 90_000, error="timed_out")], now=now)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts_count) == ("delivered", 2)
    assert Attempt.objects.count() == 2


def test_who_was_too_slow_to_fail_leaves_the_delivery_to_the_next_one(town: Town, endpoint: Issued) -> None:
    town.owed()
    now = timezone.now()
    [slow] = claim(now)
    [quick] = claim(now + timedelta(minutes=1))

    leases.record([leases.Outcome(slow, now, 90_000, error="timed_out")], now=now)

    assert Delivery.objects.get().lease == quick.lease


def test_two_workers_never_take_the_same_delivery(town: Town, endpoint: Issued) -> None:
    town.owed(6)
    now = timezone.now()

    first = claim(now, slots=3)
    second = claim(now)

    assert len(first) == len(second) == 3
    assert not {delivery.pk for delivery in first} & {delivery.pk for delivery in second}


def test_what_is_owed_of_one_report_goes_out_in_order_on_one_thread(town: Town, endpoint: Issued) -> None:
    report, other = town.report(), town.report()
    owed = town.owe(town.event(report), town.event(other), town.event(report), town.event(report))

    first, second = leases.claim(64, now=timezone.now(), rooms=Rooms(8))

    assert [delivery.pk for delivery in first] == [owed[0].pk, owed[2].pk, owed[3].pk]
    assert [delivery.pk for delivery in second] == [owed[1].pk]


def test_what_comes_while_an_errand_is_under_way_waits_for_it(town: Town, endpoint: Issued) -> None:
    report = town.report()
    town.owe(town.event(report))
    now = timezone.now()
    [under_way] = claim(now)
    [later] = town.owe(town.event(report))

    assert claim() == []
    leases.record([leases.Outcome(under_way, now, 5, status=204)], now=now)
    assert claim() == [later]


def test_what_comes_behind_a_front_that_waits_waits_as_long(town: Town, endpoint: Issued) -> None:
    report = town.report()
    [front] = town.owe(town.event(report))
    in_an_hour = timezone.now() + timedelta(hours=1)
    Delivery.objects.update(due_at=in_an_hour)
    [later] = town.owe(town.event(report))

    assert claim() == []

    later.refresh_from_db()
    assert later.due_at == in_an_hour
    assert claim(in_an_hour) == [front, later]


def test_what_is_owed_is_shared_out_between_the_errands_of_an_endpoint(town: Town, endpoint: Issued) -> None:
    town.owed(10)

    errands = leases.claim(64, now=timezone.now(), rooms=Rooms(4))

    assert [len(errand) for errand in errands] == [3, 3, 2, 2]


def test_one_thread_does_not_take_too_much_at_once(town: Town, endpoint: Issued) -> None:
    town.owed(40)

    [errand] = leases.claim(64, now=timezone.now(), rooms=Rooms(1))

    assert len(errand) == LONGEST_ERRAND


def test_an_endpoint_without_room_gets_nothing(town: Town, receiver: Receiver) -> None:
    busy = town.endpoint(receiver.url).endpoint
    calm = town.endpoint(receiver.url, "other").endpoint
    town.owed(3)
    town.owe(town.event(town.report(), organisation="other"))

    errands = leases.claim(64, now=timezone.now(), rooms=Rooms(full=[busy.pk]))

    assert [delivery.endpoint_id for errand in errands for delivery in errand] == [calm.pk]


def test_an_endpoint_that_fails_is_tried_one_at_a_time(town: Town, endpoint: Issued) -> None:
    Endpoint.objects.update(failing_since=timezone.now())
    town.owed(10)

    assert len(claim()) == 1


def test_an_endpoint_that_asked_to_wait_is_left_alone_as_long(town: Town, endpoint: Issued) -> None:
    now = timezone.now()
    Endpoint.objects.update(not_before=now + timedelta(minutes=5))
    town.owed()

    assert claim(now + timedelta(minutes=4)) == []
    assert len(claim(now + timedelta(minutes=6))) == 1


def test_an_endpoint_that_is_off_is_sent_nothing(town: Town, endpoint: Issued) -> None:
    town.owed()
    Endpoint.objects.update(is_enabled=False, disabled_reason="by_owner", disabled_at=timezone.now())

    assert claim() == []


def test_when_slots_are_few_every_endpoint_gets_a_turn_first(town: Town, receiver: Receiver) -> None:
    for name in ("a", "b", "c"):
        town.endpoint(receiver.url, name)
    town.owe(*[town.event(town.report(), organisation=name) for name in "aaabbbccc"])

    assert len({delivery.endpoint_id for delivery in claim(slots=3)}) == 3


@pytest.mark.parametrize(("backlog", "statements"), [(1, 5), (200, 5), (LOOK_AHEAD, 7)])
def test_the_statements_of_a_claim_do_not_grow_with_what_is_waiting(
    backlog: int, statements: int, town: Town, endpoint: Issued
) -> None:
    town.owed(backlog)

    with CaptureQueriesContext(connection) as counted:
        claim()

    asked = [query["sql"] for query in counted if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) == statements


def test_nothing_due_costs_one_statement(town: Town, endpoint: Issued) -> None:
    with CaptureQueriesContext(connection) as counted:
        claim()

    assert len(counted) == 1


@pytest.mark.parametrize("number", [1, 3, 20])
def test_writing_down_what_was_accepted_and_who_got_it_costs_four_statements(
    number: int, town: Town, endpoint: Issued
) -> None:
    town.owed(number)
    now = timezone.now()
    outcomes = [leases.Outcome(delivery, now, 5, status=204) for delivery in claim(per_endpoint=number)]

    with CaptureQueriesContext(connection) as counted:
        leases.record(outcomes, now=now)

    statements = [query["sql"] for query in counted if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(outcomes) == number
    assert len(statements) == 4
