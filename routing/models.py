"""The configuration of a city, as the database keeps it; ``services.current_snapshot`` freezes it for use."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from routing import validators
from routing.decision import Role

_POLYGON_HELP = _("GeoJSON Polygon or MultiPolygon in WGS 84, longitude first.")


class City(models.Model):
    """The one city of this installation. ``version`` grows with every change of the configuration."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    timezone = models.CharField(
        _("timezone"), max_length=60, default="Asia/Shanghai", validators=[validators.timezone]
    )
    latitude = models.FloatField(_("latitude of the centre"))
    longitude = models.FloatField(_("longitude of the centre"))
    bbox = models.JSONField(
        _("west, south, east, north"), null=True, blank=True, validators=[validators.bbox]
    )
    outline = models.JSONField(
        _("outline"), null=True, blank=True, validators=[validators.polygon], help_text=_POLYGON_HELP
    )
    default_points = models.JSONField(
        _("default points"),
        default=list,
        blank=True,
        validators=[validators.points],
        help_text=_("Pairs of latitude and longitude that software sends when it does not know the place."),
    )
    version = models.PositiveBigIntegerField(default=0, editable=False)
    is_the_one = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("city")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="city_is_only_one", condition=Q(is_the_one=True)),
            models.CheckConstraint(
                name="city_centre_on_earth",
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class Calendar(models.Model):
    """When an organisation works: what the clocks of service levels count."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    timezone = models.CharField(_("timezone"), max_length=60, validators=[validators.timezone])
    hours = models.JSONField(
        _("hours by weekday"),
        default=dict,
        validators=[validators.hours],
        help_text=_('From "0", Monday, to "6": {"0": [["09:00", "12:00"], ["13:00", "17:00"]]}.'),
    )
    country = models.CharField(_("country of the public holidays"), max_length=2, blank=True)
    subdivision = models.CharField(_("subdivision"), max_length=10, blank=True)
    extra_off = models.JSONField(
        _("further days off"), default=list, blank=True, validators=[validators.days]
    )
    extra_on = models.JSONField(
        _("days worked all the same"), default=list, blank=True, validators=[validators.days]
    )

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")

    def __str__(self) -> str:
        return self.code


class Area(models.Model):
    """A named polygon of one generation, in WGS 84."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=40, default="district")
    name_zh = models.CharField(_("name in Chinese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    polygon = models.JSONField(_("polygon"), validators=[validators.polygon], help_text=_POLYGON_HELP)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="area_valid_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(name="area_not_its_own_parent", condition=~Q(parent=models.F("id"))),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language that is active now."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Category(models.Model):
    """The routable leaf of the catalogue, or a group (which takes no kinds)."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    name_zh = models.CharField(_("name in Chinese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    kinds = models.JSONField(
        _("kinds"), default=list, blank=True, validators=[validators.kinds], help_text=_("None for a group.")
    )
    subsystems = models.JSONField(
        _("subsystems"), default=list, blank=True, validators=[validators.subsystems]
    )
    is_hazard = models.BooleanField(_("hazard"), default=False)
    is_private_by_default = models.BooleanField(_("private by default"), default=False)
    is_photo_required = models.BooleanField(_("photo required"), default=False)
    needs_countersign = models.BooleanField(_("work is countersigned by the owner"), default=False)
    questions = models.JSONField(
        _("extra questions"), default=dict, blank=True, validators=[validators.questions]
    )
    questions_version = models.PositiveIntegerField(_("version of the questions"), default=0)
    keywords = models.JSONField(_("keywords"), default=dict, blank=True)
    stopper_zh = models.TextField(_("stopper message in Chinese"), blank=True)
    stopper_en = models.TextField(_("stopper message in English"), blank=True)
    acknowledge_hours = models.PositiveIntegerField(_("working hours to acknowledge"), null=True, blank=True)
    resolve_hours = models.PositiveIntegerField(_("working hours to resolve"), null=True, blank=True)
    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("calendar"),
    )
    external_codes = models.JSONField(_("codes elsewhere"), default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="category_not_its_own_parent", condition=~Q(parent=models.F("id"))),
            models.CheckConstraint(
                name="category_acknowledged_before_resolved",
                condition=Q(acknowledge_hours__isnull=True)
                | Q(resolve_hours__isnull=True)
                | Q(acknowledge_hours__lte=models.F("resolve_hours")),
            ),
            models.CheckConstraint(
                name="category_questions_have_a_version",
                condition=Q(questions={}) | Q(questions_version__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language that is active now."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Responsibility(models.Model):
    """An organisation answers for a category or group (none: any) in an area (none: the whole city)."""

    code = models.SlugField(_("code"), max_length=120, unique=True)
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area")
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="responsibilities",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=10, choices=[(role.value, role.value) for role in Role])
    precedence = models.PositiveIntegerField(
        _("precedence"), default=100, help_text=_("Of equally strong rules the lowest answers.")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Coalesce("category", 0),
                Coalesce("area", 0),
                "organisation",
                "role",
                Coalesce("valid_from", Value(date.min, output_field=models.DateField())),
                name="responsibility_once",
            ),
            models.CheckConstraint(name="responsibility_precedence_small", condition=Q(precedence__lte=9999)),
            models.CheckConstraint(
                name="responsibility_role_known", condition=Q(role__in=["owner", "executor"])
            ),
            models.CheckConstraint(
                name="responsibility_valid_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.code
