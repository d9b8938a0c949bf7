"""Every ticket this person may see, with who holds it and how late it is."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from moderation.admin.desk import DeskAdmin, ago, moment
from tickets.models import Ticket, TicketQuerySet
from tickets.workflow import Status

STATUS_COLOURS = {
    **dict.fromkeys(Status.values, "default"),
    "offered": "warning",
    "accepted": "info",
    "in_progress": "primary",
    "done": "success",
    "declined": "danger",
}


class LateFilter(DropdownFilter):
    """Overdue, waiting to be accepted too long, or waiting for a countersignature."""

    title = _("what is late")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("resolve", _("overdue")),
            ("accept", _("not accepted in time")),
            ("sign", _("waits for the countersignature")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "resolve":
            return queryset.overdue()
        if self.value() == "accept":
            return queryset.filter(status=Status.OFFERED, acknowledge_by__lt=timezone.now())
        if self.value() == "sign":
            return queryset.filter(countersign="asked")
        return queryset


@admin.register(Ticket)
class TicketAdmin(DeskAdmin):
    """Tickets are moved on the page of their report."""

    list_display = ("what", "organisation", "role_label", "status_label", "take_by", "due", "age")
    list_filter = (
        LateFilter,
        ("status", ChoicesDropdownFilter),
        ("role", ChoicesDropdownFilter),
        ("organisation", RelatedDropdownFilter),
    )
    search_fields = ("^report__reference", "=code")
    ordering = ("-offered_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        tickets: TicketQuerySet = Ticket.objects.visible_to(self.viewer(request))
        return tickets.for_display()

    @display(description=_("report"), ordering="report__reference", header=True)
    def what(self, ticket: Ticket) -> tuple[str, str]:
        """The reference over the category."""
        return ticket.report.reference, ticket.report.category.name

    @display(description=_("role"), ordering="role")
    def role_label(self, ticket: Ticket) -> str:
        """Whether it answers or works."""
        return ticket.get_role_display()

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def status_label(self, ticket: Ticket) -> tuple[str, str]:
        """The status in its colour."""
        return ticket.status, ticket.get_status_display()

    @display(description=_("accept by"), ordering="acknowledge_by")
    def take_by(self, ticket: Ticket) -> SafeString | str:
        """When it should be accepted or declined; only while it is offered."""
        return moment(ticket.acknowledge_by) if ticket.status == Status.OFFERED else "–"

    @display(description=_("resolve by"), ordering="resolve_by")
    def due(self, ticket: Ticket) -> SafeString | str:
        """When it should be done; only while it lives."""
        return moment(ticket.resolve_by) if ticket.is_live else "–"

    @display(description=_("offered"), ordering="offered_at")
    def age(self, ticket: Ticket) -> SafeString:
        """How long ago it was offered."""
        return ago(ticket.offered_at)
