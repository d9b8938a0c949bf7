"""What is turned away at the door, and what a body may hold."""

import io
import json
import logging
from urllib.parse import urlparse

import pytest
from django.test import Client
from rest_framework.exceptions import ParseError

from config.api import PlainJSONParser
from config.edge import SameOrigin, cache_key
from config.logs import JsonLines


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "half of a pair: \\ud83d"}',
        b'{"text": "a NUL: \\u0000"}',
        b"[" * 100_000,
        b'{"latitude": NaN}',
        b'{"latitude": 38.0',
        b"\xff\xfe",
    ],
)
def test_a_body_that_no_database_could_hold_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        PlainJSONParser().parse(io.BytesIO(body))


def test_a_body_in_any_language_is_read() -> None:
    sent = {"text": "路面坑洼 🚲"}

    assert PlainJSONParser().parse(io.BytesIO(json.dumps(sent).encode())) == sent


@pytest.mark.parametrize(
    ("origin", "expected"),
    [("http://city.example", True), ("https://evil.example", False), (None, True)],
)
def test_a_websocket_of_a_browser_comes_from_our_own_page(origin: str | None, expected: bool) -> None:
    door = SameOrigin(lambda: None, ["city.example"])

    assert door.valid_origin(urlparse(origin) if origin else None) is expected


def test_a_log_line_never_quotes_the_row_that_broke() -> None:
    try:
        raise ValueError("Key (email)=(alice@example.org) already exists.")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "It broke.", None, (type(error), error, None))

    line = JsonLines().format(record)

    assert "alice" not in line
    assert json.loads(line)["error"] == "ValueError"


@pytest.mark.parametrize("token", ["\x7f", "two words", "x" * 300, "ünïcode", ""])
def test_a_strange_session_token_is_nobodys(db: None, client: Client, token: str) -> None:
    answer = client.get("/api/v1/me/", headers={"X-Session-Token": token, "Cookie": f"sessionid={token}"})

    assert answer.status_code == 401


def test_a_plain_key_stays_readable() -> None:
    assert cache_key("session:abc", "", 1) == ":1:session:abc"
    assert cache_key("two words", "", 1) != cache_key("two  words", "", 1)
