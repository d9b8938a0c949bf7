"""The one full-text condition of the ORM, and how much of a text is what was asked for.

PostgreSQL reads a GIN index on ``to_tsvector('simple', tokens)``, SQLite an FTS5 table; both hold the tokens
of ``reports/search/words.py`` and nothing of their own language rules.
"""

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, IntegerField, Value
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.functions import Length, Replace
from django.db.models.sql.compiler import SQLCompiler

from reports.search.words import Clause, Phrase, Question

# A short text is not judged by two or three words alone.
FEWEST_TOKENS = 20
SCALE = 1_000_000
MOST_RANKED = 12


class Matches(Func):
    """``Matches(pk, question)``: whether the report of this key answers to the question, by index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, key: Any, question: Question) -> None:
        super().__init__(key)
        self.question = question

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, Any]:
        """The FTS5 table, whose rows bear the report's key."""
        key, params = compiler.compile(self.get_source_expressions()[0])
        rows = "SELECT rowid FROM reports_searchtext_words WHERE reports_searchtext_words MATCH %s"
        return f"{key} IN ({rows})", (*params, for_fts5(self.question))

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, Any]:
        """The expression of the GIN index, letter for letter."""
        key, params = compiler.compile(self.get_source_expressions()[0])
        found = "to_tsvector('simple', tokens) @@ to_tsquery('simple', %s)"
        rows = f"SELECT report_id FROM reports_searchtext WHERE {found}"  # noqa: S608  # no word of others
        return f"{key} IN ({rows})", (*params, for_tsquery(self.question))


def share_of(question: Question, tokens: str = "search_text__tokens") -> Combinable:
    """How much of the tokens of a report are those asked for, in millionths, of a text of twenty or more.

    The same whole number on both databases, and it does not change when other reports come: pages that are
    sorted by it stay in order.
    """
    text = F(tokens)
    count = Length(text) - Length(Replace(text, Value(" "), Value("")))
    hits: Any = Value(0)
    for token, is_prefix in list(question.tokens.items())[:MOST_RANKED]:
        sought = f" {token}" if is_prefix else f" {token} "
        left = Replace(text, Value(sought), Value("" if is_prefix else " "))
        hits += (Length(text) - Length(left)) / Value(len(sought) - (not is_prefix))
    share = hits * Value(SCALE) / (count + Value(FEWEST_TOKENS))
    return ExpressionWrapper(share, output_field=IntegerField())


def for_fts5(question: Question) -> str:
    """The question in the language of SQLite's FTS5; tokens are letters and digits, so nothing escapes."""
    wanted = " AND ".join(_clause(clause, " AND ", " OR ", _fts5_phrase) for clause in question.wanted)
    if not question.unwanted:
        return wanted
    unwanted = " OR ".join(_clause(clause, " AND ", " OR ", _fts5_phrase) for clause in question.unwanted)
    return f"({wanted}) NOT ({unwanted})"


def for_tsquery(question: Question) -> str:
    """The question in the language of ``to_tsquery``."""
    wanted = [_clause(clause, " & ", " | ", _pg_phrase) for clause in question.wanted]
    unwanted = [f"!{_clause(clause, ' & ', ' | ', _pg_phrase)}" for clause in question.unwanted]
    return " & ".join([*wanted, *unwanted])


def _clause(clause: Clause, both: str, either: str, write: Any) -> str:
    ways = [f"({both.join(write(phrase) for phrase in way)})" for way in clause]
    return f"({either.join(ways)})"


def _fts5_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.is_prefix else "")


def _pg_phrase(phrase: Phrase) -> str:
    return f"({_quoted(phrase.tokens)}{':*' if phrase.is_prefix else ''})"


def _quoted(tokens: Iterable[str]) -> str:
    return " <-> ".join(f"'{token}'" for token in tokens)
