"""What the desk decided, and the two queues it works from."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Organisation, User
from accounts.roles import ActorKind
from moderation.reasons import Reason
from reports.models import Event, Report


class Decision(models.Model):
    """Something the desk decided about a report: what, why, by whom, and how it was before."""

    class What(models.TextChoices):
        ASSIGNED = "assigned", _("assigned")
        PUBLISHED = "published", _("published")
        MADE_PRIVATE = "made_private", _("made private")
        HIDDEN = "hidden", _("hidden")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")
        PHOTO_PUBLISHED = "photo_published", _("photo published")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("report")
    )
    what = models.CharField(_("what"), max_length=16, choices=What)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    prior = models.JSONField(_("how it was before"), default=dict)
    by_kind = models.CharField(_("in the role of"), max_length=12, choices=ActorKind)
    by_user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    by_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("organisation")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-at", "-id"], name="decision_newest"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="decision_hidden_has_reason", condition=~Q(what="hidden") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def reason_label(self) -> str:
        """The reason in words; a code that is none of the screening's stands for itself."""
        return str(Reason(self.reason).label) if self.reason in Reason else self.reason


class TriageReport(Report):
    """A report for which a person must decide who answers: the first screen of the desk."""

    class Meta:
        proxy = True
        verbose_name = _("report in triage")
        verbose_name_plural = _("triage")


class ParkedEvent(Event):
    """An event that made a reader fail and waits for its cause to be mended."""

    class Meta:
        proxy = True
        verbose_name = _("parked event")
        verbose_name_plural = _("parked events")


class HeldReport(Report):
    """A report that nobody has looked at and that is not public before somebody has."""

    class Meta:
        proxy = True
        verbose_name = _("report to screen")
        verbose_name_plural = _("screening")
