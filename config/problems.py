"""The one table from what can go wrong to what HTTP says, as RFC 9457 problems.

An app raises a plain exception named for what is wrong; a row of ``DOMAIN_PROBLEMS`` gives it a status.
A base class's row covers its subclasses. An exception may carry ``extensions``, a mapping that becomes
members of the problem (the legal moves of a 409, say), and ``errors``, a list of named faults.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts import errors as accounts
from moderation import errors as moderation
from notifications import errors as notifications
from reports import errors as reports
from tickets import errors as tickets
from webhooks import errors as webhooks

CONTENT_TYPE = "application/problem+json"
TYPE_BASE = "/problems/"
API_PREFIXES = ("/api/", "/_allauth/")
BODILESS = {"GET", "HEAD", "OPTIONS", "DELETE"}

AnyRequest = HttpRequest | Request


@dataclass(frozen=True)
class Problem:
    """What HTTP says about one kind of mistake."""

    status: int
    slug: str
    title: str | Promise


DOMAIN_PROBLEMS: dict[type[Exception], Problem] = {
    accounts.NotAllowed: Problem(403, "not-allowed", _("You may not do this.")),
    accounts.StaleVersion: Problem(412, "stale-version", _("It was changed in the meantime.")),
    accounts.VersionRequired: Problem(428, "version-required", _("Say which version you are changing.")),
    accounts.KeyReused: Problem(422, "idempotency-key-reused", _("This Idempotency-Key was used before.")),
    accounts.StillRunning: Problem(409, "still-running", _("The first request is still being answered.")),
    accounts.AnswerErased: Problem(410, "erased", _("It was erased.")),
    accounts.LoginTooOld: Problem(403, "login-too-old", _("Log in again first.")),
    accounts.BadIdempotencyKey: Problem(400, "bad-idempotency-key", _("The Idempotency-Key is not usable.")),
    accounts.TooMany: Problem(429, "too-many-requests", _("Too many requests.")),
    moderation.NobodyAnswers: Problem(409, "nobody-answers", _("Nobody answers for it yet.")),
    moderation.DecisionNeedsReason: Problem(400, "reason-required", _("Say why.")),
    tickets.NothingToCountersign: Problem(
        409, "nothing-to-countersign", _("Nothing waits for a countersignature.")
    ),
    tickets.CannotHandOver: Problem(409, "cannot-hand-over", _("It cannot be handed over to them.")),
    notifications.TooManySubscriptions: Problem(
        409, "too-many-subscriptions", _("There are enough subscriptions of this kind.")
    ),
    notifications.TooManyDevices: Problem(409, "too-many-devices", _("There are enough devices.")),
    notifications.NotConfirmed: Problem(409, "not-confirmed", _("This number is not confirmed.")),
    notifications.EndpointRefused: Problem(400, "push-endpoint-refused", _("Nothing may be posted there.")),
    notifications.NothingToSay: Problem(409, "nothing-to-confirm", _("There is nothing to confirm.")),
    webhooks.EndpointUrlRefused: Problem(
        400, "endpoint-url-refused", _("Nothing may be posted to this URL.")
    ),
    webhooks.TooManyEndpoints: Problem(409, "too-many-endpoints", _("There are too many endpoints.")),
    webhooks.EndpointDisabled: Problem(409, "endpoint-disabled", _("This endpoint is off.")),
    webhooks.StillOpen: Problem(409, "delivery-still-open", _("This delivery is not over yet.")),
    reports.InvalidTransition: Problem(409, "illegal-move", _("It cannot go there from here.")),
    reports.ReasonRequired: Problem(400, "reason-required", _("Say why.")),
    reports.DisputeOver: Problem(409, "dispute-over", _("It can no longer be disputed.")),
    reports.Stopped: Problem(409, "stopped", _("This is not taken here, or not now.")),
    reports.OwnReport: Problem(409, "own-report", _("This is your own report.")),
    reports.PhotoRefused: Problem(400, "photo-refused", _("This photo is not taken.")),
    reports.TooManyPhotos: Problem(409, "too-many-photos", _("There are enough photos.")),
    reports.BadReceipt: Problem(403, "bad-receipt", _("This receipt opens nothing.")),
    reports.AlreadyPlaced: Problem(409, "already-placed", _("It has a position of its own.")),
    reports.AlreadyClaimed: Problem(409, "already-claimed", _("It belongs to an account already.")),
    reports.NoAssistant: Problem(403, "no-assistant", _("You do not file for others.")),
    reports.TooFarBehind: Problem(409, "too-far-behind", _("More happened than can be told.")),
    reports.NoSuchBox: Problem(400, "no-such-box", _("The photo has no such box.")),
    reports.OriginalGone: Problem(410, "original-gone", _("The original is no longer kept.")),
    reports.BadUpload: Problem(400, "bad-upload", _("This upload cannot be understood.")),
    reports.TusVersionUnknown: Problem(412, "tus-version", _("Only tus 1.0.0 is spoken here.")),
    reports.UploadTooLarge: Problem(413, "upload-too-large", _("The upload is too large.")),
    reports.OffsetWrong: Problem(409, "offset-wrong", _("The upload stands elsewhere.")),
    reports.ChecksumWrong: Problem(460, "checksum-mismatch", _("The bytes are not those summed up.")),
    reports.UploadNotWhole: Problem(409, "upload-not-whole", _("This upload cannot become a photo.")),
    reports.NotPublishable: Problem(409, "not-publishable", _("This photo cannot be published.")),
    accounts.DomainError: Problem(409, "conflict", _("This cannot be done now.")),
}

# What the framework raises; the first row whose class fits wins.
FRAMEWORK_PROBLEMS: dict[type[Exception], Problem] = {
    exceptions.ValidationError: Problem(400, "invalid", _("Some fields are not right.")),
    exceptions.ParseError: Problem(400, "unreadable", _("The body cannot be read.")),
    exceptions.NotAuthenticated: Problem(401, "not-authenticated", _("Say who you are.")),
    exceptions.AuthenticationFailed: Problem(
        401, "bad-credentials", _("These credentials are not accepted.")
    ),
    exceptions.PermissionDenied: Problem(403, "not-allowed", _("You may not do this.")),
    exceptions.NotFound: Problem(404, "not-found", _("There is nothing here.")),
    exceptions.MethodNotAllowed: Problem(
        405, "method-not-allowed", _("This address does not take this method.")
    ),
    exceptions.NotAcceptable: Problem(406, "not-acceptable", _("This address speaks JSON.")),
    exceptions.UnsupportedMediaType: Problem(
        415, "unsupported-media-type", _("This kind of body is not taken.")
    ),
    exceptions.Throttled: Problem(429, "too-many-requests", _("Too many requests.")),
    Http404: Problem(404, "not-found", _("There is nothing here.")),
    PermissionDenied: Problem(403, "not-allowed", _("You may not do this.")),
    RequestDataTooBig: Problem(413, "too-large", _("The body is too large.")),
    TooManyFieldsSent: Problem(413, "too-many-fields", _("The body has too many fields.")),
    TooManyFilesSent: Problem(413, "too-many-files", _("The body has too many files.")),
    SuspiciousOperation: Problem(400, "bad-request", _("The request is not right.")),
    MultiPartParserError: Problem(400, "unreadable", _("The body cannot be read.")),
    BadRequest: Problem(400, "bad-request", _("The request is not right.")),
}
SERVER_ERROR = Problem(500, "server-error", _("Something is broken here; it was written down."))


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework's exception handler; what is in neither table stays a loud 500."""
    problem = find(error)
    if problem is None:
        return None
    set_rollback()
    request = context.get("request")
    body = describe(problem, error, request)
    # The problem is JSON whatever renderer was negotiated; content_type marks it as a problem.
    response = Response(body, status=problem.status, headers=headers_of(error), content_type=CONTENT_TYPE)
    if problem.status == 401 and request is not None and (scheme := getattr(error, "auth_header", None)):
        response["WWW-Authenticate"] = scheme
    return response


