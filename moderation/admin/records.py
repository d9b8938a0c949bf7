"""What was decided, and which events are stuck."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from moderation.admin.desk import DeskAdmin
from moderation.models import Decision, ParkedEvent
from reports.models import Report
from reports.nudges import nudge_relay
from reports.relay import unpark

WHAT_COLOURS = {
    **dict.fromkeys(Decision.What.values, "default"),
    "published": "success",
    "hidden": "danger",
    "closed": "info",
    "assigned": "primary",
}


@admin.register(Decision)
class DecisionAdmin(DeskAdmin):
    """The log of the desk: nobody edits it."""

    list_display = ("at", "what_label", "report", "reason_label", "by_user", "by_organisation")
    list_filter = (("what", ChoicesDropdownFilter),)
    search_fields = ("^report__reference",)
    list_select_related = ("report", "by_user", "by_organisation")
    ordering = ("-at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        readable = Report.objects.visible_to(self.viewer(request)).values("pk")
        return Decision.objects.filter(report__in=readable)

    @display(description=_("what"), ordering="what", label=WHAT_COLOURS)
    def what_label(self, decision: Decision) -> tuple[str, str]:
        """What was decided, in its colour."""
        return decision.what, decision.get_what_display()


@admin.register(ParkedEvent)
class ParkedEventAdmin(DeskAdmin):
    """Events that made a reader fail: mend the cause, then put them back in line."""

    list_display = ("report", "kind", "at", "parked_at", "error")
    search_fields = ("^report__reference", "=kind")
    list_select_related = ("report",)
    ordering = ("-parked_at", "-pk")
    actions: ClassVar[list[Any]] = ["put_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        readable = Report.objects.visible_to(self.viewer(request)).values("pk")
        return ParkedEvent.objects.filter(parked_at__isnull=False, report__in=readable)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self.viewer(request).sees_everything

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this person puts events back; there is no form to change one."""
        return self.has_view_permission(request) and not self.viewer(request).is_auditor

    @display(description=_("error"))
    def error(self, event: ParkedEvent) -> str:
        """The beginning of what went wrong."""
        return Truncator(event.parked_error).chars(120)

    @action(description=_("Put back in line"), permissions=["change"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[ParkedEvent]) -> None:
        """Relay the chosen events again."""
        events = list(queryset)
        for event in events:
            unpark(event)
        nudge_relay()
        said = ngettext("%d event is back in line.", "%d events are back in line.", len(events))
        messages.success(request, said % len(events))
