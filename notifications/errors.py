"""What can be wrong with something asked about news."""

from django.utils.translation import gettext as _

from accounts.errors import DomainError


class TooManySubscriptions(DomainError):
    """A person watches only so many areas, and keeps only so many filters."""

    def __init__(self, most: int) -> None:
        super().__init__(_("There are at most %(most)s of them; delete one first.") % {"most": most})


class TooManyDevices(DomainError):
    """A person registers only so many devices."""


class NotConfirmed(DomainError):
    """Nothing is sent to a number before its owner has read a code there."""


class EndpointRefused(DomainError):
    """A web push endpoint to which nothing may be posted; the message says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.errors = [{"pointer": "#/endpoint", "code": code, "detail": message}]


class NothingToSay(DomainError):
    """Nobody asked, or it was answered before."""
