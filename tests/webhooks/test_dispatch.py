"""The loop that sends: one in a process, woken rather than started twice, and stopped when asked."""

import threading

import pytest
from celery.worker import state

from tests.webhooks.conftest import Town, deliver
from tests.webhooks.receiver import Arrived, Receiver, Reply
from webhooks import dispatch
from webhooks.models import Delivery
from webhooks.services import Issued


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker of this process was asked to stop."""
    monkeypatch.setattr(state, "should_stop", 0)


def test_without_a_run_there_is_nobody_to_wake() -> None:
    assert dispatch.wake() is False


def test_what_comes_during_a_run_goes_out_in_the_same_run(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    [first] = town.owed()
    later = town.owed()[0]
    Delivery.objects.filter(pk=later.pk).update(state="skipped", ended_at=later.created_at)
    woken: list[bool] = []

    def answer(arrived: Arrived) -> Reply:
        if arrived.id == first.code:
            woken.append(dispatch.wake())
        return Reply(204)

    receiver.reply = answer
    again: list[None] = []
    dispatch.deliver_due(again=lambda: again.append(None))

    assert woken == [True]
    assert again == []


def test_a_second_run_beside_a_running_one_only_wakes_it(
    town: Town, receiver: Receiver, endpoint: Issued
) -> None:
    town.owed()
    returned = threading.Event()

    def run() -> None:
        deliver()
        returned.set()

    def answer(_: Arrived) -> Reply:
        threading.Thread(target=run).start()
        assert returned.wait(5)
        return Reply(204)

    receiver.reply = answer
    deliver()

    assert returned.is_set()
    assert len(receiver.arrived) == 1


def test_when_time_is_up_with_work_left_the_run_asks_for_another(
    town: Town, receiver: Receiver, endpoint: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "RUN_S", 0.0)
    town.owed()
    asked: list[None] = []

    dispatch.deliver_due(again=lambda: asked.append(None))

    assert asked == [None]


def test_a_worker_that_is_asked_to_stop_takes_nothing_new(
    town: Town, receiver: Receiver, endpoint: Issued, stopping: None
) -> None:
    town.owed()
    asked: list[None] = []

    dispatch.deliver_due(again=lambda: asked.append(None))

    assert receiver.arrived == []
    assert asked == []
    assert Delivery.objects.get().state == "pending"
