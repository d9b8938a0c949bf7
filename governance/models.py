"""Proof that nothing was changed afterwards: seals over the events."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import CODE_LENGTH, new_code


class Seal(models.Model):
    """The Merkle root over the digests of consecutive events, ``first_seq`` to ``last_seq``.

    Two sealers at once start at the same event, so the unique ``first_seq`` lets only one of them through.
    """

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    first_seq = models.BigIntegerField(_("first event"), unique=True)
    last_seq = models.BigIntegerField(_("last event"), unique=True)
    event_count = models.PositiveIntegerField(_("events"))
    root = models.CharField(_("root"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"), default=timezone.now)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="seal_counts_its_events",
                condition=Q(event_count__gt=0, last_seq=F("first_seq") + F("event_count") - 1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_seq}-{self.last_seq}"
