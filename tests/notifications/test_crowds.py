"""What telling costs: the same few statements for a batch, and chunks for a crowd."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Producer, User
from notifications import watching
from notifications.models import Copy, Fanout, InboxItem, Subscription, WatchKey
from notifications.services import copying, telling
from notifications.services.telling import RELATED
from reports import services as reports
from reports.models import Event, Report
from reports.workflow import Status
from tests.conftest import WEST, Maker

pytestmark = pytest.mark.django_db

Relay = Callable[[], int]
Crowd = Callable[[int], list[Producer]]


def statements(work: Callable[[], Any]) -> int:
    """How many statements it took, without the look at the version of the rules that is due each second."""
    with CaptureQueriesContext(connection) as queries:
        work()
    found = [q["sql"] for q in queries if 'FROM "routing_city"' not in q["sql"]]
    return len([sql for sql in found if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def let_follow(report: Report, crowd: list[Producer]) -> None:
    lines = [Subscription(kind="report", report=report, producer=one) for one in crowd]
    Subscription.objects.bulk_create(lines)


def let_watch(crowd: list[Producer]) -> None:
    latitude, longitude = WEST
    fields = {"kind": "area", "slot": 0, "latitude": latitude, "longitude": longitude, "radius_m": 300}
    lines = Subscription.objects.bulk_create(Subscription(producer=one, **fields) for one in crowd)
    keys = sorted(watching.keys_of_watch(lines[0]))
    WatchKey.objects.bulk_create(WatchKey(key=key, subscription=line) for line in lines for key in keys)


def started(make: Maker, olga: User, report: Report) -> None:
    reports.change_status(report, Status.IN_PROGRESS, by=make.actor(olga))


def test_telling_costs_the_same_for_three_readers_and_for_sixty(
    make: Maker, alice: User, olga: User, crowd: Crowd, relay: Relay
) -> None:
    def cost(readers: int, events: int) -> int:
        for _ in range(events):
            report = make.report(user=alice)
            relay()
            let_follow(report, crowd(readers))
            started(make, olga, report)
        relay()
        let_watch(crowd(readers))
        moves = Event.objects.filter(kind=Event.Kind.STATUS, data__new="in_progress")
        batch = list(moves.select_related(*RELATED).order_by("-pk")[:events])
        InboxItem.objects.all().delete()
        found = statements(lambda: telling.tell(batch))
        assert InboxItem.objects.count() == events * (readers + 1)
        return found

    assert cost(3, 1) == cost(12, 5) <= 5  # SQLite takes 142 rows in one statement


def test_a_crowd_is_told_in_chunks_behind_the_relay(
    make: Maker, alice: User, olga: User, crowd: Crowd, relay: Relay
) -> None:
    report = make.report(user=alice)
    relay()
    let_follow(report, crowd(telling.MOST + 700))
    InboxItem.objects.all().delete()

    started(make, olga, report)
    relay()

    assert InboxItem.objects.count() == 1  # whoever sent it does not wait for the crowd
    assert Fanout.objects.count() == 1
    chunks = 0
    while telling.spread():
        chunks += 1
    assert chunks == (telling.MOST + 700) // telling.CHUNK + 1
    assert InboxItem.objects.count() == telling.MOST + 700 + 1
    assert not Fanout.objects.exists()


def test_ten_thousand_followers_cost_the_relay_no_more_than_ten(
    make: Maker, alice: User, olga: User, crowd: Crowd, relay: Relay
) -> None:
    def cost(followers: int) -> int:
        report = make.report(user=alice)
        relay()
        let_follow(report, crowd(followers))
        started(make, olga, report)
        return statements(relay)

    few, many = cost(10), cost(10_000)

    assert many - few <= 1  # the row for the task


def test_a_chunk_that_died_half_way_is_done_again_and_tells_nobody_twice(
    make: Maker,
    alice: User,
    olga: User,
    crowd: Crowd,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "MOST", 3)
    monkeypatch.setattr(telling, "CHUNK", 4)
    report = make.report(user=alice)
    relay()
    let_follow(report, crowd(10))
    started(make, olga, report)
    relay()
    telling.spread()
    Fanout.objects.update(after=0)  # as if the process had died before it wrote how far it was

    while telling.spread():
        pass

    told = InboxItem.objects.filter(event__kind=Event.Kind.STATUS, why="followed")
    assert told.count() == 10


def test_what_was_hidden_before_the_crowd_was_told_is_not_told(
    make: Maker,
    alice: User,
    olga: User,
    crowd: Crowd,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "MOST", 3)
    report = make.report(user=alice)
    relay()
    let_follow(report, crowd(10))
    let_watch(crowd(10))
    started(make, olga, report)
    relay()
    assert Fanout.objects.exists()
    Report.objects.filter(pk=report.pk).update(visibility="hidden")

    while telling.spread():
        pass

    assert not InboxItem.objects.exclude(why="own").exists()


def test_a_crowd_of_watchers_is_told_too(
    make: Maker, alice: User, crowd: Crowd, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MOST", 3)
    monkeypatch.setattr(telling, "CHUNK", 4)
    let_watch(crowd(10))

    make.report(user=alice)
    relay()
    while telling.spread():
        pass

    assert InboxItem.objects.filter(why="watched").count() == 10


def test_planning_copies_costs_the_same_for_one_item_and_for_many(
    make: Maker, alice: User, bob: User, olga: User, relay: Relay, crowd: Crowd
) -> None:
    def cost(followers: int) -> int:
        report = make.report(user=alice)
        let_follow(report, crowd(followers))
        relay()
        InboxItem.objects.all().delete()
        started(make, olga, report)
        relay()
        found = statements(lambda: copying.plan_copies(report.created_at))
        assert not InboxItem.objects.uncopied().exists()
        return found

    cost(1)  # makes the wishes of whoever sent it
    assert cost(5) == cost(60) <= 11
    assert Copy.objects.filter(channel="email").count() == 1


def test_an_inbox_forgets_after_a_year_with_its_copies(
    make: Maker, alice: User, relay: Relay, plan: Relay
) -> None:
    make.report(user=alice)
    relay()
    plan()
    assert Copy.objects.exists()
    soon, later = (timezone.now() + timedelta(days=days) for days in (-1, 1))

    assert telling.forget_old(before=soon) == 0
    telling.forget_old(before=later)

    assert not InboxItem.objects.exists()
    assert not Copy.objects.exists()
