"""The two lives of a report, as tables: what the public reads (status) and who may read it (visibility).

A move that is not in the table is illegal for everybody; one that is there is legal for the roles it names.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import ActorKind


class Status(models.TextChoices):
    """What became of a report."""

    RECEIVED = "received", _("received")
    ASSIGNED = "assigned", _("assigned")
    IN_PROGRESS = "in_progress", _("in progress")
    RESOLVED = "resolved", _("resolved")
    DECLINED = "declined", _("declined")
    REDIRECTED = "redirected", _("redirected")
    DUPLICATE = "duplicate", _("duplicate")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Visibility(models.TextChoices):
    """Who may read a report."""

    HELD = "held", _("held until screened")
    PUBLIC = "public", _("public")
    PRIVATE = "private", _("private")
    HIDDEN = "hidden", _("hidden by moderation")
    ERASED = "erased", _("erased")


class Reason(models.TextChoices):
    """Why a report reached the end of its life."""

    FIXED = "fixed", _("fixed")
    ANSWERED = "answered", _("answered")
    ADOPTED = "adopted", _("suggestion adopted")
    NOT_FOUND = "not_found", _("nothing found at the place")
    AS_DESIGNED = "as_designed", _("in order as it is")
    NOT_POSSIBLE = "not_possible", _("cannot be done")
    NOT_ACCEPTABLE = "not_acceptable", _("against the rules of taking part")
    NOT_OURS = "not_ours", _("belongs to someone outside")
    SAME_MATTER = "same_matter", _("the same matter was reported before")
    PRODUCERS_WISH = "producers_wish", _("withdrawn by whoever sent it")


REASONS: dict[Status, frozenset[Reason]] = {
    Status.RESOLVED: frozenset({Reason.FIXED, Reason.ANSWERED, Reason.ADOPTED}),
    Status.DECLINED: frozenset(
        {Reason.NOT_FOUND, Reason.AS_DESIGNED, Reason.NOT_POSSIBLE, Reason.NOT_ACCEPTABLE}
    ),
    Status.REDIRECTED: frozenset({Reason.NOT_OURS}),
    Status.DUPLICATE: frozenset({Reason.SAME_MATTER}),
    Status.WITHDRAWN: frozenset({Reason.PRODUCERS_WISH}),
}
TERMINAL = frozenset(REASONS)
DISPUTABLE = frozenset({Status.RESOLVED, Status.DECLINED})
OPEN = frozenset(Status) - TERMINAL

_PRODUCER = frozenset({ActorKind.PRODUCER})
_DESK = frozenset({ActorKind.MODERATOR, ActorKind.OFFICER})
_DESK_OR_RULES = _DESK | {ActorKind.SYSTEM}
_WORKERS = _DESK_OR_RULES | {ActorKind.FIRM_AGENT}
_MODERATION = frozenset({ActorKind.MODERATOR, ActorKind.STEWARD})
_OWN_OR_STEWARD = frozenset({ActorKind.PRODUCER, ActorKind.STEWARD, ActorKind.SYSTEM})

_CLOSING: dict[Status, frozenset[ActorKind]] = {
    Status.DECLINED: _DESK,
    Status.REDIRECTED: _DESK,
    Status.DUPLICATE: _DESK,
    Status.WITHDRAWN: _PRODUCER,
}
STATUS_MOVES: dict[Status, dict[Status, frozenset[ActorKind]]] = {
    Status.RECEIVED: {Status.ASSIGNED: _DESK_OR_RULES, Status.RESOLVED: _DESK, **_CLOSING},
    Status.ASSIGNED: {
        Status.IN_PROGRESS: _WORKERS,
        Status.RESOLVED: _WORKERS,
        Status.RECEIVED: _WORKERS,
        **_CLOSING,
    },
    Status.IN_PROGRESS: {
        Status.RESOLVED: _WORKERS,
        Status.ASSIGNED: _WORKERS,
        Status.RECEIVED: _WORKERS,
        **_CLOSING,
    },
    Status.RESOLVED: {Status.ASSIGNED: _DESK | _PRODUCER, Status.RECEIVED: _DESK | _PRODUCER},
    Status.DECLINED: {Status.ASSIGNED: _DESK | _PRODUCER, Status.RECEIVED: _DESK | _PRODUCER},
    Status.REDIRECTED: {Status.ASSIGNED: _DESK, Status.RECEIVED: _DESK},
    Status.DUPLICATE: {Status.ASSIGNED: _DESK, Status.RECEIVED: _DESK},
    Status.WITHDRAWN: {},
}

_SCREENING = _DESK | {ActorKind.SYSTEM, ActorKind.STEWARD}
VISIBILITY_MOVES: dict[Visibility, dict[Visibility, frozenset[ActorKind]]] = {
    Visibility.HELD: {
        Visibility.PUBLIC: _SCREENING,
        Visibility.PRIVATE: _SCREENING | _PRODUCER,
        Visibility.HIDDEN: _MODERATION,
        Visibility.ERASED: _OWN_OR_STEWARD,
    },
    Visibility.PUBLIC: {
        Visibility.PRIVATE: _SCREENING | _PRODUCER,
        Visibility.HIDDEN: _MODERATION,
        Visibility.ERASED: _OWN_OR_STEWARD,
    },
    Visibility.PRIVATE: {
        Visibility.PUBLIC: _MODERATION,
        Visibility.HIDDEN: _MODERATION,
        Visibility.ERASED: _OWN_OR_STEWARD,
    },
    Visibility.HIDDEN: {
        Visibility.PUBLIC: _MODERATION,
        Visibility.PRIVATE: _MODERATION,
        Visibility.ERASED: _OWN_OR_STEWARD,
    },
    Visibility.ERASED: {},
}


def legal_statuses(status: str, actor: ActorKind) -> list[str]:
    """The statuses to which ``actor`` may move a report of this status, in the order of the table."""
    return [new.value for new, who in STATUS_MOVES[Status(status)].items() if actor in who]


def legal_visibilities(visibility: str, actor: ActorKind) -> list[str]:
    """The visibilities to which ``actor`` may move a report of this visibility."""
    return [new.value for new, who in VISIBILITY_MOVES[Visibility(visibility)].items() if actor in who]