def domain_response(request: HttpRequest, error: Exception) -> JsonResponse:
    """The same answer for code that runs outside a view, such as a middleware."""
    problem = find(error) or SERVER_ERROR
    return as_json(describe(problem, error, request), headers_of(error))


def find(error: Exception) -> Problem | None:
    """The row for this exception: of the domain's table the nearest class, else the framework's."""
    for cls in type(error).__mro__:
        if row := DOMAIN_PROBLEMS.get(cls):
            return row
    for known, row in FRAMEWORK_PROBLEMS.items():
        if isinstance(error, known):
            return row
    if isinstance(error, exceptions.APIException):
        return Problem(
            error.status_code, error.default_code.replace("_", "-"), HTTPStatus(error.status_code).phrase
        )
    return None


def describe(problem: Problem, error: Exception | None, request: AnyRequest | None) -> dict[str, Any]:
    """The members of the problem, in the order of RFC 9457."""
    body: dict[str, Any] = {
        "type": f"{TYPE_BASE}{problem.slug}",
        "title": str(problem.title),
        "status": problem.status,
    }
    if detail := detail_of(error):
        body["detail"] = detail
    if request is not None:
        body["instance"] = quote(request.path, safe="/:@!$&'()*+,;=~", errors="replace")
    if isinstance(error, exceptions.ValidationError):
        has_body = request is None or request.method not in BODILESS
        body["errors"] = [fault if has_body else _of_parameter(fault) for fault in faults(error.detail)]
    elif named := getattr(error, "errors", None):
        body["errors"] = named
    return body | dict(getattr(error, "extensions", {}))


