"""Telling a story: each step is one act of somebody, through the service that real life uses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from accounts.actors import Actor, ActorKind
from accounts.models import Organisation, Producer, User
from config.demo.clock import at
from config.demo.pictures import picture
from moderation import services as desk
from reports import services as reports
from reports.models import Comment, Event, Photo, Report
from reports.places import Place, place_of
from reports.relay import relay_events
from reports.services import Behalf, Draft
from reports.workflow import Status, Visibility
from routing.services import current_snapshot
from tickets import services as tickets
from tickets.models import Ticket


@dataclass(frozen=True)
class Step:
    """One act, ``after`` hours from the step before."""

    after: float
    verb: str
    words: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """One report: what, where (latitude and longitude, or an address), by whom, and what followed.

    ``written_by`` is the assistant who wrote it down for a person who has no phone.
    """

    category: str
    kind: str
    text: str
    where: tuple[float, float] | str
    days: float
    steps: tuple[Step, ...] = ()
    by: str = ""
    written_by: str = ""
    language: str = "zh-hans"
    channel: str = Report.Channel.APP
    has_photo: bool = False
    answers: dict[str, Any] = field(default_factory=dict)


class Teller:
    """Tells stories of one city to one database."""

    def __init__(self, cast: dict[str, User], now: datetime) -> None:
        self.cast = cast
        self.now = now
        self.told: list[Report] = []

    def tell(self, story: Story) -> Report:
        """Send the report on its day and let everything that followed happen at its hour."""
        moment = self.now - timedelta(days=story.days)
        with at(moment):
            report = self._send(story, moment)
            _settle()
        for step in story.steps:
            moment += timedelta(hours=step.after)
            with at(min(moment, self.now)):
                VERBS[step.verb](self, report, **step.words)
                _settle()
        self.told.append(report)
        return report

    def staff(self, organisation: Organisation | None, kind: ActorKind | None = None) -> Actor:
        """Somebody of an organisation: its person of the cast, or nobody in particular."""
        if organisation is None:
            return Actor(ActorKind.MODERATOR, organisation=Organisation.objects.get(is_steering=True))
        is_bureau = organisation.kind == Organisation.Kind.BUREAU
        role = kind or (ActorKind.OFFICER if is_bureau else ActorKind.FIRM_AGENT)
        member = organisation.memberships.filter(role=role).select_related("user").first()
        return Actor(role, organisation=organisation, user=member.user if member else None)

    def moderator(self) -> Actor:
        """Mona."""
        steering = Organisation.objects.get(is_steering=True)
        return self.staff(steering, ActorKind.MODERATOR)

    def producer(self, report: Report) -> Actor:
        """Whoever sent the report."""
        return Actor(ActorKind.PRODUCER, producer=report.producer)

    def ticket(self, report: Report, role: str) -> Ticket:
        """The live or last ticket of a role."""
        return Ticket.objects.select_related("organisation").filter(report=report, role=role).latest("pk")

    def _send(self, story: Story, moment: datetime) -> Report:
        snapshot = current_snapshot()
        place = (
            Place(address=story.where) if isinstance(story.where, str) else place_of(snapshot, *story.where)
        )
        draft = Draft(
            kind=story.kind,
            category=snapshot.categories[story.category],
            text=story.text,
            place=place,
            observed_at=moment - timedelta(minutes=12),
            language=story.language,
            channel=story.channel,
            answers=story.answers,
            photos=[picture(is_mended=False)] if story.has_photo else [],
            consents=("publish_photo", "share_with_firm") if story.has_photo else (),
            notice_version="2026-1" if story.has_photo else "",
            behalf=self._behalf(story.written_by) if story.written_by else None,
        )
        producer = Producer.objects.get(user=self.cast[story.by]) if story.by else None
        return reports.submit_report(draft, producer=producer).report

    def _behalf(self, assistant: str) -> Behalf:
        membership = self.cast[assistant].memberships.select_related("organisation", "user").get()
        return Behalf(membership)


def finish_times() -> None:
    """Give words and photos the hour of the event that names them; nothing of this is in a digest."""
    said = Event.objects.filter(comment=OuterRef("pk")).values("at")[:1]
    Comment.objects.update(created_at=Subquery(said))


def _settle() -> None:
    """Let every reader of events do what it does, and draw the photos."""
    while relay_events():
        pass
    for photo in Photo.objects.select_related("report").filter(state=Photo.State.QUARANTINED):
        reports.finish_photo(photo)


def publish(teller: Teller, report: Report) -> None:
    report.refresh_from_db()
    if report.visibility == Visibility.HELD:
        desk.show(report, Visibility.PUBLIC, by=teller.moderator())
    for photo in report.photos.filter(state=Photo.State.READY, role=Photo.Role.EVIDENCE):
        desk.publish_photo(photo, by=teller.moderator())


def hide(teller: Teller, report: Report, reason: str) -> None:
    desk.show(report, Visibility.HIDDEN, by=teller.moderator(), reason=reason)


def accept(teller: Teller, report: Report, role: str = "executor") -> None:
    ticket = teller.ticket(report, role)
    tickets.accept(ticket, by=teller.staff(ticket.organisation))


def start(teller: Teller, report: Report, role: str = "executor") -> None:
    ticket = teller.ticket(report, role)
    tickets.start(ticket, by=teller.staff(ticket.organisation))


def note(teller: Teller, report: Report, text: str, role: str = "executor") -> None:
    ticket = teller.ticket(report, role)
    tickets.note(ticket, by=teller.staff(ticket.organisation), text=text, is_public=True)


def finish(
    teller: Teller, report: Report, text: str, role: str = "executor", *, has_proof: bool = False
) -> None:
    ticket = teller.ticket(report, role)
    proof = picture(is_mended=True) if has_proof else None
    tickets.finish(ticket, by=teller.staff(ticket.organisation), text=text, proof=proof)


def countersign(teller: Teller, report: Report, text: str, reason: str = "") -> None:
    ticket = teller.ticket(report, "owner")
    tickets.countersign(ticket, by=teller.staff(ticket.organisation), text=text, reason=reason)


def give_back(teller: Teller, report: Report, text: str) -> None:
    owner = teller.ticket(report, "owner")
    tickets.return_to_executor(owner, by=teller.staff(owner.organisation), text=text)


def refuse(teller: Teller, report: Report, reason: str, text: str, role: str = "executor") -> None:
    ticket = teller.ticket(report, role)
    tickets.decline(ticket, by=teller.staff(ticket.organisation), reason=reason, text=text)


def hand_over(teller: Teller, report: Report, to: str, text: str, role: str = "executor") -> None:
    ticket = teller.ticket(report, role)
    receiver = Organisation.objects.get(code=to)
    tickets.hand_over(ticket, by=teller.staff(ticket.organisation), to=receiver, reason="not_ours", text=text)


def assign(teller: Teller, report: Report, to: str, executor: str = "") -> None:
    works = Organisation.objects.get(code=executor) if executor else None
    owner = Organisation.objects.get(code=to)
    desk.assign(report, by=teller.moderator(), organisation=owner, executor=works)


def answer(teller: Teller, report: Report, text: str) -> None:
    report.refresh_from_db()
    desk.answer(report, by=teller.staff(report.responsible), text=text)


def end(teller: Teller, report: Report, status: str, reason: str, text: str, **more: Any) -> None:
    report.refresh_from_db()
    if more.pop("duplicate", False):
        more["duplicate_of"] = teller.told[0]
    by = teller.staff(report.responsible, ActorKind.OFFICER) if report.responsible else teller.moderator()
    desk.move(report, Status(status), by=by, reason=reason, text=text, **more)


def withdraw(teller: Teller, report: Report) -> None:
    reports.withdraw(report, by=teller.producer(report))


def dispute(teller: Teller, report: Report, text: str) -> None:
    reports.dispute(report, by=teller.producer(report), text=text)


def comment(teller: Teller, report: Report, by: str, text: str) -> None:
    producer = Producer.objects.get(user=teller.cast[by])
    reports.add_comment(report, by=Actor(ActorKind.PRODUCER, producer=producer), text=text)


def support(teller: Teller, report: Report, by: str = "", count: int = 0) -> None:
    named = [Producer.objects.get(user=teller.cast[by])] if by else []
    for producer in [*named, *(Producer.objects.create() for _ in range(count))]:
        reports.support(report, by=Actor(ActorKind.PRODUCER, producer=producer))


VERBS: dict[str, Callable[..., None]] = {
    "publish": publish,
    "hide": hide,
    "accept": accept,
    "start": start,
    "note": note,
    "finish": finish,
    "countersign": countersign,
    "give_back": give_back,
    "refuse": refuse,
    "hand_over": hand_over,
    "assign": assign,
    "answer": answer,
    "end": end,
    "withdraw": withdraw,
    "dispute": dispute,
    "comment": comment,
    "support": support,
}
