"""From a row to a receiver: sent once, signed, retried, in order, and never lost."""

import json
from datetime import UTC, timedelta
from queue import SimpleQueue
from typing import Any

import pytest
from django.utils import timezone

from accounts import outside
from tests.webhooks.conftest import Town, deliver, pass_time
from tests.webhooks.receiver import Receiver, Reply
from webhooks import dispatch, leases, services
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.services import Issued


def states() -> list[str]:
    return list(Delivery.objects.order_by("position", "pk").values_list("state", flat=True))


def test_an_event_arrives_once_signed_and_thin(town: Town, receiver: Receiver, endpoint: Issued) -> None:
    report = town.report()
    [delivery] = town.owe(event := town.event(report))

    deliver()
    deliver()

    [arrived] = receiver.arrived
    message = arrived.verified(endpoint.secret)
    assert arrived.id == delivery.code
    assert arrived.headers["content-type"] == "application/json"
    assert message == {
        "type": "ticket.offered",
        "timestamp": event.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "data": {
            "code": report.code,
            "url": f"http://localhost:8000/api/v1/reports/{report.code}/",
            "ticket": event.data["ticket"],
            "sequence": event.data["sequence"],
            "category": "pothole",
            "cell": None,
        },
    }
    assert b"Alice" not in arrived.body
    assert states() == ["delivered"]


def test_an_attempt_says_what_was_answered(town: Town, receiver: Receiver, endpoint: Issued) -> None:
    receiver.reply = Reply(200, body=b"ok\x00" + "好".encode() + b"\xff" * 5000)
    town.owed()

    deliver()

    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.error) == (200, "")
    assert attempt.answer.startswith("ok好")
    assert len(attempt.answer) == dispatch.KEPT_CHARACTERS


