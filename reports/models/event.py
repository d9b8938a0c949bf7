"""The spine: everything that happens to a report, written once beside the change."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.roles import ActorKind
from reports.models.report import Report
from reports.models.voices import Comment


class Event(models.Model):
    """One thing that happened. ``data`` holds codes, enums and integers, never personal data or free text.

    ``seq`` is empty until the relay has handed the event to every reader; readers follow ``seq`` alone.
    """

    class Kind(models.TextChoices):
        SUBMITTED = "report.submitted", _("sent")
        ROUTED = "report.routed", _("routed")
        STATUS = "report.status", _("status changed")
        VISIBILITY = "report.visibility", _("visibility changed")
        SUPPORTED = "report.supported", _("supported")
        UNSUPPORTED = "report.unsupported", _("support withdrawn")
        COMMENTED = "report.commented", _("commented")
        ANSWERED = "report.answered", _("answered")
        DISPUTED = "report.disputed", _("disputed")
        EDITED = "report.edited", _("edited")
        ERASED = "report.erased", _("erased")
        PHOTO_ADDED = "photo.added", _("photo added")
        PHOTO_READY = "photo.ready", _("photo ready")
        PHOTO_REFUSED = "photo.refused", _("photo refused")
        PHOTO_PUBLISHED = "photo.published", _("photo published")
        PHOTO_CORRECTED = "photo.corrected", _("covered parts of a photo corrected")
        PHOTO_LOOKED_AT = "photo.looked_at", _("original of a photo looked at")
        PHOTO_ERASED = "photo.erased", _("photo erased")
        ASSISTED = "report.assisted", _("written down for somebody")
        CLAIMED = "report.claimed", _("taken over by an account")
        LETTER_SENT = "letter.sent", _("news sent by letter")
        ASKED = "survey.asked", _("asked whether it is solved")
        CONFIRMED = "report.confirmed", _("confirmed as solved")
        TICKET_OFFERED = "ticket.offered", _("offered to an organisation")
        TICKET_ACCEPTED = "ticket.accepted", _("accepted")
        TICKET_DECLINED = "ticket.declined", _("declined by an organisation")
        TICKET_STARTED = "ticket.started", _("work started")
        TICKET_NOTED = "ticket.noted", _("progress noted")
        TICKET_HANDED_OVER = "ticket.handed_over", _("handed over")
        TICKET_DONE = "ticket.done", _("work done")
        TICKET_COUNTERSIGNED = "ticket.countersigned", _("countersigned")
        TICKET_RETURNED = "ticket.returned", _("returned for more work")
        TICKET_CANCELLED = "ticket.cancelled", _("ticket cancelled")
        CONSENT_GIVEN = "consent.given", _("consent given")
        CONSENT_WITHDRAWN = "consent.withdrawn", _("consent withdrawn")

    seq = models.BigIntegerField(null=True, blank=True, unique=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("what happened"), max_length=40, choices=Kind)
    at = models.DateTimeField(_("at"))
    by_kind = models.CharField(_("by"), max_length=12, choices=ActorKind)
    by_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    by_user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.SET_NULL, null=True, related_name="+")
    data = models.JSONField(default=dict)
    is_public = models.BooleanField(default=True)
    digest = models.CharField(max_length=64)
    parked_at = models.DateTimeField(_("parked at"), null=True, blank=True)
    parked_error = models.TextField(_("why it is parked"), blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["report", "id"], name="event_of_report"),
            models.Index(
                fields=["id"], name="event_to_relay", condition=Q(seq__isnull=True, parked_at__isnull=True)
            ),
            models.Index(fields=["id"], name="event_parked", condition=Q(parked_at__isnull=False)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="event_parked_has_no_seq", condition=Q(seq__isnull=True) | Q(parked_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class ReaderCursor(models.Model):
    """How far a reader has read; the row ``relay`` holds the last ``seq`` given and is the relay's lock."""

    name = models.CharField(max_length=40, unique=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"
