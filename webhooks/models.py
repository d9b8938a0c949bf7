"""What an organisation wants to be told, what it is owed, and how each try went."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Viewer
from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Membership, Organisation
from reports.models import Event

# Whose members look after an organisation's endpoints.
KEEPERS = frozenset({Membership.Role.STEWARD, Membership.Role.FIRM_AGENT})


def kept_by(viewer: Viewer) -> frozenset[int]:
    """The organisations whose endpoints this viewer looks after."""
    return frozenset(m.organisation_id for m in viewer.memberships if m.role in KEEPERS)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Which endpoints."""

    def living(self) -> Self:
        """Those nobody has deleted."""
        return self.filter(deleted_at=None)

    def enabled(self) -> Self:
        """Those that are sent anything."""
        return self.filter(is_enabled=True)

    def visible_to(self, viewer: Viewer) -> Self:
        """The living endpoints of the organisations this viewer looks after."""
        return self.living().filter(organisation__in=kept_by(viewer))


class Endpoint(models.Model):
    """A URL of an organisation that wants to be told. Its secrets lie sealed (``accounts/vault.py``)."""

    class DisabledReason(models.TextChoices):
        BY_OWNER = "by_owner", _("switched off by its owner")
        GONE = "gone", _("the receiver answered 410 Gone")
        FAILING = "failing", _("nothing was accepted for five days")
        DELETED = "deleted", _("deleted")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="endpoints", verbose_name=_("organisation")
    )
    url = models.CharField(_("URL"), max_length=2000)
    description = models.CharField(_("description"), max_length=200, blank=True)
    event_types = models.JSONField(
        _("event types"), default=list, blank=True, help_text=_("Empty means all of them.")
    )
    secret = models.TextField(editable=False)
    previous_secret = models.TextField(blank=True, editable=False)
    previous_until = models.DateTimeField(_("old secret valid until"), null=True, blank=True)

    is_enabled = models.BooleanField(_("enabled"), default=True)
    disabled_reason = models.CharField(_("why disabled"), max_length=12, choices=DisabledReason, blank=True)
    disabled_at = models.DateTimeField(_("disabled at"), null=True, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    not_before = models.DateTimeField(_("asked to wait until"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered at"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed at"), default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="endpoint_newest"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="endpoint_disabled_has_reason",
                condition=Q(is_enabled=True, disabled_reason="", disabled_at__isnull=True)
                | (Q(is_enabled=False, disabled_at__isnull=False) & ~Q(disabled_reason="")),
            ),
            models.CheckConstraint(
                name="endpoint_old_secret_ends",
                condition=Q(previous_secret="", previous_until__isnull=True)
                | (~Q(previous_secret="") & Q(previous_until__isnull=False)),
            ),
            models.CheckConstraint(
                name="endpoint_deleted_is_silent",
                condition=Q(deleted_at__isnull=True) | Q(is_enabled=False, secret="", url=""),
            ),
            models.CheckConstraint(
                name="endpoint_living_has_secret",
                condition=Q(deleted_at__isnull=False) | (~Q(secret="") & ~Q(url="")),
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url or self.code

    def wants(self, event_type: str) -> bool:
        """Whether this type is among those asked for."""
        return not self.event_types or event_type in self.event_types


# A delivery in one of these states still has a try ahead of it.
OPEN_STATES = ("pending", "leased")
OPEN = Q(state__in=OPEN_STATES)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Which deliveries."""

    def open(self) -> Self:
        """Those that still have a try ahead of them."""
        return self.filter(OPEN)

    def due(self, now: datetime) -> Self:
        """Those whose moment has come: next try reached, or lease run out."""
        return self.filter(OPEN, due_at__lte=now)


class Delivery(models.Model):
    """One event owed to one endpoint. ``code`` is its ``webhook-id``, the same for every try.

    ``due_at`` is the moment from which anyone may take it: the next try, or, while it is leased, the end of
    the lease. ``stream`` and ``position`` keep the order: of one stream only the lowest open position goes
    out.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for its next try")
        LEASED = "leased", _("being sent")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("given up")
        SKIPPED = "skipped", _("not sent, the endpoint was off")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+")
    type = models.CharField(_("event type"), max_length=60)
    stream = models.CharField(max_length=CODE_LENGTH)
    position = models.BigIntegerField(default=0)
    payload = models.JSONField(_("payload"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    lease = models.CharField(max_length=CODE_LENGTH, blank=True)
    attempts_count = models.PositiveIntegerField(_("tries"), default=0)
    failures_count = models.PositiveSmallIntegerField(_("failures since last asked for"), default=0)
    created_at = models.DateTimeField(_("owed since"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["endpoint", "due_at"], name="delivery_due", condition=OPEN),
            models.Index(fields=["endpoint", "stream", "position"], name="delivery_order", condition=OPEN),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="delivery_newest"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once"),
            models.CheckConstraint(
                name="delivery_state_known",
                condition=Q(state__in=["pending", "leased", "delivered", "dead", "skipped"]),
            ),
            models.CheckConstraint(
                name="delivery_leased_has_lease",
                condition=(Q(state="leased") & ~Q(lease="")) | (~Q(state="leased") & Q(lease="")),
            ),
            models.CheckConstraint(
                name="delivery_ended_at_end",
                condition=Q(state__in=["pending", "leased"], ended_at__isnull=True)
                | Q(state__in=["delivered", "dead", "skipped"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.code}"

    @property
    def next_try_at(self) -> datetime | None:
        """When it is tried again; None while it is being sent and after its end."""
        return self.due_at if self.state == self.State.PENDING else None


class Attempt(models.Model):
    """One try: what was answered, or in one word why nothing was."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("at"))
    duration_ms = models.PositiveIntegerField(_("duration in ms"))
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=20, blank=True)
    answer = models.TextField(_("answer, trimmed"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["delivery", "at"], name="attempt_of_delivery"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="attempt_has_outcome",
                condition=Q(status__range=(100, 999), error="") | (Q(status__isnull=True) & ~Q(error="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status or self.error} {self.at:%Y-%m-%d %H:%M:%S}"
