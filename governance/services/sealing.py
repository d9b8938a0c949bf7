"""Sealing events."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from governance import merkle
from governance.errors import GapInSequence
from governance.models import Seal
from reports.models import Event

# A proof reads all events of its seals, so a seal stays small however long the sealer slept.
MOST_EVENTS = 1024


def seal_events() -> list[Seal]:
    """Seal every sequenced event after the last seal, oldest first; two statements a seal.

    Safe to run twice at once: who comes second finds the seal made and leaves the rest to the other.
    Raises GapInSequence when an event that had a place is gone.
    """
    last = Seal.objects.order_by("-last_seq").first()
    last_seq = last.last_seq if last else 0
    seals: list[Seal] = []
    while digests := _digests_after(last_seq):
        seal = _seal_of(last_seq, digests)
        try:
            with transaction.atomic():
                seal.save(force_insert=True)
        except IntegrityError:
            break
        seals.append(seal)
        last_seq = seal.last_seq
    return seals


def _digests_after(seq: int) -> Sequence[tuple[int | None, str]]:
    events = Event.objects.filter(seq__gt=seq).order_by("seq")
    return list(events.values_list("seq", "digest")[:MOST_EVENTS])


def _seal_of(last_seq: int, digests: Sequence[tuple[int | None, str]]) -> Seal:
    for expected, (seq, _) in enumerate(digests, start=last_seq + 1):
        if seq != expected:
            raise GapInSequence(expected)
    return Seal(
        first_seq=last_seq + 1,
        last_seq=last_seq + len(digests),
        event_count=len(digests),
        root=merkle.root([bytes.fromhex(digest) for _, digest in digests]).hex(),
    )
