"""The locks name what pyproject.toml asks for, by hash, and never where it comes from."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
ASKED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-dev.txt": PROJECT["dependency-groups"]["dev"] + PROJECT["project"]["dependencies"],
    "requirements-s3.txt": PROJECT["project"]["optional-dependencies"]["s3"],
    "requirements-spark.txt": PROJECT["project"]["optional-dependencies"]["spark"],
    "requirements-bootstrap.txt": ["uv"],
}
# Written in two halves, so that this file does not find itself.
HOSTS = [f"{name}.{end}" for name, end in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")]]


def pins(lock: str) -> dict[str, set[str]]:
    """The versions a lock pins each package to; more than one when Python versions differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"(?m)^([\w.-]+)==(\S+)", (ROOT / lock).read_text()):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("lock", ASKED)
def test_a_lock_pins_all_that_is_asked_for(lock: str) -> None:
    pinned = pins(lock)

    missing = [
        str(asked)
        for asked in map(Requirement, ASKED[lock])
        if not any(map(asked.specifier.contains, pinned.get(canonicalize_name(asked.name), ())))
    ]

    assert missing == [], "run: make lock"


@pytest.mark.parametrize("lock", ASKED)
def test_every_pin_has_a_hash(lock: str) -> None:
    blocks = re.split(r"(?m)^(?=\S)", (ROOT / lock).read_text())

    unhashed = [block.split()[0] for block in blocks if block.strip() and "--hash=sha256:" not in block]

    assert unhashed == []


@pytest.mark.parametrize("lock", ["requirements-dev.txt", "requirements-s3.txt", "requirements-spark.txt"])
def test_a_lock_agrees_with_the_one_that_runs(lock: str) -> None:
    run, other = pins("requirements.txt"), pins(lock)

    assert {name: other.get(name) for name in run} == run


def test_npm_is_locked_without_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    resolved = [name for name, package in packages.items() if "resolved" in package]

    assert resolved == []


def test_no_committed_file_names_a_registry() -> None:
    pattern = "|".join(re.escape(host) for host in HOSTS)

    found = subprocess.run(
        ["git", "grep", "--cached", "-lIE", pattern], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert found.stdout.split() == []