def detail_of(error: Exception | None) -> str:
    """The sentence for the one who asked; Django's own exceptions speak of internals and are not quoted."""
    if isinstance(error, exceptions.ValidationError):
        return ""
    if isinstance(error, exceptions.APIException):
        return str(error.detail)
    return str(error) if isinstance(error, accounts.DomainError) else ""


def headers_of(error: Exception) -> dict[str, str]:
    wait = getattr(error, "wait", None)
    return {"Retry-After": str(math.ceil(wait))} if wait else {}


def faults(detail: Any, path: str = "#") -> Iterator[dict[str, str]]:
    """Every fault with the JSON Pointer of its field; a whole-object fault points at the object."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            own = key == "non_field_errors"
            yield from faults(inner, path if own else f"{path}/{_escaped(str(key))}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_message = isinstance(inner, str)
            yield from faults(inner, path if is_message else f"{path}/{index}")
    else:
        yield {"pointer": path, "code": getattr(detail, "code", None) or "invalid", "detail": str(detail)}


def _of_parameter(fault: dict[str, str]) -> dict[str, str]:
    """The same fault of a request without a body: what is wrong is a query parameter, known by name."""
    return {"name": fault["pointer"].removeprefix("#/"), "code": fault["code"], "detail": fault["detail"]}


def _escaped(key: str) -> str:
    """RFC 6901: ``~`` and ``/`` mean something in a pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def as_json(body: Mapping[str, Any], headers: Mapping[str, str]) -> JsonResponse:
    return JsonResponse(body, status=body["status"], headers=dict(headers), content_type=CONTENT_TYPE)


# --- Django's own error pages: a problem under the API's addresses, its plain page elsewhere ---


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIXES)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return domain_response(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.permission_denied(request, exception)
    return domain_response(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return domain_response(request, Http404())


def server_error(request: HttpRequest) -> HttpResponse:
    if not _is_api(request):
        return defaults.server_error(request)
    return as_json(describe(SERVER_ERROR, None, request), {})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if not _is_api(request):
        return defaults.permission_denied(request, PermissionDenied(reason))
    return domain_response(request, PermissionDenied())
