"""Killed between sending a copy of news and writing it down: nothing is lost, one key is sent twice."""

import json
import threading
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.journeys.conftest import Town, living
from tests.journeys.server import Server, Template, until
from tests.webhooks.receiver import Arrived, Receiver, Reply, receiving

pytestmark = pytest.mark.journey

HOLD_S = 60.0


class Gateway:
    """Takes messages, and can hold its answer to one of them back until it is let go."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.is_holding = threading.Event()
        self.let_go = threading.Event()
        self.hold_next = False
        receiver.reply = self._reply

    def keys(self) -> Counter[str]:
        """How often each message was taken, by its Idempotency-Key."""
        return Counter(arrived.headers["idempotency-key"] for arrived in self.receiver.arrived)

    def kinds(self) -> list[str]:
        return [json.loads(arrived.body)["data"]["kind"] for arrived in self.receiver.arrived]

    def _reply(self, arrived: Arrived) -> Reply:
        if self.hold_next:
            self.hold_next = False
            self.is_holding.set()
            self.let_go.wait(HOLD_S)
        return Reply(202)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with receiving() as receiver:
        found = Gateway(receiver)
        yield found
        found.let_go.set()


@pytest.fixture
def telling_town(
    template: Template, tmp_path_factory: pytest.TempPathFactory, gateway: Gateway
) -> Iterator[Town]:
    """A town whose short messages go to the gateway."""
    settings = {"VENDOR_PUSH_URL": gateway.receiver.url, "NOTIFICATION_LEASE_S": "2"}
    yield from living(Server(template.copy(tmp_path_factory.mktemp("telling") / "var"), **settings), template)


def test_a_copy_in_flight_goes_again_under_its_key_and_every_other_goes_once(
    telling_town: Town, gateway: Gateway
) -> None:
    town = telling_town
    phone = town.phone()
    report = phone.report("pothole")
    device = {"transport": "vendor", "token": "telephone"}
    answer = town.web.post("/me/push/", json=device, headers=phone.receipt.headers)
    assert answer.status_code == 201, answer.text
    gateway.hold_next = True
    town.otto.mend(report)
    assert gateway.is_holding.wait(HOLD_S)

    town.server.kill()  # the gateway has it, and nobody wrote that down
    gateway.let_go.set()
    town.server.start()
    town.olga.countersign(town.olga.ticket(report), "The road is whole again.")

    until(lambda: "report.status" in gateway.kinds() and _is_quiet(town.web), "the news of the end")
    news = _inbox(town.web, phone.receipt.headers)
    times = gateway.keys()
    assert len(times) >= len([row for row in news if row["kind"] != "ticket.offered"])
    assert sum(count - 1 for count in times.values()) <= 1
    assert max(times.values()) == 2


def _is_quiet(web: httpx.Client) -> bool:
    """Whether nothing is owed any more."""
    health = httpx.get(f"{web.base_url.copy_with(path='/health')}").json()
    return health["news"]["oldest_due_s"] is None


def _inbox(web: httpx.Client, headers: dict[str, str]) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = web.get("/me/inbox/", headers=headers).json()["results"]
    return rows
