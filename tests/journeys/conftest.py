"""One founded city for all journeys, and one server that most of them share."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.journeys.phone import BOUND_S, Phone
from tests.journeys.receiver import Receiver, receiving
from tests.journeys.server import Server, Template, found_city
from tests.journeys.staff import Worker


@dataclass
class Town:
    """A city that is running, with the people in it and the server of one firm."""

    server: Server
    web: httpx.Client
    mona: Worker
    olga: Worker
    otto: Worker
    fritz: Worker
    menders: Receiver

    def phone(self) -> Phone:
        return Phone(self.server, self.web)


@pytest.fixture(autouse=True)
def quiet_house() -> None:
    """Journeys touch no database of this process; what other tests need cleaned is not theirs."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return found_city(tmp_path_factory.mktemp("city") / "var")


@pytest.fixture(scope="session")
def shared_town(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    server = Server(template.copy(tmp_path_factory.mktemp("town") / "var"))
    yield from living(server, template)


@pytest.fixture
def town(shared_town: Town) -> Town:
    """The town that journeys share; each brings its own report."""
    shared_town.menders.is_down = False
    return shared_town


@pytest.fixture(scope="module")
def own_town(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town of this file's own, to be killed and stopped."""
    server = Server(template.copy(tmp_path_factory.mktemp("own") / "var"))
    yield from living(server, template)


def living(server: Server, template: Template) -> Iterator[Town]:
    """The town while its server and the receiver of West Menders run."""
    with receiving() as receiver, httpx.Client(base_url=f"{server.url}/api/v1", timeout=BOUND_S) as web:
        try:
            server.start()
            people = {name: Worker(web, token) for name, token in template.tokens.items()}
            receiver.secret = people["otto"].listen_at(receiver.url)
            yield Town(server, web, menders=receiver, **people)
        finally:
            status = server.stop()
        assert status == 0, server.log()
