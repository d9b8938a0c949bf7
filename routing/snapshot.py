"""The configuration of a city, frozen in memory, and the question it answers: who answers for this, here?

A rule wins by the most specific category (the leaf, then its group, then any), then the smallest area (the
whole city is the largest), then the lowest precedence. Owner and executor are found separately. Two equally
strong rules for different organisations, and a point that its own accuracy could put where another answer
holds, are flagged.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from routing.catalogue import Catalogue
from routing.decision import Candidate, Role, RoutingDecision, TriageReason
from routing.explain import explain
from routing.geometry import AreaIndex, Borders, read, square_metres
from routing.ranking import Choice, Table, in_office, is_valid, rank
from routing.rows import AreaRow, CategoryRow, CityRow, OrganisationRow, RuleRow
from routing.worktime import WorkCalendar

__all__ = [
    "AreaRow",
    "Candidate",
    "CategoryRow",
    "CityRow",
    "OrganisationRow",
    "Role",
    "RoutingDecision",
    "RuleRow",
    "Snapshot",
    "TriageReason",
]

# A phone that knows its place no better than this does not know it; looking further would flag every report.
MOST_ACCURACY_M: Final = 5_000.0
_SAME_POINT_DEGREES: Final = 1e-6
_MOST_REMEMBERED: Final = 50_000


class Snapshot(Catalogue):
    """A city's areas, catalogue, organisations and responsibilities at one version.

    Never changes once built.
    """

    def __init__(
        self,
        areas: Iterable[AreaRow],
        categories: Iterable[CategoryRow],
        organisations: Iterable[OrganisationRow],
        rules: Iterable[RuleRow],
        calendars: Iterable[WorkCalendar] = (),
        version: int = 0,
        city: CityRow | None = None,
    ) -> None:
        super().__init__(areas, categories, organisations, rules, calendars, version, city)
        self._lay_out_areas()
        self._zone: tzinfo = ZoneInfo(self.city.timezone) if self.city else UTC
        self._changes, self._days = self._epochs()
        self._tables: dict[tuple[str, int], Table] = {}
        self._borders: dict[frozenset[int], Borders] = {}
        self._remembered: dict[tuple[str, int, tuple[int, ...]], RoutingDecision] = {}

    @classmethod
    def build(
        cls,
        areas: Iterable[AreaRow],
        categories: Iterable[CategoryRow],
        organisations: Iterable[OrganisationRow],
        rules: Iterable[RuleRow],
        calendars: Iterable[WorkCalendar] = (),
        version: int = 0,
        city: CityRow | None = None,
    ) -> "Snapshot":
        """Freeze a configuration. Without a ``city`` no point counts as outside."""
        return cls(areas, categories, organisations, rules, calendars, version, city)

    def resolve(
        self,
        category_code: str,
        latitude: float | None,
        longitude: float | None,
        at: datetime,
        accuracy_m: float | None = None,
    ) -> RoutingDecision:
        """Say who answers for a category at a WGS 84 point at the aware moment ``at``.

        Without a point only what holds for the whole city can answer, and the decision is flagged if areas
        matter. Raises UnknownCategory if the catalogue does not have the code.
        """
        epoch = bisect_right(self._changes, at.timestamp())
        table = self._tables.get((category_code, epoch)) or self._table(category_code, epoch)
        if latitude is None or longitude is None:
            return self._decide_without_place(table)
        decision = self._decide(table, self._index.at(latitude, longitude))
        if not table.scope:
            return decision
        located = decision.at_place(partial(table.borders.distance_m, latitude, longitude))
        if accuracy_m:
            return self._doubt(table, located, latitude, longitude, min(accuracy_m, MOST_ACCURACY_M))
        return located

    def is_outside(self, latitude: float, longitude: float) -> bool:
        """Tell whether a point lies outside the city."""
        return self._territory is not None and self._territory not in self._index.at(latitude, longitude)

    def is_default_point(self, latitude: float, longitude: float) -> bool:
        """Tell whether a point is one that software sends when it does not know the place."""
        return self.city is not None and any(
            abs(latitude - known_latitude) < _SAME_POINT_DEGREES
            and abs(longitude - known_longitude) < _SAME_POINT_DEGREES
            for known_latitude, known_longitude in self.city.default_points
        )

    def areas_at(self, latitude: float, longitude: float) -> tuple[str, ...]:
        """Return the codes of the areas, of any generation, that hold a point: the smallest first."""
        return self._codes(self._index.at(latitude, longitude))

    def day_of(self, moment: datetime) -> date:
        """Return the day it is in the city at an aware moment."""
        return moment.astimezone(self._zone).date()

    # How the answer is found

    def _decide(self, table: Table, areas: tuple[int, ...]) -> RoutingDecision:
        """Decide for a combination of areas; the same one is decided once."""
        key = (table.category, table.epoch, areas)
        decision = self._remembered.get(key)
        if decision is None:
            decision = self._decide_anew(table, areas)
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = decision
        return decision

    def _decide_anew(self, table: Table, areas: tuple[int, ...]) -> RoutingDecision:
        owner = table.choose(areas, Role.OWNER)
        executor = table.choose(areas, Role.EXECUTOR)
        if self._territory is not None and self._territory not in areas:
            reason = TriageReason.OUTSIDE
        elif owner.best is None:
            reason = TriageReason.NOBODY
        else:
            reason = TriageReason.TIE if owner.tied or executor.tied else TriageReason.NONE
        return self._decision(table, areas, owner, executor, reason)

    def _decide_without_place(self, table: Table) -> RoutingDecision:
        """Propose what holds for the whole city; whatever holds in some area is an alternative."""
        somewhere = () if self._territory is None else (self._territory,)
        decision = self._decide(table, somewhere)
        if not table.scope:
            return decision
        found = [table.choose_anywhere(role) for role in Role]
        everyone = [
            candidate
            for choice in found
            if choice.best
            for candidate in (_candidate(choice.best), *choice.others)
            if candidate.organisation not in (decision.organisation, decision.executor)
        ]
        return decision.at_place(
            _nowhere,
            alternatives=tuple(everyone),
            triage_reason=TriageReason.BOUNDARY,
            areas=(),
            rivals=tuple(dict.fromkeys(candidate.organisation for candidate in everyone)),
        )

    def _doubt(
        self, table: Table, decision: RoutingDecision, latitude: float, longitude: float, accuracy_m: float
    ) -> RoutingDecision:
        """Flag a decision that another point within ``accuracy_m`` metres would not have got."""
        if self._index.is_uniform(latitude, longitude, accuracy_m):
            return decision
        distance_m = table.borders.nearer_than(latitude, longitude, accuracy_m)
        if distance_m is None:
            return decision
        reachable = self._index.within(latitude, longitude, accuracy_m, table.scope)
        beyond = [self._decide(table, areas) for areas in sorted(reachable)]
        different = [other for other in beyond if _answer(other) != _answer(decision)]
        if not different or decision.triage_reason is TriageReason.TIE:
            return decision
        return decision.at_place(
            partial(float, distance_m),
            alternatives=_merge(decision, different),
            triage_reason=TriageReason.BOUNDARY,
            accuracy_m=accuracy_m,
            rivals=tuple(candidate.organisation for candidate in _across(decision, different)),
        )

    def _decision(
        self, table: Table, areas: tuple[int, ...], owner: Choice, executor: Choice, reason: TriageReason
    ) -> RoutingDecision:
        day = self._days[table.epoch]
        return RoutingDecision(
            category=table.category,
            organisation=owner.best.organisation if owner.best else None,
            executor=executor.best.organisation if executor.best else None,
            rule=owner.best.code if owner.best else None,
            executor_rule=executor.best.code if executor.best else None,
            areas=tuple(code for code in self._codes(areas) if is_valid(self.areas[code], day)),
            alternatives=(*owner.others, *executor.others),
            triage_reason=reason,
            version=self.version,
            rivals=(*owner.tied, *executor.tied),
            _explain=partial(explain, names=self),
        )

    # What is laid out before, or when first needed

    def _lay_out_areas(self) -> None:
        """Sort the areas by size, so that a lower position is a smaller area;

        the city's territory comes last.
        """
        shapes = {code: read(row.polygon) for code, row in self.areas.items()}
        sizes = {code: float(round(square_metres(geometry))) for code, geometry in shapes.items()}
        self._order = sorted(shapes, key=lambda code: (sizes[code], code))
        self._sizes = [sizes[code] for code in self._order]
        geometries = [shapes[code] for code in self._order]
        territory = self.city.territory if self.city else None
        self._territory = None if territory is None else len(geometries)
        self._index = AreaIndex(geometries if territory is None else [*geometries, read(territory)])

    def _codes(self, positions: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(self._order[i] for i in positions if i != self._territory)

    def _epochs(self) -> tuple[list[float], list[date]]:
        """Return the moments at which rules, areas or organisations come or go, and a day of each span."""
        ends = [(area.valid_from, area.valid_to) for area in self.areas.values()]
        ends += [(rule.valid_from, rule.valid_to) for rule in self.rules.values()]
        ends += [(body.starts_on, body.ends_on) for body in self.organisations.values()]
        days = {first for first, _ in ends if first}
        days |= {last + timedelta(days=1) for _, last in ends if last and last < date.max}
        changes = sorted(days)
        before_all = changes[0] - timedelta(days=1) if changes and changes[0] > date.min else date.min
        return [datetime.combine(day, time(0), self._zone).timestamp() for day in changes], [
            before_all,
            *changes,
        ]

    def _table(self, category_code: str, epoch: int) -> Table:
        category = self.category(category_code)
        day = self._days[epoch]
        positions = {code: i for i, code in enumerate(self._order) if is_valid(self.areas[code], day)}
        rules = [
            rule
            for rule in self.rules.values()
            if is_valid(rule, day) and in_office(self.organisations.get(rule.organisation), day)
        ]
        ranked = rank(rules, category, positions, self._sizes)
        by_area = {position: found for position, found in ranked.items() if position is not None}
        edge = {self._territory} if by_area and self._territory is not None else set()
        scope = frozenset(by_area) | edge
        table = Table(category_code, epoch, ranked.get(None, ()), by_area, scope, self._borders_of(scope))
        self._tables[category_code, epoch] = table
        return table

    def _borders_of(self, scope: frozenset[int]) -> Borders:
        borders = self._borders.get(scope)
        if borders is None:
            borders = self._borders[scope] = Borders(self._index.geometries[i] for i in sorted(scope))
        return borders


def _nowhere() -> None:
    """The distance of a place that is not known."""


def _answer(decision: RoutingDecision) -> tuple[str | None, str | None]:
    return decision.organisation, decision.executor


def _candidate(rule: RuleRow) -> Candidate:
    return Candidate(rule.organisation, rule.role, rule.code)


def _across(decision: RoutingDecision, different: list[RoutingDecision]) -> list[Candidate]:
    """Return those who would answer across the boundary and do not here, each once per role."""
    found: dict[tuple[str, str], Candidate] = {}
    for other in different:
        for role, code, rule in (
            (Role.OWNER, other.organisation, other.rule),
            (Role.EXECUTOR, other.executor, other.executor_rule),
        ):
            if code and rule and code not in _answer(decision):
                found.setdefault((role, code), Candidate(code, role, rule))
    return list(found.values())


def _merge(decision: RoutingDecision, different: list[RoutingDecision]) -> tuple[Candidate, ...]:
    """Put those across the boundary before the alternatives here, each named once per role."""
    found = [*_across(decision, different), *decision.alternatives]
    return tuple({(one.role, one.organisation): one for one in reversed(found)}.values())[::-1]
