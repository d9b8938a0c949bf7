"""Seals: every event is under exactly one, and the sealer can be run by anybody at any time."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from governance import merkle
from governance.errors import GapInSequence
from governance.models import Seal
from governance.services import seal_events, sealing
from reports.models import Event
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

Relay = Callable[[], int]


def test_a_seal_is_the_root_over_the_digests_in_their_order(make: Maker, relay: Relay) -> None:
    make.submitted()
    relay()

    [seal] = seal_events()

    digests = Event.objects.order_by("seq").values_list("digest", flat=True)
    assert seal.root == merkle.root([bytes.fromhex(digest) for digest in digests]).hex()
    assert (seal.first_seq, seal.last_seq, seal.event_count) == (1, len(digests), len(digests))


def test_the_next_seal_goes_on_where_the_last_one_ended(make: Maker, relay: Relay) -> None:
    make.submitted()
    relay()
    [first] = seal_events()
    make.submitted()
    relay()

    [second] = seal_events()

    assert second.first_seq == first.last_seq + 1


def test_nothing_is_sealed_before_the_relay_or_twice(make: Maker, relay: Relay) -> None:
    make.submitted()

    assert seal_events() == []
    relay()
    assert len(seal_events()) == 1
    assert seal_events() == []


def test_a_long_sleep_becomes_several_small_seals(
    make: Maker, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_EVENTS", 3)
    for _ in range(4):
        make.submitted()
    count = relay()

    seals = seal_events()

    assert [seal.event_count for seal in seals] == [3] * (count // 3) + [count % 3] * bool(count % 3)


def test_of_two_sealers_at_once_one_seals(make: Maker, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    make.submitted()
    relay()
    read = sealing._digests_after

    def read_while_another_seals(seq: int) -> object:
        digests = read(seq)
        monkeypatch.setattr(sealing, "_digests_after", read)
        assert len(seal_events()) == 1
        return digests

    monkeypatch.setattr(sealing, "_digests_after", read_while_another_seals)

    assert seal_events() == []
    assert Seal.objects.count() == 1


def test_an_event_that_is_gone_stops_the_sealer(make: Maker, relay: Relay) -> None:
    make.submitted()
    relay()
    Event.objects.filter(seq=1).delete()

    with pytest.raises(GapInSequence):
        seal_events()


@pytest.mark.parametrize(
    ("first", "last", "count"), [(1, 2, 2), (5, 4, 0), (5, 6, 3)], ids=["again", "empty", "miscounted"]
)
def test_the_database_refuses_a_wrong_seal(first: int, last: int, count: int) -> None:
    Seal.objects.create(first_seq=1, last_seq=1, event_count=1, root="0" * 64)

    with pytest.raises(IntegrityError), transaction.atomic():
        Seal.objects.create(first_seq=first, last_seq=last, event_count=count, root="0" * 64)


@pytest.mark.parametrize("count", [1, 3])
def test_a_seal_costs_the_same_statements_whatever_it_holds(
    make: Maker, relay: Relay, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make.submitted()
    relay()

    # The last seal, its events, the insert between savepoint and release, and the look for more.
    with django_assert_num_queries(6):
        seal_events()


def test_anybody_reads_the_seals_oldest_first(make: Maker, relay: Relay, client: Client) -> None:
    for _ in range(2):
        make.submitted()
        relay()
        seal_events()

    page = client.get("/api/v1/seals/?limit=1").json()

    assert [seal["first_seq"] for seal in page["results"]] == [1]
    assert [seal["first_seq"] for seal in client.get(page["next"]).json()["results"]] == [3]
