"""A citizen's phone without an account: it sends, keeps the receipt, follows live, and has the last word."""

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from PIL import Image
from websockets.sync.client import ClientConnection, connect

from tests.journeys.city import WEST
from tests.journeys.server import Server

BOUND_S = 30.0
Event = dict[str, Any]


def photo_of_a_hole() -> bytes:
    """A picture as a phone takes it."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").save(file, "JPEG")
    return file.getvalue()


@dataclass
class Receipt:
    """What opens the report again."""

    code: str
    secret: str
    digest: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Receipt {self.code}:{self.secret}"}


@dataclass
class Timeline:
    """What a phone hears of its report on WebSocket, in order."""

    line: ClientConnection
    events: list[Event] = field(default_factory=list)

    def hear(self, kind: str, **data: Any) -> Event:
        """Wait for an event of this kind with this data; everything on the way is kept."""
        end = time.monotonic() + BOUND_S
        while time.monotonic() < end:
            try:
                message: Event = json.loads(self.line.recv(timeout=end - time.monotonic()))
            except TimeoutError:
                break
            if message["type"] != "event":
                continue
            self.events.append(message)
            if message["kind"] == kind and data.items() <= message["data"].items():
                return message
        heard = [(event["kind"], event["data"]) for event in self.events]
        raise AssertionError(f"Never heard {kind} {data}; heard {heard}")

    @property
    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]


class Phone:
    """One phone, one report."""

    def __init__(self, server: Server, web: httpx.Client) -> None:
        self._server = server
        self._web = web
        self.receipt = Receipt("", "", "")

    def report(self, category: str = "pothole", kind: str = "problem", at: tuple[float, float] = WEST) -> str:
        """Send a report with a photo, as a form; returns its code."""
        form = {
            "kind": kind,
            "category": category,
            "text": "A deep hole in front of the school.",
            "latitude": str(at[0]),
            "longitude": str(at[1]),
            "language": "en",
            "consents": ["service_design", "publish_photo"],
            "notice_version": "2026-01",
        }
        files = {"photos": ("hole.jpg", photo_of_a_hole(), "image/jpeg")}
        answer = self._web.post("/reports/", data=form, files=files)
        assert answer.status_code == 201, answer.text
        given = answer.json()["receipt"]
        self.receipt = Receipt(given["code"], given["secret"], given["digest"])
        return self.receipt.code

    def look(self) -> dict[str, Any]:
        """The report as it stands."""
        return self._get(f"/reports/{self.receipt.code}/")

    def trace(self) -> dict[str, Any]:
        """Its verifiable story."""
        return self._get(f"/reports/{self.receipt.code}/trace/")

    def dispute(self, text: str) -> None:
        path = f"/reports/{self.receipt.code}/dispute/"
        answer = self._web.post(path, json={"text": text}, headers=self.receipt.headers)
        assert answer.status_code == 200, answer.text

    @contextmanager
    def following(self) -> Iterator[Timeline]:
        """Listen to the report's timeline, from its beginning."""
        word = self._web.post("/live/passes/", headers=self.receipt.headers).json()["pass"]
        with connect(f"{self._server.live_url}/reports/{self.receipt.code}/") as line:
            line.send(json.dumps({"pass": word, "after": 0}))
            yield Timeline(line)

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._web.get(path, headers=self.receipt.headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body
