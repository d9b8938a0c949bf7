"""What README.md says is so."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 120


def test_every_command_of_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text()))

    named = set(re.findall(r"`?make ([a-z]+)", README))

    assert named - targets == set()


def test_the_map_names_every_floor() -> None:
    named = set(re.findall(r"\[`(\w+)/`\]", README))

    assert named >= set(settings.FLOORS) | {"config"}


def test_every_link_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]

    assert [link for link in links if not (ROOT / link).exists()] == []
