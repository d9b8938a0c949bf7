"""Learn who answers for what, where, from cases that were answered before.

Three observations make the rules, each a plain count:

1. *Territories.* A case's own district label is read on the learning side only. Each H3 cell takes the label
   that most cases in and around it carry; cells without a case take their nearest labelled cell's. What comes
   out are polygons, so that judging needs nothing but a point.
2. *Families.* Organisations that answer in one territory each (nine in ten of their cases lie there) are one
   family, "the organisation of this territory". What it answers for in one territory it answers for in all.
3. *Rules.* For a category in a territory the organisation with most cases answers, where a case counts half
   as much for every ``half_life_cases`` later cases of its category, and ``prior`` cases of the whole city's
   habit are mixed in so that a handful of local cases cannot outvote it. Cases without a place make the rule
   for the whole city.

Pure: no ORM, no files, no randomness. ``half_life_cases`` and ``prior`` were chosen inside the first 40,000
cases of Boston 2011 (five times: learn on all before, judge the next 4,000), see ``docs/data-in.md``.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from h3.api import basic_int as h3

WHOLE_CITY = ""
_THE_FAMILY = "the organisation of this territory"
Weights = defaultdict[str, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """One answered case. ``latitude`` is None when the case has no real place; ``district`` may be empty."""

    category: str
    organisation: str
    at: datetime
    latitude: float | None = None
    longitude: float | None = None
    district: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn; the defaults are those measured in ``docs/data-in.md``."""

    half_life_cases: float = 200.0
    prior: float = 4.0
    resolution: int = 11
    family_rows: int = 50
    family_share: float = 0.9
    runner_up_share: float = 0.2


@dataclass(frozen=True, slots=True)
class LearntRule:
    """An organisation answers for a category in a territory (WHOLE_CITY: everywhere, and where no place is
    known).
    """

    category: str
    territory: str
    organisation: str
    precedence: int = 0


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came out: territories as GeoJSON geometries by label, and the rules."""

    territories: Mapping[str, dict[str, Any]]
    rules: tuple[LearntRule, ...]


def _no_weights() -> Weights:
    return defaultdict(float)


@dataclass(slots=True)
class _Counts:
    """Weighted counts of one category: in the whole city, without a place, and in each territory."""

    city: Weights = field(default_factory=_no_weights)
    unplaced: Weights = field(default_factory=_no_weights)
    local: defaultdict[str, Weights] = field(default_factory=lambda: defaultdict(_no_weights))


def learn(
    samples: Sequence[Sample], *, extent: Iterable[Mapping[str, Any]] = (), settings: Settings | None = None
) -> Learnt:
    """Learn territories and rules from ``samples``; ``extent`` are GeoJSON geometries that the territories
    shall fill.

    Raises ValueError without samples.
    """
    if not samples:
        raise ValueError("There is nothing to learn from: no case was given.")
    settings = settings or Settings()
    labels = territory_cells(samples, extent, settings.resolution)
    places = [_territory_of(sample, labels, settings.resolution) for sample in samples]
    family = _family(samples, places, settings)
    counts = _count(samples, places, settings)
    territories = sorted(set(labels.values()))
    rules = [
        rule
        for category in sorted(counts)
        for rule in _rules(category, counts[category], family, territories, settings)
    ]
    return Learnt(territories=_dissolve(labels), rules=tuple(rules))


def territory_cells(
    samples: Iterable[Sample], extent: Iterable[Mapping[str, Any]], resolution: int
) -> dict[int, str]:
    """Return cell → label: of the majority in the cell and its ring, else of the nearest labelled cell."""
    votes: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for sample in samples:
        if sample.district and sample.latitude is not None and sample.longitude is not None:
            votes[h3.latlng_to_cell(sample.latitude, sample.longitude, resolution)][sample.district] += 1
    labels = {cell: _majority(cell, votes) for cell in votes}
    wanted = {cell for geometry in extent for cell in h3.geo_to_cells(geometry, resolution)}
    wanted.update(ring for cell in labels for ring in h3.grid_disk(cell, 1))
    return _spread(labels, wanted)


def _majority(cell: int, votes: Mapping[int, Counter[str]]) -> str:
    """Return the label of most cases; one in the cell itself counts as three in the ring around it."""
    total = _no_weights()
    for near in h3.grid_disk(cell, 1):
        for label, count in votes.get(near, {}).items():
            total[label] += count * (3 if near == cell else 1)
    return _best(total)


def _spread(labels: dict[int, str], wanted: set[int]) -> dict[int, str]:
    """Give every reachable cell of ``wanted`` the label of its nearest labelled cell."""
    spread = dict(sorted(labels.items()))
    frontier = deque(spread)
    while frontier:
        cell = frontier.popleft()
        for near in sorted(h3.grid_ring(cell, 1)):
            if near in wanted and near not in spread:
                spread[near] = spread[cell]
                frontier.append(near)
    return spread


def _territory_of(sample: Sample, labels: Mapping[int, str], resolution: int) -> str:
    if sample.latitude is None or sample.longitude is None:
        return WHOLE_CITY
    return labels.get(h3.latlng_to_cell(sample.latitude, sample.longitude, resolution), WHOLE_CITY)


def _family(samples: Iterable[Sample], places: Iterable[str], settings: Settings) -> dict[str, str]:
    """Return organisation → its one territory, for those that have one."""
    where: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sample, place in zip(samples, places, strict=True):
        if place:
            where[sample.organisation][place] += 1
    family: dict[str, str] = {}
    for organisation, counter in sorted(where.items(), key=lambda item: (-item[1].total(), item[0])):
        home, count = counter.most_common(1)[0]
        is_local = (
            counter.total() >= settings.family_rows and count >= settings.family_share * counter.total()
        )
        if is_local and home not in family.values():
            family[organisation] = home
    return family if len(family) > 1 else {}


def _count(samples: Sequence[Sample], places: Sequence[str], settings: Settings) -> dict[str, _Counts]:
    """Weigh the cases of each category, the newest first."""
    counts: defaultdict[str, _Counts] = defaultdict(_Counts)
    later: Counter[str] = Counter()
    newest_first = sorted(zip(samples, places, strict=True), key=_age_order, reverse=True)
    for sample, place in newest_first:
        weight = 0.5 ** (later[sample.category] / settings.half_life_cases)
        later[sample.category] += 1
        mine = counts[sample.category]
        mine.city[sample.organisation] += weight
        here = mine.local[place] if place else mine.unplaced
        here[sample.organisation] += weight
    return dict(counts)


def _age_order(pair: tuple[Sample, str]) -> tuple[datetime, str, str]:
    """By time, and of one moment in an order that does not depend on the file's."""
    sample, place = pair
    return sample.at, sample.organisation, place


