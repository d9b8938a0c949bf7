"""What the public trace of a report says: who was given it, and whether its digests hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interop.replay.phones import Sent
from reports.events import chain

_NOT_IN_THE_DIGEST = ("seq", "digest")


@dataclass(frozen=True)
class Story:
    """A report's trace, judged by its reader."""

    code: str
    is_found: bool
    is_routed: bool
    is_in_triage: bool
    is_delivered: bool
    fault: str

    @property
    def is_settled(self) -> bool:
        """Whether it is with an organisation or with the desk, and every event has its number."""
        return self.is_found and (self.is_delivered or self.is_in_triage)


def story_of(sent: Sent, trace: Mapping[str, Any]) -> Story:
    """Read a trace."""
    events = trace.get("events", [])
    routed = [event for event in events if event["kind"] == "report.routed"]
    last = routed[-1]["data"] if routed else {}
    is_relayed = all(event["seq"] is not None for event in events)
    return Story(
        code=sent.receipt["code"],
        is_found=bool(events),
        is_routed=bool(last.get("organisation")),
        is_in_triage=bool(last.get("triage")),
        is_delivered=is_relayed and any(event["kind"] == "ticket.offered" for event in events),
        fault=fault_of(sent, trace),
    )


def fault_of(sent: Sent, trace: Mapping[str, Any]) -> str:
    """What does not hold in a trace, "" if all does: each digest, the head, and the receipt's digest among
    them.
    """
    previous, seen = "", set()
    for position, event in enumerate(trace.get("events", []), start=1):
        body = {name: value for name, value in event.items() if name not in _NOT_IN_THE_DIGEST}
        previous = chain(previous, body)
        seen.add(previous)
        if previous != event["digest"]:
            return f"event {position} does not match its digest"
    if not seen:
        return "there is no event"
    if previous != trace["head_digest"]:
        return "the last event is not the one the head names"
    return "" if sent.receipt["digest"] in seen else "the receipt's digest is not in the chain"
