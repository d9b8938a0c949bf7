"""A ticket: one organisation's share of the work on a report."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Viewer
from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Organisation
from reports.models import Comment, Photo, Report
from tickets.workflow import LIVE, Countersign, Reason, Role, Status

_LIVE = Q(status__in=sorted(LIVE)) | Q(countersign=Countersign.ASKED)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Which tickets. Every query made for a person begins with ``visible_to``."""

    def visible_to(self, viewer: Viewer) -> Self:
        """The tickets of this viewer's organisations, and those of others on reports that these answer for.

        Adds ``is_readable``: whether the viewer may still read the report. Whoever left keeps but the ticket.
        """
        readable = Report.objects.visible_to(viewer).filter(pk=OuterRef("report"))
        tickets = self.annotate(is_readable=Exists(readable))
        own = Q(organisation__in=viewer.organisation_ids)
        if viewer.sees_everything:
            return tickets.filter(own | Q(report__is_sandbox=False))
        return tickets.filter(own | Q(report__responsible__in=viewer.organisation_ids))

    def held_by(self, viewer: Viewer) -> Self:
        """The tickets of this viewer's own organisations."""
        return self.filter(organisation__in=viewer.organisation_ids)

    def supervised_by(self, viewer: Viewer) -> Self:
        """The tickets of other organisations that this viewer looks after."""
        return self.exclude(organisation__in=viewer.organisation_ids)

    def live(self) -> Self:
        """Tickets that somebody still has to move, the owner's countersignature included."""
        return self.filter(_LIVE)

    def overdue(self) -> Self:
        """Live tickets past the moment by which they should be resolved."""
        return self.live().filter(resolve_by__lt=timezone.now())

    def in_time(self) -> Self:
        """Everything that is not overdue."""
        return self.exclude(_LIVE & Q(resolve_by__lt=timezone.now(), resolve_by__isnull=False))

    def for_display(self) -> Self:
        """With everything a list shows, in one statement."""
        return self.select_related(
            "organisation",
            "report__category",
            "report__responsible",
            "note",
            "proof",
            "handed_over_from",
            "handed_over_to__organisation",
        )


class Ticket(models.Model):
    """Offered to an organisation, which accepts or declines it; its clock runs whoever holds it."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("report")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.OFFERED)
    sequence = models.PositiveIntegerField(default=1)
    offered_at = models.DateTimeField(_("offered at"), default=timezone.now)
    acknowledge_by = models.DateTimeField(_("acknowledge by"), null=True, blank=True)
    resolve_by = models.DateTimeField(_("resolve by"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    paused_seconds = models.PositiveIntegerField(_("seconds paused"), default=0)
    note = models.ForeignKey(Comment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    proof = models.ForeignKey(Photo, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    countersign = models.CharField(
        _("countersignature"), max_length=5, choices=Countersign, default=Countersign.NONE, blank=True
    )
    decline_reason = models.CharField(_("why declined"), max_length=20, choices=Reason, blank=True)
    handed_over_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="handed_over_to"
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "-offered_at", "-id"], name="ticket_of_organisation"),
            models.Index(fields=["organisation", "resolve_by"], name="ticket_due", condition=_LIVE),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["report", "organisation", "role"], condition=_LIVE, name="ticket_live_once"
            ),
            models.UniqueConstraint(
                fields=["report"], condition=_LIVE & Q(role=Role.OWNER), name="ticket_one_live_owner"
            ),
            models.CheckConstraint(
                name="ticket_declined_has_reason",
                condition=~Q(status=Status.DECLINED) | ~Q(decline_reason=""),
            ),
            models.CheckConstraint(
                name="ticket_done_has_moment", condition=~Q(status=Status.DONE) | Q(done_at__isnull=False)
            ),
            models.CheckConstraint(
                name="ticket_countersign_of_done_work",
                condition=Q(countersign=Countersign.NONE) | Q(status=Status.DONE, role=Role.EXECUTOR),
            ),
            models.CheckConstraint(name="ticket_status_known", condition=Q(status__in=sorted(Status.values))),
            models.CheckConstraint(name="ticket_role_known", condition=Q(role__in=sorted(Role.values))),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.get_role_display()}"

    @property
    def is_live(self) -> bool:
        """Whether somebody still has to move it."""
        return self.status in LIVE or self.countersign == Countersign.ASKED

    @property
    def is_overdue(self) -> bool:
        """Whether the moment by which it should be resolved has passed."""
        return self.is_live and self.resolve_by is not None and self.resolve_by < timezone.now()

    @property
    def is_unacknowledged(self) -> bool:
        """Whether it is still offered after the moment by which it should be accepted or declined."""
        late = self.acknowledge_by is not None and self.acknowledge_by < timezone.now()
        return self.status == Status.OFFERED and late
