"""Taking deliveries to send and writing down how it went: the only two moments a delivery needs the database.

Between them nothing is held but a lease, a word on the row with an end. Who takes a lease and dies loses it
at its end, and the delivery goes out again under the same ``webhook-id``.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.codes import new_code
from reports.disclosing import Disclosure, disclosed
from reports.models import Event
from webhooks import schedule, services
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.turns import Rooms, next_turns

State = Delivery.State
# Deliveries to one endpoint, to be sent one after the other; those of a report in their order.
Errand = list[Delivery]
GONE = 410
# Answers with which a receiver asks the whole endpoint to slow down.
THROTTLED = (429, 502, 503, 504)


@dataclass(frozen=True)
class Outcome:
    """How one try went: a status, or in ``error`` the word for why there is none.

    ``is_last`` marks the end of its errand; ``held_back`` are the deliveries of it that were not tried.
    """

    delivery: Delivery
    at: datetime
    duration_ms: int
    status: int | None = None
    error: str = ""
    answer: str = ""
    retry_after: str = ""
    is_last: bool = True
    held_back: tuple[Delivery, ...] = ()

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def claim(slots: int, *, now: datetime, rooms: Rooms) -> list[Errand]:
    """Take what may go out now: up to ``slots`` errands, and at each endpoint as many as there is room for.

    Workers compete for the front of each line: whoever gets it has what stands behind it too.
    """
    turns = next_turns(slots, now=now, rooms=rooms)
    if not turns.errands and not turns.put_off:
        return []
    token, ends_at = new_code(), now + timedelta(seconds=settings.WEBHOOK_LEASE_S)
    with transaction.atomic():
        fronts = Delivery.objects.due(now).filter(
            pk__in=[run[0] for errand in turns.errands for run in errand]
        )
        free = set(fronts.select_for_update(skip_locked=True).values_list("pk", flat=True))
        wanted = [[key for run in errand if run[0] in free for key in run] for errand in turns.errands]
        keys = [key for errand in wanted for key in errand]
        Delivery.objects.open().filter(pk__in=keys).update(state=State.LEASED, lease=token, due_at=ends_at)
        for until, waiting in turns.put_off:
            Delivery.objects.filter(pk__in=waiting, state=State.PENDING).update(due_at=until)
    mine = Delivery.objects.filter(lease=token).select_related("endpoint").in_bulk(keys)
    errands = [[mine[key] for key in errand if key in mine] for errand in wanted]
    return [errand for errand in errands if errand]


@transaction.atomic
def record(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write an Attempt for each outcome and move its delivery on: four statements when all were accepted.

    What was accepted was disclosed, and that is written down in the same transaction.
    """
    Attempt.objects.bulk_create([_attempt(outcome) for outcome in outcomes])
    accepted = [outcome for outcome in outcomes if outcome.is_accepted]
    failed = [outcome for outcome in outcomes if not outcome.is_accepted]
    if accepted:
        _accept(accepted, now)
    if failed:
        _fail(failed, now)
    for outcome in outcomes:
        if outcome.held_back:
            _release(outcome.held_back, now)


def _attempt(outcome: Outcome) -> Attempt:
    return Attempt(
        delivery=outcome.delivery,
        at=outcome.at,
        duration_ms=outcome.duration_ms,
        status=outcome.status,
        error=outcome.error,
        answer=outcome.answer,
    )


def _accept(outcomes: list[Outcome], now: datetime) -> None:
    """Delivered is delivered, even when the lease had run out and another worker is at it."""
    Delivery.objects.filter(pk__in=[outcome.delivery.pk for outcome in outcomes]).update(
        state=State.DELIVERED, lease="", ended_at=now, attempts_count=F("attempts_count") + 1
    )
    _disclose([outcome.delivery for outcome in outcomes])
    recovered = {o.delivery.endpoint_id for o in outcomes if o.delivery.endpoint.failing_since}
    if recovered:
        Endpoint.objects.filter(pk__in=recovered).update(failing_since=None, not_before=None)


