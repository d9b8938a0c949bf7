"""Text as a search sees it: tokens of what is written, and the question that somebody types.

Chinese is written without blanks, and a segmenter would have to know each street. So a run of Chinese
characters becomes its pairs (``路面有坑`` is 路面 面有 有坑) and its last character alone, by which a single
character is found as the beginning of a token. Other words are written small, without accents and endings
(``Potholes`` is pothol), on both sides. Traditional characters become simplified ones.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from reports.search.characters import SIMPLIFIED

MOST_TOKENS = 4000
LONGEST_TOKEN = 40
# A run this long may be several words written together; a longer one is a sentence and meant as it stands.
LONGEST_WORDS = 12
SMALLEST_PREFIX = 2

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7af\U00020000-\U0002fa1f"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_QUOTES = str.maketrans("“”„‟«»「」『』〝〞＂", '"' * 13)
_PIECES = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')
_SS = ("ss", "us", "is")
# Words that say nothing about what is looked for; in quotes they count.
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "are", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or"}
    | {"the", "there", "to", "was", "with"}
)


class NothingToFind(ValueError):
    """A question without a single word that could be looked for."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens right behind each other; with ``is_prefix`` the last is only the beginning of a token."""

    tokens: tuple[str, ...]
    is_prefix: bool = False


# Any of the ways to read a piece of the question; each way is phrases that must all be there.
Clause = tuple[tuple[Phrase, ...], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody looks for: every clause of ``wanted``, and none of ``unwanted``."""

    wanted: tuple[Clause, ...]
    unwanted: tuple[Clause, ...] = ()
    typed: str = ""

    @property
    def tokens(self) -> dict[str, bool]:
        """Each wanted token, and whether it is only a beginning: what an answer is ranked by."""
        found: dict[str, bool] = {}
        for phrase in (phrase for clause in self.wanted for way in clause for phrase in way):
            found |= dict.fromkeys(phrase.tokens[:-1], False)
            found[phrase.tokens[-1]] = phrase.is_prefix
        return found


def tokens_of(texts: Iterable[str]) -> list[str]:
    """The tokens of what is written, in order, at most ``MOST_TOKENS``."""
    found: list[str] = []
    for text in texts:
        for run in _RUNS.findall(_folded(text)):
            found += _written(run)
        if len(found) >= MOST_TOKENS:
            break
    return found[:MOST_TOKENS]


def question_of(typed: str) -> Question:
    """What is meant by the words somebody typed.

    Words in quotes stand together as written; a minus before a word or quotes excludes it; a star behind a
    word asks for what begins so. Raises NothingToFind without a word that is wanted.
    """
    wanted: list[Clause] = []
    unwanted: list[Clause] = []
    pieces = list(_PIECES.finditer(_folded(typed.translate(_QUOTES))))
    telling = [piece for piece in pieces if piece["plain"] not in _SMALL_WORDS]
    for piece in telling if any(not piece["minus"] for piece in telling) else pieces:
        quoted = piece["quoted"]
        clauses = _clauses(piece["plain"]) if quoted is None else _quoted(quoted)
        (unwanted if piece["minus"] else wanted).extend(clauses)
    if not wanted:
        raise NothingToFind(typed)
    return Question(tuple(wanted), tuple(unwanted), typed.strip())


def _folded(text: str) -> str:
    """Small letters without accents, plain digits for wide ones, simplified characters for traditional."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", bare).casefold().translate(SIMPLIFIED)


def _written(run: str) -> list[str]:
    """The tokens of one run of the same kind of letters."""
    if not _IS_HAN.match(run):
        return [stem(run)[:LONGEST_TOKEN]]
    return [*_pairs(run), run[-1]]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _quoted(text: str) -> list[Clause]:
    runs = _RUNS.findall(text)
    return [((_phrase(runs),),)] if runs else []


def _phrase(runs: list[str]) -> Phrase:
    """Runs right behind each other. The last character of the last run may go on in what was written."""
    tokens = [token for run in runs for token in _written(run)]
    if not _IS_HAN.match(runs[-1]):
        return Phrase(tuple(tokens))
    if len(runs[-1]) == 1:
        return Phrase(tuple(tokens), is_prefix=True)
    return Phrase(tuple(tokens[:-1]))


def _clauses(piece: str) -> list[Clause]:
    """One for each run of Chinese, and one for the words between, which stand together: ``2026-000123``."""
    found: list[Clause] = []
    for is_han, runs in _grouped(_RUNS.findall(piece)):
        if is_han:
            found += [_readings(run) for run in runs]
        elif piece.endswith("*") and piece.rstrip("*").endswith(runs[-1]):
            found.append(_beginnings(runs))
        else:
            found.append(((_phrase(runs),),))
    return found


def _grouped(runs: list[str]) -> Iterator[tuple[bool, list[str]]]:
    group: list[str] = []
    for run in runs:
        if group and bool(_IS_HAN.match(run)) != bool(_IS_HAN.match(group[0])):
            yield bool(_IS_HAN.match(group[0])), group
            group = []
        group.append(run)
    if group:
        yield bool(_IS_HAN.match(group[0])), group


def _beginnings(runs: list[str]) -> Clause:
    """Words of which the last is a beginning, or is whole; one letter begins too much and must be whole."""
    last = runs[-1][:LONGEST_TOKEN]
    before = [token for run in runs[:-1] for token in _written(run)]
    whole = (Phrase((*before, stem(last))),)
    return ((Phrase((*before, last), is_prefix=True),), whole) if len(last) >= SMALLEST_PREFIX else (whole,)


def _readings(run: str) -> Clause:
    """The ways to cut a run into words of two or three characters, as most Chinese words are.

    ``信号灯故障`` is found where 信号 and 灯故障 stand, or 信号灯 and 故障, however far apart.
    """
    if len(run) == 1:
        return ((Phrase((run,), is_prefix=True),),)
    if len(run) > LONGEST_WORDS:
        return ((Phrase(tuple(_pairs(run))),),)
    return tuple(tuple(Phrase(tuple(_pairs(word))) for word in words) for words in _cuts(run))


@cache
def _lengths(total: int) -> tuple[tuple[int, ...], ...]:
    """The sums of twos and threes that make a total."""
    if total == 0:
        return ((),)
    return tuple((first, *rest) for first in (3, 2) if first <= total for rest in _lengths(total - first))


def _cuts(run: str) -> Iterator[list[str]]:
    for lengths in _lengths(len(run)):
        at, words = 0, []
        for length in lengths:
            words.append(run[at : at + length])
            at += length
        yield words


def stem(word: str) -> str:
    """An English word without the endings that change nothing for a search: s, es, ed, ing, e; y is i.

    Words with digits, and words of other alphabets, stay as they are.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    word = _singular(word)
    for ending in () if word.endswith("eed") else ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and any(letter in "aeiouy" for letter in rest):
            word = _undoubled(rest)
            break
    if word.endswith("e") and len(word) > 3:
        return word[:-1]
    return f"{word[:-1]}i" if word.endswith("y") and word[-2] not in "aeiou" else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes", "uses")):
        return word[:-2]
    return word if word.endswith(_SS) or not word.endswith("s") else word[:-1]


def _undoubled(word: str) -> str:
    return word[:-1] if word[-1] == word[-2] and word[-1] not in "lsz" else word
