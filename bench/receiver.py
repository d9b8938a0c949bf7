"""A webhook receiver in a process of its own, that costs little: it answers 204 and notes when what came.

``python -m bench.receiver`` prints its port, answers until its standard input ends, then prints for each
message when its event happened and when it arrived, in Unix seconds.
"""

import asyncio
import json
import sys
import time
from datetime import datetime
from typing import ClassVar

ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Visitor(asyncio.Protocol):
    """One kept connection of the sender."""

    arrived: ClassVar[list[tuple[float, float]]] = []

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        headers = _headers(head)
        length = int(headers.get("content-length", "0"))
        if not found or len(body) < length or self._transport is None:
            return
        self._received = body[length:]
        self._note(body[:length], now)
        self._transport.write(ANSWER)

    def _note(self, body: bytes, now: float) -> None:
        if timestamp := json.loads(body).get("timestamp"):
            self.arrived.append((datetime.fromisoformat(timestamp).timestamp(), now))


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


async def receive() -> None:
    """Listen until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Visitor, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    json.dump(Visitor.arrived, sys.stdout)


if __name__ == "__main__":
    asyncio.run(receive())
