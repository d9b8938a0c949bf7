"""What can be wrong with something asked of a ticket, besides a move that the table does not allow."""

from accounts.errors import DomainError


class NothingToCountersign(DomainError):
    """No executor's work on this report waits for the owner's word."""


class CannotHandOver(DomainError):
    """The organisation named cannot take this ticket over."""
