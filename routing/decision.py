"""What the rules said about one report, and why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any


class Role(StrEnum):
    """An owner answers to the citizen; an executor does the work."""

    OWNER = "owner"
    EXECUTOR = "executor"


class TriageReason(StrEnum):
    """Why a person has to look at a decision."""

    NONE = ""
    NOBODY = "nobody"
    TIE = "tie"
    BOUNDARY = "boundary"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that would answer if those before it did not; ``rule`` says by which responsibility."""

    organisation: str
    role: str
    rule: str

    def as_json(self) -> dict[str, str]:
        """Return the candidate as it is stored."""
        return {"organisation": self.organisation, "role": self.role, "rule": self.rule}


@dataclass(frozen=True)
class RoutingDecision:
    """Who answers for a category at a place and moment.

    ``organisation`` and ``executor`` are codes; a decision that needs triage still names the best answer
    there is, as a proposal. ``areas`` hold the place, smallest first. ``alternatives`` come in the order in
    which they would be asked; near a boundary those across it come first. ``rivals`` are those whose claim
    is as good: of a tie, or across a boundary that is too near. The distance and the sentences are worked
    out when first read.
    """

    category: str
    organisation: str | None
    executor: str | None
    rule: str | None
    executor_rule: str | None
    areas: tuple[str, ...]
    alternatives: tuple[Candidate, ...]
    triage_reason: TriageReason
    version: int
    accuracy_m: float | None = None
    rivals: tuple[str, ...] = ()
    _measure: Callable[[], float | None] | None = field(default=None, repr=False, compare=False)
    _explain: Callable[["RoutingDecision", str], str] | None = field(default=None, repr=False, compare=False)

    @property
    def needs_triage(self) -> bool:
        """Whether a person must confirm or decide."""
        return self.triage_reason is not TriageReason.NONE

    @cached_property
    def boundary_m(self) -> float | None:
        """Metres to the nearest boundary that any rule for this category names;

        None if all are for the whole city.
        """
        return self._measure() if self._measure else None

    @cached_property
    def sentence_en(self) -> str:
        """Why them, in English."""
        return self._explain(self, "en") if self._explain else ""

    @cached_property
    def sentence_zh(self) -> str:
        """Why them, in Chinese."""
        return self._explain(self, "zh") if self._explain else ""

    def at_place(self, measure: Callable[[], float | None], **changes: Any) -> "RoutingDecision":
        """Return this decision for one place, whose distance to a boundary ``measure`` tells when asked.

        Written without ``dataclasses.replace``, which takes longer than all the rest of a decision.
        """
        copy = object.__new__(RoutingDecision)
        state = copy.__dict__
        state.update(self.__dict__)
        if changes:
            for worked_out in ("boundary_m", "sentence_en", "sentence_zh"):
                state.pop(worked_out, None)
            state.update(changes)
        state["_measure"] = measure
        return copy

    def as_json(self) -> dict[str, Any]:
        """Return the whole decision as it is stored on a report; lengths in metres to one decimal."""
        return {
            "category": self.category,
            "organisation": self.organisation,
            "executor": self.executor,
            "rule": self.rule,
            "executor_rule": self.executor_rule,
            "areas": list(self.areas),
            "boundary_m": _rounded(self.boundary_m),
            "accuracy_m": _rounded(self.accuracy_m),
            "alternatives": [candidate.as_json() for candidate in self.alternatives],
            "needs_triage": self.needs_triage,
            "triage_reason": self.triage_reason.value,
            "rivals": list(self.rivals),
            "sentence_en": self.sentence_en,
            "sentence_zh": self.sentence_zh,
            "version": self.version,
        }


def _rounded(metres: float | None) -> float | None:
    return None if metres is None else round(metres, 1)
