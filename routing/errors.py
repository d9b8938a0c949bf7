"""What can go wrong when asking who answers."""

from accounts.errors import DomainError


class UnknownCategory(DomainError):
    """The catalogue has no category of this code."""


class UnknownOrganisation(DomainError):
    """The city has no organisation of this code."""


class NoCity(DomainError):
    """No city has been loaded yet."""


class BrokenCity(DomainError):
    """The city document has faults; ``errors`` names each by its path."""

    def __init__(self, message: str, errors: list[dict[str, str]]) -> None:
        super().__init__(message)
        self.errors = errors
