"""Signatures, judged by the standard's own vector and by a library that nobody here wrote."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from webhooks import signing

VECTOR_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
VECTOR_TIME = 1614265330
VECTOR_BODY = b'{"test": 2432232314}'
VECTOR_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_vector_of_the_standard_is_met() -> None:
    assert signing.signature(VECTOR_ID, VECTOR_TIME, VECTOR_BODY, VECTOR_SECRET) == VECTOR_SIGNATURE


def test_the_standard_library_signs_the_same() -> None:
    secret, body = signing.new_secret(), '{"名":"路灯"}'

    ours = signing.signature("abc", VECTOR_TIME, body.encode(), secret)

    theirs = Webhook(secret).sign("abc", datetime.fromtimestamp(VECTOR_TIME, UTC), body)
    assert ours == theirs


def test_while_a_secret_changes_either_one_verifies() -> None:
    old, new, now = signing.new_secret(), signing.new_secret(), int(datetime.now(UTC).timestamp())

    headers = signing.headers("abc", now, b'{"a":1}', [new, old])

    assert Webhook(old).verify(b'{"a":1}', headers) == {"a": 1}
    assert Webhook(new).verify(b'{"a":1}', headers) == {"a": 1}
    signing.verify(b'{"a":1}', headers, old, now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"{}"},
        {"now": VECTOR_TIME + 301},
        {"now": VECTOR_TIME - 301},
        {"secret": signing.new_secret()},
        {"headers": {}},
    ],
    ids=["another body", "too late", "too early", "another secret", "no headers"],
)
def test_what_was_not_signed_so_is_refused(change: dict[str, object]) -> None:
    headers = signing.headers(VECTOR_ID, VECTOR_TIME, VECTOR_BODY, [VECTOR_SECRET])
    given = {"body": VECTOR_BODY, "headers": headers, "secret": VECTOR_SECRET, "now": VECTOR_TIME} | change

    with pytest.raises(signing.BadSignature):
        signing.verify(**given)  # type: ignore[arg-type]  # a table of changes to one good call


@pytest.mark.parametrize(
    "secret",
    [
        "abc",
        "whsec_!!",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
    ],
)
def test_a_bad_secret_is_named(secret: str) -> None:
    with pytest.raises(signing.BadSecret):
        signing.key_of(secret)
