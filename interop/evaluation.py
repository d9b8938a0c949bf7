"""How well learnt responsibilities answer for cases that came later."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import starmap
from typing import Any

from interop.sources import SourceRow
from routing.decision import RoutingDecision
from routing.drafting import snapshot_of
from routing.errors import UnknownCategory
from routing.snapshot import Snapshot

Question = tuple[str, float | None, float | None, Any]


@dataclass(frozen=True)
class Verdict:
    """Shares of all judged cases.

    A queue is right when it is the organisation that the decision names, a department when that organisation
    is in it. A decision that a person must confirm still names whom the rules propose, and counts by that
    name; in the ``_unaided`` figures it counts as wrong. ``triage_share`` are the cases that a person must
    decide or confirm, those of a category that was never seen among them, for which nobody is named. A
    snapshot that has just been made is ``cold``: it surveys each place when it is first asked about it.
    """

    learnt_from: int
    judged: int
    department_accuracy: float
    queue_accuracy: float
    department_accuracy_unaided: float
    queue_accuracy_unaided: float
    triage_share: float
    without_place: int
    never_seen: int
    areas: int
    responsibilities: int
    microseconds_per_decision: float
    microseconds_per_decision_cold: float

    def as_json(self) -> dict[str, Any]:
        """The figures, rounded to what they are worth."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def evaluate(document: dict[str, Any], rows: Sequence[SourceRow], learnt_from: int) -> Verdict:
    """Judge a city by cases that it was not learnt from; it sees their category, point and time alone."""
    snapshot = snapshot_of(document)
    codes = {
        category["name_en"]: category["code"] for category in document["categories"] if category["kinds"]
    }
    questions = [_question(row, codes, snapshot) for row in rows]
    decisions, cold_s = _decide(snapshot, questions)
    _, warm_s = _decide(snapshot, questions)
    names = {organisation["code"]: organisation["name_en"] for organisation in document["organisations"]}
    departments = {row.organisation: row.department for row in rows}
    departments |= {o["name_en"]: names.get(o["parent"] or "", "") for o in document["organisations"]}
    named = [names.get(decision.organisation or "", "") if decision else "" for decision in decisions]
    aided = [decision is None or decision.needs_triage for decision in decisions]
    right_queue = [name == row.organisation for name, row in zip(named, rows, strict=True)]
    right_department = [
        departments.get(name) == row.department for name, row in zip(named, rows, strict=True)
    ]
    return Verdict(
        learnt_from=learnt_from,
        judged=len(rows),
        department_accuracy=_share(right_department),
        queue_accuracy=_share(right_queue),
        department_accuracy_unaided=_share(_unless(right_department, aided)),
        queue_accuracy_unaided=_share(_unless(right_queue, aided)),
        triage_share=_share(aided),
        without_place=sum(latitude is None for _, latitude, _, _ in questions),
        never_seen=sum(decision is None for decision in decisions),
        areas=len(document["areas"]),
        responsibilities=len(document["responsibilities"]),
        microseconds_per_decision=1e6 * warm_s / max(len(rows), 1),
        microseconds_per_decision_cold=1e6 * cold_s / max(len(rows), 1),
    )


def _question(row: SourceRow, codes: Mapping[str, str], snapshot: Snapshot) -> Question:
    """What a phone would send; a point that stands for an unknown place is none."""
    latitude, longitude = row.latitude, row.longitude
    if latitude is not None and longitude is not None and snapshot.is_default_point(latitude, longitude):
        latitude = longitude = None
    return codes.get(row.category, ""), latitude, longitude, row.observed_at


def _decide(snapshot: Snapshot, questions: Sequence[Question]) -> tuple[list[RoutingDecision | None], float]:
    """Answer all questions, one by one; the first time the snapshot lays out its tables on the way."""

    def answer(code: str, latitude: float | None, longitude: float | None, at: Any) -> RoutingDecision | None:
        try:
            return snapshot.resolve(code, latitude, longitude, at)
        except UnknownCategory:
            return None

    started = time.perf_counter()
    decisions = list(starmap(answer, questions))
    return decisions, time.perf_counter() - started


def _unless(right: Sequence[bool], aided: Sequence[bool]) -> list[bool]:
    return [is_right and not needs_help for is_right, needs_help in zip(right, aided, strict=True)]


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / max(len(flags), 1)
