"""How somebody wants copies of news, and stopping them."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.models import Producer
from notifications.models import Cadence, Channel, Topic, Wishes
from routing.services import current_snapshot

STOP_SALT = "notifications.stop"
ALL = ""


def wishes_of(producer: Producer) -> Wishes:
    """The wishes of a producer; the ordinary ones, not stored, of whoever never said any."""
    return Wishes.objects.filter(producer=producer).first() or Wishes(producer=producer, version=0)


def wishes_of_all(producer_ids: Iterable[int]) -> dict[int, Wishes]:
    """The stored wishes of these producers, made for whoever has none; at most three statements."""
    keys = set(producer_ids)
    found = {wishes.producer_id: wishes for wishes in Wishes.objects.filter(producer__in=keys)}
    if missing := keys - set(found):
        Wishes.objects.bulk_create([Wishes(producer_id=key) for key in missing], ignore_conflicts=True)
        found |= {wishes.producer_id: wishes for wishes in Wishes.objects.filter(producer__in=missing)}
    return found


@transaction.atomic
def change_wishes(producer: Producer, *, cadences: Mapping[str, Any] | None = None, **changes: Any) -> Wishes:
    """Change what is named; of ``cadences`` only the named topics of the named channels."""
    Wishes.objects.get_or_create(producer=producer)
    wishes = Wishes.objects.select_for_update().get(producer=producer)
    for channel, topics in (cadences or {}).items():
        wishes.cadences = {**wishes.cadences, channel: {**wishes.cadences.get(channel, {}), **topics}}
    for name, value in changes.items():
        setattr(wishes, name, value)
    wishes.version += 1
    wishes.save()
    return wishes


def zone_of(wishes: Wishes) -> ZoneInfo:
    """The time zone of a person, or else of the city."""
    city = current_snapshot().city
    return ZoneInfo(wishes.time_zone or (city.timezone if city else "UTC"))


# --- The link in every mail that stops it, without a login ---


def stop_token(wishes: Wishes, topic: str = ALL) -> str:
    """What proves that a stop link is ours: it names wishes and a topic, and nobody."""
    return signing.dumps([wishes.key, topic], salt=STOP_SALT)


def read_stop_token(token: str) -> tuple[Wishes, str] | None:
    """Whose mail of which topic ("" is all of it) a token stops; None for a token that is not ours."""
    try:
        key, topic = signing.loads(token, salt=STOP_SALT)
    except (signing.BadSignature, ValueError):
        return None
    wishes = Wishes.objects.filter(key=key).select_related("producer__user").first()
    return (wishes, topic) if wishes and topic in (ALL, *Topic.values) else None


def stop_mail(wishes: Wishes, topic: str = ALL) -> Wishes:
    """Send no more mail of a topic, or none at all; what waits to go out is stopped when its turn comes."""
    topics = [topic] if topic else Topic.values
    return change_wishes(wishes.producer, cadences={Channel.EMAIL: dict.fromkeys(topics, str(Cadence.NEVER))})


# --- An address that a mail server refused for good ---


def address_hash(address: str) -> str:
    """What is kept of an address to know it again."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def refuse_address(producer_id: int, address: str, reason: str) -> None:
    """Write no more to this address of the producer; another one is tried again."""
    fields = {"refused_at": timezone.now(), "refused_hash": address_hash(address), "refused_reason": reason}
    Wishes.objects.filter(producer=producer_id).update(**fields)


def is_refused(wishes: Wishes, address: str) -> bool:
    """Whether a mail server refused this very address for good."""
    return bool(wishes.refused_hash) and wishes.refused_hash == address_hash(address)
