"""What stands in the examples of bureaus, firms and their machines: the desk, tickets, endpoints, measures.

By ``Component.field`` or ``Component``, as in ``values.py``.
"""

from typing import Any

from config.openapi.values import BUREAU, FIRM, OTHER_CODE, SUBMITTED_AT, TICKET_CODE

VALUES_OF_ORGANISATIONS: dict[str, Any] = {
    # Organisations and the desk.
    "Organisation": {
        **BUREAU,
        "name_zh": "城市管理局",
        "name_en": "Urban Management Bureau",
        "mandate": "",
        "starts_on": None,
        "ends_on": None,
    },
    "AssignmentRequest": {
        "organisation": "urban-management",
        "executor": "zhida-infrastructure",
        "category": "street_light",
    },
    "MoveRequest": {
        "status": "resolved",
        "reason": "fixed",
        "text": "The lamp was replaced this morning.",
    },
    "ShowingRequest": {"visibility": "public", "reason": "screened"},
    # Tickets.
    "Ticket.code": TICKET_CODE,
    "Ticket.organisation": FIRM,
    "Ticket.role": "executor",
    "Ticket.status": "offered",
    "Ticket.sequence": 1,
    "Ticket.accepted_at": None,
    "Ticket.started_at": None,
    "Ticket.done_at": None,
    "Ticket.note": "",
    "Ticket.proof": None,
    "Ticket.countersign": "",
    "Ticket.decline_reason": "",
    "Ticket.handed_over_from": None,
    "Ticket.handed_over_to": None,
    "Ticket.moves": ["accept", "decline", "hand-over"],
    "CountersignatureRequest": {"text": "Seen and found right.", "reason": "fixed"},
    "DeclineRequest": {"reason": "not_our_asset", "text": "This mast belongs to the bus firm."},
    "DoneRequest": {"text": "Lamp replaced, cable mended.", "reason": "fixed"},
    "HandOverRequest": {"to": "tongda-bus", "reason": "not_our_asset", "text": "The mast is theirs."},
    "NoteRequest": {"text": "A crew comes tomorrow morning.", "is_public": True},
    # Machines.
    "Endpoint.organisation": "zhida-infrastructure",
    "Endpoint.description": "Our dispatch system",
    "Endpoint.event_types": ["ticket.offered", "ticket.cancelled"],
    "Endpoint.is_enabled": True,
    "Endpoint.disabled_reason": "by_owner",
    "Endpoint.disabled_at": None,
    "Endpoint.failing_since": None,
    "Endpoint.previous_until": None,
    "Issued.secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "NewEndpointRequest": {
        "url": "https://firm.example/hooks/commonway",
        "description": "Our dispatch system",
        "event_types": ["ticket.offered", "ticket.cancelled"],
    },
    "PatchedEndpointChangeRequest": {"event_types": ["ticket.offered"], "is_enabled": True},
    "SpanRequest": {"since": "2026-11-22T00:00:00+08:00", "until": "2026-11-23T00:00:00+08:00"},
    "Delivery.code": OTHER_CODE,
    "Delivery.type": "ticket.offered",
    "Delivery.state": "delivered",
    "Delivery.payload": {"type": "ticket.offered", "timestamp": SUBMITTED_AT, "data": {"code": TICKET_CODE}},
    "Delivery.next_try_at": None,
    "Attempt.duration_ms": 84,
    "Attempt.status": 204,
    "Attempt.error": "",
    "Attempt.answer": "",
    "NewTokenRequest": {"organisation": "zhida-infrastructure"},
    "Token": {
        "token": "cw_4e1b2d0c9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1",
        "token_key": "cw_4e1b2d0c9f8a",
        "organisation": "zhida-infrastructure",
        "expires_at": None,
    },
    # Measures.
    "Indicator": {
        "slug": "open-by-organisation",
        "title": "Open and overdue reports",
        "definition": "Reports not yet ended, by the organisation that answers for them.",
        "columns": {"open": "reports not yet ended"},
        "parameters": {},
        "url": "/api/v1/indicators/open-by-organisation/",
    },
    "group": "street_light",
    "median_hours": 21.5,
    "p90_hours": 46.0,
    "timed": 38,
    "by_channel": None,
    "open": 9,
    "overdue": 2,
    "resolved": 33,
    "resolved_on_time": 30,
    "due": 35,
    "on_time_share": 0.86,
    "Errand.contact": "+8613800000000",
    "Errand.news_until": SUBMITTED_AT,
}
