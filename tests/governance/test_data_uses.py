"""Where somebody's data went: every delivery and every ticket read is written down, once a day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from governance.models import DataUse
from reports.models import Report
from reports.services import Submitted
from tests.conftest import Maker, SmallCity
from webhooks import leases
from webhooks.leases import Outcome
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], APIClient]
WithReceipt = Callable[[Submitted], APIClient]
Relay = Callable[[], int]


@pytest.fixture(autouse=True)
def no_handlers(settings: Any) -> None:
    """Here tickets are offered, so the handlers of tickets and webhooks are at work."""
    settings.EVENT_HANDLERS = ["tickets.handlers.follow_reports", "webhooks.handlers.owe_deliveries"]


def uses(client: APIClient, path: str = "/api/v1/me/data-uses/") -> list[tuple[str, str]]:
    """Who got data, and how."""
    rows = client.get(path).json()["results"]
    return [(row["organisation"]["code"], row["way"]) for row in rows]


def test_a_firm_that_reads_its_ticket_is_named_once_a_day(
    make: Maker, alice: User, otto: User, client_of: ClientOf, relay: Relay
) -> None:
    report = make.submitted(user=alice).report
    relay()
    firm = client_of(otto)
    [ticket] = firm.get("/api/v1/tickets/").json()["results"]
    firm.get(f"/api/v1/tickets/{ticket['code']}/")
    firm.post(f"/api/v1/tickets/{ticket['code']}/accept/")

    [row] = client_of(alice).get("/api/v1/me/data-uses/").json()["results"]

    assert (row["report"], row["organisation"]["code"], row["purpose"], row["way"]) == (
        report.code, "mender", "handling", "ticket",
    )  # fmt: skip
    assert {"text", "latitude", "longitude", "address"} <= set(row["what"])


def test_who_watches_over_all_tickets_got_nothing_to_work_on(
    make: Maker, mona: User, client_of: ClientOf, relay: Relay
) -> None:
    make.submitted()
    relay()

    assert client_of(mona).get("/api/v1/tickets/", {"whose": "all"}).json()["results"]
    assert not DataUse.objects.exists()


def test_a_delivery_that_was_accepted_is_a_use(
    make: Maker, city: SmallCity, alice: User, client_of: ClientOf, relay: Relay
) -> None:
    Endpoint.objects.create(organisation=city.mender, url="https://firm.example/", secret="sealed")
    make.submitted(user=alice)
    relay()
    deliveries = list(Delivery.objects.select_related("endpoint").order_by("pk"))
    assert deliveries

    now = timezone.now()
    leases.record([Outcome(delivery, now, 1, status=500) for delivery in deliveries], now=now)
    assert uses(client_of(alice)) == []
    leases.record([Outcome(delivery, now, 1, status=204) for delivery in deliveries], now=now)

    [row] = client_of(alice).get("/api/v1/me/data-uses/").json()["results"]
    assert (row["organisation"]["code"], row["way"]) == ("mender", "webhook")
    assert row["what"] == ["category", "cell", "code", "sequence", "ticket", "url"]


def test_the_receipt_tells_it_of_its_report_also_after_erasure(
    make: Maker, city: SmallCity, with_receipt: WithReceipt, anyone: APIClient
) -> None:
    sent, other = make.submitted(), make.submitted()
    for report in (sent.report, other.report):
        use(report, city)
    phone, path = with_receipt(sent), f"/api/v1/reports/{sent.report.code}/data-uses/"
    phone.post(f"/api/v1/reports/{sent.report.code}/erase/")

    assert uses(phone, path) == uses(phone) == [("mender", "ticket")]
    assert anyone.get(path).status_code == 404
    assert phone.get(f"/api/v1/reports/{other.report.code}/data-uses/").status_code == 404


def test_my_uses_are_my_own(
    make: Maker, city: SmallCity, alice: User, bob: User, client_of: ClientOf
) -> None:
    use(make.report(user=alice), city)

    assert (uses(client_of(alice)), uses(client_of(bob))) == ([("mender", "ticket")], [])
    assert APIClient().get("/api/v1/me/data-uses/").status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_long(
    rows: int, make: Maker, city: SmallCity, alice: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        use(make.report(user=alice), city)
    client = client_of(alice)

    with django_assert_num_queries(3):  # the session's two included
        assert len(uses(client)) == rows


def use(report: Report, city: SmallCity, days_ago: int = 0) -> DataUse:
    at = timezone.now() - timedelta(days=days_ago)
    return DataUse.objects.create(
        report=report, organisation=city.mender, way="ticket", fields=["text"], on=at.date(), at=at
    )
