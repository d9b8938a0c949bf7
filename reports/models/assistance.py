"""Who wrote a report down for somebody else: kept apart from the report, whose voice is the person's."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, Membership, Organisation, User
from reports.models.report import Report


class AssistanceQuerySet(models.QuerySet["Assistance"]):
    """Which assistance."""

    def living(self) -> Self:
        """What the person has not taken over, of assistants who still are."""
        member = Membership.objects.filter(
            user=OuterRef("user"), organisation=OuterRef("organisation"), role=Membership.Role.ASSISTANT
        )
        return self.filter(Exists(member), ended_at=None)


class Assistance(models.Model):
    """An assistant of an organisation typed what a person said, in that person's name.

    ``contact`` is sealed, read for nothing but the news the person asked for, and gone when the assistance
    ends: then the person follows the report with an account of their own.
    """

    class UpdatesTo(models.TextChoices):
        PERSON = "person", _("the person")
        ASSISTANT = "assistant", _("the assistant")
        BOTH = "both", _("both")
        LETTER = "letter", _("the person, by letter")

    class ContactKind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("telephone")
        POST = "post", _("post")

    report = models.OneToOneField(
        Report, on_delete=models.CASCADE, related_name="assistance", verbose_name=_("report")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("assistant")
    )
    role = models.CharField(_("role"), max_length=20)
    method = models.CharField(_("how the person agreed"), max_length=10, choices=Consent.Method)
    updates_to = models.CharField(_("news goes to"), max_length=10, choices=UpdatesTo)
    contact_kind = models.CharField(_("reached by"), max_length=10, choices=ContactKind, blank=True)
    contact = models.TextField(blank=True)
    created_at = models.DateTimeField(_("written down at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    told_until = models.DateTimeField(_("told by letter until"), null=True, blank=True)
    letter_sent_at = models.DateTimeField(_("last letter sent at"), null=True, blank=True)

    objects: ClassVar[AssistanceQuerySet] = AssistanceQuerySet.as_manager()  # type: ignore[assignment]  # the manager of the QuerySet

    class Meta:
        verbose_name = _("assistance")
        verbose_name_plural = _("assistance")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at"], name="assistance_own"),
            models.Index(
                fields=["organisation", "created_at"],
                name="assistance_letters",
                condition=Q(updates_to="letter", ended_at__isnull=True),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="assistance_updates_known",
                condition=Q(updates_to__in=["person", "assistant", "both", "letter"]),
            ),
            models.CheckConstraint(
                name="assistance_contact_whole",
                condition=Q(contact="", contact_kind="") | (~Q(contact="") & ~Q(contact_kind="")),
            ),
            models.CheckConstraint(
                name="assistance_ended_forgets_contact", condition=Q(ended_at__isnull=True) | Q(contact="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} via {self.organisation_id}"
