"""How likely two reports are about the same thing: a number from 0 to 1, and what it is made of. No ORM here.

Place, words, category and time each give a part from 0 to 1; the score is their weighted sum. The weights and
the threshold were fitted on pairs that the staff of a city marked, and judged on later ones that they were
not fitted on: ``manage.py evaluate_similar`` prints the figures, ``docs/search.md`` shows them.
"""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final

from reports.search.words import tokens_of

RADIUS_M: Final = 150.0
# Who reports a danger seldom stands at it, and a second call to look costs little.
HAZARD_RADIUS_M: Final = 250.0
# What was reported so long ago and is still open, or was resolved so recently, can be the same thing.
MEMORY: Final = timedelta(days=120)
RESOLVED_MEMORY: Final = timedelta(days=14)
NEAR_M: Final = 40.0
SOON_DAYS: Final = 14.0
THRESHOLD: Final = 0.65
# Words weigh less than they did by hand: what the pairs were fitted on are answers to a form.
WEIGHTS: Final = {"place": 0.38, "words": 0.1, "category": 0.34, "time": 0.18}
SAME_GROUP: Final = 0.5
LONGEST_TEXT: Final = 600


@dataclass(frozen=True, slots=True)
class Likeness:
    """The score and its parts, each from 0 to 1."""

    score: float
    place: float
    words: float
    category: float
    time: float


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a report is compared; ``group`` is its category's parent."""

    category: str
    group: str
    days: float
    text: str


def likeness(one: Traits, other: Traits, metres: float) -> Likeness:
    """How like two reports are whose places are ``metres`` apart."""
    place = math.exp(-metres / NEAR_M)
    words = likeness_of_words(one.text, other.text)
    category = likeness_of_categories(one, other)
    time = math.exp(-abs(one.days - other.days) / SOON_DAYS)
    score = (
        WEIGHTS["place"] * place
        + WEIGHTS["words"] * words
        + WEIGHTS["category"] * category
        + WEIGHTS["time"] * time
    )
    return Likeness(score, place, words, category, time)


def likeness_of_categories(one: Traits, other: Traits) -> float:
    """1 for the same category, a half for two of one group, 0 else; nothing said is a half."""
    if not one.category or not other.category:
        return SAME_GROUP
    if one.category == other.category:
        return 1.0
    return SAME_GROUP if one.group and one.group == other.group else 0.0


def likeness_of_words(one: str, other: str) -> float:
    """The cosine between the pieces of two texts, so that neither language needs its words parted."""
    first, first_length = _pairs(one[:LONGEST_TEXT])
    second, second_length = _pairs(other[:LONGEST_TEXT])
    if not first or not second:
        return 0.0
    if len(second) < len(first):
        first, second = second, first
    shared = sum(count * second[pair] for pair, count in first.items() if pair in second)
    return shared / (first_length * second_length)


@lru_cache(maxsize=2048)
def _pairs(text: str) -> tuple[Counter[str], float]:
    """How often each pair of neighbouring characters is in a text, folded as the search folds it."""
    pairs: Counter[str] = Counter()
    for token in tokens_of([text]):
        pairs.update(token[at : at + 3] for at in range(max(len(token) - 2, 1)))
    return pairs, math.sqrt(sum(count * count for count in pairs.values()))
