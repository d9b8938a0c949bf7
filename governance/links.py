"""Links that open one copy for a while without logging in, as a browser needs them."""

from django.core.signing import BadSignature, TimestampSigner

from governance.models import Export

OPEN_S = 60 * 60
_SIGNER = TimestampSigner(salt="governance.export")


def link_of(export: Export) -> str:
    """The address of the file with a signature of this moment."""
    _code, _, signature = _SIGNER.sign(export.code).partition(":")
    return f"/api/v1/me/exports/{export.code}/file/?signature={signature}"


def is_good(code: str, signature: str) -> bool:
    """Whether the signature is ours, of this copy, and not older than an hour."""
    try:
        _SIGNER.unsign(f"{code}:{signature}", max_age=OPEN_S)
    except BadSignature:
        return False
    return True
