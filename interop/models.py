"""Which rows of which foreign source are here already."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models import Report


class ImportedRow(models.Model):
    """One row of a source and the report it became; no row becomes two."""

    class Position(models.TextChoices):
        """What was made of the position in the row."""

        TAKEN = "taken", _("taken")
        MISSING = "missing", _("there was none")
        DEFAULT_POINT = "default_point", _("a point that stands for an unknown place")
        FALLBACK = "fallback", _("a point on which a geocoder fell back")
        OUTSIDE = "outside_city", _("outside the city")

    source = models.SlugField(_("source"), max_length=40)
    source_id = models.CharField(_("id there"), max_length=100)
    category = models.CharField(_("category there"), max_length=200)
    position = models.CharField(_("position"), max_length=20, choices=Position)
    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="imported_row")

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "source_id"], name="imported_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"
