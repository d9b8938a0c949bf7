"""Public codes and secrets: what stands in URLs and what opens a receipt."""

import hashlib
import hmac
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32: no i, l, o, u
CODE_LENGTH = 20
_RANDOM_BITS = 52


def new_code() -> str:
    """A public id: 48 bits of milliseconds, then 52 random bits, as 20 characters that sort by time."""
    value = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(95, -1, -5))


def new_secret() -> str:
    """A receipt's secret: 160 random bits, safe in a header and on paper."""
    return secrets.token_urlsafe(20)


def hash_secret(secret: str) -> str:
    """What is stored of a secret. It has 160 random bits, so a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same_secret(secret: str, hashed: str) -> bool:
    """Whether ``secret`` is the one behind ``hashed``, compared in constant time."""
    return hmac.compare_digest(hash_secret(secret), hashed)
