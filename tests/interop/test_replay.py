"""The replay: phones against a service that is made up here, and the reading of traces."""

import asyncio
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command

from interop.replay.figures import figures_of, percentiles, verification_of
from interop.replay.phones import NoService, Phones
from interop.replay.pictures import picture
from interop.replay.run import Outcome, Plan, replay
from interop.sources import SourceRow
from reports import photos
from reports.events import chain

CATALOGUE = {"groups": [{"categories": [{"name": "Pothole", "code": "pothole", "kinds": ["problem"]}]}]}
QUICK = Plan(rate=1000, connections=2, photos_share=0, retry_share=0, settle_s=0)
Answer = Callable[[httpx.Request], httpx.Response]


def rows(count: int, category: str = "Pothole") -> list[SourceRow]:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        SourceRow(
            str(n),
            n + 2,
            category,
            moment,
            text="A hole.",
            latitude=38.05,
            longitude=114.45,
            address="Main St",
        )
        for n in range(count)
    ]


class Service:
    """A made-up service: stores each report once by its key and tells its trace; ``before`` may answer
    instead.
    """

    def __init__(self, before: Callable[[httpx.Request], httpx.Response | None] | None = None) -> None:
        self.before = before
        self.answers: dict[str, dict[str, Any]] = {}
        self.bodies: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/categories/"):
            return httpx.Response(200, json=CATALOGUE)
        if request.url.path.endswith("/trace/"):
            return httpx.Response(200, json=self.trace(request.url.path.split("/")[-3]))
        instead = self.before(request) if self.before else None
        if instead is not None:
            return instead
        self.bodies.append(request.content)
        key = request.headers["Idempotency-Key"]
        answer = self.answers.setdefault(key, self.answer_to(f"{len(self.answers):020}"))
        return httpx.Response(201, json=answer)

    def answer_to(self, code: str) -> dict[str, Any]:
        digest = self.trace(code)["events"][1]["digest"]
        receipt = {"code": code, "secret": "s", "reference": "2026-1", "digest": digest}
        return {"report": {"needs_triage": False}, "receipt": receipt}

    def trace(self, code: str) -> dict[str, Any]:
        events: list[dict[str, Any]] = []
        digest = ""
        data = {"organisation": "works", "triage": ""}
        for seq, kind in enumerate(["report.submitted", "report.routed", "ticket.offered"], start=1):
            body = {"report": code, "kind": kind, "data": dict(data)}
            digest = chain(digest, body)
            events.append({**body, "seq": seq, "digest": digest})
        return {"report": code, "head_digest": digest, "events": events, "content": None}


def run(service: Answer, sent: list[SourceRow], plan: Plan = QUICK) -> Outcome:
    async def all_of_it() -> Outcome:
        async with Phones("http://127.0.0.1:1", plan.connections, httpx.MockTransport(service)) as phones:
            return await replay(phones, sent, plan, lambda _: None)

    return asyncio.run(all_of_it())


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interop.replay.phones.FIRST_WAIT_S", 0.0)


def test_every_row_is_sent_and_followed_to_an_organisation() -> None:
    figures = figures_of(run(Service(), rows(10)))

    wanted = {
        "sent": 10,
        "accepted": 10,
        "refused": 0,
        "routed": 10,
        "triaged": 0,
        "delivered": 10,
        "lost": 0,
    }
    assert {name: figures[name] for name in wanted} == wanted
    assert set(figures["latency_ms"]) == {"p50", "p90", "p95", "p99", "p100"}


def test_a_share_of_the_reports_has_a_photo_and_a_share_is_sent_twice() -> None:
    service = Service()

    figures = figures_of(
        run(service, rows(20), Plan(1000, 2, photos_share=0.1, retry_share=0.25, settle_s=0))
    )

    assert sum(b"PNG" in body for body in service.bodies) == 2
    assert (figures["sent_twice"], figures["requests"], figures["accepted"]) == (5, 25, 20)
    assert figures["answered_differently"] == 0


def test_a_second_answer_that_differs_is_counted() -> None:
    service = Service()

    def forgetful(request: httpx.Request) -> httpx.Response:
        answer = service(request)
        service.answers.clear() if len(service.bodies) > 2 else None
        if request.method == "POST":
            return httpx.Response(201, json={**answer.json(), "at": len(service.bodies)})
        return answer

    figures = figures_of(run(forgetful, rows(2), Plan(1000, 1, 0, retry_share=1, settle_s=0)))

    assert figures["answered_differently"] == 2


