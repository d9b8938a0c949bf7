"""The inbox: what a producer was told, and whether it was read."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Viewer
from accounts.models import Producer
from reports.models import Assistance, Event, Report
from reports.workflow import Visibility


class InboxQuerySet(models.QuerySet["InboxItem"]):
    """Which items. Every query made for a person begins with ``visible_to``."""

    def visible_to(self, viewer: Viewer) -> Self:
        """The viewer's own news of reports they may still read; a receipt opens its report's alone."""
        if viewer.producer is None:
            return self.none()
        readable = Report.objects.visible_to(viewer).filter(pk=OuterRef("event__report"))
        assisted = Assistance.objects.living().filter(report=OuterRef("event__report"), user=viewer.user)
        may_read = Exists(readable) if viewer.user is None else Exists(readable) | Exists(assisted)
        own = self.filter(may_read, producer=viewer.producer)
        return own if viewer.report_code is None else own.filter(event__report__code=viewer.report_code)

    def unread(self) -> Self:
        """What nobody has looked at yet."""
        return self.filter(read_at=None)

    def uncopied(self) -> Self:
        """What was not yet looked at for copies by mail and push, oldest first."""
        return self.filter(copied_at=None).order_by("pk")

    def tellable(self) -> Self:
        """Items whose reader may know of the report now: ``visible_to`` of many readers in one statement.

        A public report is everybody's; any other is its own producer's, or of whoever wrote it down for
        them, until it is erased. A comment that is no longer public is nobody's news.
        """
        assisted = Assistance.objects.living().filter(
            report=OuterRef("event__report"), user__producer=OuterRef("producer")
        )
        own = Q(event__report__producer=F("producer")) | Q(Exists(assisted))
        own &= ~Q(event__report__visibility=Visibility.ERASED)
        readable = self.filter(Q(event__report__visibility=Visibility.PUBLIC) | own)
        return readable.exclude(event__kind=Event.Kind.COMMENTED, event__comment__is_public=False)


class InboxItem(models.Model):
    """One event that is news for one producer; ``seq`` is the event's, so that it is read in that order.

    ``why`` it is theirs, the nearest reason first; ``copied_at``, when copies for mail and push were planned.
    """

    class Why(models.TextChoices):
        OWN = "own", _("my report")
        ASSISTED = "assisted", _("a report I wrote down")
        FOLLOWED = "followed", _("a report I follow")
        LINKED = "linked", _("the earlier report of a matter I follow")
        WATCHED = "watched", _("something I watch for")

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="inbox")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=10, choices=Why, default=Why.OWN)
    copied_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InboxQuerySet] = InboxQuerySet.as_manager()  # type: ignore[assignment]  # the manager of the QuerySet

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["producer", "-seq"], name="inbox_newest"),
            models.Index(fields=["id"], name="inbox_to_copy", condition=Q(copied_at__isnull=True)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["event", "producer"], name="inbox_item_once"),
            models.CheckConstraint(
                name="inbox_why_known",
                condition=Q(why__in=["own", "assisted", "followed", "linked", "watched"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.producer_id} ← {self.seq}"
