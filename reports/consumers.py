"""WebSocket listeners: one report's timeline, a part of the map, an organisation's queue.

A client connects, then sends one JSON message: ``{"pass": "…", "after": 17}``. The pass comes from
``POST /api/v1/live/passes/`` and opens one connection; what is public needs none, nor does a browser's own
session. ``after`` is the last ``seq`` the client knows: what it missed comes first. Answers are of the types
``ready``, ``event`` and ``problem``.
"""

from collections.abc import Callable
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import Http404

from accounts.actors import ANYONE, Viewer
from accounts.models import User
from accounts.viewers import viewer_of_user
from reports import live, live_missed
from reports.errors import TooFarBehind
from reports.models.report import Bbox

BAD_MESSAGE, NO_PASS, NOT_FOUND, TOO_SLOW = 4400, 4401, 4404, 4408
TOO_FAR_BEHIND, TOO_LARGE = 4409, 4413


class Listener(AsyncJsonWebsocketConsumer):
    """Opens with the client's first message and passes on what its groups hear."""

    opened: tuple[str, ...] = ()

    async def receive_json(self, content: Any, **_: Any) -> None:
        """The first message opens; an already open listener takes it as a wish to listen elsewhere."""
        if not isinstance(content, dict):
            return await self.refuse(BAD_MESSAGE, "bad-message")
        viewer = await self.viewer(content)
        if viewer is None:
            return await self.refuse(NO_PASS, "bad-pass")
        await self.leave()
        return await self.open(viewer, content)

    async def open(self, viewer: Viewer, wish: dict[str, Any]) -> None:
        """Join the groups of this listener, or refuse."""
        raise NotImplementedError  # every listener below has its own

    async def viewer(self, content: dict[str, Any]) -> Viewer | None:
        """Who connects: by pass, by the browser's session, or anybody. None for a pass that opens nothing."""
        word = content.get("pass")
        if word is not None:
            return await database_sync_to_async(live.redeem_pass)(str(word))
        user = self.scope.get("user")
        if isinstance(user, User) and user.is_active:
            return await database_sync_to_async(viewer_of_user)(user)
        return ANYONE

    async def join(self, groups: list[str]) -> None:
        """Listen to these groups."""
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
        self.opened = tuple(groups)

    async def leave(self) -> None:
        """Stop listening."""
        for group in self.opened:
            await self.channel_layer.group_discard(group, self.channel_name)
        self.opened = ()

    async def disconnect(self, code: int) -> None:
        """The client has gone."""
        await self.leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels visits a thread before each message to close old connections; a line needs none."""
        if message["type"] == "tell":
            await self.tell(message)
        else:
            await super().dispatch(message)

    async def tell(self, message: dict[str, Any]) -> None:
        """Pass on one line."""
        await self.send_json({"type": "event", **message["line"]})

    async def behind(self, message: dict[str, Any]) -> None:
        """More happened than this client read in time; it connects again and says where it was."""
        await self.refuse(TOO_SLOW, "too-slow")

    async def refuse(self, code: int, problem: str) -> None:
        """Say what is wrong and hang up."""
        await self.send_json({"type": "problem", "problem": f"/problems/{problem}"})
        await self.close(code)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """What is no JSON is a bad message, not a crash."""
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None


class Once(Listener):
    """A listener that goes on where it was: every event once and in order."""

    told = 0

    async def tell(self, message: dict[str, Any]) -> None:
        """Pass on one line, unless it was among those that were missed."""
        if message["line"]["seq"] > self.told:
            self.told = message["line"]["seq"]
            await super().tell(message)

    async def catch_up(self, read: Callable[..., list[live.Message]], *where: Any, after: int) -> None:
        """Tell what was missed after a ``seq``; the groups are joined, so that nothing falls between."""
        self.told = after
        for line in await database_sync_to_async(read)(*where, after):
            await self.tell({"line": line})


class ReportListener(Once):
    """One report's timeline, live."""

    async def open(self, viewer: Viewer, wish: dict[str, Any]) -> None:
        """Join first and read after."""
        code, after = str(self.scope["url_route"]["kwargs"]["code"]), _after(wish, 0)
        if after is None:
            return await self.refuse(BAD_MESSAGE, "bad-message")
        try:
            is_inner = await database_sync_to_async(live_missed.is_inner)(viewer, code)
        except Http404:
            return await self.refuse(NOT_FOUND, "not-found")
        await self.join([f"report.{code}.{'inner' if is_inner else 'public'}"])
        await self.catch_up(live_missed.of_report, viewer, code, after=after)
        await self.send_json({"type": "ready", "seq": self.told})
        return None


class MapListener(Once):
    """Public reports in a box: ``{"bbox": [west, south, east, north]}``; a new message moves the box."""

    async def open(self, viewer: Viewer, wish: dict[str, Any]) -> None:
        """Join the cells that touch the box; without ``after`` it begins now."""
        box, after = _box(wish), _after(wish, await database_sync_to_async(live_missed.told_so_far)())
        if box is None or after is None:
            return await self.refuse(BAD_MESSAGE, "bad-message")
        groups = live.cell_groups(*box)
        if not groups:
            return await self.refuse(TOO_LARGE, "too-large")
        await self.join(groups)
        try:
            await self.catch_up(live_missed.of_box, box, after=after)
        except TooFarBehind:
            return await self.refuse(TOO_FAR_BEHIND, "too-far-behind")
        await self.send_json({"type": "ready", "seq": self.told, "cells": len(groups)})
        return None


class QueueListener(Listener):
    """An organisation's queue, for its members; the steering bureau also hears what waits for triage."""

    async def open(self, viewer: Viewer, wish: dict[str, Any]) -> None:
        """Join the organisation's group."""
        code = str(self.scope["url_route"]["kwargs"]["code"])
        working = [m.organisation for m in viewer.memberships if m.organisation_id in viewer.organisation_ids]
        organisations = {organisation.code: organisation for organisation in working}
        if code not in organisations:
            return await self.refuse(NOT_FOUND, "not-found")
        groups = [f"organisation.{code}"]
        if organisations[code].is_steering:
            groups.append("organisation.triage")
        await self.join(groups)
        await self.send_json({"type": "ready"})
        return None


def _after(wish: dict[str, Any], otherwise: int) -> int | None:
    """The last ``seq`` that the client knows; None for what is none."""
    after = wish.get("after", otherwise)
    is_seq = isinstance(after, int) and not isinstance(after, bool) and 0 <= after < 2**63
    return after if is_seq else None


def _box(wish: dict[str, Any]) -> Bbox | None:
    """The box of a map; None for what is none."""
    try:
        box = Bbox(*(float(part) for part in wish["bbox"]))
    except (KeyError, TypeError, ValueError):
        return None
    in_range = -180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90
    return box if in_range else None
