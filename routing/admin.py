"""The configuration in the admin; every change goes through ``services``, so every process learns of it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from routing import services
from routing.models import Area, Calendar, Category, City, Responsibility

Piece = Area | Calendar | Category | City | Responsibility


class ConfigurationAdmin(ModelAdmin):
    """What the admin of every piece of the configuration has in common."""

    def save_model(self, request: HttpRequest, obj: Piece, form: ModelForm[Any], change: bool) -> None:
        services.save(obj)

    def delete_model(self, request: HttpRequest, obj: Area | Calendar | Category | Responsibility) -> None:
        services.remove([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        services.remove(queryset)


@admin.register(City)
class CityAdmin(ConfigurationAdmin):
    """The one city."""

    list_display = ("code", "name_zh", "name_en", "timezone", "version")
    readonly_fields = ("version",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not City.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: City | None = None) -> bool:
        return False


@admin.register(Calendar)
class CalendarAdmin(ConfigurationAdmin):
    """Working hours."""

    list_display = ("code", "timezone", "country")
    ordering = ("code",)


@admin.register(Area)
class AreaAdmin(ConfigurationAdmin):
    """Polygons."""

    list_display = ("code", "name_zh", "name_en", "kind", "parent", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("parent",)
    ordering = ("code",)


@admin.register(Category)
class CategoryAdmin(ConfigurationAdmin):
    """The catalogue."""

    list_display = ("code", "name_zh", "name_en", "parent", "is_hazard", "is_private_by_default", "is_active")
    list_filter = ("is_active", "is_hazard", "is_private_by_default", "needs_countersign")
    list_select_related = ("parent",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("parent",)
    ordering = ("code",)


@admin.register(Responsibility)
class ResponsibilityAdmin(ConfigurationAdmin):
    """Who answers for what, where."""

    list_display = (
        "code",
        "category",
        "area",
        "organisation",
        "role",
        "precedence",
        "valid_from",
        "valid_to",
    )
    list_filter: ClassVar = ["role", "organisation"]
    list_select_related = ("category", "area", "organisation")
    search_fields = ("code", "category__code", "organisation__code")
    autocomplete_fields = ("category", "area", "organisation")
    ordering = ("code",)
