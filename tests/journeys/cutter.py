"""A bad line: a proxy that cuts its first long request in the middle, and carries everything after it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE = 16 * 1024
# A request for less is no upload of a photo.
LONG = 256 * 1024


@dataclass
class Line:
    """Where phones connect, and how many requests were cut."""

    server_port: int
    cut_after: int
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    cuts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def carry(self) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                phone, _address = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server_port))
                threading.Thread(target=self._up, args=(phone, server), daemon=True).start()
                threading.Thread(target=self._down, args=(server, phone), daemon=True).start()

    def _up(self, phone: socket.socket, server: socket.socket) -> None:
        """From the phone to the server; the first time that this is long, until ``cut_after``."""
        sent = 0
        with phone, server, suppress(OSError):
            while piece := phone.recv(PIECE):
                server.sendall(piece)
                sent += len(piece)
                if sent > self.cut_after and not self.cuts:
                    self.cuts += 1
                    phone.shutdown(socket.SHUT_RDWR)
                    server.shutdown(socket.SHUT_RDWR)
                    return

    def _down(self, server: socket.socket, phone: socket.socket) -> None:
        with suppress(OSError):
            while piece := server.recv(PIECE):
                phone.sendall(piece)


@contextmanager
def bad_line(server_port: int, cut_after: int) -> Iterator[Line]:
    """A line to the server while the test runs."""
    line = Line(server_port, max(cut_after, LONG))
    thread = threading.Thread(target=line.carry, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        with suppress(OSError):
            line.listener.shutdown(socket.SHUT_RDWR)
        line.listener.close()
        thread.join(10)
