"""Who looks (``Viewer``) and who acts (``Actor``): the two questions every service and query asks."""

from dataclasses import dataclass, field
from functools import cached_property

from accounts.models import Membership, Organisation, Producer, User
from accounts.roles import ActorKind

__all__ = ["ANYONE", "STAFF", "SYSTEM", "Actor", "ActorKind", "Viewer"]


STAFF = frozenset({ActorKind.MODERATOR, ActorKind.OFFICER, ActorKind.STEWARD})
_NO_WORKERS = frozenset({Membership.Role.AUDITOR, Membership.Role.ASSISTANT})
_DESK_ROLES = frozenset({Membership.Role.MODERATOR, Membership.Role.OFFICER, Membership.Role.STEWARD})


@dataclass(frozen=True)
class Actor:
    """Someone doing something, in one role: what ``by=`` takes."""

    kind: ActorKind
    producer: Producer | None = None
    organisation: Organisation | None = None
    user: User | None = None


SYSTEM = Actor(ActorKind.SYSTEM)


@dataclass(frozen=True)
class Viewer:
    """Someone looking: an account with its memberships, the holder of one receipt, or anybody.

    ``report_code`` narrows ``producer`` to a single report: a receipt opens that one and no other.
    """

    user: User | None = None
    producer: Producer | None = None
    memberships: tuple[Membership, ...] = field(default=())
    report_code: str | None = None

    @cached_property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations whose work this viewer may see; an assistant sees their own entries alone."""
        return frozenset(m.organisation_id for m in self.memberships if m.role != Membership.Role.ASSISTANT)

    @cached_property
    def assisting_ids(self) -> frozenset[int]:
        """The organisations for which this viewer files for others."""
        return frozenset(m.organisation_id for m in self.memberships if m.role == Membership.Role.ASSISTANT)

    @cached_property
    def is_steering(self) -> bool:
        """Whether this is staff of the steering bureau, which sees every report."""
        return any(m.organisation.is_steering and m.role in _DESK_ROLES for m in self.memberships)

    @cached_property
    def is_auditor(self) -> bool:
        """Whether this viewer reads everything and changes nothing."""
        return any(m.role == Membership.Role.AUDITOR for m in self.memberships)

    @cached_property
    def sees_everything(self) -> bool:
        """Whether no report is hidden from this viewer."""
        return self.is_steering or self.is_auditor or bool(self.user and self.user.is_superuser)

    def actors(self) -> tuple[Actor, ...]:
        """Every role in which this viewer may act, as staff or firm; none for an auditor or assistant."""
        return tuple(
            Actor(ActorKind(m.role), organisation=m.organisation, user=self.user)
            for m in self.memberships
            if m.role not in _NO_WORKERS
        )

    def actor_for(self, organisation_id: int) -> Actor | None:
        """The role in which this viewer acts for an organisation, or None when there is none."""
        return next(
            (a for a in self.actors() if a.organisation and a.organisation.pk == organisation_id), None
        )

    def as_producer(self) -> Actor | None:
        """This viewer as the producer of reports, or None when nobody is known."""
        return Actor(ActorKind.PRODUCER, producer=self.producer, user=self.user) if self.producer else None


ANYONE = Viewer()
