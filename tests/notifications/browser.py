"""A browser's side of web push, written from the RFCs and not from our sender: keys, decryption, the JWT."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = dict[str, Any]


class Browser:
    """Has a key pair and an auth secret, and reads what is meant for it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = bytes(range(16))
        self._point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": text_of(self._point), "auth": text_of(self._auth)}

    def read(self, body: bytes) -> Json:
        """RFC 8188 and 8291: salt, record size, the sender's key, and one record."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(body) <= 4096
        assert size >= len(record)
        shared = self._key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        material = derived(shared, self._auth, b"WebPush: info\x00" + self._point + sender, 32)
        key = derived(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = derived(material, salt, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, record, None)
        plain, _mark, _padding = padded.rpartition(b"\x02")
        message: Json = json.loads(plain)
        return message


def verified_claims(authorization: str, public_key: str) -> Json:
    """RFC 8292: the claims of the token, if the key that browsers subscribed with signed it."""
    scheme, _space, parameters = authorization.partition(" ")
    named = dict(part.strip().split("=", 1) for part in parameters.split(","))
    assert (scheme, named["k"]) == ("vapid", public_key)
    head, claims, signature = named["t"].split(".")
    assert json.loads(bytes_of(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = bytes_of(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(public_key))
    point.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    found: Json = json.loads(bytes_of(claims))
    return found


def derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
