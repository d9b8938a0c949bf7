"""Writing events and checking their digests.

Each digest is ``sha256(previous digest of this report ‖ canonical JSON of the event)``, so an event that is
changed, removed or moved breaks every later one. Text and position enter only as a salted hash whose salt
lies beside the content (``content_hash``): erasing both leaves the chain verifiable and the content gone.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Organisation
from reports.errors import BrokenChain
from reports.models import Comment, Event, Report
from reports.nudges import nudge_relay

CHAINED = ("head_digest", "version", "updated_at")


@dataclass(frozen=True)
class Happening:
    """An event about to be written."""

    report: Report
    kind: Event.Kind
    by: Actor
    organisation: Organisation | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    comment: Comment | None = None
    is_public: bool = True
    at: datetime | None = None


def record(
    report: Report,
    kind: Event.Kind,
    *,
    by: Actor,
    organisation: Organisation | None = None,
    data: Mapping[str, Any] | None = None,
    comment: Comment | None = None,
    is_public: bool = True,
) -> Event:
    """Write one event and move the report's head digest and version: two statements.

    The caller holds the report's row lock, else two events would claim one predecessor.
    """
    happening = Happening(report, kind, by, organisation, data or {}, comment, is_public)
    [event] = record_many([happening])
    report.save(update_fields=CHAINED)
    return event


def record_many(happenings: Iterable[Happening]) -> list[Event]:
    """Write events in order with one statement; the caller saves the reports' ``CHAINED`` fields."""
    return write(chained(happenings))


def chained(happenings: Iterable[Happening]) -> list[Event]:
    """The events, not yet written, with each report's head digest and version moved along."""
    return [_chained(happening) for happening in happenings]


def write(events: list[Event]) -> list[Event]:
    """Insert chained events with one statement and wake the relay after the commit."""
    written = Event.objects.bulk_create(events)
    transaction.on_commit(nudge_relay)
    return written


def content_hash(salt: str, content: Any) -> str:
    """The salted hash by which an event names content that may one day be erased."""
    return hashlib.sha256(salt.encode() + canonical(content)).hexdigest()


def new_salt() -> str:
    """128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8: RFC 8785 for data without floats, which ours is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def event_body(event: Event) -> dict[str, Any]:
    """What an event's digest covers, and what the public trace shows of it."""
    return {
        "report": event.report.code,
        "kind": str(event.kind),
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": str(event.by_kind),
        "by_organisation": event.by_organisation.code if event.by_organisation else None,
        "organisation": event.organisation.code if event.organisation else None,
        "data": event.data,
    }


def chain(previous: str, body: Mapping[str, Any]) -> str:
    """The digest of an event that follows one with the digest ``previous`` ("" for the first)."""
    return hashlib.sha256(previous.encode() + canonical(body)).hexdigest()


def verify_chain(report: Report, events: Sequence[Event]) -> None:
    """Check every event of a report in order, and that the last is the one its head names.

    Raises BrokenChain naming the first event that does not match.
    """
    previous = ""
    for position, event in enumerate(events, start=1):
        event.report = report
        previous = chain(previous, event_body(event))
        if previous != event.digest:
            raise BrokenChain(event.pk, position)
    if previous != report.head_digest:
        raise BrokenChain(events[-1].pk if events else 0, len(events) + 1)


def _chained(happening: Happening) -> Event:
    report, by = happening.report, happening.by
    at = happening.at or timezone.now()
    event = Event(
        report=report,
        kind=happening.kind,
        at=at,
        by_kind=by.kind,
        by_organisation=by.organisation,
        by_user=by.user if by.organisation else None,
        organisation=happening.organisation,
        comment=happening.comment,
        data=_with_comment(happening),
        is_public=happening.is_public,
    )
    event.digest = report.head_digest = chain(report.head_digest, event_body(event))
    report.version += 1
    report.updated_at = at
    return event


def _with_comment(happening: Happening) -> dict[str, Any]:
    comment = happening.comment
    if comment is None:
        return dict(happening.data)
    return {**happening.data, "comment": comment.code, "content": content_hash(comment.salt, comment.text)}
