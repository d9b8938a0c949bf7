"""Many phones at once: a small HTTP client that costs the machine little beside what it measures.

Run as a process of its own, ``python -m bench.phones``: a plan as JSON on standard input, a tally as JSON on
standard output. Each connection is kept and sends its next request when the answer to the last is there.
"""

import asyncio
import json
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from typing import Any

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Plan:
    """What to send where; each of the whole HTTP ``requests`` once, or over and over if ``repeat``.

    The first ``warm_up`` requests of each connection are answered before the clock starts.
    """

    port: int
    requests: list[str]
    seconds: float
    warm_up: int = 20
    connections: int = 16
    repeat: bool = False


@dataclass
class Tally:
    """What came back: the statuses of all answers, and the milliseconds of those after the warm-up."""

    statuses: dict[int, int] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    body_bytes: int = 0


class Phone(asyncio.Protocol):
    """One kept connection; ``answer`` is the future of what is being waited for."""

    def __init__(self) -> None:
        self._received = b""
        self.answer: asyncio.Future[tuple[int, int]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_exception(exc or ConnectionResetError("The server hung up."))

    def send(self, request: bytes) -> "asyncio.Future[tuple[int, int]]":
        """The future (status, length of the body) of a request."""
        self.answer = asyncio.get_running_loop().create_future()
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("The server hung up.")
        self._transport.write(request)
        return self.answer

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or self.answer is None:
            return
        length = _content_length(head)
        if len(body) >= length:
            self._received = b""
            self.answer.set_result((int(head[9:12]), length))


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise ValueError("An answer without Content-Length is not understood here.")
    return int(rest.split(b"\r\n", 1)[0])


async def send_all(plan: Plan) -> Tally:
    """Send for the time of the plan, or until its requests are used up."""
    tally = Tally()
    encoded = [request.encode() for request in plan.requests]
    queue = cycle(encoded) if plan.repeat else iter(encoded)
    loop = asyncio.get_running_loop()
    phones = [(await loop.create_connection(Phone, HOST, plan.port))[1] for _ in range(plan.connections)]
    await asyncio.gather(*(_use(phone, islice(queue, plan.warm_up), math.inf, tally) for phone in phones))
    tally.milliseconds.clear()
    start = time.perf_counter()
    await asyncio.gather(*(_use(phone, queue, start + plan.seconds, tally) for phone in phones))
    tally.seconds = time.perf_counter() - start
    for phone in phones:
        phone.close()
    await asyncio.sleep(0)
    return tally


async def _use(phone: Phone, queue: Iterator[bytes], end: float, tally: Tally) -> None:
    for request in queue:
        sent = time.perf_counter()
        if sent >= end:
            break
        status, length = await phone.send(request)
        tally.milliseconds.append((time.perf_counter() - sent) * 1000)
        tally.statuses[status] = tally.statuses.get(status, 0) + 1
        tally.body_bytes += length


def request(method: str, path: str, body: Any = None, **headers: str) -> str:
    """A whole HTTP request as a phone would send it."""
    content = "" if body is None else json.dumps(body, ensure_ascii=False)
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}",
        "Accept: application/json",
        "Accept-Language: zh-Hans",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content.encode())}"]
    return "\r\n".join([*lines, "", content])


def main() -> None:
    """Read the plan, send, write the tally."""
    plan = Plan(**json.load(sys.stdin))
    tally = asyncio.run(send_all(plan))
    json.dump(asdict(tally), sys.stdout)


if __name__ == "__main__":
    main()
