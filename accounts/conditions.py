"""Strong ETags and ``If-Match`` (RFC 9110, RFC 6585): one version number, two headers."""

from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.errors import StaleVersion, VersionRequired


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def is_unchanged(request: Request, version: int) -> bool:
    """Whether ``If-None-Match`` names this version (weak comparison), so that the answer is a 304."""
    header = request.headers.get("If-None-Match", "")
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or etag(version) in tags


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
