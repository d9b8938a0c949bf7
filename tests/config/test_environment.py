"""The environment moves each part out, and a wrong word in it stops the start with the cure."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment as env


def test_without_a_database_url_a_laptop_gets_sqlite_that_many_threads_share(tmp_path: Path) -> None:
    found = env.database("", tmp_path)

    assert found["ENGINE"] == "config.sqlite"
    assert found["NAME"] == str(tmp_path / "commonway.sqlite3")
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_database_url_moves_to_postgresql(tmp_path: Path) -> None:
    found = env.database("postgres://city:pass%2Fword@db:5433/commonway", tmp_path)

    assert (found["ENGINE"], found["HOST"], found["PORT"]) == ("django.db.backends.postgresql", "db", 5433)
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("city", "pass/word", "commonway")


def test_the_secret_key_is_made_once_and_read_by_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)

    first, second = env.secret_key(tmp_path / "var"), env.secret_key(tmp_path / "var")

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: env.database("mysql://root@localhost/x", Path("/nowhere")),
        lambda: env.database("nonsense", Path("/nowhere")),
        lambda: env.email("pigeon://coop"),
        lambda: env.storage("ftp://files", Path("/nowhere")),
    ],
)
def test_a_url_nobody_understands_stops_the_start(wrong: Callable[[], object]) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"Write|Leave"):
        wrong()


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_a_flag_is_yes_or_no(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("SOME_FLAG", value)

    assert env.flag("SOME_FLAG") is expected


def test_a_flag_that_is_neither_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FLAG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="Set it to 1 or 0"):
        env.flag("SOME_FLAG")


def test_mail_leaves_through_the_server_that_the_url_names() -> None:
    found = env.email("smtp+tls://city%40mail:p%3Aw@mail.example")

    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("city@mail", "p:w")


def test_photos_move_to_a_bucket() -> None:
    found = env.storage("s3://photos/city?endpoint_url=http://store:9000", Path("/nowhere"))

    assert found["BACKEND"] == "storages.backends.s3.S3Storage"
    assert found["OPTIONS"]["bucket_name"] == "photos"
    assert found["OPTIONS"]["location"] == "city"
    assert found["OPTIONS"]["endpoint_url"] == "http://store:9000"
