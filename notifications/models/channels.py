"""Where copies of news go, and how each person wants them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import CODE_LENGTH, new_code, new_secret
from accounts.models import Producer

MOST_DEVICES = 10


class Channel(models.TextChoices):
    """A way out of the house."""

    EMAIL = "email", _("e-mail")
    PUSH = "push", _("push message")
    SMS = "sms", _("text message")


class Topic(models.TextChoices):
    """The kinds of news of which somebody may want more or less."""

    PROGRESS = "progress", _("how a report goes on")
    ANSWERS = "answers", _("answers of organisations")
    COMMENTS = "comments", _("comments and photos of others")
    MODERATION = "moderation", _("what was published, hidden or refused")
    WATCHED = "watched", _("what happens where I watch")
    SURVEY = "survey", _("whether it was solved")


class Cadence(models.TextChoices):
    """How often a channel speaks."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("a digest a day")
    WEEKLY = "weekly", _("a digest a week")
    NEVER = "never", _("never")


DEFAULT_CADENCES: dict[str, dict[str, str]] = {
    Channel.EMAIL: {
        Topic.PROGRESS: Cadence.AT_ONCE,
        Topic.ANSWERS: Cadence.AT_ONCE,
        Topic.COMMENTS: Cadence.DAILY,
        Topic.MODERATION: Cadence.AT_ONCE,
        Topic.WATCHED: Cadence.DAILY,
        Topic.SURVEY: Cadence.AT_ONCE,
    },
    Channel.PUSH: dict.fromkeys(Topic.values, Cadence.AT_ONCE),
    Channel.SMS: dict.fromkeys(Topic.values, Cadence.NEVER),
}


class Wishes(models.Model):
    """How one producer wants copies of news; without a row, the ordinary way.

    ``cadences`` holds what differs from the ordinary. ``key`` stands in the signed links that stop mail.
    ``refused_hash`` is the address that a mail server refused for good: another one is tried again.
    """

    producer = models.OneToOneField(Producer, on_delete=models.CASCADE, related_name="wishes")
    key = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    cadences = models.JSONField(_("how often"), default=dict, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text=_("empty: the city's"))
    digest_hour = models.PositiveSmallIntegerField(_("hour of digests"), default=8)
    digest_weekday = models.PositiveSmallIntegerField(_("day of weekly digests, Monday is 0"), default=0)
    refused_at = models.DateTimeField(_("address refused at"), null=True, blank=True)
    refused_hash = models.CharField(max_length=64, blank=True)
    refused_reason = models.CharField(_("why the address was refused"), max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("wishes about news")
        verbose_name_plural = _("wishes about news")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="wishes_quiet_whole",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
            models.CheckConstraint(
                name="wishes_digest_moment", condition=Q(digest_hour__lte=23, digest_weekday__lte=6)
            ),
        ]

    def __str__(self) -> str:
        return f"wishes {self.pk}"

    def cadence(self, channel: str, topic: str) -> str:
        """How often this channel speaks of this topic."""
        chosen = self.cadences.get(channel, {}).get(topic)
        return str(chosen or DEFAULT_CADENCES[channel][topic])


class Device(models.Model):
    """A browser, an app or a telephone number that takes short messages.

    What is needed to reach it lies sealed (``accounts/vault.py``); ``address_hash`` keeps it one device,
    whoever registers it last. Only a confirmed one is written to.
    """

    class Transport(models.TextChoices):
        WEBPUSH = "webpush", _("web push")
        VENDOR = "vendor", _("push service of a vendor")
        SMS = "sms", _("text message")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="devices")
    transport = models.CharField(_("transport"), max_length=7, choices=Transport)
    name = models.CharField(_("name"), max_length=80, blank=True)
    address_hash = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    proof_hash = models.CharField(max_length=64, blank=True)
    proof_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("registered at"), default=timezone.now)
    reached_at = models.DateTimeField(_("last reached at"), null=True, blank=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="device_transport_known", condition=Q(transport__in=["webpush", "vendor", "sms"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_transport_display()} {self.name or self.code}"

    @property
    def channel(self) -> str:
        """The channel whose wishes hold for this device."""
        return Channel.SMS if self.transport == self.Transport.SMS else Channel.PUSH
