"""Standard Webhooks 1.0 signatures, version v1: HMAC-SHA256 over ``{id}.{timestamp}.{body}``.

A secret is ``whsec_`` and the base64 of 24 to 64 random bytes. While an endpoint changes its secret, a
message carries one signature per secret, so that the receiver may change over at any moment of the overlap.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32
SHORTEST, LONGEST = 24, 64
# Receivers accept a clock five minutes off, either way.
TOLERANCE_S = 300


class BadSecret(ValueError):
    """The text is not a ``whsec_`` secret of 24 to 64 bytes."""


class BadSignature(ValueError):
    """The message was not signed with this secret, was changed on its way, or is too old or too new."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The key inside a ``whsec_`` secret. Raises BadSecret."""
    if not secret.startswith(PREFIX):
        raise BadSecret(f"A secret begins with {PREFIX}.")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise BadSecret("A secret is base64 after its prefix.") from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise BadSecret(f"A secret has {SHORTEST} to {LONGEST} bytes.")
    return key


def signature(message_id: str, timestamp: int, body: bytes, secret: str) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.digest(key_of(secret), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers of one try; ``timestamp`` is its own moment in Unix seconds, not the event's."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(message_id, timestamp, body, secret) for secret in secrets),
    }


def verify(body: bytes, headers: Mapping[str, str], secret: str, *, now: float) -> None:
    """Raise BadSignature unless one of the signatures in ``headers`` (lower-case names) is ``secret``'s."""
    try:
        timestamp = int(headers["webhook-timestamp"])
        message_id, given = headers["webhook-id"], headers["webhook-signature"].split(" ")
    except (KeyError, ValueError):
        raise BadSignature("A header of the signature is missing or broken.") from None
    if abs(now - timestamp) > TOLERANCE_S:
        raise BadSignature("The message is too old or from the future.")
    expected = signature(message_id, timestamp, body, secret).encode()
    if not any(hmac.compare_digest(expected, one.encode()) for one in given):
        raise BadSignature("No signature fits the secret.")
