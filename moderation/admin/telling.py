"""A report's story and its routing in words that a person reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from moderation.reasons import Reason as Screening
from reports.models import Event, Report
from reports.queries import timeline_of
from reports.workflow import Reason, Status, Visibility
from routing.services import current_snapshot
from tickets.workflow import Reason as TicketReason

ICONS = {
    Event.Kind.SUBMITTED: "send",
    Event.Kind.ROUTED: "alt_route",
    Event.Kind.STATUS: "flag",
    Event.Kind.VISIBILITY: "visibility",
    Event.Kind.COMMENTED: "chat",
    Event.Kind.ANSWERED: "forum",
    Event.Kind.DISPUTED: "gavel",
    Event.Kind.TICKET_OFFERED: "assignment",
    Event.Kind.TICKET_ACCEPTED: "task_alt",
    Event.Kind.TICKET_DECLINED: "block",
    Event.Kind.TICKET_STARTED: "construction",
    Event.Kind.TICKET_NOTED: "edit_note",
    Event.Kind.TICKET_HANDED_OVER: "move_up",
    Event.Kind.TICKET_DONE: "done_all",
    Event.Kind.TICKET_COUNTERSIGNED: "verified",
    Event.Kind.TICKET_RETURNED: "undo",
    Event.Kind.TICKET_CANCELLED: "cancel",
}
# Support is a number on the page; consents are the producer's own business.
QUIET = frozenset(
    {
        Event.Kind.SUPPORTED,
        Event.Kind.UNSUPPORTED,
        Event.Kind.CONSENT_GIVEN,
        Event.Kind.CONSENT_WITHDRAWN,
    }
)
TRIAGE_REASONS = {
    "nobody": _("nobody answers for it"),
    "tie": _("two rules are equal"),
    "boundary": _("near a boundary"),
    "outside": _("outside the city"),
    "declined": _("declined by all"),
    "reopened": _("opened again"),
    "cancelled": _("offer withdrawn"),
}
LABELS: dict[str, Any] = {
    **{
        value: label
        for enum in (Screening, TicketReason, Reason, Visibility, Status)
        for value, label in enum.choices
    },
    **TRIAGE_REASONS,
}


@dataclass(frozen=True)
class Line:
    """One line of the story."""

    at: datetime
    icon: str
    title: str
    who: str
    about: str
    detail: str
    text: str
    is_public: bool


def timeline(report: Report, *, is_inner: bool) -> list[Line]:
    """What happened, newest first; what is nobody's business at the desk is left out."""
    events = timeline_of(report, is_inner=is_inner)
    events = events.select_related("by_user", "organisation", "by_organisation", "comment")
    return [_line(event, is_inner=is_inner) for event in reversed(events) if event.kind not in QUIET]


def _line(event: Event, *, is_inner: bool) -> Line:
    organisation = str(event.by_organisation) if event.by_organisation else event.get_by_kind_display()
    person = f" · {event.by_user}" if event.by_user else ""
    about, comment = event.organisation, event.comment
    return Line(
        at=event.at,
        icon=ICONS.get(Event.Kind(event.kind), "image" if event.kind.startswith("photo.") else "circle"),
        title=event.get_kind_display(),
        who=organisation + person,
        about=str(about) if about and about != event.by_organisation else "",
        detail=_detail(event),
        text=comment.text if comment and (is_inner or comment.is_public) else "",
        is_public=event.is_public,
    )


def _detail(event: Event) -> str:
    """The move in two words, from the codes of the event."""
    data = event.data
    if {"old", "new"} <= data.keys():
        reason = f" · {_label(data['reason'])}" if data.get("reason") else ""
        return f"{_label(data['old'])} → {_label(data['new'])}{reason}"
    if event.kind == Event.Kind.ROUTED:
        return _label(data.get("triage") or data.get("rule"))
    return _label(data.get("reason"))


def _label(code: Any) -> str:
    """A code in words; a rule's own name stands for itself."""
    return str(LABELS.get(code, code or ""))


def routing_facts(report: Report, language: str) -> dict[str, Any]:
    """The routing decision by names instead of codes."""
    decision, snapshot = report.decision, current_snapshot()
    tongue = "en" if language.startswith("en") else "zh"

    def organisation(code: str | None) -> str:
        return snapshot.organisation_name(code, tongue) if code else ""

    return {
        "sentence": decision.get(f"sentence_{tongue}", ""),
        "owner": organisation(decision.get("organisation")),
        "executor": organisation(decision.get("executor")),
        "areas": [snapshot.area_name(code, tongue) for code in decision.get("areas", [])],
        "boundary_m": decision.get("boundary_m"),
        "accuracy_m": report.accuracy_m,
        "rule": decision.get("rule"),
        "decided_by": decision.get("decided_by", ""),
        "alternatives": [
            {"name": organisation(candidate["organisation"]), "role": candidate["role"]}
            for candidate in decision.get("alternatives", [])
        ],
        "triage": TRIAGE_REASONS.get(report.triage_reason, report.triage_reason),
    }