def test_every_try_has_the_same_id_and_its_own_timestamp(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    receiver.reply = Reply(500)
    town.owed()
    for _ in range(3):
        deliver()
        pass_time()

    assert len(receiver.arrived) == 3
    assert len({arrived.id for arrived in receiver.arrived}) == 1
    assert len({arrived.body for arrived in receiver.arrived}) == 1
    for arrived in receiver.arrived:
        arrived.verified(endpoint.secret)


def test_while_a_secret_changes_both_verify(town: Town, receiver: Receiver, endpoint: Issued) -> None:
    new = services.rotate_secret(endpoint.endpoint).secret
    town.owed()

    deliver()

    [arrived] = receiver.arrived
    arrived.verified(endpoint.secret)
    arrived.verified(new)


def test_after_the_overlap_only_the_new_secret_signs(town: Town, endpoint: Issued) -> None:
    rotated = services.rotate_secret(endpoint.endpoint)

    later = timezone.now() + services.OVERLAP
    assert services.secrets_of(rotated.endpoint, later) == [rotated.secret]


@pytest.mark.parametrize("reply", [Reply(500), Reply(404), Reply(302), Reply(400, body=b"no")])
def test_anything_but_a_2xx_is_tried_again(
    reply: Reply, town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    receiver.reply = reply
    [delivery] = town.owed()

    deliver()

    delivery.refresh_from_db()
    wait = delivery.due_at - timezone.now()
    assert (delivery.state, delivery.attempts_count, delivery.failures_count) == ("pending", 1, 1)
    assert timedelta(seconds=4) < wait < timedelta(seconds=5.5)


def test_a_receiver_that_is_down_gets_everything_once_it_is_up(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    receiver.reply = Reply(503)
    owed = town.owed(5)
    deliver()
    pass_time()
    receiver.reply = Reply(204)
    refused = len(receiver.arrived)

    while set(states()) != {"delivered"}:
        deliver()

    ids = [arrived.id for arrived in receiver.arrived[refused:]]
    assert sorted(ids) == sorted(delivery.code for delivery in owed)
    assert Endpoint.objects.get().failing_since is None


def test_what_never_arrives_is_given_up_after_the_last_wait(
    town: Town, receiver: Receiver, endpoint: Issued, settings: Any
) -> None:
    settings.WEBHOOK_RETRY_WAITS = [0, 5, 300]
    receiver.reply = Reply(500)
    town.owed()

    for _ in range(5):
        deliver()
        pass_time()

    assert len(receiver.arrived) == 3
    assert states() == ["dead"]
    assert Delivery.objects.get().ended_at is not None


def test_410_disables_the_endpoint_at_once(town: Town, receiver: Receiver, endpoint: Issued) -> None:
    receiver.reply = lambda arrived: Reply(410)
    town.owed(12)

    deliver()

    found = Endpoint.objects.get()
    assert (found.is_enabled, found.disabled_reason) == (False, "gone")
    assert len(receiver.arrived) < 12
    assert set(states()) == {"skipped"}


def test_five_days_without_one_success_disable_the_endpoint(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    receiver.reply = Reply(500)
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(hours=121))
    town.owed(2)

    deliver()

    found = Endpoint.objects.get()
    assert (found.is_enabled, found.disabled_reason) == (False, "failing")
    assert states() == ["skipped", "skipped"]


def test_retry_after_is_honoured_by_the_whole_endpoint(
    town: Town, receiver: Receiver, endpoint: Issued, settings: Any
) -> None:
    settings.WEBHOOK_ENDPOINT_SLOTS = 1
    receiver.reply = Reply(429, {"Retry-After": "600"})
    town.owed(2)

    deliver()
    deliver()

    first = Delivery.objects.order_by("pk")[0]
    assert len(receiver.arrived) == 1
    assert first.due_at > timezone.now() + timedelta(seconds=590)
    assert Endpoint.objects.get().not_before is not None


def test_a_later_event_of_a_report_waits_for_the_earlier_one(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    report, other = town.report(), town.report()
    first, second, _ = town.owe(town.event(report), town.event(report), town.event(other))
    receiver.reply = lambda arrived: Reply(500 if arrived.id == first.code else 204)

    deliver()

    assert states() == ["pending", "pending", "delivered"]
    receiver.reply = Reply(204)
    pass_time()
    deliver()
    assert [arrived.id for arrived in receiver.arrived][-2:] == [first.code, second.code]
    assert states() == ["delivered", "delivered", "delivered"]


def test_the_sequence_of_a_ticket_rises_at_the_receiver(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    reports = [town.report() for _ in range(4)]
    town.owe(*[town.event(report) for _ in range(5) for report in reports])

    deliver()

    seen: dict[str, list[int]] = {}
    for arrived in receiver.arrived:
        data = json.loads(arrived.body)["data"]
        seen.setdefault(data["ticket"], []).append(data["sequence"])
    assert len(receiver.arrived) == 20
    assert all(numbers == sorted(numbers) for numbers in seen.values())


def test_a_dead_endpoint_does_not_delay_another(town: Town, receiver: Receiver, endpoint: Issued) -> None:
    town.endpoint("http://127.0.0.1:1/dead", "dead")
    reports = [town.report(responsible="none") for _ in range(5)]
    town.owe(*[town.event(report, organisation=name) for report in reports for name in ("dead", "firm")])

    deliver()

    assert len(receiver.arrived) == 5
    refused = Attempt.objects.filter(error="connect_failed")
    assert refused.count() >= 1


def test_nothing_leaves_to_a_private_address(town: Town, receiver: Receiver, endpoint: Issued) -> None:
    Endpoint.objects.update(url="https://10.0.0.1/hook")
    town.owed()

    deliver()

    assert Attempt.objects.get().error == outside.AddressRefused.name


def test_a_secret_sealed_under_a_lost_key_is_a_named_failure(
    town: Town, receiver: Receiver, endpoint: Issued, settings: Any
) -> None:
    town.owed()
    settings.SECRET_KEY = "another key, and the old one is not among the fallbacks"

    deliver()

    assert Attempt.objects.get().error == "secret_lost"
    assert receiver.arrived == []


def test_what_breaks_on_our_side_frees_its_slot(
    town: Town, endpoint: Issued, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(outside, "post", broken)
    town.owed()

    deliver()

    assert Attempt.objects.get().error == "internal"
    assert dispatch.office().free == settings.WEBHOOK_SLOTS
    assert states() == ["pending"]


def test_what_comes_after_a_failure_is_held_back_unharmed(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    report = town.report()
    owed = town.owe(*[town.event(report) for _ in range(3)])
    receiver.reply = Reply(500)

    deliver()

    assert [arrived.id for arrived in receiver.arrived] == [owed[0].code]
    assert states() == ["pending", "pending", "pending"]
    assert list(Delivery.objects.order_by("position").values_list("attempts_count", flat=True)) == [1, 0, 0]


def test_an_errand_ends_before_its_lease_does(
    town: Town, receiver: Receiver, endpoint: Issued, settings: Any
) -> None:
    settings.WEBHOOK_LEASE_S = settings.WEBHOOK_TIMEOUT_S
    report = town.report()
    town.owe(*[town.event(report) for _ in range(3)])
    [errand] = leases.claim(9, now=timezone.now(), rooms=dispatch.office())
    told: SimpleQueue[leases.Outcome] = SimpleQueue()

    dispatch.office().send(errand, told.put)
    only = told.get(timeout=5)

    assert len(receiver.arrived) == 1
    assert only.is_last
    assert list(only.held_back) == errand[1:]
