"""The city, its areas, and the hours that are worked in it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from routing import validators

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
    emergency_zh = models.TextField(
        _("emergency text in Chinese"), blank=True, help_text=_("Shown before anything dangerous is sent.")
    )
    emergency_en = models.TextField(_("emergency text in English"), blank=True)
    emergency_numbers = models.JSONField(
        _("emergency numbers"),
        default=list,
        blank=True,
        validators=[validators.emergency_numbers],
        help_text=_('[{"number": "120", "name_zh": "急救", "name_en": "Ambulance"}]'),
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
