"""Server-sent events: the same lines as on WebSocket, to the same people, and nothing is missed."""

import json
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from rest_framework.test import APIClient

from accounts.actors import SYSTEM
from accounts.models import User
from accounts.viewers import viewer_of_user
from config.asgi import application
from reports import live, live_missed, services, streams
from reports.models import Report
from reports.models.report import Bbox
from reports.services import Submitted
from reports.streams import Stream
from reports.workflow import Status, Visibility
from tests.conftest import Maker, SmallCity
from tests.live.test_listeners import BOUND_S, QUIET_S, happens, last_seq, run, tell

pytestmark = pytest.mark.usefixtures("one_connection")

BOX = "114.4,38.0,114.6,38.1"
Line = dict[str, Any]


@pytest.fixture(autouse=True)
def only_listeners(settings: Any) -> None:
    """Nothing else reacts, so that a test reads only what it did itself."""
    settings.EVENT_HANDLERS = []


class Radio:
    """A browser's EventSource, as the server hands it to the application."""

    def __init__(self, address: str, **headers: str) -> None:
        path, _, query = address.partition("?")
        named = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http", "method": "GET", "path": path, "query_string": query.encode(),
            "headers": [(b"host", b"localhost"), *named], "client": ("203.0.113.7", 4711),
            "server": ("localhost", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
        }  # fmt: skip
        self._line: Any = cast("Any", ApplicationCommunicator)(application, scope)
        self.headers: dict[str, str] = {}

    async def tune(self) -> int:
        """Connect; returns the status."""
        await self._line.send_input({"type": "http.request", "body": b"", "more_body": False})
        start = await self._line.receive_output(BOUND_S)
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return int(start["status"])

    async def body(self) -> str:
        message = await self._line.receive_output(BOUND_S)
        return str(message["body"].decode())

    async def hears(self, count: int) -> list[Line]:
        """The next ``count`` messages; each but ``ready`` of an empty beginning has its seq as id."""
        heard: list[Line] = []
        while len(heard) < count:
            block = await self.body()
            fields = dict(row.split(": ", 1) for row in block.splitlines() if ": " in row)
            if "data" in fields:
                heard.append(json.loads(fields["data"]))
                assert fields["id"] == str(heard[-1]["seq"])
        return heard

    async def is_quiet(self) -> bool:
        return bool(await self._line.receive_nothing(QUIET_S, 0.01))

    async def hang_up(self) -> None:
        await self._line.send_input({"type": "http.disconnect"})
        await self._line.wait(BOUND_S)


def timeline(report: Report) -> str:
    return f"/api/v1/reports/{report.code}/stream/"


def kinds(lines: list[Line]) -> list[Any]:
    return [line.get("kind", line["type"]) for line in lines]


# --- What is heard ---


def test_a_stream_tells_what_was_missed_and_then_what_happens(make: Maker) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        radio = Radio(timeline(report))
        assert await radio.tune() == 200
        assert radio.headers["content-type"] == "text/event-stream"
        assert await radio.body() == "retry: 3000\n\n"
        assert kinds(await radio.hears(3)) == ["report.submitted", "report.routed", "ready"]
        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        assert kinds(await radio.hears(1)) == ["report.status"]
        assert await radio.is_quiet()
        await radio.hang_up()

    run(scenario)


def test_a_browser_that_comes_back_says_where_it_was(make: Maker) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        last = await sync_to_async(last_seq)()
        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        radio = Radio(timeline(report) + "?after=0", last_event_id=str(last))
        await radio.tune()
        assert kinds(await radio.hears(2)) == ["report.status", "ready"]
        await radio.hang_up()

    run(scenario)


def test_a_map_begins_now_and_goes_on_where_it_was(make: Maker) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        radio = Radio(f"/api/v1/reports/map/stream/?bbox={BOX}")
        await radio.tune()
        [begun] = await radio.hears(1)
        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        assert [line["report"] for line in await radio.hears(1)] == [report.code]
        await radio.hang_up()
        again = Radio(f"/api/v1/reports/map/stream/?bbox={BOX}&after={begun['seq']}")
        await again.tune()
        assert kinds(await again.hears(2)) == ["report.status", "ready"]
        await again.hang_up()

    run(scenario)


def test_a_sign_of_life_is_a_comment(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    report = make.report()
    tell()
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0)

    async def scenario() -> None:
        radio = Radio(timeline(report))
        await radio.tune()
        await radio.hears(3)
        assert await radio.body() == ":\n\n"
        await radio.hang_up()

    run(scenario)


# --- To whom ---


