"""Copies go out: taken under a lease, looked at once more, sent, and written down after they were sent.

Who takes a lease and dies loses it at its end, and the copy goes out again under the same code. So a copy is
never lost; it goes twice only when the process dies in the moment between the other side's yes and our note
of it, and then the Message-ID, the Topic or the Idempotency-Key is the same.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import vault
from accounts.codes import new_code
from notifications import letters, news, schedule
from notifications.models import Channel, Copy, CopyQuerySet, Device, InboxItem, Topic, Wishes
from notifications.senders import AddressGone, Message, NotAccepted, NotSent, Target
from notifications.services import devices
from notifications.services.copying import is_wanted, mail_of, muted_reports
from notifications.services.wishes import refuse_address, wishes_of_all, zone_of

State = Copy.State


@dataclass(frozen=True)
class Errand:
    """A copy that may go out now: what to say, and where."""

    copy: Copy
    message: Message
    target: Target


@dataclass(frozen=True)
class _Known:
    """What is looked at once more before a batch is sent."""

    items: dict[int, list[InboxItem]]
    wishes: dict[int, Wishes]
    muted: set[tuple[int, int]]


def claim(now: datetime, most: int) -> tuple[int, list[Errand]]:
    """Take what is due under a lease: how many copies that were, and which of them are to be sent.

    What may no longer go out ends here, what waits for the morning waits. A copy that fell into another's
    hands meanwhile is left alone: every later write names the lease.
    """
    copies = _lease(now, most)
    if not copies:
        return 0, []
    known = _look_again(copies)
    errands = []
    for copy in copies:
        reason, errand = _judge(copy, known, now)
        if errand is not None:
            errands.append(errand)
        elif reason:
            _end(copy, State.SKIPPED, reason)
    return len(copies), errands


def record_sent(errand: Errand) -> None:
    """It was taken: that is the end of it."""
    _end(errand.copy, State.SENT)
    if errand.copy.device_id is not None:
        Device.objects.filter(pk=errand.copy.device_id).update(reached_at=timezone.now())


@transaction.atomic
def record_failure(errand: Errand, failure: NotSent) -> None:
    """It was not taken: try again later, or give up with the reason, and with an address that is gone."""
    copy, reason = errand.copy, str(failure)[:120] or "failed"
    if isinstance(failure, AddressGone):
        _end(copy, State.DEAD, reason)
        _forget_address(errand, reason)
        return
    due_at = None
    if not isinstance(failure, NotAccepted):
        waits = settings.NOTIFICATION_RETRY_WAITS
        due_at = schedule.next_try(timezone.now(), copy.tries, waits, failure.retry_after_s)
    if due_at is None:
        _end(copy, State.DEAD, reason)
    else:
        _put_off(copy, due_at, reason)


def _lease(now: datetime, most: int) -> list[Copy]:
    token, ends_at = new_code(), now + timedelta(seconds=settings.NOTIFICATION_LEASE_S)
    with transaction.atomic():
        due = Copy.objects.due(now).order_by("due_at", "pk").select_for_update(skip_locked=True)
        keys = list(due.values_list("pk", flat=True)[:most])
        if not keys:
            return []
        Copy.objects.filter(pk__in=keys).update(
            state=State.LEASED, lease=token, due_at=ends_at, tries=F("tries") + 1
        )
    rows = Copy.objects.filter(lease=token).select_related("producer__user", "device")
    return list(rows.order_by("due_at", "pk"))


def _look_again(copies: Sequence[Copy]) -> _Known:
    """The items that may be told now, the wishes of now; five statements for a batch."""
    of_item = {copy.item_id for copy in copies if copy.item_id}
    of_digest = {copy.digest_id for copy in copies if copy.digest_id}
    rows = InboxItem.objects.tellable().filter(Q(pk__in=of_item) | Q(lines__digest__in=of_digest))
    related = ("event__report", "event__comment", "event__organisation", "event__by_organisation")
    found: dict[int, list[InboxItem]] = defaultdict(list)
    items = rows.select_related(*related).distinct().prefetch_related("lines").order_by("-seq", "pk")
    for item in items:
        digests = {line.digest_id for line in item.lines.all()}
        for copy in copies:
            if item.pk == copy.item_id or (copy.digest_id and copy.digest_id in digests):
                found[copy.pk].append(item)
    every = [item for group in found.values() for item in group]
    wishes = wishes_of_all({copy.producer_id for copy in copies})
    return _Known(found, wishes, muted_reports(every) if every else set())


def _judge(copy: Copy, known: _Known, now: datetime) -> tuple[str, Errand | None]:
    """Whether a copy goes out now, or else why it never will; neither when it waits for the morning."""
    wishes = known.wishes[copy.producer_id]
    target = _target(copy)
    if target is None:
        return "no address", None
    is_test = copy.item_id is None and copy.digest_id is None
    items = [item for item in known.items.get(copy.pk, []) if _is_wanted(copy, item, known, target)]
    if not items and not is_test:
        return "no longer wanted or allowed", None
    if copy.item_id and (morning := schedule.at_once(wishes, now, zone_of(wishes))) > now:
        _put_off(copy, morning, "quiet hours", is_try=False)
        return "", None
    return "", Errand(copy, _message(copy, items, wishes), target)


def _message(copy: Copy, items: list[InboxItem], wishes: Wishes) -> Message:
    device = copy.device
    if device is not None and device.confirmed_at is None:
        return letters.proof_message(copy, devices.new_proof(device))
    return letters.message_of(copy, items, wishes)


def _is_wanted(copy: Copy, item: InboxItem, known: _Known, target: Target) -> bool:
    if (item.producer_id, item.event.report_id) in known.muted:
        return False
    topic: Topic = news.kind_of(item)
    return is_wanted(known.wishes[copy.producer_id], copy.channel, topic, target.address)


def _target(copy: Copy) -> Target | None:
    """Where it goes, as it stands now; None when there is no such address any more."""
    if copy.channel == Channel.EMAIL:
        address = mail_of(copy.producer)
        return Target(Channel.EMAIL, address) if address else None
    device = copy.device
    if device is None or device.producer_id != copy.producer_id:
        return None  # deleted, or the telephone is somebody else's now
    try:
        opened = json.loads(vault.unseal(device.sealed))
    except vault.SecretLost:
        return None
    return Target(device.transport, opened.pop("address"), opened)


def _forget_address(errand: Errand, reason: str) -> None:
    """Write no more there. A device is removed; a mail address stays with its account, marked."""
    if errand.copy.device_id is not None:
        Device.objects.filter(pk=errand.copy.device_id).delete()
    else:
        refuse_address(errand.copy.producer_id, errand.target.address, reason)


def _end(copy: Copy, state: Copy.State, reason: str = "") -> None:
    _held(copy).update(state=state, lease="", reason=reason, ended_at=timezone.now())


def _put_off(copy: Copy, until: datetime, reason: str, *, is_try: bool = True) -> None:
    tries = F("tries") if is_try else F("tries") - 1
    _held(copy).update(state=State.PENDING, lease="", due_at=until, reason=reason, tries=tries)


def _held(copy: Copy) -> CopyQuerySet:
    """The row while our lease is on it."""
    return Copy.objects.filter(pk=copy.pk, lease=copy.lease)
