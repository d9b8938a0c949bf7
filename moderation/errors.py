"""What can be wrong with a decision of the desk, besides a move that the tables do not allow."""

from django.utils.translation import gettext as _

from accounts.errors import DomainError


class NobodyAnswers(DomainError):
    """A report cannot go on while nobody answers for it: somebody assigns it first."""


class DecisionNeedsReason(DomainError):
    """Something is withheld without one of the reasons for withholding."""

    def __init__(self, legal: list[str]) -> None:
        said = _("Withholding needs one of these reasons: %(legal)s.")
        super().__init__(said % {"legal": ", ".join(legal)})
        self.extensions = {"legal": legal}
