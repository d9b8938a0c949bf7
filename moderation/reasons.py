"""Why the desk decides as it does: one word that the producer, the public log and an appeal can name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """The reason codes of screening."""

    SCREENED = "screened", _("looked at, nothing against it")
    PERSONAL_DATA = "personal_data", _("names, phones or plates of people")
    NOT_FOR_PUBLIC = "not_for_public", _("no matter for the public")
    ABUSE = "abuse", _("attacks a person")
    ADVERTISING = "advertising", _("advertising")
    OFF_TOPIC = "off_topic", _("not about the city's transport")
    UNLAWFUL = "unlawful", _("against the law")
    APPEAL = "appeal", _("the appeal was right")


HIDING = frozenset(Reason) - {Reason.SCREENED, Reason.APPEAL}
