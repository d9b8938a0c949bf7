"""WebSocket listeners: one report's timeline, a part of the map, an organisation's queue.

A client connects, then sends one JSON message: ``{"pass": "…", "after": 17}``. The pass comes from
``POST /api/v1/live/passes/`` and opens one connection; what is public needs none, nor does a browser's own
session. ``after`` is the last ``seq`` the client knows: what it missed comes first. Answers are of the types
``ready``, ``event`` and ``problem``.
"""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import Http404

from accounts.actors import ANYONE, Viewer
from accounts.models import User
from accounts.viewers import viewer_of_user
from reports import live
from reports.queries import report_for, timeline_of

BAD_MESSAGE, NO_PASS, NOT_FOUND, TOO_SLOW, TOO_LARGE = 4400, 4401, 4404, 4408, 4413


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


class ReportListener(Listener):
    """One report's timeline, live: every event once and in order."""

    told = 0

    async def open(self, viewer: Viewer, wish: dict[str, Any]) -> None:
        """Join first and read after, so that nothing falls between."""
        code, after = str(self.scope["url_route"]["kwargs"]["code"]), wish.get("after", 0)
        if not isinstance(after, int):
            return await self.refuse(BAD_MESSAGE, "bad-message")
        try:
            is_inner = await database_sync_to_async(_is_inner)(viewer, code)
        except Http404:
            return await self.refuse(NOT_FOUND, "not-found")
        await self.join([f"report.{code}.{'inner' if is_inner else 'public'}"])
        self.told = after
        for line in await database_sync_to_async(_missed)(viewer, code, after):
            await self.tell({"line": line})
        await self.send_json({"type": "ready", "seq": self.told})
        return None

    async def tell(self, message: dict[str, Any]) -> None:
        """Pass on one line, unless it was among those that were missed."""
        if message["line"]["seq"] > self.told:
            self.told = message["line"]["seq"]
            await super().tell(message)


class MapListener(Listener):
    """Public reports in a box: ``{"bbox": [west, south, east, north]}``; a new message moves the box."""

    async def open(self, viewer: Viewer, wish: dict[str, Any]) -> None:
        """Join the cells that touch the box."""
        try:
            west, south, east, north = (float(part) for part in wish["bbox"])
        except (KeyError, TypeError, ValueError):
            return await self.refuse(BAD_MESSAGE, "bad-message")
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            return await self.refuse(BAD_MESSAGE, "bad-message")
        groups = live.cell_groups(west, south, east, north)
        if not groups:
            return await self.refuse(TOO_LARGE, "too-large")
        await self.join(groups)
        await self.send_json({"type": "ready", "cells": len(groups)})
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


def _is_inner(viewer: Viewer, code: str) -> bool:
    return bool(getattr(report_for(viewer, code), "is_inner", False))


def _missed(viewer: Viewer, code: str, after: int) -> list[dict[str, Any]]:
    report = report_for(viewer, code)
    is_inner = bool(getattr(report, "is_inner", False))
    events = timeline_of(report, is_inner=is_inner).filter(seq__gt=after).order_by("seq")
    return [live.line_of(event, is_inner=is_inner) for event in events]
