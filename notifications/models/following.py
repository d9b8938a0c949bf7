"""What somebody follows: a report, an area on the map, or what fits a filter."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Viewer
from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Producer
from reports.models import Event, Report

MOST_AREAS = 5
MOST_FILTERS = 20
SMALLEST_RADIUS_M = 100
LARGEST_RADIUS_M = 5_000


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Which subscriptions."""

    def living(self) -> Self:
        """Those that hold. One that was left only keeps support and comments from bringing it back."""
        return self.exclude(origin=Subscription.Origin.LEFT)

    def of(self, viewer: Viewer) -> Self:
        """The viewer's own; a receipt opens that of its report alone."""
        if viewer.producer is None:
            return self.none()
        own = self.living().filter(producer=viewer.producer)
        return own if viewer.report_code is None else own.filter(report__code=viewer.report_code)


class Subscription(models.Model):
    """One producer's wish to hear of something. A muted one tells the inbox alone.

    ``slot`` numbers the watch areas and the filters of a person, so that the database knows when there are
    enough of them.
    """

    class Kind(models.TextChoices):
        REPORT = "report", _("report")
        AREA = "area", _("watch area")
        FILTER = "filter", _("saved filter")

    class Origin(models.TextChoices):
        CHOSEN = "chosen", _("asked for")
        SUPPORT = "support", _("came with support")
        COMMENT = "comment", _("came with a comment")
        LEFT = "left", _("left again")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="subscriptions")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    origin = models.CharField(_("origin"), max_length=7, choices=Origin, default=Origin.CHOSEN)
    is_muted = models.BooleanField(_("inbox only"), default=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )

    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    radius_m = models.PositiveIntegerField(_("radius in metres"), null=True, blank=True)
    polygon = models.JSONField(_("polygon"), null=True, blank=True)
    bbox = models.JSONField(_("box"), null=True, blank=True)
    area_code = models.CharField(_("area"), max_length=80, blank=True)
    category_codes = models.JSONField(_("categories"), default=list, blank=True)
    kinds = models.JSONField(_("kinds of reports"), default=list, blank=True)
    statuses = models.JSONField(_("statuses"), default=list, blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]  # the manager of the QuerySet

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["report", "id"], name="subscription_of_report"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["producer", "report"], name="subscription_once"),
            models.UniqueConstraint(fields=["producer", "kind", "slot"], name="subscription_slot_once"),
            models.CheckConstraint(
                name="subscription_enough",
                condition=Q(kind="report", slot__isnull=True)
                | Q(kind="area", slot__isnull=False, slot__lt=MOST_AREAS)
                | Q(kind="filter", slot__isnull=False, slot__lt=MOST_FILTERS),
            ),
            models.CheckConstraint(
                name="subscription_names_its_report",
                condition=Q(kind="report", report__isnull=False)
                | Q(kind__in=["area", "filter"], report__isnull=True),
            ),
            models.CheckConstraint(
                name="subscription_area_has_shape",
                condition=~Q(kind="area")
                | Q(polygon__isnull=False)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    radius_m__range=(SMALLEST_RADIUS_M, LARGEST_RADIUS_M),
                ),
            ),
            models.CheckConstraint(
                name="subscription_origin_known",
                condition=Q(origin__in=["chosen", "support", "comment", "left"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name or self.code}"


class WatchKey(models.Model):
    """A place in the index of what people watch for: a cell, an area, a category, or everything.

    A report is looked up under its own few keys, so that finding who watches costs the same for ten people
    and for a million; what is found is then tested exactly.
    """

    key = models.CharField(max_length=90)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="keys")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "subscription"], name="watch_key_once"),
        ]

    def __str__(self) -> str:
        return self.key


class Fanout(models.Model):
    """An event with more readers than the relay should wait for: told in chunks, up to ``after`` by now."""

    class Part(models.TextChoices):
        FOLLOWERS = "followers", _("those who follow the report")
        WATCHERS = "watchers", _("those who watch for it")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=9, choices=Part)
    after = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["event", "part"], name="fanout_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} after {self.after}"
