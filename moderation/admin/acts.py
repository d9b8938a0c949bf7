"""What can be done on a report's page: each act has a form, knows when it is possible, calls one service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotAllowed
from moderation import services
from moderation.admin import forms
from moderation.admin.case import Case
from reports.workflow import Status as ReportStatus
from reports.workflow import Visibility
from tickets import services as tickets
from tickets.workflow import Status as TicketStatus

Given = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """One thing that can be done; ``icon`` is a name of Material Symbols."""

    name: str
    title: Promise
    icon: str
    form: type[forms.ActForm]
    can: Callable[[Case], bool]
    run: Callable[[Case, Given], object]
    tone: str = "plain"


def _can_move(new: TicketStatus) -> Callable[[Case], bool]:
    return lambda case: case.mine(new) is not None


def _move(case: Case, new: TicketStatus) -> dict[str, Any]:
    found = case.mine(new)
    if found is None:
        raise NotAllowed(_("There is no ticket of yours that can go there."))
    ticket, actor = found
    return {"ticket": ticket, "by": actor}


def _accept(case: Case, _given: Given) -> object:
    return tickets.accept(**_move(case, TicketStatus.ACCEPTED))


def _start(case: Case, _given: Given) -> object:
    return tickets.start(**_move(case, TicketStatus.IN_PROGRESS))


def _finish(case: Case, given: Given) -> object:
    return tickets.finish(**_move(case, TicketStatus.DONE), **given)


def _decline(case: Case, given: Given) -> object:
    return tickets.decline(**_move(case, TicketStatus.DECLINED), **given)


def _hand_over(case: Case, given: Given) -> object:
    return tickets.hand_over(**_move(case, TicketStatus.HANDED_OVER), **given)


def _countersign(case: Case, given: Given) -> object:
    return tickets.countersign(case.waiting or case.tickets[0], by=case.supervisor(), **given)


def _return(case: Case, given: Given) -> object:
    return tickets.return_to_executor(case.waiting or case.tickets[0], by=case.supervisor(), **given)


def _answer(case: Case, given: Given) -> object:
    return services.answer(case.report, by=case.desk[0], **given)


def _assign(case: Case, given: Given) -> object:
    return services.assign(case.report, by=case.actor_for_status(ReportStatus.ASSIGNED), **given)


def _close(case: Case, given: Given) -> object:
    new = ReportStatus(given.pop("status"))
    return services.move(case.report, new, by=case.actor_for_status(new), **given)


def _reopen(case: Case, given: Given) -> object:
    new = ReportStatus(given["status"])
    return services.move(case.report, new, by=case.actor_for_status(new))


def _show(case: Case, given: Given) -> object:
    new = Visibility(given["visibility"])
    return services.show(case.report, new, by=case.actor_for_visibility(new), reason=given["reason"])


def _publish_photo(case: Case, given: Given) -> object:
    return services.publish_photo(given["photo"], by=case.desk[0])


ACTS = (
    Act(
        "countersign",
        _("Countersign"),
        "verified",
        forms.SayOrNot,
        lambda case: case.waiting is not None,
        _countersign,
        "good",
    ),
    Act(
        "return",
        _("Return the work"),
        "undo",
        forms.SayInside,
        lambda case: case.waiting is not None,
        _return,
    ),
    Act(
        "assign",
        _("Assign"),
        "alt_route",
        forms.Assign,
        lambda case: bool(case.desk) and case.report.is_open,
        _assign,
    ),
    Act(
        "accept",
        _("Accept our ticket"),
        "task_alt",
        forms.JustDo,
        _can_move(TicketStatus.ACCEPTED),
        _accept,
        "good",
    ),
    Act(
        "start",
        _("Start the work"),
        "construction",
        forms.JustDo,
        _can_move(TicketStatus.IN_PROGRESS),
        _start,
    ),
    Act(
        "finish",
        _("Finish and resolve"),
        "done_all",
        forms.Finish,
        _can_move(TicketStatus.DONE),
        _finish,
        "good",
    ),
    Act("answer", _("Answer"), "forum", forms.Say, lambda case: bool(case.desk), _answer),
    Act(
        "show",
        _("Publish or hide"),
        "visibility",
        forms.Show,
        lambda case: bool(case.legal_visibilities()),
        _show,
    ),
    Act(
        "hand_over",
        _("Hand our ticket over"),
        "move_up",
        forms.HandOver,
        _can_move(TicketStatus.HANDED_OVER),
        _hand_over,
    ),
    Act(
        "decline",
        _("Decline our ticket"),
        "block",
        forms.DeclineTicket,
        _can_move(TicketStatus.DECLINED),
        _decline,
        "bad",
    ),
    Act(
        "close",
        _("Close: decline, redirect, duplicate"),
        "inventory_2",
        forms.Close,
        lambda case: bool(case.legal_ends()),
        _close,
        "bad",
    ),
    Act(
        "reopen",
        _("Open again"),
        "replay",
        forms.Reopen,
        lambda case: bool(case.legal_openings()),
        _reopen,
    ),
)
PUBLISH_PHOTO = Act(
    "publish_photo",
    _("Publish"),
    "add_photo_alternate",
    forms.PublishPhoto,
    lambda case: bool(case.desk),
    _publish_photo,
)
BY_NAME = {act.name: act for act in (*ACTS, PUBLISH_PHOTO)}
