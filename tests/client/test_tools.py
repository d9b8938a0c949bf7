"""The documents before the judges that phone developers use: spectral, AsyncAPI's parser, TypeScript."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "client"
TOOLS = ROOT / "node_modules"
BOUND_S = 200


def run(*command: str | Path, words: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A tool of node_modules, on the node that came as a wheel."""
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [str(part) for part in command],
        input=words, cwd=cwd, env={**os.environ, "PATH": path},
        capture_output=True, text=True, timeout=BOUND_S, check=False,
    )  # fmt: skip


def tool(name: str) -> Path:
    found = TOOLS / ".bin" / name
    if not found.exists():
        pytest.skip(f"{name} is not in node_modules: make setup brings it")
    return found


@pytest.fixture
def openapi(client: Client, tmp_path: Path) -> Path:
    """The OpenAPI document as it is served, in a file."""
    file = tmp_path / "openapi.json"
    file.write_bytes(client.get("/api/schema/?format=json").content)
    return file


@pytest.mark.django_db
def test_spectral_finds_nothing_to_say_about_the_openapi_document(openapi: Path) -> None:
    judged = run(
        tool("spectral"),
        "lint",
        "--quiet",
        "--fail-severity",
        "hint",
        "--ruleset",
        HERE / "spectral.yaml",
        openapi,
    )

    assert judged.returncode == 0, judged.stdout[-6000:] + judged.stderr


@pytest.mark.django_db
def test_the_parser_finds_nothing_to_say_about_the_asyncapi_document(client: Client, tmp_path: Path) -> None:
    if not (TOOLS / "@asyncapi" / "parser").is_dir():
        pytest.skip("@asyncapi/parser is not in node_modules: make setup brings it")
    served = client.get("/api/asyncapi.json")

    judged = run("node", HERE / "asyncapi.mjs", words=served.content.decode())

    assert json.loads(served.content)["asyncapi"] == "3.0.0"
    assert (judged.stdout, judged.stderr, judged.returncode) == ("", "", 0)


@pytest.mark.django_db
def test_the_typed_client_compiles_and_knows_our_fields(openapi: Path, tmp_path: Path) -> None:
    written = run(
        tool("openapi-typescript"),
        openapi,
        "--default-non-nullable",
        "false",
        "--output",
        tmp_path / "commonway.d.ts",
    )
    assert written.returncode == 0, written.stderr
    example = (ROOT / "docs" / "examples" / "follow.ts").read_text()
    (tmp_path / "follow.ts").write_text(example)
    wrong = example.replace('category: "street_light"', 'categry: "street_light"')
    (tmp_path / "wrong.ts").write_text(wrong)
    options = [
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--lib",
        "es2022,dom",
        "--moduleResolution",
        "bundler",
    ]

    compiled = run(tool("tsc"), *options, "follow.ts", cwd=tmp_path)
    refused = run(tool("tsc"), *options, "wrong.ts", cwd=tmp_path)

    assert (compiled.stdout, compiled.returncode) == ("", 0)
    assert wrong != example
    assert "categry" in refused.stdout
