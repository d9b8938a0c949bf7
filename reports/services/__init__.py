"""Everything that can be done to a report, one verb each, in files by what they are about."""

from reports.services.assisting import (
    Behalf,
    contact_of,
    end_assistance,
    mail_of_persons,
    note_letter_sent,
)
from reports.services.claiming import Claimed, claim_report
from reports.services.consents import give_consent, withdraw_consent
from reports.services.developing import develop_waiting, finish_photo, refuse_photo
from reports.services.erasing import (
    erase_photos,
    erase_uploads,
    forget_originals,
    forget_uploads,
    purge_erased,
)
from reports.services.forgetting import erase_comment, erase_report
from reports.services.locking import locked
from reports.services.photos import Correction, add_photo, correct_boxes, look_at_original, publish_photo
from reports.services.placing import place_report
from reports.services.routing import (
    Offer,
    assign,
    note_many,
    offer_many,
    return_to_triage,
    stop_reading,
    stop_reading_many,
)
from reports.services.sandbox import purge_sandbox
from reports.services.status import change_status, change_visibility, dispute, withdraw
from reports.services.submitting import Choice, Draft, Submitted, check_report, submit_report
from reports.services.voices import add_comment, answer, support, unsupport

__all__ = [
    "Behalf",
    "Choice",
    "Claimed",
    "Correction",
    "Draft",
    "Offer",
    "Submitted",
    "add_comment",
    "add_photo",
    "answer",
    "assign",
    "change_status",
    "change_visibility",
    "check_report",
    "claim_report",
    "contact_of",
    "correct_boxes",
    "develop_waiting",
    "dispute",
    "end_assistance",
    "erase_comment",
    "erase_photos",
    "erase_report",
    "erase_uploads",
    "finish_photo",
    "forget_originals",
    "forget_uploads",
    "give_consent",
    "locked",
    "look_at_original",
    "mail_of_persons",
    "note_letter_sent",
    "note_many",
    "offer_many",
    "place_report",
    "publish_photo",
    "purge_erased",
    "purge_photos",
    "purge_sandbox",
    "purge_upload",
    "refuse_photo",
    "return_to_triage",
    "stop_reading",
    "stop_reading_many",
    "submit_report",
    "support",
    "unsupport",
    "withdraw",
    "withdraw_consent",
]
