"""While a firm's server is down, or after ours was killed: nothing is lost and nothing is doubled."""

from collections import defaultdict
from functools import partial

import pytest
from websockets.exceptions import ConnectionClosed

from tests.journeys.conftest import Town
from tests.journeys.receiver import Message
from tests.journeys.server import until
from tests.journeys.test_pothole import verify

pytestmark = pytest.mark.journey

SERVICE_RESTART = 1012


def check_order(messages: list[Message]) -> None:
    """Of each ticket, and of a report without its tickets, what happened first came first."""
    streams = defaultdict(list)
    for message in messages:
        streams[message.data["ticket"]].append(message.data["sequence"])
    for sequences in streams.values():
        assert sequences == sorted(sequences)


def test_a_receiver_that_was_down_hears_everything_once_and_in_order(town: Town) -> None:
    town.menders.is_down = True
    phone = town.phone()
    report = phone.report("pothole")
    town.otto.mend(report)
    town.olga.countersign(town.olga.ticket(report), "The road is whole again.")
    until(lambda: town.menders.refused >= 2, "a second try")
    assert town.menders.about(report) == []

    town.menders.is_down = False

    until(lambda: town.menders.has(report, "ticket.countersigned", "report.status"), "the news at the firm")
    until(lambda: phone.look()["status"] == "resolved", "the end of the report")
    until(lambda: town.menders.about(report)[-1].data["code"] == report, "the last message")
    heard = town.menders.about(report)
    check_order(heard)
    assert {message.id for message in heard} <= set(town.otto.delivered())
    assert len({message.id for message in heard}) == len(heard)
    assert (town.menders.repeated, town.menders.forged) == (0, 0)


def test_a_server_killed_between_commit_and_delivery_loses_nothing(own_town: Town) -> None:
    town = own_town
    town.menders.is_down = True
    phones = [town.phone() for _ in range(4)]
    tried = phones[0].report("pothole")
    until(lambda: town.menders.refused >= 1, "a first try")
    just_sent = [phone.report("pothole") for phone in phones[1:]]

    town.server.kill()
    town.menders.is_down = False
    town.server.start()

    for phone, report in zip(phones, [tried, *just_sent], strict=True):
        ticket = town.otto.ticket(report)
        until(partial(town.menders.has, report, "ticket.offered"), "the offer at the firm")
        heard = town.menders.about(report)
        assert [m.data["ticket"] for m in heard if m.type == "ticket.offered"] == [ticket]
        check_order(heard)
        trace = phone.trace()
        verify(trace)
        kinds = [event["kind"] for event in trace["events"]]
        assert (kinds.count("report.submitted"), kinds.count("ticket.offered")) == (1, 2)
    assert town.menders.forged == 0


def test_a_server_that_is_asked_to_stop_says_goodbye_and_keeps_what_it_promised(own_town: Town) -> None:
    town = own_town
    phone = town.phone()
    report = phone.report("pothole")
    with phone.following() as timeline:
        timeline.hear("report.submitted")

        assert town.server.stop() == 0

        with pytest.raises(ConnectionClosed) as closed:
            timeline.hear("report.status", new="resolved")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == SERVICE_RESTART

    town.server.start()
    assert phone.look()["code"] == report
    town.otto.ticket(report)
