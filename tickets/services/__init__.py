"""Everything that can be done to a ticket, one verb each, in files by who does it."""

from tickets.services.handing import decline, hand_over, withdraw_offer
from tickets.services.offering import reconcile
from tickets.services.signing import countersign, return_to_executor
from tickets.services.trying import live_sandbox
from tickets.services.working import accept, finish, note, start

__all__ = [
    "accept",
    "countersign",
    "decline",
    "finish",
    "hand_over",
    "live_sandbox",
    "note",
    "reconcile",
    "return_to_executor",
    "start",
    "withdraw_offer",
]
