"""How far the lake has come, to look at."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from analytics.models import ProjectionCursor


@admin.register(ProjectionCursor)
class ProjectionCursorAdmin(ModelAdmin):
    """The projector writes these; nobody changes one, and nobody reads a salt."""

    list_display = ("name", "code", "seq", "started_at", "moved_at")
    fields = ("name", "code", "seq", "started_at", "moved_at")
    ordering = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ProjectionCursor | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ProjectionCursor | None = None) -> bool:
        return False
