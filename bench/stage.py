"""Where a bench stands: a scratch database with the demo city, ports of the loopback, real server processes.

The benches share one template that is migrated and holds the demo city; each works on a copy of its own,
which is dropped behind it. What ``DATABASE_URL`` names is only the server: its databases are not touched.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
CITY = ROOT / "routing" / "demo" / "shijiazhuang.json"
SQLITE_FILE = "commonway.sqlite3"
READY_WITHIN_S = 90
STOP_WITHIN_S = 30

Environment = dict[str, str]


class DidNotStart(RuntimeError):
    """A server process ended, or did not listen in time; the message is the end of what it said."""


@contextmanager
def template() -> Iterator[Environment]:
    """An environment whose database is empty but for the demo city; everything is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="commonway-bench-") as folder, _scratch_redis() as redis_url:
        base = {**os.environ, "VAR_DIR": folder, "LOG_LEVEL": "ERROR", "REDIS_URL": redis_url}
        base["LIMITS_SCALE"] = "0"  # one address sends for a whole city
        base.pop("CELERY_BROKER_URL", None)
        with _database(base, f"commonway_bench_{os.getpid()}") as environment:
            manage(environment, "migrate", "--verbosity", "0")
            manage(environment, "load_city", str(CITY))
            yield environment


@contextmanager
def copied(template: Environment, name: str) -> Iterator[Environment]:
    """The environment of one bench: a copy of the template's database, and a folder of its own."""
    with tempfile.TemporaryDirectory(prefix=f"commonway-bench-{name}-") as folder:
        own = {**template, "VAR_DIR": folder}
        if not template.get("DATABASE_URL"):
            shutil.copy(Path(template["VAR_DIR"]) / SQLITE_FILE, folder)
            yield own
            return
        known_as = _name_of(template["DATABASE_URL"])
        with _database(own, f"{known_as}_{name}", copy_of=known_as) as environment:
            yield environment


def manage(environment: Environment, *words: str) -> None:
    """Run a management command; raises CalledProcessError if it fails."""
    subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def web(environment: Environment) -> Iterator[int]:
    """The web processes of the Procfile on PostgreSQL, ``manage.py serve`` on SQLite; yields their port."""
    port = free_port()
    if environment.get("DATABASE_URL"):
        words, ready = procfile("web"), "Started worker-2"
        own = {**environment, "PORT": str(port), "WEB_WORKERS": "2"}
    else:
        words, ready = [sys.executable, "manage.py", "serve", "--port", str(port)], "Commonway serves"
        own = environment
    with process(words, own, ready=ready):
        yield port


def procfile(name: str) -> list[str]:
    """The words that start a process type of the Procfile as it stands, listening on the loopback alone."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if ": " in line)
    command = (
        lines[name].replace(".venv/bin/", f"{Path(sys.executable).parent}/").replace("0.0.0.0", "127.0.0.1")
    )
    return ["sh", "-c", f"exec {command}"]


@contextmanager
def process(words: Sequence[str], environment: Environment, *, ready: str = "") -> Iterator[int]:
    """A process of our own, waited for until it says ``ready``, and ended by its id; yields that."""
    with tempfile.NamedTemporaryFile("w+") as log:
        started = subprocess.Popen(
            words, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(started, Path(log.name), ready)
            yield started.pid
        finally:
            _end(started)


def free_port() -> int:
    """A port of the loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(started: "subprocess.Popen[bytes]", log: Path, ready: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while ready not in log.read_text():
        if started.poll() is not None or time.monotonic() > deadline:
            raise DidNotStart(log.read_text()[-2000:])
        time.sleep(0.05)


def _end(started: "subprocess.Popen[bytes]") -> None:
    """Ask the process to end; what is left of it and its children after a while is killed."""
    started.terminate()
    try:
        started.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@contextmanager
def _database(environment: Environment, name: str, copy_of: str = "template1") -> Iterator[Environment]:
    """The environment with a PostgreSQL database made here; without a server to make it on, as it is."""
    url = environment.get("DATABASE_URL", "")
    if not url:
        yield environment
        return
    _administer(url, f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"')
    try:
        yield {**environment, "DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
    finally:
        _administer(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(url: str, statement: str) -> None:
    """Say it to the server from a database that is neither made, copied nor dropped by it."""
    elsewhere = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute(statement.encode())


def _name_of(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


@contextmanager
def _scratch_redis() -> Iterator[str]:
    """The URL of an empty database of the server of REDIS_URL, emptied again at the end; "" without one."""
    url = os.environ.get("REDIS_URL", "")
    if not url:
        yield ""
        return
    for number in range(15, -1, -1):
        own = urlsplit(url)._replace(path=f"/{number}").geturl()
        client = redis.Redis.from_url(own)
        if client.dbsize() == 0 and client.set("commonway-bench", os.getpid(), nx=True):
            try:
                yield own
            finally:
                client.flushdb()
            return
    raise DidNotStart("Every database of the Redis server is in use; a bench needs an empty one.")
