"""How well the score of ``reports/search/similarity.py`` finds what the staff of a city marked as the same.

Every case is asked about as its sender would have been: among the cases that were there before it, near by
and not long ended, which are suggested? A case that staff closed as a duplicate of an earlier one should get
that one suggested, or another of the same matter. Any other suggestion counts as wrong, though staff seldom
mark every duplicate, so the true precision is higher.
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from interop.sources import SourceRow
from reports.search import similarity
from reports.search.similarity import Likeness, Traits, likeness

DAY_S: Final = 86_400.0
SQUARE_DEGREES: Final = 0.004
METRES_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True)
class Case:
    """A case with a place; ``matter`` is the first case of those that staff said are the same."""

    traits: Traits
    latitude: float
    longitude: float
    ended: float
    matter: str
    is_duplicate: bool


@dataclass(frozen=True)
class Pair:
    """A case and an earlier one near by; ``asked`` is the position of the case that was sent."""

    asked: int
    likeness: Likeness
    is_same: bool


@dataclass(frozen=True)
class Found:
    """What a threshold gives. ``recall`` is of the duplicates whose matter could be found; ``precision`` of
    the suggestions made to senders of duplicates; ``precision_of_all`` of those made to anybody;
    ``asked_in_vain`` is the share of the other senders who are shown something.
    """

    threshold: float
    recall: float
    recall_of_all: float
    precision: float
    precision_of_all: float
    asked_in_vain: float

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def cases_of(rows: Iterable[SourceRow], defaults: Sequence[tuple[float, float]]) -> list[Case]:
    """The cases that have a place, oldest first; a point that stands for an unknown place is none."""
    rows = list(rows)
    matter = {row.source_id: row.duplicate_of or row.source_id for row in rows}
    known = {row.source_id for row in rows}
    cases = []
    for row in rows:
        latitude, longitude = row.latitude, row.longitude
        if latitude is None or longitude is None or _is_default(latitude, longitude, defaults):
            continue
        target = row.duplicate_of if row.duplicate_of in known else ""
        head = _head(row.source_id, matter) if target else row.source_id
        days = row.observed_at.timestamp() / DAY_S
        ended = row.closed_at.timestamp() / DAY_S if row.is_closed and row.closed_at else math.inf
        traits = Traits(row.category, "", days, row.text)
        cases.append(Case(traits, latitude, longitude, ended, head, bool(target)))
    return sorted(cases, key=lambda case: case.traits.days)


def pairs_of(cases: Sequence[Case]) -> list[Pair]:
    """Every case with each earlier one that would have been looked at when it was sent."""
    squares: dict[tuple[int, int], deque[int]] = defaultdict(deque)
    pairs = []
    for position, case in enumerate(cases):
        for earlier in _near(case, squares, cases):
            other = cases[earlier]
            metres = metres_between(case, other)
            if metres <= similarity.RADIUS_M and _is_current(other, case.traits.days):
                alike = likeness(case.traits, other.traits, metres)
                pairs.append(Pair(position, alike, case.matter == other.matter))
        squares[_square(case)].append(position)
    return pairs


def metres_between(one: Case, other: Case) -> float:
    """On the plane that touches at the first."""
    shrink = math.cos(math.radians(one.latitude))
    return METRES_PER_DEGREE * math.hypot(
        one.latitude - other.latitude, (one.longitude - other.longitude) * shrink
    )


def judge(cases: Sequence[Case], pairs: Sequence[Pair], threshold: float, since: int = 0) -> Found:
    """What the threshold gives for the cases from a position on."""
    suggested = [pair for pair in pairs if pair.asked >= since and pair.likeness.score >= threshold]
    duplicates = {at for at in range(since, len(cases)) if cases[at].is_duplicate}
    reachable = {pair.asked for pair in pairs if pair.asked in duplicates and pair.is_same}
    found = {pair.asked for pair in suggested if pair.is_same} & duplicates
    to_duplicates = [pair for pair in suggested if pair.asked in duplicates]
    in_vain = {pair.asked for pair in suggested} - duplicates
    return Found(
        threshold,
        recall=len(found) / max(len(reachable), 1),
        recall_of_all=len(found) / max(len(duplicates), 1),
        precision=_share(to_duplicates),
        precision_of_all=_share(suggested),
        asked_in_vain=len(in_vain) / max(len(cases) - since - len(duplicates), 1),
    )


def _share(pairs: Sequence[Pair]) -> float:
    return sum(pair.is_same for pair in pairs) / max(len(pairs), 1)


def _head(source_id: str, matter: dict[str, str]) -> str:
    """The first of a chain of duplicates; a chain that bites its tail ends where it does."""
    seen = {source_id}
    while (following := matter.get(source_id, source_id)) not in seen:
        source_id = following
        seen.add(source_id)
    return source_id


def _is_current(other: Case, now: float) -> bool:
    is_recent = now - other.traits.days <= similarity.MEMORY.total_seconds() / DAY_S
    return is_recent and now - other.ended <= similarity.RESOLVED_MEMORY.total_seconds() / DAY_S


def _is_default(latitude: float, longitude: float, defaults: Sequence[tuple[float, float]]) -> bool:
    return any(abs(latitude - lat) < 1e-6 and abs(longitude - lon) < 1e-6 for lat, lon in defaults)


def _square(case: Case) -> tuple[int, int]:
    return int(case.latitude / SQUARE_DEGREES), int(case.longitude / SQUARE_DEGREES)


def _near(case: Case, squares: dict[tuple[int, int], deque[int]], cases: Sequence[Case]) -> Iterator[int]:
    """The cases of the squares around; those too old to matter any more are thrown out on the way."""
    row, column = _square(case)
    oldest = case.traits.days - similarity.MEMORY.total_seconds() / DAY_S
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            found = squares.get((row + north, column + east), deque())
            while found and cases[found[0]].traits.days < oldest:
                found.popleft()
            yield from found
