"""Questions about tickets that are more than a filter."""

from dataclasses import dataclass

from django.http import Http404

from accounts.actors import Viewer
from accounts.models import Organisation
from reports.models import Report
from tickets.models import Ticket


@dataclass(frozen=True)
class Next:
    """Whom the rules would ask next, and by which responsibility."""

    organisation: Organisation
    rule: str


def ticket_for(viewer: Viewer, code: str) -> Ticket:
    """The ticket if this viewer may know of it; one statement. Raises Http404."""
    ticket = Ticket.objects.visible_to(viewer).for_display().filter(code=code).first()
    if ticket is None:
        raise Http404
    return ticket


def next_candidate(ticket: Ticket) -> Next | None:
    """The first alternative of the same role that has not had this report in that role.

    None once the desk gave the report another category: what the rules said was about the old one.
    """
    report = ticket.report
    if report.decision.get("category", report.category.code) != report.category.code:
        return None
    asked = Ticket.objects.filter(report=report, role=ticket.role).values_list(
        "organisation__code", flat=True
    )
    had = set(asked)
    for candidate in report.decision.get("alternatives", []):
        if candidate["role"] != ticket.role or candidate["organisation"] in had:
            continue
        organisation = Organisation.objects.filter(code=candidate["organisation"]).first()
        if organisation is not None:
            return Next(organisation, str(candidate["rule"]))
    return None


def executor_of(report: Report, owner: Organisation) -> Organisation | None:
    """Who does the work for whoever answers; nobody besides, when that is the owner itself."""
    code = report.decision.get("executor")
    return Organisation.objects.filter(code=code).first() if code and code != owner.code else None


def named_for(report: Report) -> set[str]:
    """The organisations that the rules name for a report, by code."""
    decision = report.decision
    named = {str(candidate["organisation"]) for candidate in decision.get("alternatives", [])}
    answering = report.responsible.code if report.responsible else None
    return {code for code in named | {decision.get("executor"), answering} if code}
