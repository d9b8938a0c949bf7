"""The log of what was sent, for the desk to read; it sends again and switches off, and edits nothing."""

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline

from accounts.errors import DomainError
from webhooks import services
from webhooks.models import Attempt, Delivery, Endpoint


class ReadOnly:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class AttemptInline(ReadOnly, TabularInline):
    """Every try of a delivery."""

    model = Attempt
    fields = ("at", "duration_ms", "status", "error", "answer")
    ordering = ("at", "pk")
    extra = 0


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, ModelAdmin):
    """What is and was owed."""

    list_display = ("code", "type", "endpoint", "state", "attempts_count", "created_at", "due_at", "ended_at")
    list_filter = ("state", "type", "endpoint__organisation")
    list_select_related = ("endpoint",)
    search_fields = ("code", "stream")
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    fields = (*list_display, "stream", "position", "payload")
    inlines: ClassVar = [AttemptInline]
    actions = ("resend",)

    @admin.action(description=_("Send again"), permissions=["view"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Send the chosen ones once more; says which could not be."""
        sent = 0
        for delivery in queryset.order_by("position", "pk"):
            try:
                services.resend(delivery)
                sent += 1
            except DomainError as error:
                self.message_user(request, f"{delivery.code}: {error}", messages.WARNING)
        self.message_user(
            request, ngettext("%d delivery goes out again.", "%d deliveries go out again.", sent) % sent
        )


@admin.register(Endpoint)
class EndpointAdmin(ReadOnly, ModelAdmin):
    """Who is told where; secrets are never shown."""

    list_display = ("organisation", "url", "description", "is_enabled", "disabled_reason", "failing_since")
    list_filter = ("is_enabled", "disabled_reason", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("code", "url", "description")
    ordering = ("organisation__code", "-created_at", "-pk")
    fields = (
        *list_display,
        "event_types",
        "disabled_at",
        "not_before",
        "created_at",
        "updated_at",
        "deleted_at",
    )
    actions = ("disable", "enable")

    @admin.action(description=_("Switch off"), permissions=["view"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        """Send nothing more to the chosen ones."""
        for endpoint in queryset.living().order_by("pk"):  # type: ignore[attr-defined]  # the admin's queryset is ours
            services.disable(endpoint)

    @admin.action(description=_("Switch on"), permissions=["view"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        """Send to the chosen ones again."""
        for endpoint in queryset.living().order_by("pk"):  # type: ignore[attr-defined]  # the admin's queryset is ours
            services.enable(endpoint)
