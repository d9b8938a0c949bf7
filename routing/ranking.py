"""Which of several responsibilities is the strongest: one written order, not the position in a list."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from routing.decision import Candidate, Role
from routing.geometry import Borders
from routing.rows import AreaRow, CategoryRow, OrganisationRow, RuleRow, StopperRow

LEAF: Final = 0
GROUP: Final = 1
ANY: Final = 2

# Lower is stronger: how specific the category is, square metres of the area, precedence.
Strength = tuple[int, float, int]
Ranked = tuple[Strength, RuleRow]


@dataclass(frozen=True)
class Choice:
    """The strongest rule for one role, which other organisations have one as strong, and who comes next."""

    best: RuleRow | None
    tied: tuple[str, ...] = ()
    others: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class Table:
    """The rules for one category on the days of one epoch; areas by their position in the index.

    ``scope`` are the areas whose borders matter to the answer, ``borders`` measures the way to them.
    """

    category: str
    epoch: int
    citywide: tuple[Ranked, ...] = ()
    by_area: Mapping[int, tuple[Ranked, ...]] = field(default_factory=dict)
    scope: frozenset[int] = frozenset()
    borders: Borders = field(default_factory=Borders)

    def choose(self, areas: Iterable[int], role: Role) -> Choice:
        """Choose among the rules that hold in all of ``areas`` and in the whole city."""
        found = [ranked for ranked in self.citywide if ranked[1].role == role]
        for position in areas:
            found += [ranked for ranked in self.by_area.get(position, ()) if ranked[1].role == role]
        return _choose(found)

    def choose_anywhere(self, role: Role) -> Choice:
        """Choose among all rules, wherever they hold: what could be the answer if the place is not known."""
        return self.choose(self.by_area, role)


def _choose(found: list[Ranked]) -> Choice:
    if not found:
        return Choice(None)
    found.sort(key=_order)
    strength, best = found[0]
    tied = dict.fromkeys(rule.organisation for other, rule in found if other == strength)
    tied.pop(best.organisation)
    seen = {best.organisation}
    others = []
    for _, rule in found[1:]:
        if rule.organisation not in seen:
            seen.add(rule.organisation)
            others.append(Candidate(rule.organisation, rule.role, rule.code))
    return Choice(best, tuple(tied), tuple(others))


def _order(ranked: Ranked) -> tuple[Strength, str, str]:
    strength, rule = ranked
    return strength, rule.organisation, rule.code


def specificity(rule: RuleRow, category: CategoryRow) -> int | None:
    """Return how closely a rule is about a category; None if it is not about it."""
    if rule.category == category.code:
        return LEAF
    if rule.category is None:
        return ANY
    return GROUP if rule.category == category.parent else None


def is_valid(row: AreaRow | RuleRow | StopperRow, day: date) -> bool:
    """Tell whether a row holds on ``day``; both ends belong to it."""
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)


def in_office(organisation: OrganisationRow | None, day: date) -> bool:
    """Tell whether an organisation exists on ``day``; a special purpose entity has its first and last."""
    if organisation is None:
        return True
    begun = organisation.starts_on is None or organisation.starts_on <= day
    return begun and (organisation.ends_on is None or day <= organisation.ends_on)


def rank(
    rules: Sequence[RuleRow], category: CategoryRow, areas: Mapping[str, int], sizes: Sequence[float]
) -> dict[int | None, tuple[Ranked, ...]]:
    """Group the rules about a category by area position (None is the whole city), each with its strength.

    ``areas`` are the positions of the areas that exist; a rule for another holds nowhere.
    """
    ranked: dict[int | None, tuple[Ranked, ...]] = {}
    for rule in rules:
        closeness = specificity(rule, category)
        position = None if rule.area is None else areas.get(rule.area, -1)
        if closeness is None or position == -1:
            continue
        size = math.inf if position is None else sizes[position]
        ranked[position] = (*ranked.get(position, ()), ((closeness, size, rule.precedence), rule))
    return ranked