def _disclose(deliveries: Sequence[Delivery]) -> None:
    """Each organisation got what its message says of its report; a test message is about none."""
    events = Event.objects.filter(pk__in=[d.event_id for d in deliveries if d.event_id])
    report_of = dict(events.values_list("pk", "report"))
    disclosed(
        [
            Disclosure(
                report_of[delivery.event_id],
                delivery.endpoint.organisation_id,
                "webhook",
                tuple(sorted(delivery.payload["data"])),
            )
            for delivery in deliveries
            if delivery.event_id in report_of
        ]
    )


def _fail(outcomes: list[Outcome], now: datetime) -> None:
    endpoints = _blame(outcomes, now)
    held = Delivery.objects.select_for_update().in_bulk([outcome.delivery.pk for outcome in outcomes])
    for outcome in outcomes:
        delivery = held[outcome.delivery.pk]
        delivery.attempts_count += 1
        if delivery.lease == outcome.delivery.lease:
            _move_on(delivery, outcome, endpoints[delivery.endpoint_id], now)
    moved = ("attempts_count", "failures_count", "state", "lease", "due_at", "ended_at")
    Delivery.objects.bulk_update(held.values(), moved)


def _release(deliveries: Sequence[Delivery], now: datetime) -> None:
    """Give back what was not tried; behind a front that waits it will wait as long."""
    held = Delivery.objects.filter(pk__in=[one.pk for one in deliveries], lease=deliveries[0].lease)
    off = Endpoint.objects.filter(is_enabled=False)
    held.filter(endpoint__in=off).update(state=State.SKIPPED, lease="", ended_at=now)
    held.update(state=State.PENDING, lease="", due_at=now)


def _move_on(delivery: Delivery, outcome: Outcome, endpoint: Endpoint, now: datetime) -> None:
    """The next try, the dead letters, or skipped because the endpoint is off by now."""
    delivery.lease = ""
    delivery.failures_count += 1
    again = schedule.next_try(
        delivery.failures_count,
        settings.WEBHOOK_RETRY_WAITS,
        now=now,
        dice=random.random(),  # noqa: S311  # spreads load, guards nothing
        retry_after=schedule.asked_wait(outcome.retry_after, now=now),
    )
    if not endpoint.is_enabled:
        delivery.state, delivery.ended_at = State.SKIPPED, now
    elif again is None:
        delivery.state, delivery.ended_at = State.DEAD, now
    else:
        delivery.state, delivery.due_at = State.PENDING, again


def _blame(outcomes: list[Outcome], now: datetime) -> dict[int, Endpoint]:
    """Note since when endpoints fail and how long they asked to wait; switch off who gave cause."""
    keys = {outcome.delivery.endpoint_id for outcome in outcomes}
    endpoints = Endpoint.objects.select_for_update().in_bulk(sorted(keys))
    for outcome in outcomes:
        endpoint = endpoints[outcome.delivery.endpoint_id]
        endpoint.failing_since = endpoint.failing_since or now
        wait = schedule.asked_wait(outcome.retry_after, now=now)
        if wait and outcome.status in THROTTLED:
            endpoint.not_before = max(endpoint.not_before or now, now + wait)
    Endpoint.objects.bulk_update(endpoints.values(), ("failing_since", "not_before"))
    _switch_off_hopeless(endpoints, outcomes, now)
    return endpoints


def _switch_off_hopeless(endpoints: dict[int, Endpoint], outcomes: list[Outcome], now: datetime) -> None:
    for outcome in outcomes:
        if outcome.status == GONE:
            services.switch_off(endpoints[outcome.delivery.endpoint_id], Endpoint.DisabledReason.GONE)
    patience = timedelta(seconds=settings.WEBHOOK_GIVE_UP_S)
    for endpoint in endpoints.values():
        if endpoint.failing_since and endpoint.failing_since <= now - patience:
            services.switch_off(endpoint, Endpoint.DisabledReason.FAILING)
