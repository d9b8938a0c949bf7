"""What the generated OpenAPI document cannot know: receipts, and that every answer may be a problem."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

METHODS = {"get", "post", "put", "patch", "delete"}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details; `errors` names every fault at once.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "JSON Pointer fragment into the body"},
                    "name": {"type": "string", "description": "query or path parameter"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
                "required": ["code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status"],
}


class ReceiptScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular's metaclass hook
    """How a report is followed without an account."""

    target_class = "reports.authentication.ReceiptAuthentication"
    name = "receipt"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        description = "`Receipt <code>:<secret>`, as the answer to the report gave them."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": description}


def document_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the problem schema, and the 4XX answer to each operation."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                operation["responses"]["4XX"] = {"description": "A problem", "content": content}
    return result
