"""The generator of the document: drf-spectacular's, in English whoever asks, and then completed."""

from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from config.openapi import schemes as schemes  # registers how receipts are described
from config.openapi.document import complete


class Generator(SchemaGenerator):
    """What stands at ``/api/schema/``."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        with translation.override("en"):
            found = super().get_schema(request=request, public=public)  # type: ignore[no-untyped-call]  # spectacular's own
            return complete(found)
