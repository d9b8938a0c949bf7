"""Streams of server-sent events that stay open: on the event loop, like WebSockets, and never on a thread.

A client that goes on with ``Last-Event-ID`` misses nothing: it joins first, and what it missed is read after.
"""

import asyncio
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpResponse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, Throttled

from accounts.errors import DomainError
from accounts.models import User
from reports.views.streams import HEADERS, MEDIA_TYPE, RETRY_MS, Admission, StreamView, line, ready

HEARTBEAT_S = 15
COME_BACK_S = 30

Message = dict[str, Any]


class Stream(AsyncConsumer):
    """One open answer: what was missed, then what happens, and a comment now and then as a sign of life."""

    open_now: ClassVar[set["Stream"]] = set()
    held: ClassVar[Counter[str]] = Counter()

    def __init__(self, view: type[StreamView]) -> None:
        self.view = view
        self.told = 0
        self.groups: tuple[str, ...] = ()
        self.places: tuple[str, ...] = ()
        self.beat: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """However it ends, it makes room for another."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._leave()

    async def dispatch(self, message: Message) -> None:
        """Channels visits a thread before each message to close old connections; a line needs none."""
        if message["type"] == "tell":
            await self.tell(message)
        else:
            await super().dispatch(message)

    async def http_request(self, message: Message) -> None:
        """The request, whose body nobody reads: admit, join, and only then read what was missed."""
        if message.get("more_body") or self.groups:
            return
        try:
            admission = await database_sync_to_async(self._admit)()
            self._take_place(admission)
            self.groups, self.told = admission.groups, admission.after
            for group in self.groups:
                await self.channel_layer.group_add(group, self.channel_name)
            missed = await database_sync_to_async(admission.missed)()
        except (APIException, DomainError, Http404) as error:
            await self._refuse(error)
            raise StopConsumer from None
        await self._begin(missed)

    async def http_disconnect(self, message: Message) -> None:
        """The client has gone."""
        raise StopConsumer

    async def tell(self, message: Message) -> None:
        """Pass on one line, unless it was among those that were missed."""
        if message["line"]["seq"] > self.told:
            self.told = message["line"]["seq"]
            await self._say(line({"type": "event", **message["line"]}))

    async def behind(self, message: Message) -> None:
        """More happened than this client read in time; it comes back and says where it was."""
        await self.end()

    async def end(self) -> None:
        """Finish the answer, which the server then takes as over; the client comes back after ``retry``."""
        with suppress(OSError):
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    def _admit(self) -> Admission:
        """As a view would be asked, with the credentials of the request or the pass of its address."""
        request = self._request()
        view = self.view()
        asked = view.initialize_request(request)
        view.setup(asked)
        with translation.override(translation.get_language_from_request(request)):
            view.initial(asked)
            return view.admit(asked, **self.scope["url_route"]["kwargs"])

    def _request(self) -> ASGIRequest:
        request = ASGIRequest(self.scope, io.BytesIO())
        user: Any = self.scope.get("user")
        request.user = user if isinstance(user, User) else AnonymousUser()
        return request

    def _take_place(self, admission: Admission) -> None:
        """Count this stream; raises Throttled for one too many of an address or a producer."""
        most = {
            f"address {admission.address}": settings.LIVE_STREAMS_PER_ADDRESS,
            f"producer {admission.producer}": settings.LIVE_STREAMS_PER_PRODUCER if admission.producer else 0,
        }
        wanted = {name: count for name, count in most.items() if count}
        if any(self.held[name] >= count for name, count in wanted.items()):
            raise Throttled(COME_BACK_S, _("You listen to enough streams already."))
        self.places = tuple(wanted)
        self.held.update(self.places)

    async def _begin(self, missed: list[Message]) -> None:
        headers = {"Content-Type": MEDIA_TYPE, **HEADERS}
        await self._start(200, headers)
        await self._say(f"retry: {RETRY_MS}\n\n".encode())
        for known in missed:
            await self.tell({"line": known})
        await self._say(line(ready(self.told)))
        self.open_now.add(self)
        self.beat = asyncio.create_task(self._keep_alive())

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            await self._say(b":\n\n")

    async def _refuse(self, error: Exception) -> None:
        """The problem that Django would have answered, through the seam to config."""
        request = self._request()
        with translation.override(translation.get_language_from_request(request)):
            answer: HttpResponse = import_string(settings.PROBLEM_RESPONSE)(request, error)
        await self._start(answer.status_code, dict(answer.headers))
        await self.send({"type": "http.response.body", "body": answer.content})

    async def _start(self, status: int, headers: dict[str, str]) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": list(_encoded(headers))})

    async def _say(self, body: bytes) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def _leave(self) -> None:
        """Stop listening, and make room for another."""
        self.open_now.discard(self)
        if self.beat:
            self.beat.cancel()
        for group in self.groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        self.held.subtract(self.places)
        for place in self.places:
            if self.held[place] <= 0:
                del self.held[place]
        self.groups = self.places = ()


def _encoded(headers: dict[str, str]) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers.items():
        yield name.lower().encode("latin-1"), value.encode("latin-1")
