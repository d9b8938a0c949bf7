"""``Idempotency-Key`` on every POST of the API, because phones send again.

The request and its stored answer are one transaction: either both are there or neither. Of two requests
with one key at the same time, the second is told to wait (409) by the process that answers the first. If
they meet in two processes, the unique constraint on the key lets only one of them commit, and the other is
answered with what that one said.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.codes import CODE_LENGTH
from accounts.errors import AnswerErased, BadIdempotencyKey, DomainError, KeyReused, StillRunning
from accounts.models import StoredAnswer

KEPT = timedelta(hours=24)
MAX_KEY_LENGTH = 200
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Content-Language")
CREDENTIALS = ("Authorization", "X-Session-Token", "Cookie")
# Addresses whose body carries a key for each of its items: a key of the whole would tie them together.
KEYS_INSIDE = ("/api/v1/reports/batch/",)

_CODE = re.compile(rf"\b[0-9a-z]{{{CODE_LENGTH}}}\b")

Answer = Callable[[HttpRequest], HttpResponseBase]
Refusal = Callable[[HttpRequest, Exception], HttpResponseBase]


class Middleware:
    """Runs each POST under ``/api/v1/`` that has a key at most once per sender and key."""

    # The keys whose first request this process is answering now.
    running: ClassVar[dict[str, object]] = {}

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key")
        is_one = request.path.startswith("/api/v1/") and request.path not in KEYS_INSIDE
        if key is None or request.method != "POST" or not is_one:
            return self.get_response(request)
        try:
            return self._once(request, _clean(key))
        except DomainError as error:
            return problem_of(request, error)

    def _once(self, request: HttpRequest, key: str) -> HttpResponseBase:
        scope = _scope(request, key)
        name, fingerprint = _sha256(scope), _fingerprint(request)
        claim = object()
        if self.running.setdefault(name, claim) is not claim:
            return _replay_or_wait(name, fingerprint, scope)
        try:
            return self._run(request, name, fingerprint, scope)
        except IntegrityError:
            stored = StoredAnswer.objects.filter(key_hash=name).first()
            if stored is None:
                raise
            return _replay(stored, fingerprint, scope)
        finally:
            del self.running[name]

    def _run(self, request: HttpRequest, name: str, fingerprint: str, scope: str) -> HttpResponseBase:
        with transaction.atomic():
            stored = StoredAnswer.objects.filter(key_hash=name).first()
            if stored and stored.created_at > timezone.now() - KEPT:
                return _replay(stored, fingerprint, scope)
            if stored:
                stored.delete()
            response = self.get_response(request)
            if response.status_code >= 400 or not isinstance(response, HttpResponse):
                transaction.set_rollback(True)
                return response
            StoredAnswer.objects.create(
                key_hash=name,
                fingerprint=fingerprint,
                status=response.status_code,
                sealed=_seal(response, scope),
                about=_codes_in(response),
            )
        return response


def forget_answers_about(code: str) -> int:
    """Empty every stored answer that names this code, because it was erased; returns how many there were.

    The key stays taken: a phone that sends once more is told that it is gone, and makes nothing anew.
    """
    return StoredAnswer.objects.filter(about__contains=_mark(code)).update(sealed=b"", about="")


def problem_of(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """What HTTP says about an error: the seam to config, which apps never import by name."""
    refusal: Refusal = import_string(settings.PROBLEM_RESPONSE)
    return refusal(request, error)


def _clean(key: str) -> str:
    """The key itself; a structured-field string ("…") and a bare token are the same key."""
    bare = key.strip().strip('"')
    if not bare or len(bare) > MAX_KEY_LENGTH or not bare.isascii() or not bare.isprintable():
        raise BadIdempotencyKey(
            _("An Idempotency-Key is 1 to %(most)s printable ASCII characters.") % {"most": MAX_KEY_LENGTH}
        )
    return bare


def _scope(request: HttpRequest, key: str) -> str:
    """Who sends what to where under which key: the same key of another sender is another key."""
    who = _sha256("\n".join(request.headers.get(name, "") for name in CREDENTIALS))
    return f"{who} {request.method} {request.path} {key}"


def _fingerprint(request: HttpRequest) -> str:
    """What the body says, not how: a phone that sends a form again draws a new multipart boundary, and a
    report that was sent alone may come again in a batch.
    """
    if not (request.content_type or "").startswith("multipart/"):
        return hashlib.sha256(_plain(request)).hexdigest()
    parts = sorted((name, value) for name in request.POST for value in request.POST.getlist(name))
    files = sorted((name, _file_hash(part)) for name in request.FILES for part in request.FILES.getlist(name))
    return _sha256(json.dumps([parts, files]))


def _plain(request: HttpRequest) -> bytes:
    """JSON with sorted keys and no spaces; anything else as it came."""
    if request.content_type != "application/json":
        return request.body
    try:
        return json.dumps(json.loads(request.body), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):  # the view says what is wrong with it
        return request.body


def _file_hash(part: "UploadedFile[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in part.chunks():
        digest.update(chunk)
    part.seek(0)
    return digest.hexdigest()


def _replay_or_wait(name: str, fingerprint: str, scope: str) -> HttpResponse:
    stored = StoredAnswer.objects.filter(key_hash=name).first()
    if stored is None:
        raise StillRunning(
            _("The first request with this Idempotency-Key is still being answered; send it again soon.")
        )
    return _replay(stored, fingerprint, scope)


def _replay(stored: StoredAnswer, fingerprint: str, scope: str) -> HttpResponse:
    if stored.fingerprint != fingerprint:
        raise KeyReused(
            _("This Idempotency-Key was used with another body; use a new key for a new request.")
        )
    if not stored.sealed:
        raise AnswerErased(_("What this Idempotency-Key once made was erased since."))
    headers, body = _open(bytes(stored.sealed), scope)
    return HttpResponse(body, status=stored.status, headers={**headers, "Idempotent-Replayed": "true"})


def _codes_in(response: HttpResponse) -> str:
    """Marks of the codes that an answer names; by these it is found when one of them is erased."""
    codes = _CODE.findall(response.content.decode("utf-8", "replace") + response.headers.get("Location", ""))
    return " ".join(_mark(code) for code in dict.fromkeys(codes))


def _mark(code: str) -> str:
    """A code as the table names it: who reads the table does not learn what an answer was about."""
    return _sha256(f"about {code}")[:20]


def _seal(response: HttpResponse, scope: str) -> bytes:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    head = json.dumps(headers).encode()
    nonce = os.urandom(12)
    return nonce + AESGCM(_key(scope)).encrypt(nonce, head + b"\n" + response.content, None)


def _open(sealed: bytes, scope: str) -> tuple[dict[str, str], bytes]:
    head, _, body = AESGCM(_key(scope)).decrypt(sealed[:12], sealed[12:], None).partition(b"\n")
    headers: dict[str, str] = json.loads(head)
    return headers, body


def _key(scope: str) -> bytes:
    return hashlib.sha256(f"{settings.SECRET_KEY} answer {scope}".encode()).digest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
