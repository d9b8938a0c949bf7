"""What one event looks like in the lake: the columns of ``contributions``, and the rule that fills each.

No text, no photo, no person: the report's producer is a salted number that changes with every build, nobody
else who took part is told apart, and a place is an H3 cell.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analytics.release import CONDUCT, FINEST
from reports.models import Event, Report
from reports.workflow import Status
from routing.cells import parent, resolution_of

# Names and types as Ibis writes them; ``!`` is never null.
COLUMNS = {
    "seq": "!int64",
    "event": "!string",
    "contribution": "string",
    "report": "!string",
    "report_key": "!int64",
    "happened_at": "!timestamp('UTC', 6)",
    "received_at": "!timestamp('UTC', 6)",
    "cell": "int64",
    "category": "!string",
    "category_group": "!string",
    "kind": "!string",
    "organisation": "!string",
    "status": "!string",
    "visibility": "!string",
    "channel": "!string",
    "resolve_by": "timestamp('UTC', 6)",
    "hours_to_acknowledge": "float64",
    "hours_to_resolve": "float64",
    "resolved_on_time": "boolean",
    "producer": "!int64",
    "month": "!string",
    "part": "!string",
}
PARTITION = ("month", "part")

# Rows of these say how a report stands; they lie apart from the others because the questions read only them.
SETS_STANDING = frozenset({Event.Kind.SUBMITTED, Event.Kind.ROUTED, Event.Kind.STATUS, Event.Kind.VISIBILITY})
STANDING, OTHER = "standing", "other"

# What is read of an event, with everything a row needs, in one statement.
SOURCE = (
    "seq",
    "kind",
    "at",
    "data",
    "report__code",
    "report__kind",
    "report__created_at",
    "report__cell",
    "report__status",
    "report__visibility",
    "report__channel",
    "report__resolve_by",
    "report__resolved_at",
    "report__responsible__code",
    "report__category__code",
    "report__category__parent__code",
    "report__producer__key",
    "report__producer_id",
    "report__is_sandbox",
)

# Acts by which a producer contributes; everything else is what organisations and the service did.
CONTRIBUTION = {
    Event.Kind.SUBMITTED: "report",
    Event.Kind.SUPPORTED: "support",
    Event.Kind.COMMENTED: "comment",
    Event.Kind.PHOTO_ADDED: "photo",
    Event.Kind.DISPUTED: "dispute",
}
ACKNOWLEDGES = frozenset({Event.Kind.TICKET_ACCEPTED, Event.Kind.ANSWERED})


def row_of(event: Mapping[str, Any], salt: str) -> dict[str, Any]:
    """One event as a row. What the event does not set itself is as the report stood when it was written."""
    status = _status(event)
    return {
        "seq": event["seq"],
        "event": event["kind"],
        "contribution": CONTRIBUTION.get(event["kind"]),
        "report": event["report__code"],
        "report_key": report_key(event["report__code"]),
        "happened_at": event["at"],
        "received_at": event["report__created_at"],
        "cell": _cell(event),
        "category": event["report__category__code"],
        "category_group": event["report__category__parent__code"] or event["report__category__code"],
        "kind": event["report__kind"],
        "organisation": _organisation(event),
        "status": status,
        "visibility": _visibility(event),
        "channel": event["report__channel"],
        "resolve_by": event["report__resolve_by"],
        **_durations(event, status),
        "producer": _number(event["report__producer__key"].encode(), salt.encode()),
        "month": f"{event['at']:%Y-%m}",
        "part": STANDING if event["kind"] in SETS_STANDING else OTHER,
    }


def report_key(code: str) -> int:
    """A report's code as 63 bits, because a database groups numbers several times faster than text."""
    return _number(code.encode(), b"")


def _number(value: bytes, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(value, digest_size=8, key=key).digest()) >> 1


def _cell(event: Mapping[str, Any]) -> int | None:
    cell = event["report__cell"]
    if cell is None:
        return None
    finest = CONDUCT if event["report__kind"] == Report.Kind.COMPLAINT else FINEST
    return parent(cell, min(finest, resolution_of(cell)))


def _status(event: Mapping[str, Any]) -> str:
    if event["kind"] == Event.Kind.SUBMITTED:
        return Status.RECEIVED.value
    if event["kind"] == Event.Kind.STATUS:
        return str(event["data"]["new"])
    return str(event["report__status"])


def _visibility(event: Mapping[str, Any]) -> str:
    is_set = event["kind"] == Event.Kind.VISIBILITY
    return str(event["data"]["new"] if is_set else event["report__visibility"])


def _organisation(event: Mapping[str, Any]) -> str:
    """Who answers for the report; "" while it is nobody."""
    is_set = event["kind"] == Event.Kind.ROUTED
    return str((event["data"].get("organisation") if is_set else event["report__responsible__code"]) or "")


def _durations(event: Mapping[str, Any], status: str) -> dict[str, Any]:
    received, at, due = event["report__created_at"], event["at"], event["report__resolve_by"]
    is_acknowledged = event["kind"] in ACKNOWLEDGES
    ended_at = _ended_at(event, status)
    return {
        "hours_to_acknowledge": _hours(received, at) if is_acknowledged else None,
        "hours_to_resolve": _hours(received, ended_at) if ended_at else None,
        "resolved_on_time": ended_at <= due if ended_at and due else None,
    }


def _ended_at(event: Mapping[str, Any], status: str) -> datetime | None:
    """When the report was resolved, on rows that say that it is."""
    if status != Status.RESOLVED:
        return None
    ended_at: datetime | None = (
        event["at"] if event["kind"] == Event.Kind.STATUS else event["report__resolved_at"]
    )
    return ended_at


def _hours(start: datetime, end: datetime) -> float | None:
    """Hours between two moments; None when they stand in the wrong order, as in some imports."""
    hours = (end - start).total_seconds() / 3600
    return round(hours, 3) if hours >= 0 else None
