"""What can be wrong with something asked of the webhooks."""

from accounts.errors import DomainError


class EndpointUrlRefused(DomainError):
    """A URL to which nothing may be posted; the message says what to change."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.errors = [{"pointer": "#/url", "code": code, "detail": message}]


class TooManyEndpoints(DomainError):
    """An organisation may keep only so many endpoints."""


class EndpointDisabled(DomainError):
    """Nothing can be sent to an endpoint that is off; enable it first."""


class StillOpen(DomainError):
    """A delivery that will be tried anyway cannot be sent again."""
