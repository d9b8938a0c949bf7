"""The desk reads the log and has two verbs; it edits nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.webhooks.conftest import Town, deliver
from tests.webhooks.receiver import Receiver
from webhooks.models import Delivery, Endpoint
from webhooks.services import Issued


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", "correct horse"))
    return client


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("model", ["endpoint", "delivery"])
def test_the_lists_show_everything_and_no_secret(
    model: str, rows: int, root: Client, town: Town, receiver: Receiver
) -> None:
    issued = [town.endpoint(receiver.url) for _ in range(rows)]
    town.owed()

    page = root.get(reverse(f"admin:webhooks_{model}_changelist"))

    assert page.status_code == 200
    assert not any(one.secret in page.content.decode() for one in issued)


def test_a_delivery_shows_its_tries(root: Client, town: Town, endpoint: Issued) -> None:
    [delivery] = town.owed()
    deliver()

    page = root.get(reverse("admin:webhooks_delivery_change", args=[delivery.pk]))

    assert page.status_code == 200
    assert "204" in page.content.decode()


def test_nothing_is_added_or_deleted_by_hand(root: Client, endpoint: Issued) -> None:
    assert root.get(reverse("admin:webhooks_endpoint_add")).status_code == 403
    delete = reverse("admin:webhooks_endpoint_delete", args=[endpoint.endpoint.pk])
    assert root.post(delete, {"post": "yes"}).status_code == 403


def test_the_desk_sends_again(root: Client, town: Town, receiver: Receiver, endpoint: Issued) -> None:
    ended, open_ = town.owed(2)
    deliver()
    Delivery.objects.filter(pk=open_.pk).update(state="pending", ended_at=None)
    chosen = {"action": "resend", "_selected_action": [ended.pk, open_.pk]}

    page = root.post(reverse("admin:webhooks_delivery_changelist"), chosen, follow=True)

    assert open_.code in page.content.decode()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending"}


def test_the_desk_switches_off_and_on(root: Client, endpoint: Issued) -> None:
    changelist, chosen = reverse("admin:webhooks_endpoint_changelist"), [endpoint.endpoint.pk]

    root.post(changelist, {"action": "disable", "_selected_action": chosen})
    assert Endpoint.objects.get().is_enabled is False

    root.post(changelist, {"action": "enable", "_selected_action": chosen})
    assert Endpoint.objects.get().is_enabled is True
