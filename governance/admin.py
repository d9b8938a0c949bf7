"""Seals in the admin, to look at."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from governance.models import Seal


@admin.register(Seal)
class SealAdmin(ModelAdmin):
    """The sealer writes these; nobody changes one."""

    list_display = ("code", "first_seq", "last_seq", "event_count", "root", "sealed_at")
    ordering = ("-last_seq",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Seal | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Seal | None = None) -> bool:
        return False
