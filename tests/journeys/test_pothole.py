"""A pothole is reported, mended and proved: the way that everything else is a part of."""

import hashlib
import json
from typing import Any

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from tests.journeys.conftest import Town
from tests.journeys.phone import photo_of_a_hole
from tests.journeys.server import until

pytestmark = pytest.mark.journey

BODY = ("report", "kind", "at", "by", "by_organisation", "organisation", "data")


def verify(trace: dict[str, Any]) -> None:
    """Recompute every digest from the trace's own JSON, as anybody can."""
    digest = ""
    for event in trace["events"]:
        body = {key: event[key] for key in BODY}
        written = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(digest.encode() + written.encode()).hexdigest()
        assert digest == event["digest"], event["kind"]
    assert digest == trace["head_digest"]


def contributions(town: Town, report: str) -> list[str]:
    """What the lake holds of a report: the acts by which its producer contributed."""
    try:
        table = DeltaTable(str(town.server.folder / "lake" / "contributions"))
    except TableNotFoundError:
        return []
    rows = table.to_pyarrow_table(columns=["report", "contribution", "event"]).to_pylist()
    return [row["contribution"] or row["event"] for row in rows if row["report"] == report]


def test_a_pothole_travels_from_a_phone_to_the_firm_and_the_answer_comes_back(town: Town) -> None:
    phone = town.phone()
    report = phone.report("pothole")
    with phone.following() as timeline:
        timeline.hear("report.submitted")
        timeline.hear("report.routed", organisation="works", executor="mender")
        timeline.hear("report.status", old="received", new="assigned")

        # The firm takes it, mends it and shows it.
        ticket = town.otto.ticket(report)
        town.otto.accept(ticket)
        timeline.hear("ticket.accepted", ticket=ticket)
        town.otto.start(ticket)
        timeline.hear("report.status", old="assigned", new="in_progress")
        town.otto.finish(ticket, "Filled and rolled.", proof=photo_of_a_hole())
        timeline.hear("ticket.done", ticket=ticket)

        # The bureau has the last word.
        town.olga.countersign(town.olga.ticket(report), "The road is whole again.")
        timeline.hear("ticket.countersigned")
        said = timeline.hear("report.status", new="resolved", reason="fixed")

    assert said["text"] == "The road is whole again."
    assert phone.look()["status"] == "resolved"
    seqs = [event["seq"] for event in timeline.events]
    assert seqs == sorted(set(seqs))
    trace = phone.trace()
    verify(trace)
    assert phone.receipt.digest in [event["digest"] for event in trace["events"]]
    until(lambda: "report.status" in contributions(town, report), "the resolved report in the lake")
    assert {"report", "photo"} <= set(contributions(town, report))
    until(lambda: town.menders.has(report, "ticket.offered", "report.status"), "the firm told by webhook")
    assert town.menders.forged == 0
