"""What a citizen is told before sending: stoppers, and how long it took lately."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from routing import validators
from routing.models.category import Category, QuestionSet
from routing.models.place import Area, Calendar
from routing.questions import asked


class Stopper(models.Model):
    """What is said before a report is sent, and whether it may be sent at all.

    It holds for a category or group (none: all), in an area (none: the whole city), while ``calendar``
    is closed (none: at any hour), where the answers fit ``condition`` (none: whatever is answered).
    """

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
    condition = models.JSONField(
        _("answers"),
        default=dict,
        blank=True,
        validators=[validators.condition],
        help_text=_("A JSON Schema that the answers to the extra questions fit; empty for any."),
    )
    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("outside the hours of"),
    )
    text_zh = models.TextField(_("text in Chinese"))
    text_en = models.TextField(_("text in English"))
    is_blocking = models.BooleanField(_("nothing can be sent"), default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("stopper")
        verbose_name_plural = _("stoppers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="stopper_says_something", condition=~Q(text_zh="") & ~Q(text_en="")),
            models.CheckConstraint(
                name="stopper_valid_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="stopper_of_answers_has_a_category",
                condition=Q(condition={}) | Q(category__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuse a condition on what the category never asked. Raises ValidationError."""
        if not isinstance(self.condition, dict) or not self.condition:
            return
        schemas = QuestionSet.objects.filter(category=self.category).values_list("schema", flat=True)
        known = {name for schema in schemas for name in asked(schema)}
        if unknown := sorted(set(asked(self.condition)) - known):
            message = _("The category never asked this: %(names)s.")
            raise ValidationError({"condition": message % {"names": ", ".join(unknown)}})


class MeasuredTime(models.Model):
    """How long a category took lately, with one organisation or (none) with all; hours on the wall clock.

    ``p90_hours`` is empty where fewer than nine in ten are known to end. ``open_cases`` were still open
    when it was measured, and count in the figures as such.
    """

    class Phase(models.TextChoices):
        ACKNOWLEDGE = "acknowledge", _("until it is taken")
        RESOLVE = "resolve", _("until it is resolved")

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="+", verbose_name=_("category")
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    phase = models.CharField(_("phase"), max_length=12, choices=Phase)
    cases = models.PositiveIntegerField(_("cases"))
    open_cases = models.PositiveIntegerField(_("still open"))
    median_hours = models.FloatField(_("median hours"), null=True)
    p90_hours = models.FloatField(_("90th percentile in hours"), null=True)
    measured_at = models.DateTimeField(_("measured at"))

    class Meta:
        verbose_name = _("measured time")
        verbose_name_plural = _("measured times")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "category", Coalesce("organisation", 0), "phase", name="measured_time_once"
            ),
            models.CheckConstraint(
                name="measured_phase_known", condition=Q(phase__in=["acknowledge", "resolve"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.phase}"