def _rules(
    category: str, counts: _Counts, family: Mapping[str, str], territories: Sequence[str], settings: Settings
) -> Iterator[LearntRule]:
    """Yield the rule of the whole city, its runner-up, and one rule for each territory that differs."""
    everywhere = _best(_mixed(counts.unplaced, counts.city, settings.prior))
    yield LearntRule(category, WHOLE_CITY, everywhere)
    runner_up = _best({name: weight for name, weight in counts.city.items() if name != everywhere})
    if runner_up and counts.city[runner_up] >= settings.runner_up_share * sum(counts.city.values()):
        yield LearntRule(category, WHOLE_CITY, runner_up, precedence=1)
    roles = _as_roles(counts.city, family)
    at_home = {home: organisation for organisation, home in family.items()}
    for territory in territories:
        mixed = _mixed(_as_roles(counts.local.get(territory, {}), family), roles, settings.prior)
        if territory not in at_home:
            mixed.pop(_THE_FAMILY, None)
        winner = _best(mixed)
        winner = at_home[territory] if winner == _THE_FAMILY else winner
        if winner and winner != everywhere:
            yield LearntRule(category, territory, winner)


def _as_roles(weights: Mapping[str, float], family: Mapping[str, str]) -> Weights:
    """Return the weights with every organisation of the family counted as the one role."""
    roles = _no_weights()
    for organisation, weight in weights.items():
        roles[_THE_FAMILY if organisation in family else organisation] += weight
    return roles


def _mixed(local: Mapping[str, float], habit: Mapping[str, float], prior: float) -> Weights:
    """Return local weights plus ``prior`` cases spread as ``habit`` is."""
    mixed, total = _no_weights(), sum(habit.values())
    for name in {**local, **habit}:
        mixed[name] = local.get(name, 0.0) + prior * habit.get(name, 0.0) / total
    return mixed


def _best(weights: Mapping[str, float]) -> str:
    """Return the heaviest name, the alphabetically first of equals, or "" of nothing."""
    return min(weights, key=lambda name: (-weights[name], name), default="")


def _dissolve(labels: Mapping[int, str]) -> dict[str, dict[str, Any]]:
    """Return label → GeoJSON geometry: the union of its cells, which fit without gap or overlap."""
    cells: defaultdict[str, list[int]] = defaultdict(list)
    for cell, label in labels.items():
        cells[label].append(cell)
    return {label: h3.cells_to_geo(members) for label, members in sorted(cells.items())}
