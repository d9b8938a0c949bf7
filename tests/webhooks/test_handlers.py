"""Who is owed which event."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.models import Event
from routing.cells import cell_of
from tests.webhooks.conftest import Town
from webhooks import payloads, services
from webhooks.handlers import owe_deliveries
from webhooks.models import Delivery

URL = "https://firm.example/hook"


@pytest.fixture(autouse=True)
def _no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "accounts.outside.getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("93.184.215.14", 443))]
    )


def told(event: Event) -> list[str]:
    codes = Delivery.objects.filter(event=event).values_list("endpoint__organisation__code", flat=True)
    return sorted(codes)


@pytest.fixture
def everyone(town: Town) -> None:
    for name in ("bureau", "firm", "helper", "stranger"):
        town.endpoint(URL, name)


@pytest.mark.parametrize(
    ("kind", "organisation", "is_public", "expected"),
    [
        ("ticket.offered", "firm", True, ["bureau", "firm"]),
        ("ticket.done", "firm", False, ["bureau", "firm"]),
        ("ticket.offered", "bureau", True, ["bureau"]),
        ("report.commented", "", True, ["bureau", "firm", "helper"]),
        ("report.commented", "", False, ["bureau"]),
        ("report.routed", "bureau", True, ["bureau", "firm", "helper"]),
        ("report.visibility", "", False, ["bureau", "firm", "helper"]),
        ("report.erased", "", False, ["bureau", "firm", "helper"]),
        ("photo.added", "", True, []),
        ("consent.withdrawn", "", False, ["bureau", "firm", "helper"]),
        ("consent.given", "", False, []),
    ],
)
def test_an_event_is_owed_to_whom_it_concerns(
    kind: str, organisation: str, is_public: bool, expected: list[str], town: Town, everyone: None
) -> None:
    event = town.event(town.report("firm", "helper"), kind, organisation, is_public=is_public)

    town.owe(event)

    assert told(event) == expected


def test_who_gave_the_report_back_hears_no_more_of_it(town: Town, everyone: None) -> None:
    report = town.report("firm")
    report.recipients.update(is_active=False)
    event = town.event(report, "report.commented", "")

    town.owe(event)

    assert told(event) == ["bureau"]


def test_only_the_types_asked_for_are_owed(town: Town) -> None:
    town.endpoint(URL, event_types=["ticket.done"])
    offered, done = town.event(town.report(), "ticket.offered"), town.event(town.report(), "ticket.done")

    town.owe(offered, done)

    assert list(Delivery.objects.values_list("event", flat=True)) == [done.pk]


def test_an_event_handed_over_twice_is_owed_once(town: Town) -> None:
    town.endpoint(URL)
    event = town.event(town.report())

    town.owe(event)
    town.owe(event)

    assert Delivery.objects.count() == 1


def test_several_endpoints_of_one_organisation_are_each_told(town: Town) -> None:
    town.endpoint(URL)
    town.endpoint(URL + "/second")

    assert len(town.owe(town.event(town.report()))) == 2


def test_what_happens_while_an_endpoint_is_off_can_be_recovered(town: Town) -> None:
    services.disable(town.endpoint(URL).endpoint)
    [delivery] = town.owe(town.event(town.report()))

    assert delivery.state == "skipped"


def test_a_deleted_endpoint_is_told_nothing(town: Town) -> None:
    services.delete_endpoint(town.endpoint(URL).endpoint)

    assert town.owe(town.event(town.report())) == []


def test_the_payload_names_the_cell_and_nothing_finer(town: Town) -> None:
    report = town.report()
    report.latitude, report.longitude, report.cell = 38.05, 114.51, cell_of(38.05, 114.51)
    report.save()
    event = town.event(report, "report.status", "")

    payload = payloads.of_event(event)

    assert payload["data"]["cell"] == f"{report.cell:x}"
    assert payload["data"]["sequence"] == event.seq
    assert set(payload["data"]) == {"code", "url", "ticket", "sequence", "category", "cell"}


@pytest.mark.parametrize("size", [1, 3, 40])
def test_the_statements_do_not_grow_with_the_batch(size: int, town: Town, everyone: None) -> None:
    ours = ("report__category", "report__responsible", "organisation")
    for _ in range(size):
        town.event(town.report("firm"), "report.status", "")
    events = list(Event.objects.select_related(*ours))

    with CaptureQueriesContext(connection) as counted:
        owe_deliveries(events)

    # SQLite splits a long INSERT at a thousand parameters; what is asked stays two questions.
    assert len([query for query in counted if query["sql"].startswith("SELECT")]) == 2
    assert Delivery.objects.count() == 2 * size


def test_without_endpoints_a_batch_costs_one_statement(town: Town, django_assert_num_queries: Any) -> None:
    events = [town.event(town.report("firm"))]

    with django_assert_num_queries(1):
        owe_deliveries(events)
