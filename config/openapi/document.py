"""Completes the document: names, problems, headers, examples and links for every operation.

The tables are ``operations.py`` (a line for each operation), ``values.py`` (a value for each field) and
``tags.py``. What they lack, ``tests/test_openapi.py`` names.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.openapi import problems, schemes
from config.openapi.examples import Composer
from config.openapi.naming import PREFIX, key_of
from config.openapi.operations import LINKS, OPERATIONS, Operation
from config.openapi.tags import TAGS

JSON = dict[str, Any]
TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$"
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")

PARAMETERS: dict[str, JSON] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "The language of names and sentences in the answer.",
        "schema": {"type": "string", "default": "zh-hans"},
        "example": "en",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Drawn by the client for one act, 1 to 200 printable ASCII characters. The same key "
        "and body within 24 hours replay the first answer instead of acting twice.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        "example": "6f0d2f4e-2f0c-4a35-9f0e-4f9c3c5f1a77",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag of what is to be changed; if it was changed since, the answer is 412.",
        "schema": {"type": "string"},
        "example": '"4"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag that is known already; if nothing was changed since, the answer is 304.",
        "schema": {"type": "string"},
        "example": '"4"',
    },
}
HEADERS: dict[str, JSON] = {
    "ETag": {
        "description": "The version of what is answered.",
        "schema": {"type": "string"},
        "example": '"4"',
    },
    "IdempotentReplayed": {
        "description": "`true` when the first answer to this Idempotency-Key is given once more.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Link": {
        "description": "The next and the previous page (RFC 8288).",
        "schema": {"type": "string"},
        "example": f'<https://city.example{PREFIX}/reports/?cursor=cD0x>; rel="next"',
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "example": 20},
}


def complete(document: JSON) -> JSON:
    """The document with everything that its readers need; the one given is changed."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    _mend(document["paths"])
    _mend(schemas)
    schemas["Problem"] = problems.SCHEMA
    components.update(parameters=PARAMETERS, headers=HEADERS, responses={}, examples={})
    for name, scheme in components.get("securitySchemes", {}).items():
        scheme["description"] = schemes.DESCRIPTIONS[name]
    composer = Composer(components)
    used = set()
    for method, path, operation in operations_of(document):
        _complete(method, path, operation, composer)
        used |= set(operation["tags"])
    document["tags"] = [{"name": tag, "description": TAGS.get(tag, "")} for tag in sorted(used)]
    return document


def operations_of(document: JSON) -> Iterator[tuple[str, str, JSON]]:
    """Every operation with its method and its path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation


def _complete(method: str, path: str, operation: JSON, composer: Composer) -> None:
    key = key_of(method, path)
    known = OPERATIONS.get(key) or Operation(operation["operationId"])
    operation["operationId"] = known.name
    operation["description"] = operation.get("description", "").replace("``", "`")
    operation["summary"] = operation.get("summary") or _summary(operation["description"])
    _only_useful_bodies(operation, composer.components["schemas"])
    slugs = problems.implied(method, operation) | set(known.problems)
    _add_parameters(method, operation, slugs)
    composer.illustrate(key, operation)
    _add_headers(method, operation)
    operation["responses"].update(problems.responses(slugs, composer.components))
    for name, (target, arguments) in LINKS.get(known.name, {}).items():
        success = next(answer for status, answer in operation["responses"].items() if status < "300")
        link = {"operationId": target, "parameters": arguments}
        success.setdefault("links", {})[name] = link


def _summary(description: str) -> str:
    """The first clause of the description, without its end."""
    return re.split(r"[.;:](?:\s|$)", description.strip(), maxsplit=1)[0].replace("\n", " ")


def _only_useful_bodies(operation: JSON, schemas: Mapping[str, JSON]) -> None:
    """JSON, and a form where files are sent; that any form is read as well is nobody's first choice."""
    content = operation.get("requestBody", {}).get("content", {})
    content.pop("application/x-www-form-urlencoded", None)
    if len(content) < 2:
        return
    schema = content["application/json"]["schema"]
    known = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    files = {name for name, field in known.get("properties", {}).items() if "binary" in str(field)}
    if not files:
        content.pop("multipart/form-data", None)
    elif files & set(known.get("required", ())):
        del content["application/json"]


def _add_parameters(method: str, operation: JSON, slugs: set[str]) -> None:
    """The headers that the operation understands; a conditional change brings its problems with it."""
    parameters = operation.setdefault("parameters", [])
    declared = {parameter.get("name", "").lower() for parameter in parameters}
    if "if-match" in declared:
        slugs |= {"stale-version", "version-required"}
    wanted = ["AcceptLanguage"]
    if method == "post":
        wanted.append("IdempotencyKey")
    if "stale-version" in slugs:
        wanted.append("IfMatch")
    if "304" in operation["responses"]:
        wanted.append("IfNoneMatch")
        operation["responses"]["304"]["description"] = "Nothing was changed since the ETag in If-None-Match."
    names = {name: str(PARAMETERS[name]["name"]).lower() for name in wanted}
    parameters += [
        {"$ref": f"#/components/parameters/{name}"} for name in wanted if names[name] not in declared
    ]


def _add_headers(method: str, operation: JSON) -> None:
    """The headers of the answers that say more than their body."""
    is_versioned = "304" in operation["responses"]
    for status, answer in operation["responses"].items():
        headers = answer.setdefault("headers", {})
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        if is_versioned:
            headers.setdefault("ETag", {"$ref": "#/components/headers/ETag"})
        if method == "post" and status < "300":
            headers.setdefault("Idempotent-Replayed", {"$ref": "#/components/headers/IdempotentReplayed"})
        if "/Paginated" in schema.get("$ref", ""):
            headers.setdefault("Link", {"$ref": "#/components/headers/Link"})
        if not headers:
            del answer["headers"]
        answer["description"] = answer.get("description") or "Done."


def _mend(node: Any) -> None:
    """Spell in 3.1 what the framework's pagination still says in 3.0; titles of fields say nothing new."""
    if isinstance(node, list):
        for inner in node:
            _mend(inner)
    elif isinstance(node, dict):
        if node.pop("nullable", None):
            node["type"] = [node["type"], "null"]
        if "type" in node and isinstance(node.get("title"), str):
            del node["title"]
        if node.get("format") == "time":  # which would need an offset: ours is a time of the day, wherever
            del node["format"]
            node["pattern"] = TIME_OF_DAY
        if node.get("default") == "" and node.get("minLength"):
            del node["default"]  # it stands for a field that is not sent, and cannot be sent itself
        if isinstance(node.get("example"), str) and "api.example.org" in node["example"]:
            del node["example"]
        for inner in node.values():
            _mend(inner)
