"""A report arrives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, ActorKind
from accounts.codes import hash_secret, new_secret
from accounts.models import Consent, Organisation, Producer
from reports.events import Happening, chained, content_hash, new_salt, write
from reports.models import Event, Photo, Report
from reports.places import Place
from reports.references import take_references
from reports.services.assisting import Behalf, note_assistance
from reports.services.photos import quarantine
from reports.services.sandbox import as_sandbox, sandbox_organisation
from reports.services.stopping import refuse_what_is_stopped
from reports.workflow import Visibility
from routing.decision import RoutingDecision
from routing.models import Category
from routing.rows import CategoryRow, OrganisationRow
from routing.services import current_snapshot


@dataclass(frozen=True)
class Choice:
    """A consent for one purpose, to one organisation or, with None, to any."""

    purpose: str
    recipient: OrganisationRow | None = None

    def as_data(self) -> dict[str, str]:
        """The choice as an event carries it."""
        return {"purpose": self.purpose} | ({"recipient": self.recipient.code} if self.recipient else {})


@dataclass(frozen=True)
class Draft:
    """A report as it comes in, checked and with its place in WGS 84."""

    kind: str
    category: CategoryRow
    text: str
    place: Place
    observed_at: datetime
    language: str = "zh-hans"
    channel: str = Report.Channel.APP
    answers: dict[str, Any] = field(default_factory=dict)
    questions_version: int | None = None  # of those asked now, if it is not said
    consents: Sequence[Choice | str] = ()
    notice_version: str = ""
    photos: Sequence["File[bytes]"] = ()
    photos_to_follow: int = 0
    behalf: Behalf | None = None
    is_sandbox: bool = False

    @property
    def choices(self) -> list[Choice]:
        """The consents; a bare purpose is a consent to any recipient."""
        return [c if isinstance(c, Choice) else Choice(c) for c in self.consents]


@dataclass(frozen=True)
class Route:
    """A decision, and the organisation that answers from now on: none while a person must decide."""

    decision: RoutingDecision
    organisation: Organisation | None


@dataclass(frozen=True)
class Submitted:
    """What the sender gets once: the report, and the secret of its receipt."""

    report: Report
    secret: str
    decision: RoutingDecision


def submit_report(draft: Draft, *, producer: Producer | None) -> Submitted:
    """Take in a report, routed; without a producer it gets a fresh one of its own.

    At most five statements on PostgreSQL besides those for photos and consents, and no network.
    Raises Stopped if a blocking stopper holds, before anything is written.
    """
    now = timezone.now()
    _refuse_what_is_stopped(draft, now)
    return _take_in(draft, producer, now)


@transaction.atomic(savepoint=False)  # who calls it in a transaction gives that up when this fails
def _take_in(draft: Draft, producer: Producer | None, now: datetime) -> Submitted:
    secret = new_secret()
    route = route_of(draft, now)
    producer = producer or Producer.objects.create(created_at=now)
    report = _new_report(draft, producer, route, now)
    report.secret_hash = hash_secret(secret)
    report.reference = take_references(1, now)[0]
    photos = [quarantine(report, file) for file in draft.photos]
    _save_with_events(report, draft, photos, route.decision)
    return Submitted(report, secret, route.decision)


def check_report(draft: Draft, *, producer: Producer | None) -> Report:
    """The report as it would be taken in now, not stored: who would answer, by when, who could read it.

    Raises Stopped if it would not be taken.
    """
    now = timezone.now()
    _refuse_what_is_stopped(draft, now)
    return _new_report(draft, producer or Producer(), route_of(draft, now), now)


def route_of(draft: Draft, now: datetime) -> Route:
    """Who answers for a report that comes in now; no statement, but for what is sent to try things out."""
    snapshot, place = current_snapshot(), draft.place
    decision = snapshot.resolve(draft.category.code, place.latitude, place.longitude, now, place.accuracy_m)
    if draft.is_sandbox:
        organisation = sandbox_organisation()
        return Route(as_sandbox(decision, organisation), organisation)
    code = None if decision.needs_triage else decision.organisation
    return Route(decision, _known_organisation(snapshot.organisations[code]) if code else None)


def content_of(report: Report) -> dict[str, Any]:
    """What of a report can be erased, as its first event's digest covers it; no floats, to be canonical.

    A position that the desk found for an address was not sent, and is no part of it.
    """
    is_own = report.raw_latitude is not None
    return {
        "text": report.text,
        "address": report.address,
        "latitude": _micro(report.latitude) if is_own else None,
        "longitude": _micro(report.longitude) if is_own else None,
        "answers": report.answers,
    }


def first_visibility(category: CategoryRow, producer: Producer) -> Visibility:
    """Private where the category says so; otherwise held until a person has looked at a producer's first."""
    if category.is_private_by_default:
        return Visibility.PRIVATE
    return Visibility.PUBLIC if producer.is_trusted else Visibility.HELD


