"""How far the lake has come; the lake itself has no tables here."""

import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import CODE_LENGTH, new_code


def new_salt() -> str:
    """128 random bits in hexadecimal."""
    return secrets.token_hex(16)


class ProjectionCursor(models.Model):
    """One build of the lake: its id, the salt of its producers, and how far it has read.

    The position that counts is the one in the Delta table, written with the rows in one commit; ``seq``
    repeats it for people to see.
    """

    name = models.CharField(_("table"), max_length=40, unique=True)
    code = models.CharField(_("build"), max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    seq = models.BigIntegerField(_("last event"), default=0)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    moved_at = models.DateTimeField(_("last moved at"), default=timezone.now)

    class Meta:
        verbose_name = _("build of the lake")
        verbose_name_plural = _("builds of the lake")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="projection_moves_forward", condition=models.Q(seq__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"
