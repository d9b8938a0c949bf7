"""The catalogue of translations is whole, and errors speak the language that was asked for."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.utils.translation import override
from rest_framework.test import APIClient

from accounts.models import User
from config.problems import DOMAIN_PROBLEMS, FRAMEWORK_PROBLEMS
from tests.conftest import SmallCity

ROOT = Path(__file__).parent.parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    """The catalogue as it is committed."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def texts(catalogue: Catalog) -> Iterator[Message]:
    """Every message but the header."""
    return (message for message in catalogue if message.id)


def forms(message: Message) -> tuple[list[str], list[str]]:
    """A message's English forms and its translations."""
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    other = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return english, other


def test_every_text_of_code_and_templates_is_in_the_catalogue(chinese: Catalog, tmp_path: Path) -> None:
    template = tmp_path / "messages.pot"
    extract = [
        sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract",
        "--mapping-file", "pyproject.toml", "--ignore-dirs", ".* node_modules var tests bench",
        "--output-file", str(template), ".",
    ]  # fmt: skip
    subprocess.run(extract, cwd=ROOT, check=True)
    with template.open("rb") as file:
        found = read_po(file)

    missing = [message.id for message in texts(found) if chinese.get(message.id, message.context) is None]

    assert missing == [], "run: make messages, and translate"


def test_every_text_is_translated(chinese: Catalog) -> None:
    untranslated = [message.id for message in texts(chinese) if not all(forms(message)[1]) or message.fuzzy]

    assert untranslated == []


def test_a_translation_fills_in_what_the_text_does(chinese: Catalog) -> None:
    differing = [
        message.id
        for message in texts(chinese)
        for translation in forms(message)[1]
        if sorted(PLACEHOLDER.findall(translation)) != sorted(PLACEHOLDER.findall(forms(message)[0][-1]))
    ]

    assert differing == []


# --- Errors ---


def test_every_problem_has_its_title_in_both_languages() -> None:
    titles = [problem.title for problem in [*DOMAIN_PROBLEMS.values(), *FRAMEWORK_PROBLEMS.values()]]

    with override("en"):
        assert not [str(title) for title in titles if HAN.search(str(title))]
    with override("zh-hans"):
        assert not [str(title) for title in titles if not HAN.search(str(title))]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-Hans", "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("fr", "zh-hans"),
        ("", "zh-hans"),
    ],
)
def test_a_problem_speaks_the_language_that_was_asked_for(
    city: SmallCity, anyone: APIClient, asked: str, given: str
) -> None:
    answer = anyone.post("/api/v1/reports/", {"kind": "rant"}, headers={"Accept-Language": asked})

    problem = answer.json()
    words = {
        "en": ("Some fields are not right.", "This field is required."),
        "zh-hans": ("部分字段有误。", "该字段是必填项。"),
    }
    required = {fault["detail"] for fault in problem["errors"] if fault["code"] == "required"}
    assert (answer.status_code, answer.headers["Content-Language"]) == (400, given)
    assert (problem["title"], *required) == words[given]


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/nowhere/", 404), ("/api/v1/me/", 401), ("/api/v1/reports/?bbox=1", 400)]
)
def test_problems_outside_a_view_speak_it_too(db: None, anyone: APIClient, path: str, status: int) -> None:
    titles: dict[str, Any] = {}
    for language in ("en", "zh-hans"):
        answer = anyone.get(path, headers={"Accept-Language": language})
        assert answer.status_code == status
        titles[language] = answer.json()["title"]

    assert HAN.search(titles["zh-hans"])
    assert not HAN.search(titles["en"])


def test_what_a_rule_refuses_is_said_in_chinese(city: SmallCity, alice: User) -> None:
    client = APIClient()
    client.force_login(alice)

    answer = client.post("/api/v1/tokens/", {"organisation": "works"}, headers={"Accept-Language": "zh-Hans"})

    assert HAN.search(answer.json()["title"])
    assert HAN.search(answer.json()["detail"])
