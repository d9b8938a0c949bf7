"""What can be wrong with something asked about news."""

from django.utils.translation import gettext as _

from accounts.errors import DomainError


class TooManySubscriptions(DomainError):
    """A person watches only so many areas, and keeps only so many filters."""

    def __init__(self, most: int) -> None:
        super().__init__(_("There are at most %(most)s of them; delete one first.") % {"most": most})


class TooManyDevices(DomainError):
    """A person registers only so many devices."""


class WrongProof(DomainError):
    """This is not the code that was sent to the number, or it was tried too often."""


class NothingToSay(DomainError):
    """Nobody asked, or it was answered before."""
