"""How long a firm waits: from an event to the first try at its webhook, while reports stream in.

The service runs as it does for a city: ``manage.py serve`` on SQLite, the processes of the Procfile on
PostgreSQL. 50 reports a second come over HTTP, every organisation of the demo city listens, and the receiver
is a process of its own. The wait is taken at the receiver, from the ``timestamp`` of the message to its
arrival, so it holds the rest of the request's transaction, the relay, the lease and the way over the network.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import quantiles
from typing import Any

import httpx
from django.db import connection
from django.test import override_settings

from accounts.models import Organisation
from bench.intake import URL, draft
from bench.stage import ROOT, Environment, process, procfile, web
from webhooks.services import register_endpoint

RATE = 50
PHONES = 8
# What a firm asks for that works on tickets.
TYPES = ("ticket.offered", "ticket.handed_over", "ticket.cancelled", "report.status")
# The first reports meet cold processes: they are sent, given a moment, and their messages are not counted.
WARM_UP_S = 2
SETTLE_S = 5

Row = dict[str, Any]


def run(quick: bool) -> list[Row]:
    """The 95th percentile of the wait, beside that of a bare httpx POST to the same receiver."""
    seconds = 8 if quick else 25
    reports = _reports(RATE * (WARM_UP_S + seconds))
    with receiving() as receiver:
        floor_ms = bare_post_ms(receiver.port, 300)
        with override_settings(WEBHOOK_ALLOW_LOOPBACK=True):
            for organisation in Organisation.objects.all():
                url = f"http://localhost:{receiver.port}/hook"
                register_endpoint(organisation, url=url, event_types=TYPES)
        with serving({**os.environ, "WEBHOOK_ALLOW_LOOPBACK": "1"}) as port:
            send_reports(port, reports[: RATE * WARM_UP_S])
            time.sleep(SETTLE_S)
            begin = time.time()
            accepted = send_reports(port, reports[RATE * WARM_UP_S :])
            time.sleep(SETTLE_S)
        waits_ms = [(came - sent) * 1000 for sent, came in receiver.close() if sent >= begin]
    cuts = quantiles(waits_ms, n=100, method="inclusive")
    return [
        {"name": "webhooks", "value": round(cuts[94], 1), "unit": "ms", "floor": round(floor_ms, 2),
         "ratio": round(cuts[94] / floor_ms, 1), "p50_ms": round(cuts[49], 1), "reports": accepted,
         "messages": len(waits_ms)}
    ]  # fmt: skip


def _reports(number: int) -> list[bytes]:
    dice = random.Random(11)
    return [json.dumps(draft(dice)).encode() for _ in range(number)]


@contextmanager
def serving(environment: Environment) -> Iterator[int]:
    """Everything that takes part in the way from a report to a webhook; yields the port to report at."""
    with ExitStack() as stack:
        port = stack.enter_context(web(environment))
        if connection.vendor != "sqlite":
            for name in ("worker", "beat"):
                stack.enter_context(process(procfile(name), environment))
        yield port


def bare_post_ms(port: int, times: int) -> float:
    """The 95th percentile of posting the same size of message in a loop and nothing else."""
    message = {"type": "floor", "data": {"code": "0" * 20, "ticket": "0" * 20, "cell": "0" * 15}}
    took: list[float] = []
    with httpx.Client(trust_env=False) as client:
        for _ in range(times):
            start = time.perf_counter()
            client.post(f"http://127.0.0.1:{port}/floor", json=message)
            took.append((time.perf_counter() - start) * 1000)
    return quantiles(took, n=100, method="inclusive")[94]


class Receiver:
    """The receiving process."""

    def __init__(self, started: "subprocess.Popen[str]", port: int) -> None:
        self._started = started
        self.port = port

    def close(self) -> list[tuple[float, float]]:
        """For every message that came: when its event happened and when it arrived, in Unix seconds."""
        out, _ = self._started.communicate(timeout=30)
        return [(happened, came) for happened, came in json.loads(out)]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens until it is closed."""
    words = [sys.executable, "-m", "bench.receiver"]
    started = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if started.stdout is None:
        raise ChildProcessError("The receiver has no output.")
    try:
        yield Receiver(started, int(started.stdout.readline()))
    finally:
        started.kill()
        started.wait()


def send_reports(port: int, reports: list[bytes]) -> int:
    """Send ``RATE`` reports a second, each at its moment; returns how many were accepted."""
    start = time.monotonic() + 0.5
    accepted: list[int] = []
    phones = [
        threading.Thread(target=_phone, args=(port, start, first, reports, accepted))
        for first in range(PHONES)
    ]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()
    return len(accepted)


def _phone(port: int, start: float, first: int, reports: list[bytes], accepted: list[int]) -> None:
    """Every eighth report, at its moment."""
    phone = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for number in range(first, len(reports), PHONES):
        time.sleep(max(0.0, start + number / RATE - time.monotonic()))
        phone.request("POST", URL, reports[number], {"Content-Type": "application/json"})
        answer = phone.getresponse()
        answer.read()
        if answer.status == 201:
            accepted.append(number)
    phone.close()
