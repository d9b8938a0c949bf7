"""A photo of a report: as private as the report, and public only when somebody looked at it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Organisation
from reports.models.report import Report


class Photo(models.Model):
    """The original waits in quarantine; what is shown are derivatives drawn anew."""

    class Role(models.TextChoices):
        EVIDENCE = "evidence", _("as reported")
        PROOF = "proof", _("proof of the work")

    class State(models.TextChoices):
        QUARANTINED = "quarantined", _("being checked")
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="photos")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.EVIDENCE)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUARANTINED)
    refusal = models.CharField(_("why it was refused"), max_length=40, blank=True)
    is_published = models.BooleanField(_("public"), default=False)
    original = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    perceptual_hash = models.CharField(max_length=16, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    metres_from_pin = models.PositiveIntegerField(_("metres from the pin"), null=True, blank=True)
    seconds_from_observed = models.IntegerField(_("seconds from the time observed"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="photo_public_only_when_ready", condition=Q(is_published=False) | Q(state="ready")
            ),
            models.CheckConstraint(
                name="photo_refusal_named", condition=~Q(state="refused") | ~Q(refusal="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.code}"
