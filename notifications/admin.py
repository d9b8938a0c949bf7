"""What people follow and which copies went out, for the desk to read; nothing is edited here."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from notifications.models import Copy, Device, Subscription


class ReadOnly:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Copy)
class CopyAdmin(ReadOnly, ModelAdmin):
    """What was owed by which channel and how it went; whom it was for is not shown."""

    list_display = ("code", "channel", "state", "tries", "reason", "created_at", "due_at", "ended_at")
    list_filter = ("state", "channel", "reason")
    search_fields = ("code",)
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    fields = list_display


@admin.register(Device)
class DeviceAdmin(ReadOnly, ModelAdmin):
    """Devices that take messages, without their addresses."""

    list_display = ("code", "transport", "confirmed_at", "created_at", "reached_at")
    list_filter = ("transport",)
    search_fields = ("code",)
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    fields = list_display


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly, ModelAdmin):
    """What is followed; by whom is not shown, and neither is where."""

    list_display = ("code", "kind", "origin", "is_muted", "area_code", "created_at")
    list_filter = ("kind", "origin", "is_muted")
    search_fields = ("code",)
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    fields = list_display
