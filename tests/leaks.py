"""Five reports that could leak, one for each visibility, and everybody who might look.

Every word of a report stands nowhere else, so that wherever it turns up it can be named. ``outer`` are the
words an outsider may read once the report is public; ``inner`` those that nobody but its producer and those
who work on it may read at all.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from accounts.models import Membership, Organisation, Producer, User
from reports import services as reports
from reports.models import Photo, Report
from reports.relay import relay_events
from reports.services.assisting import Behalf, note_assistance
from reports.services.photos import add_photo, finish_photo
from reports.workflow import Visibility
from tests.conftest import Maker
from tests.reports.test_submit import jpeg
from tickets import services as tickets
from tickets.models import Ticket

VISIBILITIES = tuple(str(value) for value in ("held", "public", "private", "hidden", "erased"))
FILE_NAME = "my-front-door.jpg"
ALICES_ADDRESS = "alice-hides@example.org"
CONTACT = "+86 311 5550123"


@dataclass
class Item:
    """One report with all that hangs on it."""

    visibility: str
    report: Report
    secret: str
    shown: Photo
    waiting: Photo
    outer: list[str]
    inner: list[str]
    tickets: list[Ticket] = field(default_factory=list)
    subscriptions: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.report.code

    def level(self, text: str) -> str:
        """What a page gives away: · nothing, № its code, o what the public may read, ● all of it."""
        for level, words in (("●", self.inner), ("o", self.outer), ("№", [self.code, self.report.reference])):
            if any(word in text for word in words):
                return level
        return "·"


@dataclass
class Scene:
    """The reports, and the clients of everybody; of a receipt there is one for each report."""

    items: dict[str, Item]
    users: dict[str, User]
    other: Item
    pages: dict[tuple[str, str], str] = field(default_factory=dict)
    clients: dict[str, APIClient] = field(default_factory=dict)

    def who(self, viewer: str, item: Item) -> str:
        return f"{viewer} of {item.visibility}" if viewer == "receipt" else viewer

    def client(self, viewer: str, item: Item) -> APIClient:
        key = self.who(viewer, item)
        if key not in self.clients:
            self.clients[key] = self._new_client(viewer, item)
        return self.clients[key]

    def status(self, viewer: str, item: Item, url: str) -> int:
        """Whether an address that leads to a file opens it."""
        answer: Any = self.client(viewer, item).get(url)
        if answer.streaming:
            b"".join(answer)  # a file that was read to its end is closed
        return int(answer.status_code)

    def get(self, viewer: str, item: Item, url: str) -> str:
        """The page as text, asked for once; of what is refused only what it says beyond its own address."""
        key = (self.who(viewer, item), url)
        if key not in self.pages:
            answer: Any = self.client(viewer, item).get(url, headers={"Accept-Language": "en"})
            body = b"".join(answer) if answer.streaming else answer.content
            text = body.decode("utf-8", "replace")
            is_json = answer.headers.get("Content-Type", "").endswith("json")
            if is_json:
                text = json.dumps(json.loads(text), ensure_ascii=False)
            assert answer.status_code != 500, url
            self.pages[key] = (
                text if answer.status_code < 400 else text.replace(url.split("?", maxsplit=1)[0], "")
            )
        return self.pages[key]

    def _new_client(self, viewer: str, item: Item) -> APIClient:
        client = APIClient()
        if viewer == "receipt":
            client.credentials(HTTP_AUTHORIZATION=f"Receipt {item.code}:{item.secret}")
        elif viewer == "another receipt":
            client.credentials(HTTP_AUTHORIZATION=f"Receipt {self.other.code}:{self.other.secret}")
        elif viewer != "anybody":
            client.force_login(self.users[viewer])
        return client


def build(make: Maker, users: dict[str, User]) -> Scene:
    """The reports as they stand after a busy day; the last word about each came when it was as it is."""
    spots = {name: (38.0512 + n * 0.004, 114.4107 + n * 0.004) for n, name in enumerate(VISIBILITIES)}
    items = {visibility: _item(make, users, visibility, at) for visibility, at in spots.items()}
    other = _item(make, users, "other", (38.0812, 114.4907), owner="another citizen")
    relay()
    scene = Scene(items, users, other)
    watch_everything(scene)
    for item in [*items.values(), other]:
        _work(item, users)
    relay()
    for item in items.values():
        Report.objects.filter(pk=item.report.pk).update(visibility=item.visibility)
        item.report.refresh_from_db()
        say(item, f"late-{item.visibility}-words", users["officer"])
        item.tickets = list(Ticket.objects.filter(report=item.report))
        item.subscriptions = list(item.report.subscriptions.values_list("code", flat=True))
    relay()
    return scene


def relay() -> None:
    while relay_events():
        pass


def say(item: Item, text: str, user: User) -> None:
    """Something happens about a report, in public as far as the report is."""
    reports.add_comment(item.report, by=Maker().actor(user), text=text, is_public=True)
    item.outer.append(text)


def watch_everything(scene: Scene) -> None:
    """Somebody follows all that happens in the city."""
    item = next(iter(scene.items.values()))
    wish = {"kind": "area", "latitude": 38.06, "longitude": 114.42, "radius_m": 5000}
    answer = scene.client("another citizen", item).post("/api/v1/me/subscriptions/", wish)
    assert answer.status_code == 201, answer.content


def _item(
    make: Maker, users: dict[str, User], visibility: str, at: tuple[float, float], owner: str = "producer"
) -> Item:
    words = {name: f"{name}-{visibility}-words" for name in ("text", "address", "said", "answer", "waiting")}
    consents: dict[str, Any] = {"consents": ("publish_photo",), "notice_version": "2026-1"}
    submitted = make.submitted(at=at, user=users[owner], text=words["text"], **consents)
    report = submitted.report
    Report.objects.filter(pk=report.pk).update(address=words["address"])
    report.refresh_from_db()
    by = make.actor(users[owner])
    shown, waiting = (_photo(report, by) for _ in range(2))
    outer = [words["text"], words["address"], words["said"], words["answer"]]
    return Item(visibility, report, submitted.secret, shown, waiting, outer, [words["waiting"]])


def _photo(report: Report, by: Any) -> Photo:
    file = ContentFile(jpeg().read(), name=FILE_NAME)
    photo = add_photo(report, file, by=by)
    finish_photo(photo)
    photo.refresh_from_db()
    return photo


def _work(item: Item, users: dict[str, User]) -> None:
    make, report = Maker(), item.report
    office, firm = make.actor(users["officer"]), make.actor(users["firm with a ticket"])
    Report.objects.filter(pk=report.pk).update(visibility=Visibility.PUBLIC)
    report.refresh_from_db()
    reports.publish_photo(item.shown, by=make.actor(users["moderator"]))
    reports.add_comment(report, by=office, text=f"said-{item.visibility}-words", is_public=True)
    reports.answer(report, by=office, text=f"answer-{item.visibility}-words")
    reports.support(report, by=_citizen(users["supporter"]))
    reports.add_comment(report, by=_citizen(users["supporter"]), text=f"waiting-{item.visibility}-words")
    ticket = Ticket.objects.get(report=report, organisation__code="mender")
    tickets.accept(ticket, by=firm)
    assistant = Membership.objects.select_related("organisation", "user").get(
        user=users["assistant who filed it"]
    )
    note_assistance(report, Behalf(assistant, contact_kind="phone", contact=CONTACT))


def _citizen(user: User) -> Any:
    return Maker().actor(user)


# --- Everything that answers ---


def api_routes() -> Iterator[str]:
    """The names of all addresses under /api/v1/ that answer to GET."""
    for prefix, pattern in _patterns(get_resolver().url_patterns, ""):
        if prefix.startswith("api/v1/") and "get" in _methods(pattern):
            yield str(pattern.name)


def _patterns(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, path)
        else:
            yield path, pattern


def _methods(pattern: URLPattern) -> set[str]:
    view: Any = pattern.callback
    if actions := getattr(view, "actions", None):
        return set(actions)
    return {name for name in ("get", "post", "put", "patch", "delete") if hasattr(view.view_class, name)}


def cast(known: dict[str, User]) -> dict[str, User]:
    """Everybody with an account; those that are not in the cast of every test are made here."""
    User.objects.filter(pk=known["producer"].pk).update(email=ALICES_ADDRESS)
    carol = User.objects.create_user("carol@example.org", "correct horse")
    Producer.objects.create(user=carol)
    root = User.objects.create_superuser("root@example.org", "correct horse")
    return {"another citizen": carol, "superuser": root, **_assistants(), **known}


def _assistants() -> dict[str, User]:
    traffic = Organisation.objects.get(code="traffic")
    made: dict[str, User] = {}
    for role in ("assistant who filed it", "another assistant"):
        user = User.objects.create_user(f"{role.split()[0]}-{len(made)}@example.org", "correct horse")
        Membership.objects.create(user=user, organisation=traffic, role=Membership.Role.ASSISTANT)
        made[role] = user
    return made
