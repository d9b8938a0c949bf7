"""The configuration in the admin; every change goes through ``services``, so every process learns of it."""

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import JSONField, ModelForm
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminTextareaWidget

from routing import services, validators
from routing.models import (
    Area,
    Calendar,
    Category,
    City,
    MeasuredTime,
    QuestionSet,
    Responsibility,
    Stopper,
)
from routing.services import Piece


class ConfigurationAdmin(ModelAdmin):
    """What the admin of every piece of the configuration has in common."""

    def save_model(self, request: HttpRequest, obj: Piece, form: ModelForm[Any], change: bool) -> None:
        services.save(obj)

    def delete_model(
        self, request: HttpRequest, obj: Area | Calendar | Category | Responsibility | Stopper
    ) -> None:
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


class SchemaField(JSONField):
    """JSON with a line for each part, to be read by people."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, InvalidJSONInput):
            return value
        return json.dumps(value, ensure_ascii=False, indent=1)


class CategoryForm(ModelForm[Category]):
    """A category with the questions that are asked now."""

    questions = SchemaField(
        label=_("Extra questions"),
        required=False,
        initial=dict,
        validators=[validators.questions],
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24}),
        help_text=_("JSON Schema of an object, empty for none. A change is published as the next version."),
    )

    class Meta:
        model = Category
        exclude = ()  # noqa: DJ006  # the admin shows all that a category has

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            newest = self.instance.question_sets.order_by("-version").first()
            self.initial["questions"] = newest.schema if newest else {}

    def clean_questions(self) -> dict[str, Any]:
        """A group takes no reports, so it asks nothing."""
        questions: dict[str, Any] = self.cleaned_data.get("questions") or {}
        if questions and not self.cleaned_data.get("kinds"):
            raise ValidationError(_("A group asks no questions."))
        return questions


class QuestionSetInline(TabularInline):
    """Every version that was ever published; none is changed."""

    model = QuestionSet
    extra = 0
    fields = ("version", "is_accepted", "asked")
    readonly_fields = fields
    ordering = ("-version",)
    can_delete = False
    hide_title = True

    @admin.display(description=_("questions"))
    def asked(self, thing: QuestionSet) -> str:
        """The schema as it is written in a city document."""
        words = json.dumps(thing.schema, ensure_ascii=False, indent=1)
        return format_html('<pre style="white-space: pre-wrap">{}</pre>', words)

    def has_add_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return False


@admin.register(Category)
class CategoryAdmin(ConfigurationAdmin):
    """The catalogue."""

    form = CategoryForm
    inlines = (QuestionSetInline,)
    list_display = ("code", "name_zh", "name_en", "parent", "is_hazard", "is_private_by_default", "is_active")
    list_filter = ("is_active", "is_hazard", "is_private_by_default", "photo_rule", "needs_countersign")
    list_select_related = ("parent",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("parent",)
    ordering = ("code",)

    def save_model(self, request: HttpRequest, obj: Piece, form: ModelForm[Any], change: bool) -> None:
        assert isinstance(obj, Category)  # noqa: S101  # what this admin is registered for
        services.save_category(obj, form.cleaned_data["questions"])


@admin.register(Stopper)
class StopperAdmin(ConfigurationAdmin):
    """What is said before sending."""

    list_display = ("code", "category", "area", "calendar", "is_blocking", "valid_from", "valid_to")
    list_filter = ("is_blocking",)
    list_select_related = ("category", "area", "calendar")
    search_fields = ("code", "category__code", "text_zh", "text_en")
    autocomplete_fields = ("category", "area")
    ordering = ("code",)


@admin.register(MeasuredTime)
class MeasuredTimeAdmin(ModelAdmin):
    """How long things took lately: measured at night, changed by nobody."""

    list_display = (
        "category",
        "organisation",
        "phase",
        "cases",
        "open_cases",
        "median_hours",
        "p90_hours",
        "measured_at",
    )
    list_filter = ("phase",)
    list_select_related = ("category", "organisation")
    search_fields = ("category__code", "organisation__code")
    ordering = ("category__code", "organisation__code", "phase")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: MeasuredTime | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MeasuredTime | None = None) -> bool:
        return False


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