def test_what_is_not_public_is_heard_with_a_receipt_or_a_pass_and_by_nobody_else(make: Maker) -> None:
    submitted: Submitted = make.submitted()
    tell()
    word = APIClient().post(
        "/api/v1/live/passes/",
        HTTP_AUTHORIZATION=f"Receipt {submitted.report.code}:{submitted.secret}",
    ).json()["pass"]  # fmt: skip
    receipt = f"Receipt {submitted.report.code}:{submitted.secret}"
    address = timeline(submitted.report)

    async def scenario() -> None:
        assert await Radio(address).tune() == 404
        assert await Radio(address + "?pass=unknown").tune() == 401
        for radio in (Radio(address, authorization=receipt), Radio(f"{address}?pass={word}")):
            assert await radio.tune() == 200
            await radio.hang_up()
        assert await Radio(f"{address}?pass={word}").tune() == 401

    run(scenario)


def test_outsiders_hear_no_inner_line_of_a_map(make: Maker) -> None:
    hidden, shown = make.report(visibility=Visibility.PRIVATE), make.report()
    tell()

    assert {line["report"] for line in live_missed.of_box(Bbox(114.4, 38.0, 114.6, 38.1), 0)} == {shown.code}
    assert hidden.code != shown.code


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("bbox=1,2,3", 400),
        ("bbox=-180,-90,180,90", 400),
        (f"bbox={BOX}&after=x", 400),
        (f"bbox={BOX}&b=1", 400),
    ],
)
def test_a_stream_that_cannot_be_is_a_problem(query: str, status: int, city: SmallCity) -> None:
    async def scenario() -> None:
        radio = Radio(f"/api/v1/reports/map/stream/?{query}", accept_language="en")
        assert await radio.tune() == status
        assert radio.headers["content-type"] == "application/problem+json"
        assert json.loads(await radio.body())["title"] == "Some fields are not right."

    run(scenario)


def test_whoever_was_away_too_long_asks_for_the_map_itself(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.report()
    tell()
    monkeypatch.setattr(live_missed, "MOST_MISSED", 1)

    async def scenario() -> None:
        radio = Radio(f"/api/v1/reports/map/stream/?bbox={BOX}&after=0")
        assert await radio.tune() == 409
        assert json.loads(await radio.body())["type"] == "/problems/too-far-behind"

    run(scenario)


# --- How many ---


def test_an_address_keeps_so_many_streams_and_a_closed_one_makes_room(make: Maker, settings: Any) -> None:
    report = make.report()
    tell()
    settings.LIVE_STREAMS_PER_ADDRESS = 1

    async def scenario() -> None:
        first, second, third = (Radio(timeline(report)) for _ in range(3))
        assert await first.tune() == 200
        assert await second.tune() == 429
        assert second.headers["retry-after"] == "30"
        await first.hang_up()
        assert await third.tune() == 200
        await third.hang_up()

    run(scenario)
    assert not Stream.held
    assert not Stream.open_now


def test_a_producer_keeps_so_many_streams_from_wherever(make: Maker, settings: Any, alice: User) -> None:
    report = make.report(user=alice)
    tell()
    settings.LIVE_STREAMS_PER_PRODUCER = 1
    words = [live.issue_pass(viewer_of_user(alice)) for _ in range(2)]

    async def scenario() -> None:
        first, second = (Radio(f"{timeline(report)}?pass={word}") for word in words)
        assert await first.tune() == 200
        assert await second.tune() == 429
        await first.hang_up()

    run(scenario)


def test_a_stream_that_is_ended_finishes_its_answer(make: Maker) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        radio = Radio(timeline(report))
        await radio.tune()
        await radio.hears(3)
        [stream] = Stream.open_now
        await stream.end()
        assert await radio.body() == ""
        await radio.hang_up()

    run(scenario)


# --- Where nothing can stay open ---


def test_a_server_that_keeps_nothing_open_answers_with_what_is_there(make: Maker, anyone: APIClient) -> None:
    report = make.report()
    tell()

    answer = anyone.get(timeline(report), HTTP_ACCEPT="text/event-stream")
    later = anyone.get(timeline(report), HTTP_LAST_EVENT_ID=str(last_seq()))

    assert answer["Content-Type"] == "text/event-stream"
    assert [row[:4] for row in answer.content.decode().splitlines() if row] == ["retr"] + ["id: ", "data"] * 3
    assert later.content.decode().count("data:") == 1


# --- Polling ---


def test_a_phone_that_polls_gets_only_what_is_newer_and_a_304_when_nothing_is(
    make: Maker, anyone: APIClient
) -> None:
    report = make.report()
    tell()
    known = anyone.get(f"/api/v1/reports/{report.code}/timeline/")
    last = known.json()[-1]["seq"]
    services.change_status(report, Status.ASSIGNED, by=SYSTEM)
    waiting = anyone.get(f"/api/v1/reports/{report.code}/timeline/?after={last}")
    tell()

    newer = anyone.get(
        f"/api/v1/reports/{report.code}/timeline/?after={last}", HTTP_IF_NONE_MATCH=waiting["ETag"]
    )
    again = anyone.get(
        f"/api/v1/reports/{report.code}/timeline/?after={last}", HTTP_IF_NONE_MATCH=newer["ETag"]
    )

    assert waiting.json() == []
    assert [line["kind"] for line in newer.json()] == ["report.status"]
    assert again.status_code == 304
