"""Users, the pseudonymous producers behind what they send, organisations and who works in them."""

import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]


def asked_language() -> str:
    """The one of our languages that is active now: whoever signs up is answered in the language they used."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def new_producer_key() -> str:
    """A producer's pseudonym: 128 random bits that say nothing, not even when it was made."""
    return secrets.token_hex(16)


class UserManager(BaseUserManager["User"]):
    """Makes users who are known by their e-mail address, or by none."""

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email) if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who can log in, or the service account of an organisation's system."""

    username = None  # type: ignore[assignment]  # people are known by e-mail or phone, never by a handle
    email = models.EmailField(_("e-mail address"), unique=True, null=True, blank=True)  # type: ignore[assignment]  # a phone alone is enough
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default=asked_language)
    is_large_text = models.BooleanField(_("large text"), default=False)
    is_service = models.BooleanField(_("service account"), default=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # AbstractUser declares the username manager

    class Meta(AbstractUser.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="user_language_known", condition=Q(language__in=["zh-hans", "en"])),
        ]

    def __str__(self) -> str:
        return self.name or self.email or f"user {self.pk}"


class Producer(models.Model):
    """The pseudonymous identity behind reports, support and comments; may belong to a user."""

    key = models.CharField(max_length=32, unique=True, default=new_producer_key)
    user = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="producer"
    )
    is_trusted = models.BooleanField(
        _("trusted"), default=False, help_text=_("A report of this producer has been published before.")
    )
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"producer {self.key[:8]}"


class Organisation(models.Model):
    """A bureau, firm, special purpose entity, institution or community that answers for something."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", _("bureau")
        FIRM = "firm", _("firm")
        SPE = "spe", _("special purpose entity")
        INSTITUTION = "institution", _("institution")
        COMMUNITY = "community", _("community")

    code = models.SlugField(_("code"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name_zh = models.CharField(_("name in Chinese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    is_steering = models.BooleanField(
        _("steering bureau"), default=False, help_text=_("Its desk gets what the rules could not route.")
    )
    is_sandbox = models.BooleanField(
        _("test organisation"), default=False, help_text=_("Answers reports sent to try things out.")
    )
    mandate = models.TextField(_("mandate"), blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=Q(kind__in=["bureau", "firm", "spe", "institution", "community"]),
            ),
            models.CheckConstraint(
                name="organisation_ends_after_start",
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(
                name="organisation_spe_has_mandate", condition=~Q(kind="spe") | ~Q(mandate="")
            ),
            models.UniqueConstraint(
                fields=["is_sandbox"], condition=Q(is_sandbox=True), name="organisation_one_sandbox"
            ),
            models.CheckConstraint(
                name="organisation_sandbox_steers_nothing",
                condition=Q(is_sandbox=False) | Q(is_steering=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language that is active now."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Membership(models.Model):
    """A user's role in an organisation, limited to areas and categories when these are named."""

    class Role(models.TextChoices):
        MODERATOR = "moderator", _("moderator")
        OFFICER = "officer", _("officer")
        FIRM_AGENT = "firm_agent", _("firm agent")
        STEWARD = "steward", _("steward")
        AUDITOR = "auditor", _("auditor")
        ASSISTANT = "assistant", _("assistant")

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    area_codes = models.JSONField(_("areas"), default=list, blank=True)
    category_codes = models.JSONField(_("categories"), default=list, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="membership_once"),
            models.CheckConstraint(
                name="membership_role_known",
                condition=Q(
                    role__in=["moderator", "officer", "firm_agent", "steward", "auditor", "assistant"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class Consent(models.Model):
    """A producer's choice for one purpose and recipient under one version of the notice."""

    class Purpose(models.TextChoices):
        CONTACT_ME = "contact_me", _("contact me about this")
        PUBLISH_PHOTO = "publish_photo", _("publish my photos")
        SHARE_WITH_FIRM = "share_with_firm", _("share with the firm that does the work")
        SERVICE_DESIGN = "service_design", _("design of services")
        RESEARCH = "research", _("research")
        OPEN_DATA = "open_data", _("open data")

    class Method(models.TextChoices):
        APP = "app", _("in the app")
        PAPER = "paper", _("on paper")
        SPOKEN = "spoken", _("spoken")

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose)
    recipient = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True)
    notice_version = models.CharField(max_length=40)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=10, choices=Method, default=Method.APP)
    via = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written down by"),
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["producer", "purpose", "recipient"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_given_once",
            ),
            models.UniqueConstraint(
                fields=["producer", "purpose"],
                condition=Q(withdrawn_at__isnull=True, recipient__isnull=True),
                name="consent_to_any_given_once",
            ),
            models.CheckConstraint(
                name="consent_withdrawn_after_given",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("given_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.producer}: {self.purpose}"


class StoredAnswer(models.Model):
    """The answer to a POST that carried an Idempotency-Key, so that a repeat gets the same one.

    Only hashes of the key and the body are kept; the answer is encrypted under the key itself,
    so a receipt's secret in it can be read by nobody but the phone that holds the key. ``about`` are
    hashes of the codes it names, a space between them: when one of them is erased, ``sealed`` is emptied.
    """

    key_hash = models.CharField(max_length=64, unique=True)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    about = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.status} {self.key_hash[:8]}"