def test_a_phone_sends_again_until_there_is_an_answer() -> None:
    troubles = iter([httpx.Response(503), httpx.Response(429, headers={"Retry-After": "0"}), None])

    def before(request: httpx.Request) -> httpx.Response | None:
        return next(troubles, None)

    figures = figures_of(run(Service(before), rows(1)))

    assert (figures["accepted"], figures["requests"]) == (1, 3)
    assert figures["sent_again_after"] == {"503": 1, "429": 1}


def test_a_phone_without_any_answer_gives_up_and_says_so() -> None:
    def lost(request: httpx.Request) -> httpx.Response | None:
        raise httpx.ConnectError("away")

    figures = figures_of(run(Service(lost), rows(1)))

    assert (figures["accepted"], figures["refused_by_reason"]) == (0, {"no answer": 1})


def test_refusals_are_counted_by_their_reason() -> None:
    problem = {
        "title": "Invalid",
        "errors": [{"pointer": "#/latitude", "code": "outside_city", "detail": "…"}],
    }

    figures = figures_of(run(Service(lambda _: httpx.Response(400, json=problem)), rows(3)))

    assert figures["refused_by_reason"] == {"#/latitude: outside_city": 3}


def test_rows_of_categories_that_the_city_has_not_are_not_sent() -> None:
    figures = figures_of(run(Service(), [*rows(1), *rows(2, "Noise")]))

    assert (figures["sent"], figures["not_sent_category_unknown"]) == (1, {"Noise": 2})


def test_what_is_no_service_of_ours_is_named() -> None:
    with pytest.raises(NoService, match="gives no catalogue"):
        run(lambda _: httpx.Response(404), rows(1))


# --- Verification ---


def spoilt(change: Callable[[dict[str, Any]], object]) -> Mapping[str, Any]:
    """The verification of one report whose trace was changed."""
    service = Service()
    trace = service.trace

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/trace/"):
            return service(request)
        story = trace(request.url.path.split("/")[-3])
        change(story)
        return httpx.Response(200, json=story)

    return verification_of(run(answer, rows(1)), in_database=1)


def test_a_replay_that_holds_is_verified() -> None:
    verification = verification_of(run(Service(), rows(4)), in_database=4)

    assert (verification["is_verified"], verification["chains_verified"]) == (True, 4)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda t: t["events"][1]["data"].update(rule="other"), "event 2 does not match its digest"),
        (lambda t: t["events"].pop(0), "event 1 does not match its digest"),
        (lambda t: t["events"].pop(), "the last event is not the one the head names"),
        (lambda t: t["events"].clear(), "there is no event"),
    ],
)
def test_a_changed_story_is_found(change: Callable[[dict[str, Any]], object], fault: str) -> None:
    verification = spoilt(change)

    assert (verification["is_verified"], verification["broken"]) == (False, {fault: 1})


def test_a_report_too_many_in_the_database_is_found() -> None:
    verification = verification_of(run(Service(), rows(1)), in_database=2)

    assert (verification["is_verified"], verification["doubled_in_database"]) == (False, 1)


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert percentiles(list(range(1, 101))) == {"p50": 50, "p90": 90, "p95": 95, "p99": 99, "p100": 100}
    assert percentiles([]) == {}


# --- The command ---


def test_only_this_machine_is_sent_to(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="for a service on this machine"):
        call_command("replay", tmp_path / "rows.csv", rate=1, url="http://192.0.2.1:8000")


@pytest.mark.parametrize(("options", "message"), [({"rate": 0}, "more than zero"), ({"rate": 1}, "no file")])
def test_what_cannot_be_replayed_is_said_in_a_sentence(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    if options["rate"] == 0:
        path.write_text("")

    with pytest.raises(CommandError, match=message):
        call_command("replay", path, **options)


def test_pictures_are_ones_that_the_service_takes() -> None:
    first, second = picture(1), picture(2)

    assert photos.judge(io.BytesIO(first), len(first)) != photos.judge(io.BytesIO(second), len(second))
    assert first == picture(1)
