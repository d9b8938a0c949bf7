"""A phone that was offline for hours: its queue, and a line that breaks wherever a line can break."""

import io
import json
import random
import socket
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from PIL import Image

from routing.datum import Datum, from_wgs84
from tests.journeys.city import WEST
from tests.journeys.server import Server

BOUND_S = 30.0
TRIED_FOR_S = 300.0
BUSY = (409, 429, 503)
DATUMS = (Datum.WGS84, Datum.GCJ02, Datum.BD09)


class Fate(Enum):
    """What the line does to one request."""

    CUT = "breaks before the request is complete"
    DEAF = "breaks after the request, before the answer is read"
    IMPATIENT = "the answer is slow, and the phone gives up"
    FINE = "lasts"


class LineBroke(Exception):
    """No answer came."""


@dataclass(frozen=True)
class Queued:
    """One report as it waits in the phone."""

    number: int
    key: str
    body: dict[str, Any]
    has_photo: bool

    @property
    def observed_at(self) -> datetime:
        return datetime.fromisoformat(self.body["observed_at"])


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


def queue_of(name: str, count: int, photo_every: int = 10) -> list[Queued]:
    """Reports seen over the last hours, oldest first, in all three datums, every tenth with a photo."""
    started = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=9)
    return [_queued(name, n, started + timedelta(minutes=5 * n), n % photo_every == 3) for n in range(count)]


def _queued(name: str, number: int, seen_at: datetime, has_photo: bool) -> Queued:
    datum = DATUMS[number % 3]
    latitude, longitude = from_wgs84(*place_of(number), datum)
    body = {
        "kind": "problem",
        "category": "pothole",
        "text": f"{name} {number}",
        "latitude": latitude,
        "longitude": longitude,
        "datum": str(datum),
        "observed_at": seen_at.isoformat(),
        "language": "en",
    }
    return Queued(number, str(uuid.uuid4()), body, has_photo)


def place_of(number: int) -> tuple[float, float]:
    """Where it was seen, in WGS 84: every report at a place of its own."""
    return WEST[0] + number * 1e-4, WEST[1] + 1e-3


def picture(number: int) -> bytes:
    """A photo that no other report has."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (number * 2 % 256, 80, 120)).save(file, "JPEG")
    return file.getvalue()


@dataclass
class BadLine:
    """Requests over sockets of our own, so that they can be cut anywhere; the same losses at every run."""

    server: Server
    seed: int
    loss: float
    chance: random.Random = field(init=False)
    losses: dict[Fate, int] = field(default_factory=dict)
    refusals: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def insist(self, path: str, content_type: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send until an answer that stands was read, waiting as long as the service asks."""
        end = time.monotonic() + TRIED_FOR_S
        while time.monotonic() < end:
            try:
                answer = self._once(path, content_type, body, headers)
            except (LineBroke, OSError):
                time.sleep(0.02)
                continue
            if answer.status not in BUSY:
                return answer
            self.refusals[answer.status] = self.refusals.get(answer.status, 0) + 1
            time.sleep(float(answer.headers.get("retry-after", "0.05")))
        raise AssertionError(f"{path} was never answered")

    def _once(self, path: str, content_type: str, body: bytes, headers: dict[str, str]) -> Answer:
        fate = self._fate()
        request = _request(path, content_type, body, headers)
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=BOUND_S) as line:
            if fate is Fate.CUT:
                line.sendall(request[: self.chance.randrange(1, len(request))])
                raise LineBroke
            line.sendall(request)
            if fate is Fate.IMPATIENT:
                time.sleep(0.005)
            if fate is not Fate.FINE:
                raise LineBroke
            return _read(line)

    def _fate(self) -> Fate:
        if self.chance.random() >= self.loss:
            return Fate.FINE
        fate = self.chance.choice([Fate.CUT, Fate.DEAF, Fate.IMPATIENT])
        self.losses[fate] = self.losses.get(fate, 0) + 1
        return fate


def _request(path: str, content_type: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = {
        "Host": "127.0.0.1",
        "Connection": "close",
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /api/v1{path} HTTP/1.1\r\n{head}\r\n".encode() + body


def _read(line: socket.socket) -> Answer:
    said = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    if not head:
        raise LineBroke
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    if len(body) < int(headers.get("content-length", len(body))):
        raise LineBroke
    is_json = headers.get("content-type", "").endswith("json")
    return Answer(int(first.split()[1]), headers, json.loads(body) if is_json else body)


def form(fields: dict[str, Any], files: Iterable[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Content type and body of a form with photos; the boundary is new every time, as on a phone."""
    boundary = uuid.uuid4().hex
    parts: Iterator[bytes] = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    photos = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n'.encode()
        + b"Content-Type: image/jpeg\r\n\r\n"
        + data
        + b"\r\n"
        for name, data in files
    )
    return f"multipart/form-data; boundary={boundary}", b"".join(
        [*parts, *photos]
    ) + f"--{boundary}--\r\n".encode()
