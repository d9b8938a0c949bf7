"""Text as tokens, and what is meant by words somebody typed."""

import pytest

from reports.search.fulltext import for_fts5, for_tsquery
from reports.search.words import NothingToFind, question_of, stem, tokens_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("路面有坑", ["路面", "面有", "有坑", "坑"]),
        ("坑", ["坑"]),
        ("路燈壞了", ["路灯", "灯坏", "坏了", "了"]),
        ("Potholes, again!", ["pothol", "again"]),
        ("Café", ["caf"]),
        ("２路 K3", ["2", "路", "k3"]),
        ("2026-000123", ["2026", "000123"]),
        ("…!? \x00", []),
    ],
)
def test_a_text_is_its_tokens(text: str, tokens: list[str]) -> None:
    assert tokens_of([text]) == tokens


@pytest.mark.parametrize(
    "words",
    [
        ["light", "lights", "lighted"],
        ["stop", "stops", "stopped", "stopping"],
        ["city", "cities"],
        ["bus", "buses"],
        ["damage", "damages", "damaged", "damaging"],
        ["crossing", "cross", "crosses"],
        ["bike", "bikes", "biking"],
    ],
)
def test_forms_of_a_word_have_one_stem(words: list[str]) -> None:
    assert len({stem(word) for word in words}) == 1


@pytest.mark.parametrize("words", [("bus", "business"), ("need", "ned"), ("car", "cart"), ("sing", "s")])
def test_other_words_have_other_stems(words: tuple[str, str]) -> None:
    assert stem(words[0]) != stem(words[1])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("坑", "('坑':*)"),
        ("路灯", "('路灯')"),
        ("信号灯坏了", "('信号' <-> '号灯') & ('坏了')"),
        ('"路面有坑"', "('路面' <-> '面有' <-> '有坑')"),
        ("Broken lights", "('broken')"),
        ("pot*", "('pot':*)"),
        ("2026-000123", "('2026' <-> '000123')"),
        ("“main street”", "('main' <-> 'street')"),
    ],
)
def test_a_question_means_its_words(typed: str, meant: str) -> None:
    assert meant in for_tsquery(question_of(typed))


def test_small_words_count_only_in_quotes_or_alone() -> None:
    assert question_of("hole in the road") == question_of("hole in the road")
    assert question_of("hole in the road").tokens.keys() == question_of("hole road").tokens.keys()
    assert "in" in question_of('"in the road"').tokens
    assert "the" in question_of("the").tokens


def test_what_is_excluded_stands_apart() -> None:
    question = question_of('坑 -单车 -"red light"')

    assert for_fts5(question) == '((("坑"*))) NOT ((("单车")) OR (("red light")))'
    assert for_tsquery(question) == "((('坑':*))) & !((('单车'))) & !((('red' <-> 'light')))"


@pytest.mark.parametrize("typed", ["", " ", "-", "-坑", '""', "!?", '-"red light"'])
def test_without_a_wanted_word_there_is_nothing_to_find(typed: str) -> None:
    with pytest.raises(NothingToFind):
        question_of(typed)
