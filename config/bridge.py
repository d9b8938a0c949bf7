"""Django's WSGI handler behind an ASGI server, without a slow client ever holding a thread.

A request gets one of the threads when its body has come in whole, and lets go of it when its answer is
written, not when it is read: phones on a bad line may take minutes for a photo. (a2wsgi, whose reading of the
ASGI scope serves here, hands every piece over between thread and loop, and the thread waits with it.)
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any, cast

from a2wsgi.wsgi import build_environ

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

# Of such a body every byte counts, also when the rest never comes (tus, docs/photos.md).
KEPT_IN_PART = b"application/offset+octet-stream"
# Larger bodies wait on disk, longer answers leave piece by piece.
IN_MEMORY_BYTES = 1024 * 1024
TOO_LARGE = b'{"type": "/problems/too-large", "title": "The request is too large.", "status": 413}'


class BodyTooLarge(Exception):
    """The client sends more than any request may hold."""


class ClientLeft(Exception):
    """The client hung up before its request was complete."""


@dataclass
class Answer:
    """What the WSGI application says."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    is_started: bool = False

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., None]:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self.add

    def add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.size += len(piece)

    def messages(self, *, is_last: bool) -> list[Message]:
        """What has come so far, as ASGI says it; the pieces are taken along."""
        body, self.pieces, self.size = b"".join(self.pieces), [], 0
        said: list[Message] = [{"type": "http.response.body", "body": body, "more_body": not is_last}]
        if not self.is_started:
            said.insert(0, {"type": "http.response.start", "status": self.status, "headers": self.headers})
        self.is_started = True
        return said


class Bridge:
    """An ASGI application that runs a WSGI one on ``threads`` threads that live as long as the process."""

    def __init__(self, application: Application, *, threads: int, max_body_bytes: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as body:
            try:
                await self._read(body, receive)
            except ClientLeft:
                if (b"content-type", KEPT_IN_PART) not in scope["headers"]:
                    return
                scope = _as_it_came(scope, body)
            except BodyTooLarge:
                await self._refuse(send)
                return
            loop = asyncio.get_running_loop()
            await _say(await loop.run_in_executor(self._threads, self._run, scope, body, loop, send), send)

    async def _read(self, body: IO[bytes], receive: Receive) -> None:
        """The whole body, ready to be read. Raises BodyTooLarge or ClientLeft."""
        size, is_more = 0, True
        while is_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientLeft
            piece = message.get("body", b"")
            size += len(piece)
            if size > self._max_body_bytes:
                raise BodyTooLarge
            body.write(piece)
            is_more = message.get("more_body", False)
        body.seek(0)

    async def _refuse(self, send: Send) -> None:
        headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": TOO_LARGE})

    def _run(
        self, scope: dict[str, Any], body: Any, loop: asyncio.AbstractEventLoop, send: Send
    ) -> list[Message]:
        """On a thread: the end of the answer, after what was too long to wait for it has been sent."""
        answer = Answer()
        pieces = self._application(cast("Any", build_environ)(scope, body), answer.start)
        try:
            for piece in pieces:
                answer.add(piece)
                if answer.size > IN_MEMORY_BYTES:
                    said = _say(answer.messages(is_last=False), send)
                    asyncio.run_coroutine_threadsafe(said, loop).result()
        finally:
            getattr(pieces, "close", lambda: None)()
        return answer.messages(is_last=True)


def _as_it_came(scope: dict[str, Any], body: IO[bytes]) -> dict[str, Any]:
    """The request with the length that its body has, read from the start."""
    length = (b"content-length", str(body.tell()).encode())
    body.seek(0)
    return {**scope, "headers": [*(h for h in scope["headers"] if h[0] != length[0]), length]}


async def _say(messages: Iterable[Message], send: Send) -> None:
    for message in messages:
        await send(message)
