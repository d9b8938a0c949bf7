"""The life of a ticket, as a table: one organisation's share of the work on a report.

A move that is not in the table is illegal for everybody; one that is there is legal for the roles it names,
in the organisation that holds the ticket. Returning finished work is the owner's, on the executor's ticket.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import ActorKind


class Status(models.TextChoices):
    """How far an organisation is with its share."""

    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    IN_PROGRESS = "in_progress", _("in progress")
    DONE = "done", _("done")
    DECLINED = "declined", _("declined")
    HANDED_OVER = "handed_over", _("handed over")
    CANCELLED = "cancelled", _("cancelled")


class Role(models.TextChoices):
    """An owner answers to the citizen; an executor does the work."""

    OWNER = "owner", _("owner")
    EXECUTOR = "executor", _("executor")


class Countersign(models.TextChoices):
    """Whether the owner has confirmed what an executor says is done."""

    NONE = "", _("not needed")
    ASKED = "asked", _("asked of the owner")
    GIVEN = "given", _("given by the owner")


class Reason(models.TextChoices):
    """Why an organisation does not take a ticket, or gives it to another."""

    NOT_OURS = "not_ours", _("another organisation answers for it")
    OUTSIDE_AREA = "outside_area", _("outside our area")
    NOT_OUR_ASSET = "not_our_asset", _("not our property or contract")
    NO_CAPACITY = "no_capacity", _("cannot be done in time")
    UNCLEAR = "unclear", _("too little is known")
    OTHER = "other", _("another reason")


LIVE = frozenset({Status.OFFERED, Status.ACCEPTED, Status.IN_PROGRESS})

_BUREAU = frozenset({ActorKind.MODERATOR, ActorKind.OFFICER})
WORKERS = _BUREAU | {ActorKind.FIRM_AGENT}
SUPERVISORS = _BUREAU
_BUREAU_OR_RULES = _BUREAU | {ActorKind.SYSTEM}
_WORKERS_OR_RULES = WORKERS | {ActorKind.SYSTEM}

# A bureau may answer at once; a firm says first that it takes the work, so that the citizen sees who works.
MOVES: dict[Status, dict[Status, frozenset[ActorKind]]] = {
    Status.OFFERED: {
        Status.ACCEPTED: WORKERS,
        Status.IN_PROGRESS: WORKERS,
        Status.DONE: _BUREAU_OR_RULES,
        Status.DECLINED: WORKERS,
        Status.HANDED_OVER: WORKERS,
        Status.CANCELLED: _BUREAU_OR_RULES,
    },
    Status.ACCEPTED: {
        Status.IN_PROGRESS: WORKERS,
        Status.DONE: _WORKERS_OR_RULES,
        Status.DECLINED: WORKERS,
        Status.HANDED_OVER: WORKERS,
        Status.CANCELLED: _BUREAU_OR_RULES,
    },
    Status.IN_PROGRESS: {
        Status.DONE: _WORKERS_OR_RULES,
        Status.DECLINED: WORKERS,
        Status.HANDED_OVER: WORKERS,
        Status.CANCELLED: _BUREAU_OR_RULES,
    },
    Status.DONE: {},
    Status.DECLINED: {},
    Status.HANDED_OVER: {},
    Status.CANCELLED: {},
}
# Work that waits for the owner's word is done and not yet at its end.
WAITING_MOVES: dict[Status, frozenset[ActorKind]] = {
    Status.IN_PROGRESS: SUPERVISORS,
    Status.CANCELLED: _BUREAU_OR_RULES,
}


def legal_moves(status: str, actor: ActorKind, *, countersign: str = Countersign.NONE) -> list[str]:
    """The statuses to which ``actor`` may move a ticket, in the order of the table."""
    waits = status == Status.DONE and countersign == Countersign.ASKED
    moves = WAITING_MOVES if waits else MOVES[Status(status)]
    return [new.value for new, who in moves.items() if actor in who]
