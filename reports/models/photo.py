"""A photo of a report: as private as the report, and public only when somebody looked at it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
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
        ERASED = "erased", _("erased")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="photos")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.EVIDENCE)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUARANTINED)
    refusal = models.CharField(_("why it was refused"), max_length=40, blank=True)
    is_published = models.BooleanField(_("public"), default=False)
    # Emptied when the time to appeal is over, or the photo erased.
    original = models.CharField(max_length=200, blank=True)
    # Empty until the pieces of a resumable upload have been put together.
    content_hash = models.CharField(max_length=64, blank=True)
    perceptual_hash = models.CharField(max_length=16, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    metres_from_pin = models.PositiveIntegerField(_("metres from the pin"), null=True, blank=True)
    seconds_from_observed = models.IntegerField(_("seconds from the time observed"), null=True, blank=True)
    # The detector looks once. Whatever a person says about the boxes afterwards stands.
    detected_at = models.DateTimeField(_("looked through by the detector"), null=True, blank=True)
    boxes_version = models.PositiveIntegerField(default=0)
    # Of which version of the boxes the derivatives were drawn; others are never served.
    drawn_version = models.PositiveIntegerField(null=True, blank=True)
    # Whoever draws a photo holds it for a while; a process that dies with it costs one of few tries.
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
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
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "created_at"], name="photo_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.code}"

    @property
    def is_drawn(self) -> bool:
        """Whether what can be shown of it is what its boxes say."""
        return self.state == self.State.READY and self.drawn_version == self.boxes_version


class PhotoBox(models.Model):
    """A part of a photo that nobody outside the desk may see; places are shares of width and height.

    A box that a person took away stays as a row, so that it is known who saw what.
    """

    class Kind(models.TextChoices):
        FACE = "face", _("face")
        PLATE = "plate", _("number plate")
        OTHER = "other", _("something else")

    class Source(models.TextChoices):
        DETECTOR = "detector", _("found by the machine")
        PERSON = "person", _("drawn by a person")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="boxes")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    x = models.FloatField(_("left edge"))
    y = models.FloatField(_("upper edge"))
    width = models.FloatField(_("width"))
    height = models.FloatField(_("height"))
    source = models.CharField(_("source"), max_length=8, choices=Source)
    score = models.FloatField(_("how sure the detector was"), null=True, blank=True)
    is_removed = models.BooleanField(_("taken away"), default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("covered part")
        verbose_name_plural = _("covered parts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="photobox_inside",
                condition=Q(x__gte=0, y__gte=0, width__gt=0, height__gt=0)
                & Q(x__lte=1 - F("width") + 1e-6)
                & Q(y__lte=1 - F("height") + 1e-6),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"
