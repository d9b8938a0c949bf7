"""The tables of the heart. Start with ``report.py``; ``event.py`` is the spine."""

from reports.models.assistance import Assistance
from reports.models.event import Event, ReaderCursor
from reports.models.photo import Photo, PhotoBox
from reports.models.report import Recipient, ReferenceBlock, Report, ReportQuerySet
from reports.models.search import SearchText
from reports.models.upload import Upload
from reports.models.voices import Comment, Support

__all__ = [
    "Assistance",
    "Comment",
    "Event",
    "Photo",
    "PhotoBox",
    "ReaderCursor",
    "Recipient",
    "ReferenceBlock",
    "Report",
    "ReportQuerySet",
    "SearchText",
    "Support",
    "Upload",
]
