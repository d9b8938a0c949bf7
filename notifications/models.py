"""The inbox: what a producer was told, and whether it was read."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import Viewer
from accounts.models import Producer
from reports.models import Event, Report


class InboxQuerySet(models.QuerySet["InboxItem"]):
    """Which items. Every query made for a person begins with ``visible_to``."""

    def visible_to(self, viewer: Viewer) -> Self:
        """The viewer's own news of reports they may still read; a receipt opens its report's alone."""
        if viewer.producer is None:
            return self.none()
        readable = Report.objects.visible_to(viewer).filter(pk=OuterRef("event__report"))
        own = self.filter(Exists(readable), producer=viewer.producer)
        return own if viewer.report_code is None else own.filter(event__report__code=viewer.report_code)

    def unread(self) -> Self:
        """What nobody has looked at yet."""
        return self.filter(read_at=None)


class InboxItem(models.Model):
    """One event that is news for one producer; ``seq`` is the event's, so that it is read in that order."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="inbox")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InboxQuerySet] = InboxQuerySet.as_manager()  # type: ignore[assignment]  # the manager of the QuerySet

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["producer", "-seq"], name="inbox_newest")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["event", "producer"], name="inbox_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.producer_id} ← {self.seq}"
