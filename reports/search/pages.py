"""Pages of a list in any order, by cursor."""

import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as BadValue
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

BIGGEST = 2**63 - 1


class SortedPages(CursorPagination):
    """``{next, previous, results}`` and a Link header (RFC 8288), in the order that the rows come in.

    A cursor holds the sorted-by values of the row beside which it stands, so a page stays where it is while
    rows are added, however many rows share a value, and its cost does not grow with its depth. The order must
    end with the key, and no value in it may be null. There is no total.
    """

    page_size = 25
    page_size_query_param = "limit"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page that the cursor of the request names; one statement."""
        self._url = request.build_absolute_uri()
        self._order = [str(name) for name in queryset.query.order_by]
        size = self.get_page_size(request) or self.page_size
        word = request.query_params.get(self.cursor_query_param)
        is_back, values = self._read(word, queryset) if word else (False, [])
        order = [_reversed(name) for name in self._order] if is_back else self._order
        after = queryset.filter(_behind(order, values)) if values else queryset
        rows = list(after.order_by(*order)[: size + 1])
        has_more = len(rows) > size
        shown = rows[:size][::-1] if is_back else rows[:size]
        self._next = shown[-1:] if is_back or has_more else []
        self._previous = shown[:1] if has_more or not is_back else []
        if not values:
            self._previous = []
        return shown

    def get_next_link(self) -> str | None:
        return self._link(self._next, is_back=False)

    def get_previous_link(self) -> str | None:
        return self._link(self._previous, is_back=True)

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        header = ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)
        body = {"next": links["next"], "previous": links["prev"], "results": data}
        return Response(body, headers={"Link": header} if header else {})

    def _link(self, rows: Sequence[Model], *, is_back: bool) -> str | None:
        if not rows:
            return None
        values = [getattr(rows[0], name.removeprefix("-")) for name in self._order]
        written = json.dumps([is_back, self._order, values], default=str, separators=(",", ":"))
        word = urlsafe_b64encode(written.encode()).decode().rstrip("=")
        return replace_query_param(self._url, self.cursor_query_param, word)

    def _read(self, word: str, queryset: QuerySet[Any]) -> tuple[bool, list[Any]]:
        """Whether the cursor goes back, and its values. Raises ValidationError for one we did not write."""
        try:
            is_back, order, values = json.loads(urlsafe_b64decode(word + "=" * (-len(word) % 4)))
            fields = [_field(queryset, name) for name in self._order]
            read = [_value(field, value) for field, value in zip(fields, values, strict=True)]
        except (ValueError, TypeError, BadValue, RecursionError):
            message = _("This cursor is not one of ours.")
            raise ValidationError({self.cursor_query_param: [message]}) from None
        if order != self._order:
            raise ValidationError({self.cursor_query_param: [_("This cursor is of another list.")]})
        return bool(is_back), read


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _behind(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after one with these values; the first condition is what an index can start from."""
    behind, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        column = name.removeprefix("-")
        lookup = "lt" if name.startswith("-") else "gt"
        behind |= equal & Q(**{f"{column}__{lookup}": value})
        equal &= Q(**{column: value})
    start = "lte" if order[0].startswith("-") else "gte"
    return behind & Q(**{f"{order[0].removeprefix('-')}__{start}": values[0]})


def _field(queryset: QuerySet[Any], name: str) -> "Field[Any, Any]":
    column = name.removeprefix("-")
    annotation = queryset.query.annotations.get(column)
    meta = queryset.model._meta  # noqa: SLF001  # the documented way to a model's fields
    if annotation is not None:
        return annotation.output_field
    field: Field[Any, Any] = meta.pk if column == "pk" else meta.get_field(column)
    return field


def _value(field: "Field[Any, Any]", written: Any) -> Any:
    """A value as it was written into the cursor. Raises ValueError or TypeError for any other."""
    if written is None or isinstance(written, list | dict):
        raise ValueError("no value")
    value = field.to_python(written)
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= BIGGEST):
        raise ValueError("no number of ours")
    return value
