"""In what role someone acts: the one enum that the workflow tables name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    """The roles of the tables; a finer right is a membership's matter."""

    PRODUCER = "producer", _("producer")
    MODERATOR = "moderator", _("moderator")
    OFFICER = "officer", _("officer")
    FIRM_AGENT = "firm_agent", _("firm agent")
    STEWARD = "steward", _("steward")
    AUDITOR = "auditor", _("auditor")
    ASSISTANT = "assistant", _("assistant")
    SYSTEM = "system", _("the service itself")
