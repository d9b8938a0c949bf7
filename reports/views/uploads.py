"""Resumable uploads as tus 1.0.0 speaks of them (https://tus.io/protocols/resumable-upload)."""

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Producer, User
from accounts.viewers import viewer_of
from reports.errors import BadUpload, TusVersionUnknown
from reports.models import Upload
from reports.permissions import as_producer
from reports.services import uploading

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
BYTES = "application/offset+octet-stream"
MAX_METADATA = 2000
OVERRIDDEN = frozenset({"HEAD", "PATCH", "DELETE"})
_PAIR = re.compile(r"[!-+\--~]+( [A-Za-z0-9+/]*={0,2})?")


def _header(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=description)


TUS = OpenApiParameter(
    "Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=[VERSION], description="The version."
)
OFFSET = _header("Upload-Offset", "The number of the first byte of this piece.", required=True)
LENGTH = _header("Upload-Length", "How many bytes it will be in all, at most 20 MB.", required=True)
METADATA = _header("Upload-Metadata", "Names, each with a value in Base64, parted by commas.")
CHECKSUM = _header("Upload-Checksum", "`sha1` or `sha256`, a space, and the digest of this piece in Base64.")


class Bytes(BaseParser):
    """Leaves the body where it is: it is read piece by piece."""

    media_type = BYTES

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class TusView(APIView):
    """What every tus answer has in common."""

    permission_classes = (AllowAny,)
    parser_classes = (Bytes,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A phone behind a proxy that knows no PATCH says so in ``X-HTTP-Method-Override``."""
        wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and wanted in OVERRIDDEN:
            request.method = wanted
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            raise TusVersionUnknown(_("Send the header Tus-Resumable: 1.0.0."))
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response["Tus-Resumable"] = VERSION
        if response.status_code == status.HTTP_412_PRECONDITION_FAILED:
            response["Tus-Version"] = VERSION
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What of tus is spoken here."""
        headers = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(settings.PHOTO_MAX_BYTES),
            "Tus-Checksum-Algorithm": ",".join(uploading.ALGORITHMS),
        }
        return Response(status=status.HTTP_204_NO_CONTENT, headers=headers)


class UploadsView(TusView):
    """Where an upload begins."""

    @extend_schema(
        parameters=[TUS, LENGTH, METADATA, CHECKSUM],
        request={BYTES: OpenApiTypes.BINARY},
        responses={201: OpenApiResponse(description="`Location` is where its bytes go.")},
    )
    def post(self, request: Request) -> Response:
        """Begin a resumable upload (tus 1.0.0), perhaps with its first bytes; anybody may.

        A photo is made of it by naming it: `POST /api/v1/reports/{code}/photos/` with `{"upload": …}`. It is
        kept for two days after its last byte.
        """
        if "Upload-Defer-Length" in request.headers:
            raise BadUpload(_("Say how many bytes it will be in Upload-Length."))
        length, metadata = _number(request, "Upload-Length"), _metadata(request)
        upload, address = uploading.begin_upload(length, metadata=metadata, producer=_begins(request))
        if request.content_type == BYTES:
            upload = uploading.append(upload, 0, _body(request), _checksum(request))
        headers = {**_where(upload), "Location": f"{request.path}{address}/"}
        return Response(status=status.HTTP_201_CREATED, headers=headers)


class UploadView(TusView):
    """One upload, known by its address."""

    def head(self, request: Request, address: str) -> Response:
        """How much of an upload has come."""
        upload = _upload(request, address)
        headers = {**_where(upload), "Upload-Length": str(upload.length), "Cache-Control": "no-store"}
        if upload.metadata:
            headers["Upload-Metadata"] = upload.metadata
        return Response(headers=headers)

    @extend_schema(
        parameters=[TUS, OFFSET, CHECKSUM],
        request={BYTES: OpenApiTypes.BINARY},
        responses={204: OpenApiResponse(description="`Upload-Offset` is where it stands now.")},
    )
    def patch(self, request: Request, address: str) -> Response:
        """Send on from where it stands; of a request that breaks off, what came is kept."""
        if request.content_type != BYTES:
            raise UnsupportedMediaType(request.content_type)
        upload = _upload(request, address)
        upload = uploading.append(
            upload, _number(request, "Upload-Offset"), _body(request), _checksum(request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT, headers=_where(upload))

    @extend_schema(parameters=[TUS], responses={204: None})
    def delete(self, request: Request, address: str) -> Response:
        """Give an upload up; what came of it is deleted."""
        uploading.end_upload(_upload(request, address))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _upload(request: Request, address: str) -> Upload:
    upload = uploading.find_upload(address, viewer_of(request).producer)
    if upload is None:
        raise Http404
    return upload


def _begins(request: Request) -> Producer | None:
    """Whose it will be: an account's or a receipt's, or whoever knows the address."""
    is_known = viewer_of(request).producer is not None or isinstance(request.user, User)
    return as_producer(request).producer if is_known else None


def _body(request: Request) -> Any:
    """The body as it comes in, read by nobody before."""
    return request._request  # noqa: SLF001  # the framework has no name for the stream itself


def _where(upload: Upload) -> dict[str, str]:
    return {
        "Upload-Offset": str(upload.offset),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
    }


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise BadUpload(_("%(name)s is a whole number of bytes.") % {"name": name})
    return int(text)


def _metadata(request: Request) -> str:
    """Kept and given back as it came; nothing is done with what it says."""
    text = request.headers.get("Upload-Metadata", "")
    is_plain = all(_PAIR.fullmatch(pair.strip()) for pair in text.split(",")) if text else True
    if not is_plain or len(text) > MAX_METADATA:
        raise BadUpload(_("Upload-Metadata is not readable, or too long."))
    return text


def _checksum(request: Request) -> uploading.Checksum | None:
    text = request.headers.get("Upload-Checksum")
    return uploading.Checksum.from_header(text) if text else None
