"""The way from an ASGI server to Django's WSGI handler and back."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from config.bridge import IN_MEMORY_BYTES, Bridge, Message

BOUND_S = 20
Environ = dict[str, Any]


def mirror(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
    """Answers with what it was asked."""
    start("201 Created", [("Content-Type", "text/plain"), ("X-Method", environ["REQUEST_METHOD"])])
    return [environ["PATH_INFO"].encode(), b"|", environ["wsgi.input"].read()]


async def ask(bridge: Bridge, *pieces: bytes, leaves: bool = False, kind: bytes = b"") -> list[Message]:
    """Send a request whose body comes in pieces; returns everything the server was told to send."""
    parts: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    end: Message = {"type": "http.disconnect"} if leaves else {"type": "http.request", "body": b""}
    incoming, said = iter([*parts, end]), list[Message]()

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/x", "query_string": b"", "http_version": "1.1"}
    async with asyncio.timeout(BOUND_S):
        await bridge({**scope, "headers": [(b"content-type", kind)] if kind else []}, receive, send)
    return said


def body_of(said: list[Message]) -> bytes:
    return b"".join(message["body"] for message in said[1:])


@pytest.fixture
def bridge() -> Bridge:
    return Bridge(mirror, threads=1, max_body_bytes=4 * IN_MEMORY_BYTES)


async def test_a_request_goes_over_and_its_answer_comes_back(bridge: Bridge) -> None:
    said = await ask(bridge, b"one ", b"two")

    assert said == [
        {
            "type": "http.response.start",
            "status": 201,
            "headers": [(b"content-type", b"text/plain"), (b"x-method", b"POST")],
        },
        {"type": "http.response.body", "body": b"/x|one two", "more_body": False},
    ]


async def test_a_body_larger_than_memory_waits_on_disk(bridge: Bridge) -> None:
    piece = b"x" * (IN_MEMORY_BYTES // 2)

    said = await ask(bridge, piece, piece, piece)

    assert body_of(said) == b"/x|" + 3 * piece


async def test_a_long_answer_leaves_in_pieces() -> None:
    def recite(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return (b"x" * IN_MEMORY_BYTES for _ in range(3))

    said = await ask(Bridge(recite, threads=1, max_body_bytes=0))

    assert [message["type"] for message in said].count("http.response.start") == 1
    assert len(said) > 2
    assert len(body_of(said)) == 3 * IN_MEMORY_BYTES
    assert said[-1]["more_body"] is False


async def test_a_body_that_no_request_may_have_is_refused_before_a_thread_sees_it() -> None:
    bridge = Bridge(mirror, threads=1, max_body_bytes=10)

    said = await ask(bridge, b"0123456789", b"x")

    assert said[0]["status"] == 413
    assert json.loads(body_of(said))["type"] == "/problems/too-large"


async def test_a_client_that_leaves_half_way_is_not_served(bridge: Bridge) -> None:
    assert await ask(bridge, b"half", leaves=True) == []


async def test_of_an_upload_in_pieces_every_byte_that_came_counts(bridge: Bridge) -> None:
    said = await ask(bridge, b"ha", b"lf", leaves=True, kind=b"application/offset+octet-stream")

    assert body_of(said) == b"/x|half"


async def test_a_slow_body_holds_no_thread(bridge: Bridge) -> None:
    never = asyncio.Event()

    async def receive() -> Message:
        await never.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        """Nobody is answered."""

    scope = {"type": "http", "method": "POST", "path": "/slow", "query_string": b"", "headers": []}
    slow = [asyncio.create_task(bridge(scope, receive, send)) for _ in range(5)]
    await asyncio.sleep(0)

    said = await ask(bridge, b"quick")

    assert said[0]["status"] == 201
    never.set()
    await asyncio.gather(*slow)


async def test_a_broken_answer_is_closed_and_loud() -> None:
    closed = []

    class Pieces:
        def __iter__(self) -> "Pieces":
            return self

        def __next__(self) -> bytes:
            raise ZeroDivisionError

        def close(self) -> None:
            closed.append(True)

    def broken(environ: Environ, start: Callable[..., Any]) -> Pieces:
        start("200 OK", [])
        return Pieces()

    with pytest.raises(ZeroDivisionError):
        await ask(Bridge(broken, threads=1, max_body_bytes=0))

    assert closed == [True]
