"""Proofs: anybody who may read a report can check, without us, that its story was not changed."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from governance.services import seal_events
from governance.verify import verify
from reports.models import Report
from reports.services import Submitted
from tests.conftest import Maker

pytestmark = pytest.mark.django_db

Relay = Callable[[], int]
WithReceipt = Callable[[Submitted], APIClient]


@pytest.fixture
def story(make: Maker, relay: Relay, with_receipt: WithReceipt) -> dict[str, Any]:
    """A sealed report as its producer downloads it, among those of others."""
    make.submitted()
    submitted = make.submitted(text="A hole.")
    make.submitted()
    relay()
    seal_events()
    phone, base = with_receipt(submitted), f"/api/v1/reports/{submitted.report.code}"
    trace = phone.get(f"{base}/trace/").json()
    return {**trace, "proofs": phone.get(f"{base}/proof/").json()["results"]}


def check(story: dict[str, Any], roots: dict[str, str] | None = None) -> tuple[str, ...]:
    return verify(story, story["proofs"], roots).faults


def test_an_untouched_story_verifies(story: dict[str, Any]) -> None:
    verdict = verify(story, story["proofs"])

    assert verdict.is_good
    assert verdict.event_count == verdict.sealed_count == 2


def test_a_changed_event_is_found(story: dict[str, Any]) -> None:
    story["events"][1]["data"]["triage"] = "changed"

    assert check(story) == ("event 2 (report.routed) does not match its digest",)


def test_a_left_out_event_is_found(story: dict[str, Any]) -> None:
    del story["events"][0], story["content"]

    assert "event 1 (report.routed) does not match its digest" in check(story)


def test_a_cut_off_end_is_found(story: dict[str, Any]) -> None:
    del story["events"][1], story["proofs"][1]

    assert check(story) == ("the last event is not the one that the report's head names",)


def test_a_withheld_event_keeps_its_place_in_the_chain(story: dict[str, Any]) -> None:
    story["events"][1] = {"digest": story["events"][1]["digest"]}

    assert verify(story).is_good


def test_changed_words_are_found(story: dict[str, Any]) -> None:
    story["content"]["text"] = "A small hole."

    assert check(story) == ("the content is not the one that was submitted",)


def test_a_forged_proof_is_found(story: dict[str, Any]) -> None:
    seal = story["proofs"][0]["seal"]
    story["proofs"][0]["path"][0] = "0" * 64

    assert check(story) == (f"event 3 is not under seal {seal['code']}",)


def test_a_proof_is_held_against_the_roots_one_kept(story: dict[str, Any]) -> None:
    seal = story["proofs"][0]["seal"]

    assert check(story, {seal["code"]: seal["root"]}) == ()
    assert check(story, {seal["code"]: "0" * 64}) == (
        f"event 3 is not under seal {seal['code']}",
        f"event 4 is not under seal {seal['code']}",
    )
    assert check(story, {})[0] == f"seal {seal['code']} of event 3 is not among the known seals"


def test_a_proof_of_other_digests_is_found(story: dict[str, Any]) -> None:
    story["proofs"][0]["digest"] = "0" * 64

    assert check(story) == ("the proof of event 3 is about a digest that is not in the trace",)


def test_an_event_is_proved_after_the_next_sealing(make: Maker, relay: Relay, client: Client) -> None:
    report = make.report()
    relay()

    proofs = client.get(f"/api/v1/reports/{report.code}/proof/").json()["results"]

    assert [proof["seal"] for proof in proofs] == [None, None]


def test_nobody_gets_proofs_of_a_report_they_may_not_see(make: Maker, relay: Relay, client: Client) -> None:
    report = make.report(visibility="private")
    relay()
    seal_events()

    assert client.get(f"/api/v1/reports/{report.code}/proof/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_proofs_cost_four_statements_whatever_the_number(
    make: Maker, relay: Relay, client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    report = make.report()
    others = [make.report() for _ in range(count)]
    for other in others:
        other.events.update(report=report)
        relay()
        seal_events()

    with django_assert_max_num_queries(4):
        page = client.get(f"/api/v1/reports/{report.code}/proof/").json()

    assert len(page["results"]) == 2 + 2 * count


def test_the_command_verifies_a_file(story: dict[str, Any], tmp_path: Path) -> None:
    file, out = tmp_path / "trace.json", StringIO()
    file.write_text(json.dumps(story))

    call_command("verify_trace", file, stdout=out)

    assert out.getvalue() == "The trace verifies: 2 events, 2 of them sealed.\n"


def test_the_command_takes_pages_of_the_api(story: dict[str, Any], tmp_path: Path) -> None:
    files = {"trace": story, "proof": {"results": story.pop("proofs")}, "seals": {"results": []}}
    for name, document in files.items():
        (tmp_path / name).write_text(json.dumps(document))
    errors = StringIO()

    with pytest.raises(CommandError, match="does not verify"):
        call_command(
            "verify_trace",
            tmp_path / "trace",
            proof=tmp_path / "proof",
            seals=tmp_path / "seals",
            stderr=errors,
        )

    assert errors.getvalue().count("is not among the known seals") == 2


@pytest.mark.parametrize("text", ["not JSON", "[]", '{"events": [{}]}'])
def test_the_command_refuses_what_is_no_trace(text: str, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(text)

    with pytest.raises(CommandError, match=r"cannot be read|not a trace"):
        call_command("verify_trace", file)


def test_the_trace_and_the_proof_outlive_erasure_of_the_words(story: dict[str, Any]) -> None:
    Report.objects.filter(code=story["report"]).update(
        text="", address="", latitude=None, longitude=None, cell=None, visibility="erased"
    )
    del story["content"]

    assert verify(story, story["proofs"]).is_good
