"""The problems an operation can give: what its shape implies, and what the table of operations adds."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from config.problems import CONTENT_TYPE, DOMAIN_PROBLEMS, FRAMEWORK_PROBLEMS, TYPE_BASE, Problem

JSON = dict[str, Any]

SCHEMA: JSON = {
    "type": "object",
    "description": "RFC 9457 problem details; `errors` names every fault at once.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Tells problems apart."},
        "title": {"type": "string", "description": "A sentence for people, in the language asked for."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is special about this occurrence."},
        "instance": {"type": "string", "format": "uri-reference", "description": "The address asked."},
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
# What an example of these says besides its type, title and status.
MEMBERS: dict[str, JSON] = {
    "invalid": {
        "errors": [{"pointer": "#/kind", "code": "required", "detail": "This field is required."}],
    },
    "illegal-move": {"legal": ["assigned", "in_progress"]},
    "too-many-requests": {"detail": "Request was throttled. Expected available in 20 seconds."},
    "unsupported-media-type": {"detail": 'Unsupported media type "text/plain" in request.'},
    "not-authenticated": {"detail": "Authentication credentials were not provided."},
    "stale-version": {"detail": "Somebody changed this since you read it; read it again and decide anew."},
}


def responses(slugs: Iterable[str], components: dict[str, JSON]) -> dict[str, JSON]:
    """The answers for these problems, by HTTP status; what they refer to is put among the components."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for slug in slugs:
        by_status[status_of(slug)].append(slug)
    found = {}
    for status, several in sorted(by_status.items()):
        name = ".".join([str(status), *sorted(several)])
        components["responses"].setdefault(name, _response(status, sorted(several)))
        components["examples"].update({slug: _example(slug) for slug in several})
        found[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return found


def implied(method: str, operation: JSON) -> set[str]:
    """The problems that follow from what the operation takes."""
    places = {parameter.get("in") for parameter in operation.get("parameters", [])}
    found = {"not-acceptable", "too-many-requests", "bad-credentials"}
    if "path" in places:
        found.add("not-found")
    if "query" in places or "requestBody" in operation:
        found.add("invalid")
    if "requestBody" in operation:
        found |= {"unreadable", "unsupported-media-type", "too-large"}
    if method == "post":
        found |= {"bad-idempotency-key", "still-running", "idempotency-key-reused", "erased"}
    if {} not in operation.get("security", [{}]):
        found |= {"not-authenticated", "not-allowed"}
    return found


def status_of(slug: str) -> int:
    return catalogue()[slug].status


@cache
def catalogue() -> dict[str, Problem]:
    """Every problem of the service by the last part of its type."""
    rows = [*FRAMEWORK_PROBLEMS.values(), *DOMAIN_PROBLEMS.values()]
    return {row.slug: row for row in rows}


def _response(status: int, slugs: list[str]) -> JSON:
    named = {slug: {"$ref": f"#/components/examples/{slug}"} for slug in slugs}
    schema = {"$ref": "#/components/schemas/Problem"}
    answer: JSON = {
        "description": " ".join(str(catalogue()[slug].title) for slug in slugs),
        "content": {CONTENT_TYPE: {"schema": schema, "examples": named}},
    }
    if status == 429:
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return answer


def _example(slug: str) -> JSON:
    problem = catalogue()[slug]
    members = {"type": f"{TYPE_BASE}{slug}", "title": str(problem.title), "status": problem.status}
    return {"summary": str(problem.title), "value": {**members, **MEMBERS.get(slug, {})}}
