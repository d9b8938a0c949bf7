"""What is turned away at the door, before any app sees it."""

import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import ParseResult

from channels.security.websocket import OriginValidator
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

_PLAIN_KEY = re.compile(r"[!-~]{1,200}")

Answer = Callable[[HttpRequest], HttpResponse]


def refuse_nul(get_response: Answer) -> Answer:
    """Middleware: no address holds a NUL, and PostgreSQL takes none in a text."""

    def answer(request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info:
            raise BadRequest
        return get_response(request)

    return answer


def cache_key(key: str, prefix: str, version: int) -> str:
    """A key of the cache. Whoever sends a session token chooses one: a strange key goes in as its hash."""
    plain = key if _PLAIN_KEY.fullmatch(key) else hashlib.sha256(key.encode(errors="replace")).hexdigest()
    return f"{prefix}:{version}:{plain}"


class SameOrigin(OriginValidator):
    """A browser's WebSocket must come from a page of ours.

    An app on a phone sends no Origin and is let through: only browsers can be lured, and they always send it.
    """

    def __init__(self, application: Any, allowed_origins: list[str]) -> None:
        super().__init__(application, allowed_origins)

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or bool(super().valid_origin(parsed_origin))
