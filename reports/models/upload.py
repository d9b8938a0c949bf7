"""A resumable upload: bytes on their way to become a photo."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import CODE_LENGTH, new_code
from accounts.models import Producer
from reports.models.photo import Photo


class Upload(models.Model):
    """Pieces of a file, each in the storage under its own name, until a photo takes them.

    Whoever knows the address may send on; where a producer began it, only that producer may. Of the address
    only the hash is kept.
    """

    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    address_hash = models.CharField(max_length=64, unique=True)
    producer = models.ForeignKey(
        Producer, on_delete=models.CASCADE, null=True, blank=True, related_name="uploads"
    )
    length = models.PositiveIntegerField(_("bytes in all"))
    offset = models.PositiveIntegerField(_("bytes received"), default=0)
    metadata = models.CharField(max_length=2000, blank=True)
    pieces = models.JSONField(default=list)
    photo = models.OneToOneField(
        Photo, on_delete=models.CASCADE, null=True, blank=True, related_name="upload"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], name="upload_expired", condition=Q(photo__isnull=True)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="upload_within_length", condition=Q(offset__lte=F("length"))),
            models.CheckConstraint(
                name="upload_whole_before_photo", condition=Q(photo__isnull=True) | Q(offset=F("length"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.offset}/{self.length}"

    @property
    def is_whole(self) -> bool:
        """Whether every byte has come."""
        return self.offset == self.length
