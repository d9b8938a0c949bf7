"""The catalogue: what can be sent, and what is asked of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from routing import validators
from routing.models.place import Calendar


class PhotoRule(models.TextChoices):
    """Whether a report of a category carries photos."""

    NONE = "none", _("none are taken")
    OPTIONAL = "optional", _("as one likes")
    REQUIRED = "required", _("at least one")


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
    icon = models.CharField(
        _("icon"),
        max_length=40,
        blank=True,
        validators=[validators.icon],
        help_text=_("A stable name that apps draw; empty for that of a hazard or of the subsystem."),
    )
    photo_rule = models.CharField(_("photos"), max_length=8, choices=PhotoRule, default=PhotoRule.OPTIONAL)
    needs_countersign = models.BooleanField(_("work is countersigned by the owner"), default=False)
    keywords = models.JSONField(_("keywords"), default=dict, blank=True)
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
                name="category_photo_rule_known", condition=Q(photo_rule__in=list(PhotoRule.values))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language that is active now."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class QuestionSet(models.Model):
    """One version of a category's extra questions; the newest is asked, older ones are still answered.

    A version that was published never changes; an empty ``schema`` asks nothing. One that is no longer
    accepted stays for reading what was answered.
    """

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="question_sets", verbose_name=_("category")
    )
    version = models.PositiveIntegerField(_("version"))
    schema = models.JSONField(_("questions"), default=dict, blank=True, validators=[validators.questions])
    is_accepted = models.BooleanField(_("still accepted"), default=True)

    class Meta:
        verbose_name = _("extra questions")
        verbose_name_plural = _("extra questions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["category", "version"], name="questions_version_once"),
            models.CheckConstraint(name="questions_count_from_one", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"
