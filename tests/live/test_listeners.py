"""Who hears what, live: timelines, the map and queues, through the application as it is served."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from accounts.actors import ANYONE, SYSTEM, Viewer
from accounts.models import User
from accounts.viewers import viewer_of_user
from config.asgi import application
from reports import live, services
from reports.models import Event, Recipient, Report
from reports.relay import relay_events
from reports.workflow import Status, Visibility
from tests.conftest import Maker, SmallCity

pytestmark = pytest.mark.usefixtures("one_connection")

QUIET_S = 0.05
BOUND_S = 20
BOX = [114.4, 38.0, 114.6, 38.1]


@pytest.fixture(autouse=True)
def only_listeners(settings: Any) -> None:
    """Nothing else reacts, so that a test reads only what it did itself."""
    settings.EVENT_HANDLERS = []


class Ear:
    """A phone or a browser on WebSocket, as the server hands it to the application."""

    def __init__(self, path: str, headers: dict[str, str] | None = None) -> None:
        named = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": named, "subprotocols": []}
        # asgiref's test tool has no types
        self._line: Any = cast("Any", ApplicationCommunicator)(application, scope)

    async def connect(self) -> bool:
        await self._line.send_input({"type": "websocket.connect"})
        answer = await self._line.receive_output(BOUND_S)
        return bool(answer["type"] == "websocket.accept")

    async def wish(self, **wish: Any) -> dict[str, Any]:
        """Connect, say what to listen to, and take the first answer."""
        await self.connect()
        return await self.ask(**wish)

    async def ask(self, **wish: Any) -> dict[str, Any]:
        await self.say(json.dumps(wish))
        return await self.next()

    async def say(self, text: str) -> None:
        await self._line.send_input({"type": "websocket.receive", "text": text})

    async def next(self) -> dict[str, Any]:
        message = await self._line.receive_output(BOUND_S)
        line: dict[str, Any] = json.loads(message["text"])
        return line

    async def hears(self, count: int) -> list[dict[str, Any]]:
        """The next ``count`` lines, after which it is quiet."""
        lines = [await self.next() for _ in range(count)]
        assert await self._line.receive_nothing(QUIET_S, 0.01)
        return lines

    async def hang_up(self) -> None:
        await self._line.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._line.wait(BOUND_S)


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Play a scenario on a loop whose database calls come back to this thread and its transaction."""
    async_to_sync(scenario)()


def tell() -> None:
    """Relay what happened and tell the listeners."""
    relay_events()
    while live.announce():
        pass


