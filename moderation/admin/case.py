"""One report as one person at the desk sees it: in which roles, with which tickets, and what may follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.actors import Actor, Viewer
from moderation.permissions import desk_actors
from reports.models import Report
from reports.workflow import OPEN, TERMINAL, Visibility, legal_statuses, legal_visibilities
from reports.workflow import Status as ReportStatus
from tickets.models import Ticket
from tickets.workflow import SUPERVISORS, WORKERS, Countersign, Status, legal_moves


@dataclass(frozen=True)
class Case:
    """A report, who looks at it, and its tickets."""

    report: Report
    viewer: Viewer
    tickets: Sequence[Ticket]

    @property
    def is_inner(self) -> bool:
        """Whether this person's organisation works on it; others see what everybody sees."""
        return bool(getattr(self.report, "is_inner", False))

    @cached_property
    def desk(self) -> list[Actor]:
        """The roles in which this person decides about the report."""
        return desk_actors(self.viewer, self.report)

    @cached_property
    def waiting(self) -> Ticket | None:
        """The ticket whose finished work this person may countersign."""
        may = any(actor.kind in SUPERVISORS for actor in self.desk)
        return next((t for t in self.tickets if may and t.countersign == Countersign.ASKED), None)

    def supervisor(self) -> Actor:
        """The role in which finished work is countersigned: the owner's own, if this person has one."""
        over_it = [actor for actor in self.desk if actor.kind in SUPERVISORS]
        own = [actor for actor in over_it if _id(actor) == self.report.responsible_id]
        return (own or over_it)[0]

    def mine(self, new: Status) -> tuple[Ticket, Actor] | None:
        """A ticket that this person may move to ``new``, and the role to do it in."""
        for ticket in self.tickets:
            for actor in self.viewer.actors():
                holds = _id(actor) == ticket.organisation_id and actor.kind in WORKERS
                if holds and self.report.is_open and new in legal_moves(ticket.status, actor.kind):
                    return ticket, actor
        return None

    def legal_ends(self) -> list[str]:
        """The ends that this person may decide."""
        return [status for status in self._legal() if status in TERMINAL]

    def legal_openings(self) -> list[str]:
        """How this person may open the report again."""
        if self.report.status not in TERMINAL:
            return []
        possible = OPEN if self.report.responsible_id else {ReportStatus.RECEIVED}
        return [status for status in self._legal() if status in possible]

    def legal_visibilities(self) -> list[str]:
        """Who this person may let read it; erasing is no matter of the desk."""
        legal = [v for a in self.desk for v in legal_visibilities(self.report.visibility, a.kind)]
        return [v for v in dict.fromkeys(legal) if v != Visibility.ERASED]

    def actor_for_status(self, new: str) -> Actor:
        """The role that may make this move."""
        return next((a for a in self.desk if new in legal_statuses(self.report.status, a.kind)), self.desk[0])

    def actor_for_visibility(self, new: str) -> Actor:
        """The role that may show or hide it."""
        may = (a for a in self.desk if new in legal_visibilities(self.report.visibility, a.kind))
        return next(may, self.desk[0])

    def _legal(self) -> list[str]:
        moves = [s for a in self.desk for s in legal_statuses(self.report.status, a.kind)]
        return list(dict.fromkeys(moves))


def _id(actor: Actor) -> int | None:
    return actor.organisation.pk if actor.organisation else None
