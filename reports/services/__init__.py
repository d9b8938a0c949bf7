"""Everything that can be done to a report, one verb each, in files by what they are about."""

from reports.services.erasing import erase_photos, erase_uploads, purge_photos, purge_upload
from reports.services.forgetting import erase_comment, erase_report
from reports.services.locking import locked
from reports.services.photos import add_photo, finish_photo, publish_photo, refuse_photo
from reports.services.routing import (
    Offer,
    assign,
    note_many,
    offer_many,
    return_to_triage,
    stop_reading,
    stop_reading_many,
)
from reports.services.status import change_status, change_visibility, dispute, withdraw
from reports.services.submitting import Draft, Submitted, submit_report
from reports.services.voices import add_comment, answer, support, unsupport

__all__ = [
    "Draft",
    "Offer",
    "Submitted",
    "add_comment",
    "add_photo",
    "answer",
    "assign",
    "change_status",
    "change_visibility",
    "dispute",
    "erase_comment",
    "erase_report",
    "erase_photos",
    "erase_uploads",
    "finish_photo",
    "locked",
    "note_many",
    "offer_many",
    "publish_photo",
    "purge_photos",
    "purge_upload",
    "refuse_photo",
    "return_to_triage",
    "stop_reading",
    "stop_reading_many",
    "submit_report",
    "support",
    "unsupport",
    "withdraw",
]
