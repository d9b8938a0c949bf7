"""Who sees what of a report, everywhere: the whole matrix of places, visibilities and people.

A place that is added without a line here fails ``test_every_address_has_a_line``.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Organisation, User
from accounts.outside import hang_up
from analytics import lake
from analytics.projector import project
from tests import leaks
from tests.conftest import Maker
from tests.leaks import Item, Scene
from tests.live.test_listeners import Ear, run
from tests.webhooks.conftest import deliver
from tests.webhooks.receiver import receiving
from webhooks.services import register_endpoint

pytestmark = pytest.mark.django_db

# · nothing   № that it exists, by its code   o what the public may read of a public report   ● all of it
STANDING = """
                          held  public  private  hidden  erased
producer                    ●      ●       ●        ●       ·
receipt                     ●      ●       ●        ●       ·
assistant who filed it      ●      ●       ●        ●       ·
moderator                   ●      ●       ●        ●       ·
steward                     ●      ●       ●        ●       ·
auditor                     ●      ●       ●        ●       ·
superuser                   ●      ●       ●        ●       ·
officer                     ●      ●       ●        ·       ·
firm with a ticket          ●      ●       ●        ·       ·
firm without                ·      o       ·        ·       ·
supporter                   ·      o       ·        ·       ·
another citizen             ·      o       ·        ·       ·
another receipt             ·      o       ·        ·       ·
another assistant           ·      o       ·        ·       ·
anybody                     ·      o       ·        ·       ·
"""
NOTHING = "·····"
Table = dict[str, str]


def _table(drawn: str) -> Table:
    _head, *lines = drawn.strip().splitlines()
    return {line[:26].strip(): "".join(line[26:].split()) for line in lines}


WHOLE = _table(STANDING)
EVERYBODY = list(WHOLE)
# A place that shows reports, and nothing that only insiders read.
WORDS = {viewer: row.replace("●", "o") for viewer, row in WHOLE.items()}
PUBLIC = dict.fromkeys(EVERYBODY, "·o···")
NOBODY = dict.fromkeys(EVERYBODY, NOTHING)


def only(row: str, *viewers: str) -> Table:
    """These see this, and nobody else anything."""
    return NOBODY | dict.fromkeys(viewers, row)


def only_some(row: str, *viewers: str) -> Table:
    return dict.fromkeys(viewers, row)


DESK = ("moderator", "steward", "auditor", "superuser")
WORKERS = ("officer", "firm with a ticket")

Reading = Callable[[Scene, str, Item], str]


def at(*paths: str) -> Reading:
    """Pages below ``/api/v1/``, or with their whole address."""

    def read(scene: Scene, viewer: str, item: Item) -> str:
        return item.level("\n".join(scene.get(viewer, item, _address(path, item)) for path in paths))

    return read


def _address(path: str, item: Item) -> str:
    latitude, longitude = item.report.latitude or 0.0, item.report.longitude or 0.0
    box = f"{longitude - 0.001},{latitude - 0.001},{longitude + 0.001},{latitude + 0.001}"
    near = f"latitude={latitude}&longitude={longitude}"
    words = item.outer[0].split("-")[1]
    found = path.format(code=item.code, item=item, box=box, near=near, words=words)
    return found if found.startswith("/") else f"/api/v1/{found}"


def counted(path: str) -> Reading:
    """A place that counts reports and shows none."""

    def read(scene: Scene, viewer: str, item: Item) -> str:
        page = scene.get(viewer, item, _address(path, item))
        assert item.level(page) == "·"
        return "№" if '"count": ' in page else "·"

    return read


def opened(*paths: str) -> Reading:
    """Addresses that lead to a file: of the published photo, and of the one that waits."""

    def read(scene: Scene, viewer: str, item: Item) -> str:
        def is_open(photo: str) -> bool:
            urls = [_address(path.replace("{photo}", photo), item) for path in paths]
            answers = {scene.status(viewer, item, url) for url in urls}
            assert len(answers) == 1
            return answers == {200}

        return "●" if is_open(item.waiting.code) else "o" if is_open(item.shown.code) else "·"

    return read


def listed(path: str) -> Reading:
    """A list of photos: the published one, and the one that waits."""

    def read(scene: Scene, viewer: str, item: Item) -> str:
        page = scene.get(viewer, item, _address(path, item))
        return "●" if item.waiting.code in page else "o" if item.shown.code in page else "·"

    return read


def each(path: str, of: str) -> Reading:
    """The page of each ticket of the report, or of each subscription to it."""

    def read(scene: Scene, viewer: str, item: Item) -> str:
        codes = item.subscriptions if of == "subscriptions" else [ticket.code for ticket in item.tickets]
        return item.level(
            "\n".join(scene.get(viewer, item, _address(f"{path}{code}/", item)) for code in codes)
        )

    return read


# Who may look at a photo as it was taken, and correct what is covered of it.
AT_THE_DESK = only("●●●●·", "moderator", "steward", "superuser") | only_some("●●●··", "officer")
NUMBER = {viewer: row.replace("●", "№").replace("o", "№") for viewer, row in WHOLE.items()}
PUBLIC_NUMBER = dict.fromkeys(EVERYBODY, "·№···")

# Every address of the API that answers to GET, by the name of its route: who sees what there.
ADDRESSES: dict[str, tuple[Table, Reading]] = {
    "report-list": (
        WORDS,
        at("reports/", "reports/?is_mine=true", "reports/?bbox={box}", "reports/?q={words}"),
    ),
    "report-detail": (WORDS, at("reports/{code}/")),
    "report-map": (NUMBER, counted("reports/map/?bbox={box}")),
    "report-comments": (WHOLE, at("reports/{code}/comments/")),
    "report-timeline": (WHOLE, at("reports/{code}/timeline/", "reports/{code}/timeline/?after=0")),
    "report-stream": (WHOLE, at("reports/{code}/stream/")),
    "report-trace": (NUMBER | {"producer": "oooo·", "receipt": "oooo·"}, at("reports/{code}/trace/")),
    "report-proof": (NOBODY, at("reports/{code}/proof/")),
    "report-photos": (WHOLE, listed("reports/{code}/photos/")),
    "photo": (
        WHOLE,
        opened("photos/{photo}/small.webp", "photos/{photo}/medium.jpg", "photos/{photo}/large.webp"),
    ),
    "report-similar": (PUBLIC, at("reports/similar/?{near}")),
    "report-tombstone": (
        only("····№", "receipt", *DESK, *WORKERS),
        at("reports/{code}/tombstone/"),
    ),
    "report-data-uses": (NOBODY, at("reports/{code}/data-uses/")),
    "report-assisted": (only("oooo·", "assistant who filed it"), at("reports/assisted/")),
    "map-stream": (PUBLIC_NUMBER, at("reports/map/stream/?bbox={box}&after=0")),
    "ticket-list": (
        only("oooo№", *DESK) | only_some("ooo№№", *WORKERS),
        at("tickets/", "tickets/?whose=all", "tickets/?whose=supervised"),
    ),
    "ticket-detail": (only("oooo№", *DESK) | only_some("ooo№№", *WORKERS), each("tickets/", "tickets")),
    "events": (only("№№№№№", *DESK, *WORKERS), at("events/")),
    "inbox": (
        only("№№№№·", "producer", "receipt") | only_some("·№···", "supporter"),
        at("me/inbox/"),
    ),
    "news-by-hand": (NOBODY, at("news-by-hand/")),
    "subscriptions": (only("№№№№№", "supporter"), at("me/subscriptions/")),
    "subscription": (only("№№№№№", "supporter"), each("me/subscriptions/", "subscriptions")),
    "desk-triage": (NOBODY, at("desk/triage/")),
    "desk-screening": (only("o····", *DESK, "officer"), at("desk/screening/")),
    "desk-boxes": (AT_THE_DESK, opened("desk/photos/{photo}/boxes/")),
    "desk-original": (AT_THE_DESK, opened("desk/photos/{photo}/original/")),
    # The looks of the officer at the two lines above were written down.
    "data-uses": (only("№№№··", "producer", "receipt"), at("me/data-uses/")),
    "own-reports": (only("oooo·", "producer", "receipt"), at("me/reports/")),
    "own-comments": (only("●●●●●", "supporter"), at("me/comments/")),
    "own-supports": (only("·o···", "supporter"), at("me/supports/")),
    "exports": (NOBODY, at("me/exports/")),
    **{
        name: (NOBODY, at(path))
        for name, path in {
            "me": "me/",
            "consents": "me/consents/",
            "preferences": "me/preferences/",
            "devices": "me/push/",
            "organisations": "organisations/",
            "categories": "categories/?latitude=38.05&longitude=114.45",
            "areas": "areas/",
            "routing-preview": "routing/preview/?category=pothole&{near}",
            "seals": "seals/",
            "endpoints": "endpoints/",
            "endpoint": "endpoints/00000000000000000000/",
            "endpoint-deliveries": "endpoints/00000000000000000000/deliveries/",
            "export": "me/exports/00000000000000000000/",
            "export-file": "me/exports/00000000000000000000/file/",
            "indicators": "indicators/",
            "open-by-organisation": "indicators/open-by-organisation/",
            "hours-to-resolve": "indicators/hours-to-resolve/",
            "reports-per-cell": "indicators/reports-per-cell/",
        }.items()
    },
}

# The same for the pages of the desk and for what everybody may open.
PAGES: dict[str, tuple[Table, Reading]] = {
    "reports at the desk": (
        only("oooo·", *DESK) | only_some("ooo··", "officer"),
        at("/admin/reports/report/"),
    ),
    "a report at the desk": (
        only("●●●●·", *DESK) | only_some("●●●··", "officer"),
        at("/admin/reports/report/{code}/change/"),
    ),
    "what waits to be screened": (only("o····", *DESK, "officer"), at("/admin/moderation/heldreport/")),
    "what waits for triage": (NOBODY, at("/admin/moderation/triagereport/")),
    "tickets at the desk": (only("№№№№№", *DESK, "officer"), at("/admin/tickets/ticket/")),
    "decisions": (NOBODY, at("/admin/moderation/decision/")),
    "the desk": (NOBODY, at("/admin/")),
}


CAST = {
    "alice": "producer",
    "bob": "supporter",
    "mona": "moderator",
    "olga": "officer",
    "otto": "firm with a ticket",
    "fritz": "firm without",
    "stella": "steward",
    "audrey": "auditor",
}


@pytest.fixture
def scene(make: Maker, request: pytest.FixtureRequest) -> Scene:
    return leaks.build(make, people(request))


def people(request: pytest.FixtureRequest) -> dict[str, User]:
    return leaks.cast({role: request.getfixturevalue(name) for name, role in CAST.items()})


def seen(scene: Scene, places: dict[str, tuple[Table, Reading]]) -> dict[str, Table]:
    """What everybody reads of each of the five reports, place by place."""
    return {
        place: {
            viewer: "".join(read(scene, viewer, item) for item in scene.items.values())
            for viewer in EVERYBODY
        }
        for place, (_expected, read) in places.items()
    }


def differences(scene: Scene, places: dict[str, tuple[Table, Reading]]) -> list[str]:
    found = seen(scene, places)
    return [
        f"{place}: {viewer} sees {found[place][viewer]} and should see {expected[viewer]}"
        for place, (expected, _read) in places.items()
        for viewer in EVERYBODY
        if found[place][viewer] != expected[viewer]
    ]


def test_every_address_has_a_line() -> None:
    assert sorted(leaks.api_routes()) == sorted(ADDRESSES)


def test_the_live_timeline_tells_what_the_timeline_tells(scene: Scene, one_connection: None) -> None:
    found = {
        viewer: "".join(heard(scene, viewer, item) for item in scene.items.values()) for viewer in EVERYBODY
    }

    assert found == WHOLE


def heard(scene: Scene, viewer: str, item: Item) -> str:
    """Everything a listener is told of a report from its beginning, with a pass of its own."""
    word = scene.client(viewer, item).post("/api/v1/live/passes/").json()["pass"]
    told: list[str] = []

    async def listen() -> None:
        ear = Ear(f"/live/reports/{item.code}/")
        message = await ear.wish(**{"pass": word, "after": 0})
        while message["type"] == "event":
            told.append(json.dumps(message, ensure_ascii=False))
            message = await ear.next()
        if message["type"] == "ready":
            told.append(item.code)
        await ear.hang_up()

    run(listen)
    return item.level("\n".join(told))


def test_what_is_posted_to_firms_and_kept_in_the_lake_holds_no_words(
    make: Maker, request: pytest.FixtureRequest, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    with receiving() as receiver:
        register_endpoint(Organisation.objects.get(code="mender"), url=receiver.url)
        scene = leaks.build(make, people(request))
        deliver()
        posted = b"".join(arrived.body for arrived in receiver.arrived).decode()
        hang_up()
    project()
    table = lake.open_table()
    assert table is not None
    kept = str(table.to_pyarrow_table().to_pylist())

    for item in scene.items.values():
        never = [*item.outer, *item.inner, leaks.CONTACT, leaks.FILE_NAME, leaks.ALICES_ADDRESS]
        never += [f"{item.report.latitude}"[:8], f"{item.report.longitude}"[:9]]
        assert [word for word in never if word in posted + kept] == []
        assert item.code in posted


def test_everybody_sees_what_they_may_and_no_more(scene: Scene) -> None:
    assert differences(scene, ADDRESSES) == []
    assert differences(scene, PAGES) == []
    assert strays(scene) == []


def test_pages_for_everybody_show_no_report(scene: Scene) -> None:
    for item in scene.items.values():
        for page in ("/", "/health", "/api/schema/", "/_allauth/app/v1/config"):
            assert item.level(scene.get("anybody", item, page)) == "·", page


def strays(scene: Scene) -> list[str]:
    """Pages that hold what no page may: how a person is reached, and names of files."""
    never = {
        leaks.CONTACT: set(),
        leaks.FILE_NAME: set(),
        leaks.ALICES_ADDRESS: {("producer", "/api/v1/me/")},
    }
    return [
        f"{who} reads {word} at {url}"
        for (who, url), page in scene.pages.items()
        for word, fine in never.items()
        if word in page and (who, url) not in fine
    ]
