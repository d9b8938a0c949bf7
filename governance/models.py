"""Proof that nothing was changed afterwards, who got which data, and copies for those whose data it is."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Viewer
from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Organisation, Producer
from reports.models import Report


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


class DataUse(models.Model):
    """One organisation got data of one report by one way on one day; more of the same that day is the same.

    ``fields`` are the names of what it got, never the values.
    """

    class Purpose(models.TextChoices):
        HANDLING = "handling", _("to work on the report")

    class Basis(models.TextChoices):
        TASK = "task", _("the organisation was given the report to work on")

    class Way(models.TextChoices):
        WEBHOOK = "webhook", _("sent to its system")
        TICKET = "ticket", _("read with its ticket")

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="data_uses", verbose_name=_("report")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, default=Purpose.HANDLING)
    basis = models.CharField(_("basis"), max_length=20, choices=Basis, default=Basis.TASK)
    way = models.CharField(_("way"), max_length=10, choices=Way)
    fields = models.JSONField(_("fields"), default=list)
    on = models.DateField(_("day"))
    at = models.DateTimeField(_("first at"), default=timezone.now)

    class Meta:
        verbose_name = _("use of data")
        verbose_name_plural = _("uses of data")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-at", "-id"], name="data_use_newest"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["report", "organisation", "way", "on"], name="data_use_once_a_day"
            ),
            models.CheckConstraint(name="data_use_way_known", condition=Q(way__in=["webhook", "ticket"])),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} ← {self.report_id}"


class ExportQuerySet(models.QuerySet["Export"]):
    """Which exports."""

    def visible_to(self, viewer: Viewer) -> Self:
        """One's own: of an account those it asked for, of a receipt those of its report."""
        if viewer.producer is None:
            return self.none()
        own = self.filter(producer=viewer.producer)
        return own if viewer.report_code is None else own.filter(report__code=viewer.report_code)

    def waiting(self) -> Self:
        """Those nobody has finished."""
        return self.filter(state__in=[Export.State.WAITING, Export.State.RUNNING])

    def over(self, now: datetime) -> Self:
        """Those whose time has come, with or without a file."""
        return self.filter(expires_at__lte=now)


class Export(models.Model):
    """A copy of somebody's data, asked for by them: of everything, or of the one ``report`` of a receipt.

    ``holds`` are the codes of the reports in it: when one of them is erased, so is the copy.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being gathered")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    KEPT = timedelta(days=7)

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="exports")
    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, null=True, blank=True, related_name="exports"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(_("parts done"), default=0)
    total = models.PositiveIntegerField(_("parts in all"), default=0)
    holds = models.JSONField(default=list)
    file = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    created_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"))

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]  # the manager of the QuerySet

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["producer", "-created_at"], name="export_own"),
            models.Index(fields=["expires_at"], name="export_over"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="export_ready_has_file",
                condition=~Q(state="ready") | (~Q(file="") & Q(ready_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"
