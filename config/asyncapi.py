"""The AsyncAPI document of the live channels; fields that the OpenAPI document has are taken from there."""

import json
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.openapi.generator import Generator
from config.openapi.values import ANSWERS, CODE

JSON = dict[str, Any]

# What a line of the timeline takes over from the API's, and what a line about a report from the report.
LINE = ("seq", "kind", "at", "by", "by_organisation", "organisation", "data", "text")
OF_EVENT = ("seq", "kind", "at")
OF_REPORT = ("reference", "status", "resolve_by", "latitude", "longitude")
PROBLEMS = ("bad-message", "bad-pass", "not-found", "too-slow", "too-far-behind", "too-large")

DESCRIPTION = """What happens, while it happens.

A client connects, then sends one JSON message that says what it wants to hear. What is public needs no more;
what is not is opened by a `pass` from `POST /api/v1/live/passes/`, for one connection and within a minute, so
that no secret stands in an address. `after` is the last `seq` the client knows: what it missed comes first,
then `ready`, then everything as it happens. A client may hear an event twice and never misses one.

What is wrong is said by a `problem`, after which the connection is closed: 4400 bad-message, 4401 bad-pass,
4404 not-found, 4408 too-slow (connect again with `after`), 4409 too-far-behind (ask for the map itself),
4413 too-large. 1012 means that the service restarts: connect again with `after`.

Where WebSocket does not pass, `GET /api/v1/reports/{code}/stream/` and `GET /api/v1/reports/map/stream/`
give the same lines as server-sent events.
"""


def serve(request: HttpRequest) -> HttpResponse:
    """``/api/asyncapi.json``."""
    return HttpResponse(json.dumps(document(), ensure_ascii=False), content_type="application/json")


@cache
def document() -> JSON:
    """The whole document; to be read only."""
    public = urlsplit(settings.PUBLIC_URL)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:commonway:live",
        "info": {
            "title": "Commonway live",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "contact": {"name": "Commonway", "url": settings.PUBLIC_URL},
            "tags": [{"name": "live", "description": "Timelines, the map and queues."}],
        },
        "defaultContentType": "application/json",
        "servers": {
            "city": {
                "host": public.netloc,
                "protocol": "wss" if public.scheme == "https" else "ws",
                "description": "This city.",
            }
        },
        "channels": {
            "timeline": _channel(
                "/live/reports/{code}/", "One report's timeline.", "line", "wishForTimeline", "readyAt"
            ),
            "map": _channel("/live/map/", "Public reports in a box.", "brief", "wishForMap", "readyForMap"),
            "queue": _channel(
                "/live/organisations/{code}/",
                "What comes into an organisation's queue, for its members.",
                "brief",
                "wishForQueue",
                "ready",
            ),
        },
        "operations": {
            name: operation
            for channel, wish, told in (
                ("timeline", "wishForTimeline", ("line", "readyAt", "problem")),
                ("map", "wishForMap", ("brief", "readyForMap", "problem")),
                ("queue", "wishForQueue", ("brief", "ready", "problem")),
            )
            for name, operation in _operations(channel, wish, told)
        },
        "components": {"messages": _messages(), "schemas": _shared()},
    }


def _channel(address: str, description: str, line: str, wish: str, ready: str) -> JSON:
    names = (wish, ready, line, "problem")
    channel: JSON = {
        "address": address,
        "description": description,
        "servers": [{"$ref": "#/servers/city"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"ws": {"method": "GET"}},
    }
    if "{code}" in address:
        channel["parameters"] = {"code": {"description": "The public code.", "examples": [CODE]}}
    return channel


def _operations(channel: str, wish: str, told: tuple[str, ...]) -> list[tuple[str, JSON]]:
    """What a client says (we receive) and what it is told (we send) on one channel."""
    here = {"$ref": f"#/channels/{channel}"}
    title = channel.capitalize()
    return [
        (
            f"listenTo{title}",
            {
                "action": "receive",
                "channel": here,
                "summary": "Say what to hear.",
                "messages": [{"$ref": f"#/channels/{channel}/messages/{wish}"}],
            },
        ),
        (
            f"tell{title}",
            {
                "action": "send",
                "channel": here,
                "summary": "What is heard.",
                "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in told],
            },
        ),
    ]


def _messages() -> JSON:
    known = {"type": "string", "description": "From POST /api/v1/live/passes/; it opens one connection."}
    after = {"type": "integer", "minimum": 0, "description": "The last seq that is known."}
    box = {
        "type": "array",
        "description": "West, south, east, north, in WGS 84 degrees.",
        "items": {"type": "number"},
        "minItems": 4,
        "maxItems": 4,
    }
    seq, cells = {"type": "integer"}, {"type": "integer", "minimum": 1}
    here, there = [114.45, 38.02, 114.55, 38.08], {"pass": "kq3Yt0h9V2mZx7Wc1R5uB8nE4sJ6aLdP"}
    slug = {"type": "string", "enum": [f"/problems/{name}" for name in PROBLEMS]}
    return {
        "wishForTimeline": _message({"pass": known, "after": after}, {**there, "after": 17}, needed=()),
        "wishForMap": _message(
            {"pass": known, "after": after, "bbox": box}, {"bbox": here}, needed=("bbox",)
        ),
        "wishForQueue": _message({"pass": known}, there, needed=()),
        "ready": _message({"type": {"const": "ready"}}, {"type": "ready"}),
        "readyAt": _message({"type": {"const": "ready"}, "seq": seq}, {"type": "ready", "seq": 17}),
        "readyForMap": _message(
            {"type": {"const": "ready"}, "seq": seq, "cells": cells},
            {"type": "ready", "seq": 17, "cells": 12},
        ),
        "line": _message(_of_line(), json.loads(ANSWERS["GET /reports/{code}/stream/ 200"]["data"])),
        "brief": _message(_of_brief(), json.loads(ANSWERS["GET /reports/map/stream/ 200"]["data"])),
        "problem": _message(
            {"type": {"const": "problem"}, "problem": slug},
            {"type": "problem", "problem": "/problems/not-found"},
        ),
    }


def _message(fields: JSON, example: JSON, needed: tuple[str, ...] | None = None) -> JSON:
    """A message with these fields and no others; all are there unless said otherwise."""
    required = list(fields) if needed is None else list(needed)
    payload = {"type": "object", "properties": fields, "required": required, "additionalProperties": False}
    return {"payload": payload, "examples": [{"payload": example}]}


def _of_line() -> JSON:
    return {"type": {"const": "event"}, **_fields("Event", LINE)}


def _of_brief() -> JSON:
    code = {"type": "string", "description": "The report's code."}
    return {
        "type": {"const": "event"},
        **_fields("Event", OF_EVENT),
        "report": code,
        **_fields("Report", OF_REPORT),
        "category": {"type": "string", "description": "The category's code."},
        **_fields("CategoryName", ("is_hazard",)),
    }


def _fields(component: str, names: tuple[str, ...]) -> JSON:
    known = _openapi()[component]["properties"]
    return {name: {key: value for key, value in known[name].items() if key != "readOnly"} for name in names}


def _shared() -> JSON:
    """The components of the OpenAPI document that the messages refer to."""
    return {name: _openapi()[name] for name in ("EventKind", "ReportStatus")}


@cache
def _openapi() -> JSON:
    found: JSON = Generator().get_schema(public=True)["components"]["schemas"]  # type: ignore[no-untyped-call]  # spectacular's own __init__
    return found
