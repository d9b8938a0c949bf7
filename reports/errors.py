"""What can be wrong with something asked of a report."""

from django.utils.translation import gettext as _

from accounts.errors import DomainError


class InvalidTransition(DomainError):
    """A move that the table does not allow this actor; the problem names those it does."""

    def __init__(self, thing: str, old: str, new: str, legal: list[str]) -> None:
        super().__init__(
            _("%(thing)s cannot go from %(old)s to %(new)s; from here: %(legal)s.")
            % {"thing": thing, "old": old, "new": new, "legal": ", ".join(legal) or _("nowhere")}
        )
        self.extensions = {"legal": legal}


class ReasonRequired(DomainError):
    """An end without a reason that fits it, or without the words for the public."""

    def __init__(self, status: str, legal: list[str]) -> None:
        super().__init__(
            _("%(status)s needs a public text and one of these reasons: %(legal)s.")
            % {"status": status, "legal": ", ".join(legal)}
        )
        self.extensions = {"legal": legal}


class Stopped(DomainError):
    """The city does not take this, or not now; the problem shows the text of each stopper."""

    def __init__(self, stoppers: list[dict[str, str]]) -> None:
        super().__init__(" ".join(stopper["text"] for stopper in stoppers))
        self.extensions = {"stoppers": stoppers}


class DisputeOver(DomainError):
    """The time to dispute has passed, or it was disputed once already."""


class OwnReport(DomainError):
    """A producer tried to support what they sent themselves."""


class PhotoRefused(DomainError):
    """A photo that cannot be taken; ``code`` says why in one word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TooManyPhotos(DomainError):
    """A report carries at most five photos of its producer."""


class BrokenChain(Exception):
    """An event whose digest does not follow from the one before: somebody changed a row."""

    def __init__(self, event_id: int, position: int) -> None:
        super().__init__(f"event {event_id}, number {position} of its report, does not match its digest")
        self.event_id = event_id
        self.position = position


class NotPublishable(DomainError):
    """A photo that is still being checked, or whose producer did not agree to its publication."""


class BadReceipt(DomainError):
    """A code and a secret that do not belong together, or to nothing."""


class AlreadyClaimed(DomainError):
    """A report that belongs to another account."""


class NoAssistant(DomainError):
    """Somebody who is no assistant of an organisation files for another person."""


class TooFarBehind(DomainError):
    """A listener that missed more events than anybody wants to read."""

    def __init__(self) -> None:
        super().__init__(
            _("More happened since than can be told; ask for the map itself and listen from now.")
        )


class NoSuchBox(DomainError):
    """A correction of a box that the photo does not have."""


class OriginalGone(DomainError):
    """The original of a photo was deleted, the time to appeal being over."""


class BadUpload(DomainError):
    """A header of a resumable upload that says nothing usable."""


class TusVersionUnknown(DomainError):
    """A resumable upload in a version of the protocol that is not spoken here."""


class UploadTooLarge(DomainError):
    """More bytes than a photo may have, than were announced, or in more pieces than are kept."""


class OffsetWrong(DomainError):
    """Bytes for another place than where the upload stands."""


class ChecksumWrong(DomainError):
    """Bytes that are not those the sender summed up; they were dropped."""


class UploadNotWhole(DomainError):
    """An upload that has not come in whole, or is a photo already."""


class AlreadyPlaced(DomainError):
    """A report whose position came from its sender: nobody else moves the pin."""