async def happens(act: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Something is done, and the listeners are told."""
    await sync_to_async(act)(*args, **kwargs)
    await sync_to_async(tell)()


async def pass_of(viewer: Viewer) -> str:
    return await sync_to_async(live.issue_pass)(viewer)


def last_seq() -> int:
    return max(seq for seq in Event.objects.values_list("seq", flat=True) if seq)


def kinds(lines: list[dict[str, Any]]) -> list[str]:
    return [line["kind"] for line in lines if line["type"] == "event"]


def timeline(report: Report) -> str:
    return f"/live/reports/{report.code}/"


# --- One report's timeline ---


def test_anybody_hears_the_public_timeline_from_the_start_and_live(make: Maker, olga: User) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        ear = Ear(timeline(report))
        first = await ear.wish(after=0)
        missed = [first, *await ear.hears(2)]
        assert kinds(missed) == ["report.submitted", "report.routed"]
        assert missed[-1] == {"type": "ready", "seq": missed[-2]["seq"]}

        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        [line] = await ear.hears(1)
        assert (line["kind"], line["data"]) == ("report.status", {"old": "received", "new": "assigned"})
        await ear.hang_up()

    run(scenario)


def test_a_listener_resumes_where_it_was_without_a_gap_or_a_repeat(make: Maker) -> None:
    report = make.report()
    tell()
    last = last_seq()
    services.change_status(report, Status.ASSIGNED, by=SYSTEM)
    tell()

    async def scenario() -> None:
        ear = Ear(timeline(report))
        first = await ear.wish(after=last)
        rest = await ear.hears(1)
        assert (first["kind"], first["seq"]) == ("report.status", last + 1)
        assert rest == [{"type": "ready", "seq": last + 1}]
        await ear.hang_up()

    run(scenario)


def test_a_note_of_the_desk_reaches_the_organisation_and_no_outsider(
    make: Maker, olga: User, city: SmallCity
) -> None:
    report = make.report()
    Recipient.objects.create(report=report, organisation=city.works)
    tell()
    last = last_seq()
    actor, viewer = make.actor(olga), viewer_of_user(olga)

    async def scenario() -> None:
        outsider, insider = Ear(timeline(report)), Ear(timeline(report))
        await outsider.wish(after=last)
        await insider.wish(after=last, **{"pass": await pass_of(viewer)})

        await happens(services.add_comment, report, by=actor, text="Ring the foreman first.", is_public=False)

        assert [line["text"] for line in await insider.hears(1)] == ["Ring the foreman first."]
        await outsider.hears(0)
        await outsider.hang_up()
        await insider.hang_up()

    run(scenario)


def test_the_holder_of_the_receipt_hears_a_report_nobody_else_may_know_of(make: Maker) -> None:
    submitted = make.submitted(category="taxi")
    report = submitted.report
    tell()
    receipt = Viewer(producer=report.producer, report_code=report.code)

    async def scenario() -> None:
        holder, stranger = Ear(timeline(report)), Ear(timeline(report))
        line = await holder.wish(**{"pass": await pass_of(receipt)})
        assert line["kind"] == "report.submitted"
        assert await stranger.wish() == {"type": "problem", "problem": "/problems/not-found"}
        await holder.hang_up()
        await stranger.hang_up()

    run(scenario)


def test_a_pass_of_one_receipt_opens_no_other_report(make: Maker) -> None:
    own, other = make.submitted(category="taxi").report, make.submitted(category="taxi").report
    receipt = Viewer(producer=own.producer, report_code=own.code)

    async def scenario() -> None:
        ear = Ear(timeline(other))
        assert (await ear.wish(**{"pass": await pass_of(receipt)}))["problem"] == "/problems/not-found"
        await ear.hang_up()

    run(scenario)


def test_a_pass_opens_one_connection(make: Maker) -> None:
    report = make.report()

    async def scenario() -> None:
        word = await pass_of(ANYONE)
        first, second = Ear(timeline(report)), Ear(timeline(report))
        assert (await first.wish(**{"pass": word}))["type"] == "ready"
        assert await second.wish(**{"pass": word}) == {"type": "problem", "problem": "/problems/bad-pass"}
        await first.hang_up()
        await second.hang_up()

    run(scenario)


def test_who_listens_to_a_report_that_is_hidden_meanwhile_hears_no_more(make: Maker, mona: User) -> None:
    report = make.report()
    tell()
    last, actor = last_seq(), make.actor(mona)

    async def scenario() -> None:
        ear = Ear(timeline(report))
        await ear.wish(after=last)
        await happens(services.change_visibility, report, Visibility.HIDDEN, by=actor)
        await happens(services.add_comment, report, by=actor, text="It was nobody's business.")
        await ear.hears(0)
        await ear.hang_up()

    run(scenario)


# --- The map ---


def test_the_map_hears_public_reports_in_its_box_and_no_private_one(make: Maker) -> None:
    public = make.report()
    tell()

    async def scenario() -> None:
        ear = Ear("/live/map/")
        assert (await ear.wish(bbox=BOX))["type"] == "ready"

        await happens(make.report, "taxi", visibility=Visibility.PRIVATE)
        await happens(make.submitted)
        await ear.hears(0)

        await happens(services.change_status, public, Status.ASSIGNED, by=SYSTEM)
        [line] = await ear.hears(1)
        assert (line["report"], line["status"]) == (public.code, "assigned")
        await ear.hang_up()

    run(scenario)


def test_a_map_that_moves_away_hears_no_more(make: Maker) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        ear = Ear("/live/map/")
        await ear.wish(bbox=BOX)
        await ear.ask(bbox=[115.4, 39.0, 115.5, 39.1])
        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        await ear.hears(0)
        await ear.hang_up()

    run(scenario)


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        ({}, "bad-message"),
        ({"bbox": [114.6, 38.0, 114.4, 38.1]}, "bad-message"),
        ({"bbox": [-180, -90, 180, 90]}, "too-large"),
    ],
)
def test_a_box_that_cannot_be_listened_to_is_refused(
    wish: dict[str, Any], problem: str, city: SmallCity
) -> None:
    async def scenario() -> None:
        ear = Ear("/live/map/")
        assert await ear.wish(**wish) == {"type": "problem", "problem": f"/problems/{problem}"}
        await ear.hang_up()

    run(scenario)


# --- Queues ---


def test_members_hear_their_organisations_queue(make: Maker, olga: User, city: SmallCity) -> None:
    given, other = make.report("taxi", visibility=Visibility.PRIVATE), make.report()
    Recipient.objects.create(report=given, organisation=city.works)
    tell()
    viewer = viewer_of_user(olga)

    async def scenario() -> None:
        ear = Ear("/live/organisations/works/")
        assert await ear.wish(**{"pass": await pass_of(viewer)}) == {"type": "ready"}
        await happens(services.change_status, other, Status.ASSIGNED, by=SYSTEM)
        await happens(services.change_status, given, Status.ASSIGNED, by=SYSTEM)
        assert [line["report"] for line in await ear.hears(1)] == [given.code]
        await ear.hang_up()

    run(scenario)


def test_the_steering_bureau_also_hears_what_waits_for_triage(make: Maker, mona: User) -> None:
    viewer = viewer_of_user(mona)

    async def scenario() -> None:
        ear = Ear("/live/organisations/traffic/")
        await ear.wish(**{"pass": await pass_of(viewer)})
        await happens(make.submitted, "noise")
        assert kinds(await ear.hears(2)) == ["report.submitted", "report.routed"]
        await ear.hang_up()

    run(scenario)


@pytest.mark.parametrize("code", ["works", "traffic", "nobody"])
def test_a_queue_is_closed_to_whoever_does_not_work_there(code: str, alice: User, city: SmallCity) -> None:
    viewer = viewer_of_user(alice)

    async def scenario() -> None:
        ear = Ear(f"/live/organisations/{code}/")
        assert (await ear.wish(**{"pass": await pass_of(viewer)}))["problem"] == "/problems/not-found"
        await ear.hang_up()

    run(scenario)


# --- The door ---


def test_a_browser_listens_with_its_session(olga: User, client: Client) -> None:
    client.force_login(olga)
    cookie = f"sessionid={client.cookies['sessionid'].value}"

    async def scenario() -> None:
        ear = Ear("/live/organisations/works/", {"cookie": cookie, "origin": "http://localhost"})
        assert await ear.wish() == {"type": "ready"}
        await ear.hang_up()

    run(scenario)


def test_a_page_of_another_site_is_turned_away_and_an_app_without_origin_is_not(city: SmallCity) -> None:
    async def scenario() -> None:
        assert await Ear("/live/map/", {"origin": "https://evil.example"}).connect() is False
        app = Ear("/live/map/")
        assert await app.connect() is True
        await app.hang_up()

    run(scenario)


@pytest.mark.parametrize("words", ["no JSON", "[]", "17", '{"after": "seven"}', '{"pass": "unknown"}'])
def test_a_bad_first_message_is_answered_and_not_a_crash(words: str, make: Maker) -> None:
    report = make.report()

    async def scenario() -> None:
        ear = Ear(timeline(report))
        await ear.connect()
        await ear.say(words)
        assert (await ear.next())["type"] == "problem"
        await ear.hang_up()

    run(scenario)
