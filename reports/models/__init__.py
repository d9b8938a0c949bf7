"""The tables of the heart. Start with ``report.py``; ``event.py`` is the spine."""

from reports.models.event import Event, ReaderCursor
from reports.models.photo import Photo
from reports.models.report import Recipient, ReferenceBlock, Report, ReportQuerySet
from reports.models.voices import Comment, Support

__all__ = [
    "Comment",
    "Event",
    "Photo",
    "ReaderCursor",
    "Recipient",
    "ReferenceBlock",
    "Report",
    "ReportQuerySet",
    "Support",
]
