"""What people say about a report: comments and support."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Organisation, Producer
from reports.models.report import Report


class Comment(models.Model):
    """Free text about a report. Events name it by code and a salted hash, so erasing it breaks no chain."""

    class Kind(models.TextChoices):
        COMMENT = "comment", _("comment")
        ANSWER = "answer", _("answer")
        NOTE = "note", _("note")
        REASON = "reason", _("reason")

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="comments")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COMMENT)
    producer = models.ForeignKey(
        Producer, on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(_("text"))
    salt = models.CharField(max_length=32)
    is_public = models.BooleanField(_("public"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["report", "created_at", "id"], name="comment_of_report")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="comment_one_voice",
                condition=Q(producer__isnull=True) | Q(organisation__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"


class Support(models.Model):
    """One producer backs a report; revocable, counted once."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="supports")
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="supports")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("support")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["report", "producer"], name="support_once"),
        ]

    def __str__(self) -> str:
        return f"{self.producer_id} → {self.report_id}"
