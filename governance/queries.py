"""Proofs of inclusion for the events of a report; who got which data; copies of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypedDict

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.actors import Viewer
from governance import links, merkle
from governance.models import DataUse, Export, Seal
from reports.models import Event, Report
from reports.workflow import Visibility


class SealLine(TypedDict):
    """A seal as the public reads it."""

    code: str
    first_seq: int
    last_seq: int
    event_count: int
    root: str
    sealed_at: str


class Proof(TypedDict):
    """That one event's digest is under a seal; ``seal`` is None until the sealer has been there."""

    seq: int
    digest: str
    seal: SealLine | None
    path: list[str]


def proofs_of(events: Sequence[Event]) -> list[Proof]:
    """The inclusion proof of every sequenced event, in their order; two statements whatever the number."""
    seqs = [event.seq for event in events if event.seq is not None]
    seals = _seals_over(seqs)
    trees = _trees_of(seals)
    seal_of = {seq: seal for seal in seals for seq in seqs if seal.first_seq <= seq <= seal.last_seq}
    return [_proof(event.seq, event.digest, seal_of, trees) for event in events if event.seq is not None]


def line_of(seal: Seal) -> SealLine:
    """A seal as the API shows it."""
    return {
        "code": seal.code,
        "first_seq": seal.first_seq,
        "last_seq": seal.last_seq,
        "event_count": seal.event_count,
        "root": seal.root,
        "sealed_at": seal.sealed_at.isoformat(),
    }


def data_uses_for(viewer: Viewer) -> QuerySet[DataUse]:
    """Who got data of the viewer's own reports, with all that is shown of it."""
    own = DataUse.objects.select_related("report", "organisation")
    if viewer.producer is None:
        return own.none()
    own = own.filter(report__producer=viewer.producer)
    return own if viewer.report_code is None else own.filter(report__code=viewer.report_code)


def data_uses_of(viewer: Viewer, code: str) -> QuerySet[DataUse]:
    """The same of one report, which may have been erased. Raises Http404 for one that is not theirs."""
    if not _own(viewer, code).exists():
        raise Http404
    return data_uses_for(viewer).filter(report__code=code)


def own_report(viewer: Viewer, code: str) -> Report:
    """A report of the viewer's own that is not erased. Raises Http404."""
    report = _own(viewer, code).exclude(visibility=Visibility.ERASED).first()
    if report is None:
        raise Http404
    return report


def export_for(viewer: Viewer, code: str) -> Export:
    """A copy of the viewer's own that is not over. Raises Http404."""
    return _alive(Export.objects.visible_to(viewer), code)


def export_by_link(code: str, signature: str) -> Export:
    """The copy that a link opens. Raises Http404."""
    if not links.is_good(code, signature):
        raise Http404
    return _alive(Export.objects.all(), code)


def _alive(exports: QuerySet[Export], code: str) -> Export:
    alive = exports.filter(code=code, expires_at__gt=timezone.now()).select_related("report")
    export = alive.first()
    if export is None:
        raise Http404
    return export


def _own(viewer: Viewer, code: str) -> QuerySet[Report]:
    if viewer.producer is None or viewer.report_code not in (None, code):
        return Report.objects.none()
    return Report.objects.filter(producer=viewer.producer, code=code)


def _seals_over(seqs: Iterable[int]) -> list[Seal]:
    holds = [Q(first_seq__lte=seq, last_seq__gte=seq) for seq in seqs]
    return list(Seal.objects.filter(_any(holds)).order_by("first_seq")) if holds else []


def _trees_of(seals: Sequence[Seal]) -> dict[int, list[list[bytes]]]:
    """The tree under each seal, by its first ``seq``, read with one statement."""
    ranges = [Q(seq__range=(seal.first_seq, seal.last_seq)) for seal in seals]
    if not ranges:
        return {}
    rows = Event.objects.filter(_any(ranges)).order_by("seq").values_list("seq", "digest")
    digests = {seq: bytes.fromhex(digest) for seq, digest in rows}
    leaves: dict[int, list[bytes]] = defaultdict(list)
    for seal in seals:
        leaves[seal.first_seq] = [digests[seq] for seq in range(seal.first_seq, seal.last_seq + 1)]
    return {first: merkle.levels(under) for first, under in leaves.items()}


def _proof(seq: int, digest: str, seal_of: dict[int, Seal], trees: dict[int, list[list[bytes]]]) -> Proof:
    seal = seal_of.get(seq)
    if seal is None:
        return {"seq": seq, "digest": digest, "seal": None, "path": []}
    path = merkle.inclusion_path(trees[seal.first_seq], seq - seal.first_seq)
    return {"seq": seq, "digest": digest, "seal": line_of(seal), "path": [step.hex() for step in path]}


def _any(conditions: Sequence[Q]) -> Q:
    anything = Q(pk__in=())
    for condition in conditions:
        anything |= condition
    return anything