def _micro(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * 1_000_000)


def _new_report(draft: Draft, producer: Producer, route: Route, now: datetime) -> Report:
    category, place, decision = draft.category, draft.place, route.decision
    acknowledge_by, resolve_by = current_snapshot().service_levels(category.code, now)
    visibility = Visibility.PRIVATE if draft.is_sandbox else first_visibility(category, producer)
    return Report(
        producer=producer,
        kind=draft.kind,
        category=_known_category(category),
        text=draft.text,
        salt=new_salt(),
        language=draft.language,
        answers=draft.answers,
        questions_version=_version_answered(draft),
        latitude=place.latitude,
        longitude=place.longitude,
        accuracy_m=place.accuracy_m,
        cell=place.cell,
        raw_latitude=place.raw_latitude,
        raw_longitude=place.raw_longitude,
        datum=place.datum,
        address=place.address,
        observed_at=draft.observed_at,
        created_at=now,
        channel=draft.channel,
        is_sandbox=draft.is_sandbox,
        visibility=visibility,
        responsible=route.organisation,
        triage_reason=str(decision.triage_reason),
        decision=decision.as_json(),
        acknowledge_by=acknowledge_by,
        resolve_by=resolve_by,
    )


def _refuse_what_is_stopped(draft: Draft, now: datetime) -> None:
    refuse_what_is_stopped(draft.category, draft.place, draft.answers, observed_at=draft.observed_at, now=now)


def _version_answered(draft: Draft) -> int:
    """Which version of the questions the answers are to; 0 without answers."""
    if not draft.answers:
        return 0
    newest = draft.category.questions_version
    return newest if draft.questions_version is None else draft.questions_version


def _known_category(row: CategoryRow) -> Category:
    """The row as the ORM knows it, without asking: what the answer shows is in the snapshot."""
    return Category(
        pk=row.pk, code=row.code, name_zh=row.name_zh, name_en=row.name_en, is_hazard=row.is_hazard
    )


def _known_organisation(row: OrganisationRow) -> Organisation:
    return Organisation(pk=row.pk, code=row.code, kind=row.kind, name_zh=row.name_zh, name_en=row.name_en)


def _save_with_events(report: Report, draft: Draft, photos: list[Photo], decision: RoutingDecision) -> None:
    """Report and first events: the digests are known before the insert, so the report is written once."""
    events = chained(_first_happenings(report, draft, photos, decision))
    report.save(force_insert=True)
    write(events)
    if photos:
        Photo.objects.bulk_create(photos)
    if draft.behalf:
        note_assistance(report, draft.behalf)
    if draft.consents:
        _give_consents(report, draft)


def _first_happenings(
    report: Report, draft: Draft, photos: list[Photo], decision: RoutingDecision
) -> Iterator[Happening]:
    actor, behalf = Actor(ActorKind.PRODUCER, producer=report.producer), draft.behalf
    about = {
        "category": draft.category.code,
        "kind": draft.kind,
        "channel": draft.channel,
        "content": content_hash(report.salt, content_of(report)),
        **({"photos_to_follow": draft.photos_to_follow} if draft.photos_to_follow else {}),
    }
    at = report.created_at
    yield Happening(report, Event.Kind.SUBMITTED, actor, data=about, at=at)
    if behalf:
        how = {"method": str(behalf.method), "updates_to": str(behalf.updates_to)}
        yield Happening(report, Event.Kind.ASSISTED, behalf.actor, data=how, is_public=False, at=at)
    yield Happening(report, Event.Kind.ROUTED, SYSTEM, data=routed_data(decision), at=at)
    for photo in photos:
        yield Happening(report, Event.Kind.PHOTO_ADDED, actor, data={"photo": photo.code})
    for choice in draft.choices:
        yield Happening(report, Event.Kind.CONSENT_GIVEN, actor, data=choice.as_data(), is_public=False)


def _give_consents(report: Report, draft: Draft) -> None:
    """A repeated consent of a known producer stays the one it was."""
    method, via = Consent.Method.APP.value, None
    if draft.behalf:
        method, via = draft.behalf.method, draft.behalf.membership.organisation_id
    Consent.objects.bulk_create(
        [
            Consent(
                producer=report.producer,
                purpose=choice.purpose,
                recipient_id=choice.recipient.pk if choice.recipient else None,
                notice_version=draft.notice_version,
                method=method,
                via_id=via,
            )
            for choice in draft.choices
        ],
        ignore_conflicts=True,
    )


def routed_data(decision: RoutingDecision) -> dict[str, Any]:
    """A decision as the public event carries it."""
    return {
        "organisation": None if decision.needs_triage else decision.organisation,
        "executor": None if decision.needs_triage else decision.executor,
        "triage": str(decision.triage_reason),
        "rule": decision.rule,
    }
