"""Whoever reads a report with its ticket got its data: that is said, once the answer is made."""

from collections.abc import Iterable

from accounts.actors import Viewer
from reports.disclosing import Disclosure, disclosed
from tickets.models import Ticket
from tickets.serializers import TicketReport

FIELDS = tuple(sorted(TicketReport.Meta.fields))


def note_read(viewer: Viewer, tickets: Iterable[Ticket]) -> None:
    """Say which of the viewer's organisations got which reports; who only watches over them got none."""
    disclosed(
        [
            Disclosure(ticket.report_id, organisation, "ticket", FIELDS)
            for ticket in tickets
            if getattr(ticket, "is_readable", True)
            for organisation in sorted(viewer.organisation_ids)
            if organisation in (ticket.organisation_id, ticket.report.responsible_id)
        ]
    )
