"""What listeners really hear is what the AsyncAPI document says they hear."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from accounts.actors import SYSTEM
from accounts.models import User
from accounts.viewers import viewer_of_user
from config.asyncapi import document
from reports import services
from reports.models import Recipient
from reports.workflow import Status
from tests.conftest import Maker, SmallCity
from tests.live.test_listeners import BOX, Ear, happens, pass_of, run, tell, timeline

pytestmark = pytest.mark.usefixtures("one_connection")

Message = dict[str, Any]


@pytest.fixture(autouse=True)
def only_listeners(settings: Any) -> None:
    """Nothing else reacts, so that a test reads only what it did itself."""
    settings.EVENT_HANDLERS = []


def resolved(node: Message) -> Message:
    """What a reference within the document leads to."""
    while "$ref" in node:
        target: Any = document()
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def messages_of(operation: str) -> Iterator[Message]:
    """The messages of an operation, each as a JSON Schema that stands for itself."""
    for reference in document()["operations"][operation]["messages"]:
        payload = resolved(reference)["payload"]
        yield {**payload, "components": document()["components"]}


def fits(message: Message, operation: str) -> int:
    """How many of an operation's messages a real one could be."""
    return sum(Draft202012Validator(schema).is_valid(message) for schema in messages_of(operation))


def test_every_example_of_the_document_is_the_message_it_shows() -> None:
    for message in document()["components"]["messages"].values():
        schema = {**message["payload"], "components": document()["components"]}
        for example in message["examples"]:
            Draft202012Validator(schema).validate(example["payload"])


def test_a_timeline_is_told_as_documented(make: Maker) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        ear = Ear(timeline(report))
        heard = [await ear.wish(after=0), *await ear.hears(2)]
        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        heard += await ear.hears(1)
        assert [fits(message, "tellTimeline") for message in heard] == [1, 1, 1, 1]
        await ear.hang_up()

    run(scenario)


def test_a_map_is_told_as_documented(make: Maker) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        ear = Ear("/live/map/")
        heard = [await ear.wish(bbox=BOX)]
        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        heard += await ear.hears(1)
        assert [fits(message, "tellMap") for message in heard] == [1, 1]
        await ear.hang_up()

    run(scenario)


def test_a_queue_is_told_as_documented(make: Maker, olga: User, city: SmallCity) -> None:
    report = make.report()
    Recipient.objects.create(report=report, organisation=city.works)
    tell()
    viewer = viewer_of_user(olga)

    async def scenario() -> None:
        ear = Ear("/live/organisations/works/")
        heard = [await ear.wish(**{"pass": await pass_of(viewer)})]
        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        heard += await ear.hears(1)
        assert [fits(message, "tellQueue") for message in heard] == [1, 1]
        await ear.hang_up()

    run(scenario)


@pytest.mark.parametrize(
    ("path", "wish", "operation"),
    [
        ("/live/map/", {"bbox": [1, 2, 3]}, "Map"),
        ("/live/map/", {"bbox": [-180, -90, 180, 90]}, "Map"),
        ("/live/reports/00000000000000000000/", {}, "Timeline"),
        ("/live/organisations/works/", {"pass": "unknown"}, "Queue"),
    ],
)
def test_a_refusal_is_told_as_documented(path: str, wish: Message, operation: str, city: SmallCity) -> None:
    async def scenario() -> None:
        ear = Ear(path)
        assert fits(await ear.wish(**wish), f"tell{operation}") == 1
        await ear.hang_up()

    run(scenario)


def test_a_map_that_was_away_too_long_is_told_to_ask_anew(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.report()
    tell()
    monkeypatch.setattr("reports.live_missed.MOST_MISSED", 1)

    async def scenario() -> None:
        ear = Ear("/live/map/")
        answer = await ear.wish(bbox=BOX, after=0)
        assert answer["problem"] == "/problems/too-far-behind"
        assert fits(answer, "tellMap") == 1
        await ear.hang_up()

    run(scenario)


def test_a_map_that_comes_back_hears_what_it_missed_and_no_line_twice(make: Maker) -> None:
    report = make.report()
    tell()

    async def scenario() -> None:
        ear = Ear("/live/map/")
        begun = await ear.wish(bbox=BOX)
        await happens(services.change_status, report, Status.ASSIGNED, by=SYSTEM)
        again = Ear("/live/map/")
        assert (await again.wish(bbox=BOX, after=begun["seq"]))["kind"] == "report.status"
        assert [line["type"] for line in await again.hears(1)] == ["ready"]
        await ear.hang_up()
        await again.hang_up()

    run(scenario)
