"""A report sent to try things out: a whole life within a minute, and nobody else hears of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Membership, Organisation, User
from analytics import lake, tasks
from governance.services import seal_events
from notifications.models import InboxItem
from reports import services
from reports.events import verify_chain
from reports.measuring import measure_times
from reports.models import Report
from reports.services.sandbox import KEPT, sandbox_organisation
from tests.conftest import WEST, Maker, SmallCity
from tests.reports.test_submit import URL, body
from tickets.models import Ticket
from tickets.services import live_sandbox
from webhooks.models import Delivery
from webhooks.services import register_endpoint

pytestmark = pytest.mark.django_db

Relay = Callable[[], int]
BOX = f"{WEST[1] - 0.01},{WEST[0] - 0.01},{WEST[1] + 0.01},{WEST[0] + 0.01}"


def send(client: APIClient, **changes: Any) -> Any:
    answer = client.post(URL, body(sandbox=True, **changes))
    assert answer.status_code == 201, answer.content
    return answer.json()


def holder(sent: Any) -> APIClient:
    receipt = sent["receipt"]
    return APIClient(headers={"Authorization": f"Receipt {receipt['code']}:{receipt['secret']}"})


def live(relay: Relay, steps: int = 4) -> None:
    """Let so many sweeps pass, each after everybody has rested."""
    for _ in range(steps):
        relay()
        live_sandbox(timezone.now() + timedelta(minutes=1))
    relay()


def test_the_test_organisation_answers_whoever_would_have(city: SmallCity, anyone: APIClient) -> None:
    sent = send(anyone)
    unroutable = send(anyone, category="noise", kind="complaint")

    assert [each["report"]["responsible"]["code"] for each in (sent, unroutable)] == ["sandbox", "sandbox"]
    assert (sent["report"]["visibility"], sent["decision"]["executor"]) == ("private", None)
    assert "测试" in sent["decision"]["sentence_zh"]
    assert "test organisation" in sent["decision"]["sentence_en"]
    assert Organisation.objects.filter(is_sandbox=True).count() == 1


def test_a_developer_sees_a_whole_life_without_anybody(
    city: SmallCity, anyone: APIClient, relay: Relay
) -> None:
    sent = send(anyone)

    live(relay)

    phone = holder(sent)
    lines = phone.get(f"{URL}{sent['receipt']['code']}/timeline/").json()
    assert [(line["kind"], line["data"].get("new")) for line in lines] == [
        ("report.submitted", None),
        ("report.routed", None),
        ("ticket.offered", None),
        ("report.status", "assigned"),
        ("ticket.accepted", None),
        ("ticket.started", None),
        ("report.status", "in_progress"),
        ("ticket.done", None),
        ("report.status", "resolved"),
    ]
    report = Report.objects.get()
    verify_chain(report, list(report.events.select_related("organisation", "by_organisation").order_by("pk")))


def test_each_step_takes_its_time(city: SmallCity, anyone: APIClient, relay: Relay) -> None:
    send(anyone)
    relay()

    assert live_sandbox() == 0
    assert live_sandbox(timezone.now() + timedelta(seconds=11)) == 1
    assert Ticket.objects.get().status == "accepted"


def test_a_dispute_begins_it_anew(city: SmallCity, anyone: APIClient, relay: Relay) -> None:
    sent = send(anyone)
    live(relay)

    disputed = holder(sent).post(f"{URL}{sent['receipt']['code']}/dispute/", {"text": "Still dark."})
    live(relay)

    assert disputed.status_code == 200, disputed.content
    assert Report.objects.get().status == "resolved"
    assert Ticket.objects.count() == 2


def test_nobody_else_sees_it_anywhere(
    make: Maker,
    *,
    mona: User,
    audrey: User,
    olga: User,
    otto: User,
    alice: User,
    client_of: Any,
    anyone: APIClient,
    relay: Relay,
) -> None:
    code = send(anyone)["receipt"]["code"]
    root = User.objects.create_superuser("root@example.org")
    live(relay)

    for client in [anyone, *map(client_of, (mona, audrey, olga, otto, alice, root))]:
        assert client.get(URL).json()["results"] == []
        assert client.get(f"{URL}map/", {"bbox": BOX}).json()["cells"] == []
        assert [client.get(f"{URL}{code}/{verb}").status_code for verb in ("", "timeline/", "trace/")] == [
            404,
            404,
            404,
        ]
    for client in map(client_of, (mona, audrey, olga, otto)):
        assert client.get("/api/v1/tickets/").json()["results"] == []
        assert client.get("/api/v1/events/").json()["events"] == []


def test_its_sender_and_the_test_organisation_do(
    city: SmallCity, alice: User, client_of: Any, relay: Relay
) -> None:
    tester = User.objects.create_user("tess@example.org", "correct horse")
    Membership.objects.create(user=tester, organisation=sandbox_organisation(), role="officer")
    code = send(client_of(alice))["receipt"]["code"]
    relay()

    seen = [[line["code"] for line in client_of(u).get(URL).json()["results"]] for u in (alice, tester)]

    assert seen == [[code], [code]]


def test_no_webhook_but_the_test_organisations_own(
    city: SmallCity, anyone: APIClient, relay: Relay, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    for organisation in (city.works, city.mender, city.traffic, sandbox_organisation()):
        register_endpoint(organisation, url="http://127.0.0.1:9/hook")
    send(anyone)

    live(relay)

    told = Delivery.objects.values_list("endpoint__organisation__code", flat=True).distinct()
    assert list(told) == ["sandbox"]


def test_only_its_sender_gets_news(make: Maker, alice: User, bob: User, client_of: Any, relay: Relay) -> None:
    send(client_of(alice))

    live(relay)

    readers = InboxItem.objects.values_list("producer__user__email", flat=True).distinct()
    assert set(readers) == {alice.email}


def test_it_is_counted_nowhere(make: Maker, anyone: APIClient, relay: Relay) -> None:
    real = make.report()
    send(anyone)
    live(relay)

    tasks.project()
    measure_times()

    table = lake.open_table()
    assert table is not None
    assert set(table.to_pyarrow_table()["report"].to_pylist()) == {real.code}


def test_it_can_never_be_public(city: SmallCity, anyone: APIClient) -> None:
    send(anyone)

    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.update(visibility="public")


def test_after_a_week_it_is_erased_and_seals_still_hold(make: Maker, anyone: APIClient, relay: Relay) -> None:
    real, code = make.report(text="Real."), send(anyone)["receipt"]["code"]
    live(relay)
    seal_events()
    Report.objects.update(created_at=timezone.now() - KEPT - timedelta(seconds=1))

    assert (services.purge_sandbox(), services.purge_sandbox()) == (1, 0)

    relay()
    seal_events()
    gone = Report.objects.get(code=code)
    assert (gone.visibility, gone.text, gone.raw_latitude) == ("erased", "", None)
    verify_chain(gone, list(gone.events.select_related("organisation", "by_organisation").order_by("pk")))
    assert Report.objects.get(pk=real.pk).text == "Real."


def test_a_real_report_is_left_to_people(make: Maker, relay: Relay) -> None:
    make.report()
    relay()

    assert live_sandbox(timezone.now() + timedelta(days=1)) == 0


def test_it_costs_at_most_eight_statements(city: SmallCity, anyone: APIClient) -> None:
    send(anyone)

    with CaptureQueriesContext(connection) as queries:
        anyone.post(URL, body(sandbox=True), headers={"Idempotency-Key": "a-key"})

    statements = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) <= 8, "\n".join(statements)


def test_a_trial_of_a_test_says_so(city: SmallCity, anyone: APIClient) -> None:
    answer = anyone.post("/api/v1/reports/check/", body(sandbox=True), headers={"Accept-Language": "en"})

    assert answer.json()["responsible"]["code"] == "sandbox"
    assert "nobody will come" in answer.json()["routing"]
