"""From the inbox to its copies: what goes out at once, what waits for a digest, and the digests.

A batch of items costs the same few statements whatever it holds. Each step is one transaction whose rows are
unique, so a process that dies in the middle is followed by one that does it again, once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from accounts.models import Producer, User
from notifications import news, schedule
from notifications.models import (
    Cadence,
    Channel,
    Copy,
    Device,
    Digest,
    DigestLine,
    InboxItem,
    Subscription,
    Wishes,
)
from notifications.services.wishes import is_refused, wishes_of_all, zone_of
from reports.services import mail_of_persons

BATCH = 500
EMAIL = "email"


class Address(NamedTuple):
    """A way to reach somebody: a channel, and the name of the address in ``Copy.address``."""

    channel: str
    address: str
    device_id: int | None = None


@transaction.atomic
def plan_copies(now: datetime) -> int:
    """Owe copies of the next items that have none, or put them into a digest; returns how many items."""
    waiting = InboxItem.objects.uncopied().select_for_update(skip_locked=True)
    keys = list(waiting.values_list("pk", flat=True)[:BATCH])
    if not keys:
        return 0
    rows = InboxItem.objects.tellable().filter(pk__in=keys).select_related("event__report")
    items = list(rows.order_by("pk"))
    producers = {item.producer_id for item in items}
    wishes, addresses = wishes_of_all(producers), addresses_of(producers)
    muted = muted_reports(items)
    copies, lines = list[Copy](), list[DigestLine]()
    for item in items:
        if (item.producer_id, item.event.report_id) not in muted:
            _plan(item, wishes[item.producer_id], addresses[item.producer_id], now, copies, lines)
    Copy.objects.bulk_create(copies, ignore_conflicts=True)
    DigestLine.objects.bulk_create(lines, ignore_conflicts=True)
    InboxItem.objects.filter(pk__in=keys).update(copied_at=now)
    return len(keys)


@transaction.atomic
def build_digests(now: datetime) -> int:
    """Gather what is due into digests, each line into one; returns how many lines."""
    due = DigestLine.objects.filter(digest=None, due_at__lte=now).order_by("due_at", "pk")
    lines = list(due.select_for_update(skip_locked=True)[:BATCH])
    if not lines:
        return 0
    groups: dict[tuple[int, str], list[DigestLine]] = defaultdict(list)
    for line in lines:
        groups[line.producer_id, line.channel].append(line)
    digests = Digest.objects.bulk_create(
        [Digest(producer_id=producer, channel=channel) for producer, channel in groups]
    )
    for digest, gathered in zip(digests, groups.values(), strict=True):
        for line in gathered:
            line.digest = digest
    DigestLine.objects.bulk_update(lines, ["digest"])
    addresses = addresses_of({producer for producer, _channel in groups})
    Copy.objects.bulk_create(
        Copy(producer_id=digest.producer_id, digest=digest, due_at=now, **_fields(address))
        for digest in digests
        for address in addresses[digest.producer_id]
        if address.channel == digest.channel
    )
    return len(lines)


def addresses_of(producer_ids: Iterable[int]) -> dict[int, list[Address]]:
    """Where each producer can be reached: the mail of its account, or of the person for whom somebody wrote,
    and its devices; three statements.
    """
    keys = set(producer_ids)
    found: dict[int, list[Address]] = defaultdict(list)
    for producer in Producer.objects.filter(pk__in=keys, user__isnull=False).select_related("user"):
        if mail_address(producer.user):
            found[producer.pk].append(Address(Channel.EMAIL, EMAIL))
    for producer_id in mail_of_persons(keys - found.keys()):
        found[producer_id].append(Address(Channel.EMAIL, EMAIL))
    for device in Device.objects.filter(producer__in=keys, confirmed_at__isnull=False).order_by("pk"):
        found[device.producer_id].append(Address(device.channel, device.code, device.pk))
    return found


def mail_of(producer: Producer) -> str:
    """Where a producer gets mail: the account's address, or the person's own; "" when there is none."""
    if producer.user is not None:
        return mail_address(producer.user)
    return mail_of_persons([producer.pk]).get(producer.pk, "")


def mail_address(user: User | None) -> str:
    """The address of an account that may be written to; "" when there is none."""
    if user is None or not user.is_active or user.is_service:
        return ""
    return user.email or ""


def muted_reports(items: Sequence[InboxItem]) -> set[tuple[int, int]]:
    """The (producer, report) pairs of which copies are not wanted; one statement."""
    lines = Subscription.objects.living().filter(
        is_muted=True,
        producer__in={item.producer_id for item in items},
        report__in={item.event.report_id for item in items},
    )
    return {(producer, report or 0) for producer, report in lines.values_list("producer", "report")}


def is_wanted(wishes: Wishes, channel: str, topic: str, address: str = "") -> bool:
    """Whether this channel may speak of this topic at all."""
    if channel == Channel.EMAIL and address and is_refused(wishes, address):
        return False
    return wishes.cadence(channel, topic) != Cadence.NEVER


def _plan(
    item: InboxItem,
    wishes: Wishes,
    addresses: Sequence[Address],
    now: datetime,
    copies: list[Copy],
    lines: list[DigestLine],
) -> None:
    topic, zone = news.kind_of(item), zone_of(wishes)
    for address in addresses:
        if wishes.cadence(address.channel, topic) == Cadence.AT_ONCE:
            due_at = schedule.at_once(wishes, now, zone)
            copies.append(Copy(producer_id=item.producer_id, item=item, due_at=due_at, **_fields(address)))
    for channel in {address.channel for address in addresses}:
        cadence = wishes.cadence(channel, topic)
        if cadence in (Cadence.DAILY, Cadence.WEEKLY):
            due_at = schedule.next_digest(wishes, cadence, now, zone)
            lines.append(
                DigestLine(
                    item=item,
                    producer_id=item.producer_id,
                    channel=channel,
                    cadence=cadence,
                    due_at=due_at,
                )
            )


def _fields(address: Address) -> dict[str, object]:
    return {"channel": address.channel, "address": address.address, "device_id": address.device_id}
