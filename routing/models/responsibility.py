"""Who answers for what, where."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from routing.decision import Role
from routing.models.category import Category
from routing.models.place import Area


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
