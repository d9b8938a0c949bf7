"""Our key for web push (RFC 8292): every push service knows us by it.

``VAPID_PRIVATE_KEY`` is a P-256 key as PEM, or its 32 bytes as base64url. Without it one is made once and
kept in ``VAR_DIR``: that is enough for one machine, and browsers that subscribed under it must subscribe anew
when it is lost.
"""

import json
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FILE = "vapid.pem"
LASTS_S = 12 * 3600
# A token is used for this long, so that one signature serves many messages.
RENEWED_S = 3600
CURE = "Write a P-256 private key as PEM, or its 32 bytes as base64url; or leave it empty on one machine."


def public_key() -> str:
    """What a browser subscribes with: the uncompressed point, base64url without padding."""
    point = _key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _text(point)


def pems() -> tuple[bytes, bytes]:
    """The private and the public key as PEM."""
    return _pems(_key())


def authorization(endpoint: str) -> str:
    """The header that says who posts to this endpoint, good for its origin and half a day."""
    parts = urlsplit(endpoint)
    port = f":{parts.port}" if parts.port not in (None, 443) else ""
    token = _token(f"{parts.scheme}://{parts.hostname}{port}", int(time.time() // RENEWED_S), _key())
    return f"vapid t={token}, k={public_key()}"


@lru_cache(maxsize=64)
def _token(audience: str, hour: int, key: ec.EllipticCurvePrivateKey) -> str:
    claims = {"aud": audience, "exp": hour * RENEWED_S + LASTS_S, "sub": settings.VAPID_SUBJECT}
    signed = ".".join(_text(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{_text(r.to_bytes(32) + s.to_bytes(32))}"


def _key() -> ec.EllipticCurvePrivateKey:
    return _read(settings.VAPID_PRIVATE_KEY or _kept(settings.VAR_DIR / FILE))


@lru_cache(maxsize=4)
def _read(text: str) -> ec.EllipticCurvePrivateKey:
    """Raises ImproperlyConfigured."""
    try:
        if not text.lstrip().startswith("-----"):
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return ec.derive_private_key(int.from_bytes(raw) if len(raw) == 32 else 0, ec.SECP256R1())
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        raise ImproperlyConfigured(f"VAPID_PRIVATE_KEY is not understood. {CURE}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ImproperlyConfigured(f"VAPID_PRIVATE_KEY is not of the curve P-256. {CURE}")
    return key


@lru_cache(maxsize=4)
def _pems(key: ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes]:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private, public


def _kept(path: Path) -> str:
    """The key of this machine, made at the first call where only its owner reads it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{FILE}.{os.getpid()}.{time.monotonic_ns()}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_pems(ec.generate_private_key(ec.SECP256R1()))[0])
        try:
            os.link(made, path)  # whole or not at all, and never over one that another process made
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
