"""``manage.py serve``: the whole service in one process, HTTP and WebSocket and the tasks behind them."""

import fcntl
import os
import signal
import socket
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from accounts.models import Organisation, User
from config.celery import app
from config.demo.cast import CAST, PASSWORD
from config.embedded import Tasks
from reports.streams import Stream

# Requests in hand are given this long to finish, and after them the tasks.
REQUESTS_S = 10
TASKS_S = 20
# A client on WebSocket sends a pass and where it is looking, never more.
WEBSOCKET_BYTES = 64 * 1024


class Command(BaseCommand):
    help = "Serve HTTP and WebSocket and work the tasks, all in this process, until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at (8000)")
        parser.add_argument("--demo", action="store_true", help="draw the demo city into an empty database")
        parser.add_argument(
            "--no-worker", action="store_true", help="leave tasks to worker and beat processes"
        )
        parser.add_argument("--worker-threads", type=int, default=4, help="tasks worked at once (4)")

    def handle(
        self, *, host: str, port: int, demo: bool, no_worker: bool, worker_threads: int, **_: Any
    ) -> None:
        if no_worker and settings.CELERY_BROKER_URL == "memory://":
            raise CommandError("--no-worker needs REDIS_URL or CELERY_BROKER_URL, or no task would ever run.")
        with sole_server(settings.VAR_DIR), listening(host, port) as listener:
            call_command("migrate", interactive=False, verbosity=0)
            if demo:
                self._draw_demo()
            server = server_of_the_application()
            tasks = None if no_worker else Tasks(app, threads=worker_threads)
            self._say_where(host, port)
            run(server, listener, tasks)

    def _draw_demo(self) -> None:
        if not Organisation.objects.exists():
            call_command("demo", stdout=self.stdout)
        elif User.objects.filter(email=CAST[0].email).exists():
            self.stdout.write(f"The demo city's logins, all with the password {PASSWORD}:")
            for person in CAST:
                self.stdout.write(f"  {person.email:24} {person.does}")

    def _say_where(self, host: str, port: int) -> None:
        base = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
        self.stdout.write(
            f"Commonway serves at {base}\n"
            f"  {base}/admin/     the desk\n"
            f"  {base}/api/docs/  the API\n"
            f"  {base}/health     how it is\n"
            "Ctrl-C stops it."
        )
        self.stdout.flush()


@contextmanager
def sole_server(folder: Path) -> Iterator[None]:
    """Hold the folder's lock while the database is a file in it. Raises CommandError when another does."""
    if connection.vendor != "sqlite":
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "serve.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise CommandError(
                f"Process {file.read().strip() or '?'} already serves from {folder}. "
                "Stop it, or set VAR_DIR to another folder, or DATABASE_URL to a database for many processes."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket; whoever connects before the service is ready waits for it. Raises CommandError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise CommandError(
            f"Cannot listen at {host}, port {port}: {reason}. Choose another with --port."
        ) from None
    with listener:
        yield listener


class Server(uvicorn.Server):
    """Streams of events have no end of their own: at the end of the server each client is sent away."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for stream in list(Stream.open_now):
            await stream.end()
        await super().shutdown(sockets)


def server_of_the_application() -> uvicorn.Server:
    """Uvicorn with our application; its log lines go where ours go."""
    from config.asgi import application  # noqa: PLC0415  # it starts threads, which only a server wants

    return Server(
        uvicorn.Config(
            application,
            ws="websockets-sansio",
            ws_max_size=WEBSOCKET_BYTES,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # whom to believe about addresses says TRUSTED_PROXIES
            timeout_keep_alive=30,
            timeout_graceful_shutdown=REQUESTS_S,
        )
    )


def run(server: uvicorn.Server, listener: socket.socket, tasks: Tasks | None) -> None:
    """Serve until a signal; then finish the requests in hand, then the tasks, all within a bounded time."""
    end_on_signal(server)
    if tasks:
        tasks.start()
    server.run(sockets=[listener])
    bound = threading.Timer(TASKS_S + 1, leave_at_once)
    bound.daemon = True
    bound.start()
    if tasks and not tasks.stop(within_s=TASKS_S):
        leave_at_once()


def end_on_signal(server: uvicorn.Server) -> None:
    """Uvicorn raises the signal that ended it once more when it is done: it must not kill us half-way."""

    def end(*_: object) -> None:
        server.should_exit = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def leave_at_once() -> None:
    """End the process with threads still at work: what they did not commit is found by the next process."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
