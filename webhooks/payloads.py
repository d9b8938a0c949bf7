"""What a webhook says: thin by default, so that nothing private leaves without an authorisation.

The receiver learns that something happened, to which report and ticket, and asks the API for the rest with
its own token. No text, no photo, no position finer than the cell, nothing about the producer.
"""

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from reports.models import Event
from routing.cells import name_of

TEST_TYPE = "endpoint.test"
# Every type an endpoint may ask for, with its name for people.
EVENT_TYPES = {
    str(value): label
    for value, label in Event.Kind.choices
    if value.startswith(("report.", "ticket.")) or value == Event.Kind.CONSENT_WITHDRAWN
}


def of_event(event: Event) -> dict[str, Any]:
    """The thin payload of an event whose report and category are at hand.

    ``sequence`` rises within one ticket, and for events without a ticket within one report.
    """
    report = event.report
    data = {
        "code": report.code,
        "url": f"{settings.PUBLIC_URL}/api/v1/reports/{report.code}/",
        "ticket": event.data.get("ticket"),
        "sequence": event.data.get("sequence", event.seq),
        "category": report.category.code,
        "cell": None if report.cell is None else name_of(report.cell),
    }
    if event.kind == Event.Kind.CONSENT_WITHDRAWN:
        data["purpose"] = event.data.get("purpose")
    return _message(str(event.kind), event.at, data)


def of_test(endpoint_code: str, at: datetime) -> dict[str, Any]:
    """A message that is about nothing, to try an endpoint with."""
    data = {"endpoint": endpoint_code, "note": "This is a test; nothing happened."}
    return _message(TEST_TYPE, at, data)


def as_body(payload: dict[str, Any]) -> bytes:
    """The bytes that are signed and sent: the same at every try."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _message(kind: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds"), "data": data}
