"""The channel layer of one process, when there is no Redis.

Listeners wait on the server's event loop while tasks speak from threads with loops of their own. Channels'
own in-memory layer puts into the listener's queue from whatever thread speaks, which asyncio forbids: a
listener then hears late or never. Here every mailbox knows its loop, and what comes from elsewhere is carried
there.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

from accounts.codes import new_code

Message = dict[str, Any]

# What a listener that does not keep up hears last: everything after it, it must ask for.
BEHIND: Message = {"type": "behind"}


class Mailbox:
    """What waits for one listener, and the loop on which it is read."""

    def __init__(self, capacity: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.capacity = capacity
        self.groups: set[str] = set()
        self._waiting: asyncio.Queue[Message] = asyncio.Queue()

    @property
    def is_full(self) -> bool:
        return self._waiting.qsize() >= self.capacity

    def put(self, message: Message) -> None:
        """Only on the mailbox's own loop. A full one takes ``BEHIND`` once, then nothing until it is read."""
        if not self.is_full:
            self._waiting.put_nowait(message)
        elif self._waiting.qsize() == self.capacity:
            self._waiting.put_nowait(BEHIND)

    async def get(self) -> Message:
        return await self._waiting.get()


class EmbeddedChannelLayer(BaseChannelLayer):
    """Groups and channels of this process, safe to speak to from any thread and any loop.

    Messages reach a listener in the order in which one thread sent them. They are shared, not copied: a
    listener does not change what it hears.
    """

    extensions = ("groups", "flush")

    def __init__(self, capacity: int = 1000, **options: Any) -> None:
        super().__init__(capacity=capacity, **options)
        self._lock = threading.Lock()
        self._mailboxes: dict[str, Mailbox] = {}
        self._groups: dict[str, dict[str, Mailbox]] = {}

    async def new_channel(self, prefix: str = "specific.") -> str:
        """A name that only the caller knows, with a mailbox on the caller's loop."""
        channel = f"{prefix}embedded!{new_code()}"
        self._mailbox(channel)
        return channel

    async def send(self, channel: str, message: Message) -> None:
        """Put a message into one mailbox; to whom has gone, nothing. Raises ChannelFull."""
        self.require_valid_channel_name(channel)
        mailbox = self._mailboxes.get(channel)
        if mailbox is None:
            return
        if mailbox.is_full:
            raise ChannelFull(channel)
        self._carry([mailbox], message)

    async def receive(self, channel: str) -> Message:
        """The next message. A listener that stops waiting has gone: its mailbox and groups are forgotten."""
        try:
            return await self._mailbox(channel).get()
        except asyncio.CancelledError:
            self._forget(channel)
            raise

    async def group_add(self, group: str, channel: str) -> None:
        """Let a channel hear what is said to a group."""
        self.require_valid_group_name(group)
        mailbox = self._mailbox(channel)
        with self._lock:
            mailbox.groups.add(group)
            self._groups.setdefault(group, {})[channel] = mailbox

    async def group_discard(self, group: str, channel: str) -> None:
        """Let it no longer."""
        with self._lock:
            if mailbox := self._mailboxes.get(channel):
                mailbox.groups.discard(group)
            self._leave(group, channel)

    async def group_send(self, group: str, message: Message) -> None:
        """Say something to everybody in a group; returns before they have read it."""
        self.require_valid_group_name(group)
        with self._lock:
            mailboxes = list(self._groups.get(group, {}).values())
        self._carry(mailboxes, message)

    async def flush(self) -> None:
        """Forget everything and everybody."""
        with self._lock:
            self._mailboxes.clear()
            self._groups.clear()

    def _mailbox(self, channel: str) -> Mailbox:
        with self._lock:
            if channel not in self._mailboxes:
                self._mailboxes[channel] = Mailbox(self.capacity)
            return self._mailboxes[channel]

    def _forget(self, channel: str) -> None:
        with self._lock:
            mailbox = self._mailboxes.pop(channel, None)
            for group in mailbox.groups if mailbox else ():
                self._leave(group, channel)

    def _leave(self, group: str, channel: str) -> None:
        members = self._groups.get(group, {})
        members.pop(channel, None)
        if not members:
            self._groups.pop(group, None)

    def _carry(self, mailboxes: Iterable[Mailbox], message: Message) -> None:
        """Put a message into mailboxes, one journey per loop; a loop that is closed has no listeners left."""
        by_loop: dict[asyncio.AbstractEventLoop, list[Mailbox]] = defaultdict(list)
        for mailbox in mailboxes:
            by_loop[mailbox.loop].append(mailbox)
        here = asyncio.get_running_loop()
        for loop, there in by_loop.items():
            if loop is here:
                _put(there, message)
            else:
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(_put, there, message)


def _put(mailboxes: list[Mailbox], message: Message) -> None:
    for mailbox in mailboxes:
        mailbox.put(message)
