"""What a request says, checked by a serializer; a fault becomes a problem that names it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer


def form_data(request: Request, *lists: str) -> Any:
    """JSON as it is; of a form, the named fields as lists and the others as single values."""
    data: Any = request.data
    if not hasattr(data, "getlist"):
        return data
    return {name: data.getlist(name) if name in lists else data.get(name) for name in data}


def checked(serializer: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """The query parameters, or a problem that names each fault."""
    query = serializer(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


def checked_body(serializer: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """The body, or a problem that names each fault."""
    given = serializer(data=form_data(request))
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
