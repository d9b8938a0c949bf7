"""What a keeper does with endpoints and with what they are owed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import vault
from accounts.errors import StaleVersion
from tests.webhooks.conftest import Town, deliver
from tests.webhooks.receiver import Receiver, Reply
from webhooks import payloads, services
from webhooks.errors import EndpointDisabled, EndpointUrlRefused, StillOpen, TooManyEndpoints
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.services import Issued


def test_a_secret_is_not_readable_in_the_database(endpoint: Issued) -> None:
    stored = Endpoint.objects.get().secret

    assert endpoint.secret not in stored
    assert vault.unseal(stored) == endpoint.secret


def test_a_secret_outlives_a_change_of_the_key(endpoint: Issued, settings: pytest.FixtureRequest) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]  # pytest-django's settings
    settings.SECRET_KEY = "a new key"  # type: ignore[attr-defined]  # pytest-django's settings

    assert vault.unseal(Endpoint.objects.get().secret) == endpoint.secret


def test_a_private_address_cannot_be_registered(town: Town) -> None:
    with pytest.raises(EndpointUrlRefused) as refused:
        town.endpoint("https://10.0.0.1/hook")

    assert refused.value.errors[0]["code"] == "address_refused"


def test_an_organisation_keeps_only_so_many(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_ENDPOINTS", 2)
    town.endpoint(receiver.url)
    services.delete_endpoint(town.endpoint(receiver.url).endpoint)
    town.endpoint(receiver.url)

    with pytest.raises(TooManyEndpoints):
        town.endpoint(receiver.url)


def test_of_two_who_change_an_endpoint_the_second_is_told(endpoint: Issued) -> None:
    read_by_both = Endpoint.objects.get()
    services.change_endpoint(read_by_both, description="first")

    with pytest.raises(StaleVersion):
        services.change_endpoint(read_by_both, description="second")


def test_a_disabled_endpoint_is_sent_nothing_until_it_recovers(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    town.owed(2)
    off = services.disable(endpoint.endpoint)
    town.owed(2)
    deliver()
    assert receiver.arrived == []

    on = services.enable(off)
    now = timezone.now()
    recovered = services.recover(on, since=now - timedelta(hours=1), until=now + timedelta(seconds=1))
    deliver()

    assert recovered == 4
    assert len({arrived.id for arrived in receiver.arrived}) == len(receiver.arrived) == 4


def test_recovering_asks_only_for_the_stretch_of_time_and_for_what_was_lost(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    old, new, good = town.owed(3)
    now = timezone.now()
    lost = {"state": "dead", "ended_at": now}
    Delivery.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=2), **lost)
    Delivery.objects.filter(pk=new.pk).update(**lost)
    Delivery.objects.filter(pk=good.pk).update(state="delivered", ended_at=now)

    recovered = services.recover(
        endpoint.endpoint, since=now - timedelta(days=1), until=now + timedelta(days=1)
    )

    assert recovered == 1
    assert list(Delivery.objects.filter(state="pending")) == [new]


def test_a_delivery_is_sent_again_under_the_same_id(town: Town, receiver: Receiver, endpoint: Issued) -> None:
    [delivery] = town.owed()
    deliver()

    services.resend(Delivery.objects.get())
    deliver()

    assert [arrived.id for arrived in receiver.arrived] == [delivery.code, delivery.code]
    assert Attempt.objects.count() == 2


def test_what_will_be_tried_anyway_is_not_sent_again(town: Town, endpoint: Issued) -> None:
    [delivery] = town.owed()

    with pytest.raises(StillOpen):
        services.resend(delivery)


def test_a_resent_delivery_has_all_its_tries_again(town: Town, receiver: Receiver, endpoint: Issued) -> None:
    [delivery] = town.owed()
    Delivery.objects.update(state="dead", ended_at=timezone.now(), failures_count=10)
    receiver.reply = Reply(500)

    services.resend(delivery)
    deliver()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.failures_count) == ("pending", 1)


def test_an_endpoint_that_is_off_cannot_be_tried(town: Town, endpoint: Issued) -> None:
    [delivery] = town.owed()
    off = services.disable(endpoint.endpoint)
    now = timezone.now()

    with pytest.raises(EndpointDisabled):
        services.send_example(off)
    with pytest.raises(EndpointDisabled):
        services.resend(delivery)
    with pytest.raises(EndpointDisabled):
        services.recover(off, since=now, until=now)


def test_a_test_message_is_signed_like_every_other(receiver: Receiver, endpoint: Issued) -> None:
    services.send_example(endpoint.endpoint)
    services.send_example(endpoint.endpoint)

    deliver()

    first, second = (arrived.verified(endpoint.secret) for arrived in receiver.arrived)
    assert first["type"] == second["type"] == payloads.TEST_TYPE
    assert first["data"]["endpoint"] == endpoint.endpoint.code


def test_deleting_forgets_the_url_and_the_secrets(town: Town, endpoint: Issued) -> None:
    town.owed()

    services.delete_endpoint(services.rotate_secret(endpoint.endpoint).endpoint)

    found = Endpoint.objects.get()
    assert (found.url, found.secret, found.previous_secret, found.is_enabled) == ("", "", "", False)
    assert Delivery.objects.get().state == "skipped"


@pytest.mark.parametrize(
    "broken",
    [
        {"is_enabled": False},
        {"disabled_reason": "gone"},
        {"previous_secret": "x"},
        {"secret": ""},
        {"deleted_at": timezone.now()},
    ],
    ids=str,
)
def test_the_database_refuses_an_endpoint_that_cannot_be(broken: dict[str, object], endpoint: Issued) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Endpoint.objects.update(**broken)


@pytest.mark.parametrize(
    "broken", [{"state": "leased"}, {"state": "delivered"}, {"state": "lost"}, {"lease": "x"}], ids=str
)
def test_the_database_refuses_a_delivery_that_cannot_be(
    broken: dict[str, object], town: Town, endpoint: Issued
) -> None:
    town.owed()

    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(**broken)
