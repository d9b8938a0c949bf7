"""What can be wrong with a request, whatever the app. ``config/problems.py`` gives each its HTTP status."""


class DomainError(Exception):
    """A rule of Commonway refused what was asked; the message is for the one who asked."""


class StaleVersion(DomainError):
    """The thing was changed by somebody else since the version that ``If-Match`` names."""


class VersionRequired(DomainError):
    """A change came without the ``If-Match`` header that says which version it is about."""


class NotAllowed(DomainError):
    """The thing may be seen, but this actor may not do this to it."""


class KeyReused(DomainError):
    """An Idempotency-Key came again with another body."""


class StillRunning(DomainError):
    """An Idempotency-Key came again while its first request is still being answered."""


class BadIdempotencyKey(DomainError):
    """An Idempotency-Key is empty, too long or not printable ASCII."""


class TooMany(DomainError):
    """Somebody does something more often than ``settings.LIMITS`` allows; ``wait`` is in seconds."""

    def __init__(self, message: str, *, wait: float, scope: str) -> None:
        super().__init__(message)
        self.wait = wait
        self.extensions = {"scope": scope}


class AnswerErased(DomainError):
    """An Idempotency-Key came again whose answer was about something that has been erased since."""


class LoginTooOld(DomainError):
    """What is asked for cannot be undone and needs a login of the last minutes."""
