"""The first who is asked does not answer: the next is asked, or a person decides, or the citizen objects."""

import pytest

from tests.journeys.city import EAST
from tests.journeys.conftest import Town
from tests.journeys.server import until

pytestmark = pytest.mark.journey


def test_a_firm_declines_and_the_next_one_mends_it(town: Town) -> None:
    phone = town.phone()
    report = phone.report("pothole")
    with phone.following() as timeline:
        town.otto.decline(town.otto.ticket(report), "no_capacity")
        timeline.hear("ticket.declined")

        town.fritz.mend(report)
        town.olga.countersign(town.olga.ticket(report), "The road is whole again.")
        timeline.hear("report.status", new="resolved")

    assert [event["organisation"] for event in timeline.events if event["kind"] == "ticket.offered"] == [
        "works",
        "mender",
        "fixer",
    ]


def test_when_everybody_declines_a_person_decides(town: Town) -> None:
    phone = town.phone()
    report = phone.report("pothole", at=EAST)
    with phone.following() as timeline:
        town.fritz.decline(town.fritz.ticket(report), "no_capacity")
        timeline.hear("report.routed", triage="declined")
        until(lambda: report in town.mona.triage(), "the report in the triage queue")

        town.mona.assign(report, "works", executor="mender")
        town.otto.mend(report)
        town.olga.countersign(town.olga.ticket(report), "The road is whole again.")
        timeline.hear("report.status", new="resolved")

    assert report not in town.mona.triage()


def test_nobody_is_responsible_so_the_steering_bureau_decides(town: Town) -> None:
    phone = town.phone()
    report = phone.report("noise", kind="complaint")
    with phone.following() as timeline:
        timeline.hear("report.routed", organisation=None, triage="nobody")
        assert town.mona.triage()[report] == "nobody"

        town.mona.assign(report, "works")
        timeline.hear("report.status", old="received", new="assigned")
        town.olga.mend(report)
        timeline.hear("report.status", new="resolved")

    assert phone.look()["responsible"]["code"] == "works"


def test_the_citizen_disputes_and_the_work_is_done_again(town: Town) -> None:
    phone = town.phone()
    report = phone.report("pothole")
    with phone.following() as timeline:
        town.otto.mend(report)
        town.olga.countersign(town.olga.ticket(report), "The road is whole again.")
        timeline.hear("report.status", new="resolved")

        phone.dispute("The hole is still there.")
        timeline.hear("report.disputed")
        timeline.hear("report.status", old="resolved", new="assigned")

        town.otto.mend(report)
        town.olga.countersign(town.olga.ticket(report), "Now it is.")
        said = timeline.hear("report.status", new="resolved")

    assert said["text"] == "Now it is."
    assert timeline.kinds.count("ticket.done") == 4
