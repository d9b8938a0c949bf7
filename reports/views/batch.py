"""A phone's queue in one request: each item is answered as if it had been sent alone."""

import json
import logging
from io import BytesIO
from typing import Any, cast

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limiting
from accounts.idempotency import Middleware, problem_of
from accounts.inputs import checked_body
from reports.serializers.batch import BatchAnswers, BatchItem, NewBatch
from reports.views.reports import ReportViewSet

log = logging.getLogger(__name__)

ALONE = "/api/v1/reports/"
# What the layers outside the view noted on the request, and each item needs as well.
NOTED = ("user", "auser", "session", "LANGUAGE_CODE", "_dont_enforce_csrf_checks", "csrf_processing_done")


class BatchView(APIView):
    """The queue of a phone that was offline."""

    permission_classes = (AllowAny,)

    def perform_authentication(self, request: Request) -> None:
        """Who sends is asked with each item, exactly as it would be if it came alone."""

    @extend_schema(request=NewBatch, responses={200: BatchAnswers})
    def post(self, request: Request) -> Response:
        """Send up to 50 queued reports, without files; each gets its own answer, in order.

        Every item has its own Idempotency-Key, the same one under which it may be sent alone, and is
        committed by itself: a bad item spoils no other, and a queue that is sent again doubles nothing.
        An Idempotency-Key of the whole request is not looked at. Pointers in a problem are relative to the
        report of its item.
        """
        len(request.body)  # a body over the limit is refused before it is read as JSON
        items = checked_body(NewBatch, request)["items"]
        arrived = request._request  # noqa: SLF001  # the framework's own would ask who it is
        return Response({"results": [_answer(arrived, item) for item in items]})


def _answer(request: HttpRequest, item: Any) -> dict[str, Any]:
    key = item.get("idempotency_key") if isinstance(item, dict) else None
    given = BatchItem(data=item)
    try:
        given.is_valid(raise_exception=True)
        report = json.dumps(given.validated_data["report"]).encode()
        answer = _as_one(_alone(request, given.validated_data["idempotency_key"], report))
    except ValidationError as fault:
        answer = problem_of(request, fault)
    except Exception as error:  # our own mistake about one report is no reason to lose the others
        log.exception("a report of a batch could not be answered")
        answer = problem_of(request, error)
    return _described(key if isinstance(key, str) else None, cast("HttpResponse", answer))


def _as_one(request: HttpRequest) -> HttpResponseBase:
    """What the address of a single report answers: within the limits, and once for each key."""
    view = ReportViewSet.as_view({"post": "create"})

    def answer(alone: HttpRequest) -> HttpResponseBase:
        return cast("SimpleTemplateResponse", view(alone)).render()

    return limiting.Middleware(Middleware(answer))(request)


def _alone(request: HttpRequest, key: str, body: bytes) -> HttpRequest:
    """The request by which this item would have come alone, from the same sender."""
    alone = WSGIRequest(
        {
            **request.META,
            "REQUEST_METHOD": "POST",
            "PATH_INFO": ALONE,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_IDEMPOTENCY_KEY": key,
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": request.scheme,
        }
    )
    for name in NOTED:
        if hasattr(request, name):
            setattr(alone, name, getattr(request, name))
    return alone


def _described(key: str | None, answer: HttpResponse) -> dict[str, Any]:
    body = json.loads(answer.content)
    is_taken = answer.status_code < 400
    wait = answer.headers.get("Retry-After")
    return {
        "idempotency_key": key,
        "status": answer.status_code,
        "location": answer.headers.get("Location"),
        "is_replayed": "Idempotent-Replayed" in answer.headers,
        "retry_after_s": int(wait) if wait else None,
        "body": body if is_taken else None,
        "problem": None if is_taken else body,
    }
