"""What every address of the API has in common: how a body is read, and how a list is cut into pages."""

import json
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, ParseError, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

if TYPE_CHECKING:  # the framework reads this module while its own views are being imported
    from rest_framework.views import APIView


class PlainJSONParser(JSONParser):
    """JSON as anybody means it: not nested a thousand deep, and its text is text.

    Half a surrogate pair and NUL are legal in JSON and in no database.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            written = json.dumps(data, ensure_ascii=False)
            written.encode()
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        except UnicodeEncodeError:
            raise ParseError(_("The body has half of a character.")) from None
        if "\\u0000" in written:
            raise ParseError(_("The body has a NUL character."))
        return data


class CursorPages(CursorPagination):
    """``{next, previous, results}`` and a Link header (RFC 8288), newest first unless a view's
    ``ordering`` says otherwise.

    A page is stable while rows are added, and its cost does not grow with its depth. There is no total.
    """

    page_size = 25
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("-created_at", "-pk")

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: "APIView") -> tuple[str, ...]:
        return tuple(getattr(view, "ordering", self.ordering))

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            return super().decode_cursor(request)
        except NotFound:
            raise ValidationError({self.cursor_query_param: [_("This cursor is not one of ours.")]}) from None

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        header = ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)
        body = {"next": links["next"], "previous": links["prev"], "results": data}
        return Response(body, headers={"Link": header} if header else {})
