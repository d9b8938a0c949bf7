"""A producer agrees to a use of what they sent, or no longer does; their reports say when."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from accounts import services as accounts
from accounts.actors import Actor, ActorKind
from accounts.models import Consent, Organisation, Producer
from reports.events import Happening
from reports.models import Event, Photo, Report
from reports.services.routing import note_many
from reports.workflow import Visibility

# SQLite takes so many values in one statement that five of each report fit.
AT_ONCE = 500


@transaction.atomic
def give_consent(
    producer: Producer, purpose: str, *, notice_version: str, recipient: Organisation | None = None
) -> Consent:
    """Record a choice for one purpose and one organisation, or any. Given again, it stays the one it was."""
    consent, is_new = accounts.give_consent(
        producer, purpose, notice_version=notice_version, recipient=recipient
    )
    if is_new:
        _note(producer, Event.Kind.CONSENT_GIVEN, purpose, recipient)
    return consent


@transaction.atomic
def withdraw_consent(producer: Producer, purpose: str, *, recipient: Organisation | None = None) -> int:
    """Withdraw a consent to one organisation, or with None every one for the purpose; returns how many.

    From this moment nothing that asks for the consent finds it, and published photos are not public any
    more. Who acted on it hears of it through the event.
    """
    count = accounts.withdraw_consent(producer, purpose, recipient=recipient)
    if not count:
        return 0
    if purpose == Consent.Purpose.PUBLISH_PHOTO:
        _unpublish_photos(producer)
    _note(producer, Event.Kind.CONSENT_WITHDRAWN, purpose, recipient)
    return count


def _unpublish_photos(producer: Producer) -> None:
    live = Consent.objects.filter(producer=producer, recipient=None, withdrawn_at=None)
    if not live.filter(purpose=Consent.Purpose.PUBLISH_PHOTO).exists():
        own = Photo.objects.filter(report__producer=producer, role=Photo.Role.EVIDENCE, is_published=True)
        own.update(is_published=False)


def _note(producer: Producer, kind: Event.Kind, purpose: str, recipient: Organisation | None) -> None:
    """One event on each of the producer's reports: purpose and recipient, nothing about a person."""
    data = {"purpose": str(purpose)} | ({"recipient": recipient.code} if recipient else {})
    actor = Actor(ActorKind.PRODUCER, producer=producer)
    for reports in _locked(producer):
        note_many([Happening(report, kind, actor, data=data, is_public=False) for report in reports])


def _locked(producer: Producer) -> Iterator[list[Report]]:
    """Their reports in the order of the keys, so that two who lock many never wait for each other."""
    own: Any = Report.objects.select_for_update().filter(producer=producer).order_by("pk")
    own = own.exclude(visibility=Visibility.ERASED)
    after = 0
    while reports := list(own.filter(pk__gt=after)[:AT_ONCE]):
        yield reports
        after = reports[-1].pk
