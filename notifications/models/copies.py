"""Copies of news on their way out: what is owed to whom, and whether it went."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Producer
from notifications.models.channels import Cadence, Channel, Device
from notifications.models.inbox import InboxItem

# A copy in one of these states still has a try ahead of it.
OPEN = Q(state__in=("pending", "leased"))


class Digest(models.Model):
    """Several pieces of news that go out together."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"digest {self.pk}"


class DigestLine(models.Model):
    """An item that waits for a digest of one channel, and the one digest it went into."""

    item = models.ForeignKey(InboxItem, on_delete=models.CASCADE, related_name="lines")
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    cadence = models.CharField(max_length=7, choices=Cadence)
    due_at = models.DateTimeField()
    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, null=True, blank=True, related_name="lines")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="digest_line_due", condition=Q(digest__isnull=True)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item", "channel"], name="digest_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} by {self.channel}"


class CopyQuerySet(models.QuerySet["Copy"]):
    """Which copies."""

    def open(self) -> Self:
        """Those that still have a try ahead of them."""
        return self.filter(OPEN)

    def due(self, now: datetime) -> Self:
        """Those whose moment has come: next try reached, or lease run out."""
        return self.filter(OPEN, due_at__lte=now)


class Copy(models.Model):
    """One item or one digest, owed to one address by one channel; with neither, a test message.

    ``address`` is ``email`` or the code of the device, and never the address itself: that is read when it is
    sent. ``due_at`` is the moment from which anyone may take it: the next try, or the end of the lease.
    ``code`` is the same for every try: it makes the Message-ID, the Topic and the Idempotency-Key.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for its next try")
        LEASED = "leased", _("being sent")
        SENT = "sent", _("sent")
        DEAD = "dead", _("given up")
        SKIPPED = "skipped", _("no longer wanted or allowed")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="copies")
    item = models.ForeignKey(InboxItem, on_delete=models.CASCADE, null=True, related_name="copies")
    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, null=True, related_name="copies")
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    address = models.CharField(_("address"), max_length=CODE_LENGTH)
    device = models.ForeignKey(
        Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PENDING)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    lease = models.CharField(max_length=CODE_LENGTH, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    reason = models.CharField(_("why it was not sent"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("owed since"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects: ClassVar[CopyQuerySet] = CopyQuerySet.as_manager()  # type: ignore[assignment]  # the manager of the QuerySet

    class Meta:
        verbose_name = _("copy of news")
        verbose_name_plural = _("copies of news")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="copy_due", condition=OPEN),
            models.Index(fields=["-created_at", "-id"], name="copy_newest"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item", "address"], name="copy_of_item_once"),
            models.UniqueConstraint(fields=["digest", "address"], name="copy_of_digest_once"),
            models.CheckConstraint(
                name="copy_of_one_thing", condition=Q(item__isnull=True) | Q(digest__isnull=True)
            ),
            models.CheckConstraint(
                name="copy_state_known",
                condition=Q(state__in=["pending", "leased", "sent", "dead", "skipped"]),
            ),
            models.CheckConstraint(
                name="copy_leased_has_lease",
                condition=(Q(state="leased") & ~Q(lease="")) | (~Q(state="leased") & Q(lease="")),
            ),
            models.CheckConstraint(
                name="copy_ended_at_end",
                condition=Q(state__in=["pending", "leased"], ended_at__isnull=True)
                | Q(state__in=["sent", "dead", "skipped"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="copy_failure_named", condition=~Q(state__in=["dead", "skipped"]) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.code}"
