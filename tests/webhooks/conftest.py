"""A bureau and two firms that want to be told, and the reports they are told about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from accounts import outside
from accounts.models import Organisation, Producer
from reports.models import Event, Recipient, Report
from routing.models import Category
from tests.webhooks.receiver import Receiver, receiving
from webhooks import dispatch, services
from webhooks.handlers import owe_deliveries
from webhooks.models import Delivery, Endpoint
from webhooks.services import Issued


@dataclass
class Town:
    """Makes what a test is about; numbers rise by themselves."""

    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def organisation(self, code: str) -> Organisation:
        names = {"name_zh": code, "name_en": code, "kind": "firm"}
        return Organisation.objects.get_or_create(code=code, defaults=names)[0]

    def endpoint(self, url: str, organisation: str = "firm", **fields: Any) -> Issued:
        return services.register_endpoint(self.organisation(organisation), url=url, **fields)

    def report(self, *recipients: str, responsible: str = "bureau") -> Report:
        category, _ = Category.objects.get_or_create(
            code="pothole", defaults={"name_zh": "坑", "name_en": "hole"}
        )
        report = Report.objects.create(
            reference=f"2026-{next(self.numbers):06}",
            producer=Producer.objects.create(),
            kind="problem",
            category=category,
            text="my name is Alice",
            address="Street 1",
            cell=None,
            observed_at=timezone.now(),
            responsible=self.organisation(responsible),
        )
        for code in recipients:
            Recipient.objects.create(report=report, organisation=self.organisation(code))
        return report

    def event(
        self, report: Report, kind: str = "ticket.offered", organisation: str = "firm", **fields: Any
    ) -> Event:
        seq = next(self.numbers)
        data = {"ticket": f"ticket-{report.pk}", "sequence": seq} if kind.startswith("ticket.") else {}
        defaults = {"at": timezone.now(), "by_kind": "system", "digest": "0" * 64, "data": data}
        concerned = self.organisation(organisation) if organisation else None
        return Event.objects.create(
            report=report, kind=kind, seq=seq, organisation=concerned, **defaults | fields
        )

    def owe(self, *events: Event) -> list[Delivery]:
        owe_deliveries(events)
        return list(Delivery.objects.filter(event__in=events).order_by("position", "endpoint"))

    def owed(self, number: int = 1) -> list[Delivery]:
        """As many deliveries, each about a report of its own."""
        return self.owe(*[self.event(self.report()) for _ in range(number)])


@pytest.fixture
def town(db: None) -> Town:
    return Town()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    with receiving() as listening:
        yield listening


@pytest.fixture
def endpoint(town: Town, receiver: Receiver) -> Issued:
    """The firm's endpoint at the receiver."""
    return town.endpoint(receiver.url)


@pytest.fixture(autouse=True)
def _quick_and_tidy(settings: Any) -> Iterator[None]:
    """Passwords cost nothing, and no connection outlives its test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield
    outside.hang_up()


def deliver() -> None:
    """Send what is due now."""
    dispatch.deliver_due(again=lambda: None)


def pass_time() -> None:
    """Everything that waits has waited long enough."""
    Delivery.objects.filter(state__in=("pending", "leased")).update(due_at=timezone.now())
    Endpoint.objects.update(not_before=None)
