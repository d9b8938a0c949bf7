"""Strong ETags and ``If-Match`` (RFC 9110, RFC 6585): one version number, two headers."""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import StaleVersion, VersionRequired


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def is_unchanged(request: Request, version: int) -> bool:
    """Whether ``If-None-Match`` names this version (weak comparison), so that the answer is a 304."""
    return has_tag(request, etag(version))


def has_tag(request: Request, tag: str) -> bool:
    """The same for any tag."""
    header = request.headers.get("If-None-Match", "")
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or tag in tags


def tag_of(*parts: object) -> str:
    """The entity tag of an answer that follows from these parts alone."""
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def of_content(request: Request, response: Response, headers: Mapping[str, str]) -> Response:
    """The answer with these headers and the entity tag of its bytes, or a 304 to who has those already."""
    for name, value in headers.items():
        response[name] = value
    response.add_post_render_callback(partial(_compared, request))
    return response


def check_if_match(request: Request, version: int, *, required: bool = True) -> None:
    """Compare ``If-Match`` strongly with the version about to be changed.

    Raises VersionRequired when the header is needed and missing, StaleVersion when it names another.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise VersionRequired(_("Name the version you are changing in an If-Match header."))
        return
    tags = {tag.strip() for tag in header.split(",")}
    if "*" not in tags and etag(version) not in tags:
        raise StaleVersion(_("Somebody changed this since you read it; read it again and decide anew."))


def _compared(request: Request, response: Any) -> HttpResponseBase | None:
    tag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = tag
    plain = request._request  # noqa: SLF001  # Django's comparison takes Django's request
    return get_conditional_response(plain, etag=tag, response=response)
