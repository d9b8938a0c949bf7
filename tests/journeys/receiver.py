"""A firm's own server: it believes nothing unsigned, counts what it hears twice, and may be down."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Message(NamedTuple):
    """One accepted message."""

    id: str
    type: str
    data: dict[str, Any]


class Receiver(ThreadingHTTPServer):
    """Keeps what it accepted, once and in order; while ``is_down`` it answers 503 and keeps nothing."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/commonway"
        self.secret = ""
        self.is_down = False
        self.refused = 0
        self.forged = 0
        self.repeated = 0
        self._accepted: list[Message] = []
        self._lock = threading.Lock()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """The answer's status for one message."""
        with self._lock:
            if self.is_down:
                self.refused += 1
                return 503
            try:
                said = Webhook(self.secret).verify(body, headers)
            except WebhookVerificationError:
                self.forged += 1
                return 401
            if headers["webhook-id"] in {message.id for message in self._accepted}:
                self.repeated += 1
            else:
                self._accepted.append(Message(headers["webhook-id"], said["type"], said["data"]))
            return 204

    def about(self, report: str) -> list[Message]:
        """Everything accepted about a report, in the order in which it came."""
        with self._lock:
            return [message for message in self._accepted if message.data["code"] == report]

    def has(self, report: str, *types: str) -> bool:
        """Whether every one of these types has come about a report."""
        return set(types) <= {message.type for message in self.about(report)}


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send_response(self.server.take(headers, body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Quiet: the test says what went wrong."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine, until the end of the block."""
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()
