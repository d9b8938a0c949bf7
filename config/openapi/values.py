"""What stands in the examples: the demo city and one dark street lamp in it.

``VALUES`` by ``Component``, ``Component.field`` or ``field``; ``BODIES`` and ``ANSWERS`` by operation, where
a body says something that its component does not.
"""

import json
from typing import Any

CODE = "01jd8mfz3q7xk2v5n9ba"
OTHER_CODE = "01jd8mg7w2c4r6t8y0zh"
SEAL_CODE = "01jd8n0k5p3s9d1f7g2j"
PHOTO_CODE = "01jd8mh1a6b4c8e0f2gk"
TICKET_CODE = "01jd8mj9q5w7e3r1t0yl"
DIGEST = "3b6fa2f1f1c9e0e4b7c05b7f2a1d4e6c8a9b0c1d2e3f405162738495a6b7c8d9"
ROOT = "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1"
NOTICE = "2026-01"
WORDS = "The lamp at the bus stop is dark."
SENTENCE = "Urban Management Bureau: street lighting everywhere in the city."
SUBMITTED_AT = "2026-11-23T10:05:00+08:00"
RESOLVED_AT = "2026-11-24T09:30:00+08:00"

CATEGORY = {"code": "street_light", "name": "Street lighting", "is_hazard": False}
BUREAU = {"code": "urban-management", "kind": "bureau", "name": "Urban Management Bureau"}
FIRM = {"code": "zhida-infrastructure", "kind": "firm", "name": "Zhida Infrastructure"}
DECISION = {
    "category": "street_light",
    "organisation": "urban-management",
    "executor": "zhida-infrastructure",
    "rule": "street_light-owner",
    "executor_rule": "street_light-work",
    "areas": ["changan"],
    "boundary_m": 812.4,
    "accuracy_m": 8.0,
    "alternatives": [],
    "needs_triage": False,
    "triage_reason": "",
    "rivals": [],
    "sentence_en": SENTENCE,
    "sentence_zh": "城市管理局：全市路灯照明。",
    "version": 3,
    "names": {"urban-management": "Urban Management Bureau"},
}

_PUBLIC_KEY = "BAcuo7b5eTTaqFTeqhVdh2Ip4vkHqWDUM5oo4QxXeHGdR2m1nYk0p8WJ3mM9cV7bT1xS6eHfQyZ0aKdLrPoNiUg"
_CIRCLE = {
    "kind": "area",
    "name": "Around the bus stop",
    "latitude": 38.0405,
    "longitude": 114.5312,
    "radius_m": 800,
    "categories": ["street_light"],
}
_WATCH = {
    **_CIRCLE,
    "code": OTHER_CODE,
    "origin": "chosen",
    "is_muted": False,
    "report": None,
    "reference": None,
    "polygon": None,
    "bbox": None,
    "area": "",
    "kinds": [],
    "statuses": [],
    "created_at": SUBMITTED_AT,
}
_TOPICS = ("progress", "answers", "comments", "moderation", "watched", "survey")
_WISHES = {
    "cadences": {
        "email": {**dict.fromkeys(_TOPICS, "at_once"), "comments": "daily", "watched": "daily"},
        "push": dict.fromkeys(_TOPICS, "at_once"),
        "sms": dict.fromkeys(_TOPICS, "never"),
    },
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "time_zone": "",
    "digest_hour": 8,
    "digest_weekday": 0,
    "is_address_refused": False,
}
_DEVICE = {
    "code": OTHER_CODE,
    "transport": "webpush",
    "name": "Firefox on my telephone",
    "is_confirmed": True,
    "created_at": SUBMITTED_AT,
    "reached_at": None,
}

VALUES: dict[str, Any] = {
    # What stands in many places.
    "code": CODE,
    "report": CODE,
    "reference": "2026-000123",
    "text": WORDS,
    "name": "Street lighting",
    "latitude": 38.0405,
    "longitude": 114.5312,
    "accuracy_m": 8.0,
    "datum": "wgs84",
    "address": "Zhongshan East Road, bus stop North China Shopping Mall",
    "language": "en",
    "created_at": SUBMITTED_AT,
    "updated_at": SUBMITTED_AT,
    "observed_at": "2026-11-23T09:58:00+08:00",
    "acknowledge_by": "2026-11-23T14:05:00+08:00",
    "resolve_by": "2026-11-26T18:05:00+08:00",
    "resolved_at": None,
    "status": "assigned",
    "reason": "",
    "redirected_to": "",
    "visibility": "public",
    "category": "street_light",
    "organisation": "urban-management",
    "by_organisation": None,
    "by": "producer",
    "seq": 17,
    "data": {"old": "received", "new": "assigned"},
    "digest": DIGEST,
    "decision": DECISION,
    "next": None,
    "previous": None,
    "version": 4,
    "url": "https://firm.example/hooks/commonway",
    "count": 12,
    "open_count": 5,
    "cell": "8c319c9100711ff",
    "resolution": 9,
    "unread_count": 2,
    "channel": "app",
    "build": "2026-11-23T02:00:00+00:00",
    "as_of": SUBMITTED_AT,
    "reports": 42,
    "producers": 37,
    "support_count": 3,
    "comment_count": 1,
    "notice_version": NOTICE,
    "consents": [],
    "photos": [],
    "answers": {},
    # Components, and fields where they differ.
    "CategoryName": CATEGORY,
    "OrganisationName": BUREAU,
    "Named": BUREAU,
    "Decision": DECISION,
    "Report.routing": SENTENCE,
    "QueuedReport.routing": SENTENCE,
    "QueuedReport.triage_reason": "tie",
    "QueuedReport.needs_triage": True,
    "Receipt.secret": "Xw3mJ2cQ9rT7vB1nK5pL8sD4",
    "Event.kind": "report.status",
    "Event.title": "Status changed",
    "Event.text": None,
    "FeedEvent.kind": "ticket.offered",
    "FeedEvent.data": {"role": "executor"},
    "Feed.next_after": 17,
    "InboxItem.title": "Your report was answered",
    "InboxItem.kind": "report.answered",
    "InboxItem.why": "own",
    "InboxItem.topic": "answers",
    "Subscription": _WATCH,
    "NewSubscriptionRequest": _CIRCLE,
    "PatchedSubscriptionChangeRequest": {"name": "My way to work", "is_muted": False},
    "Wishes": _WISHES,
    "PatchedWishesChangeRequest": {"cadences": {"email": {"watched": "weekly"}}, "digest_hour": 7},
    "Device": _DEVICE,
    "Devices.public_key": _PUBLIC_KEY,
    "NewDeviceRequest": {
        "transport": "webpush",
        "name": "Firefox on my telephone",
        "endpoint": "https://push.example/v1/kq3Yt0h9V2mZx7Wc",
        "keys": {"p256dh": _PUBLIC_KEY, "auth": "AAECAwQFBgcICQoLDA0ODw"},
    },
    "ProofRequest": {"code": "204816"},
    "SolvedRequest": {"is_solved": False, "text": "I passed by tonight: it is as dark as before."},
    "Comment.text": "It is dark at the other end of the stop, too.",
    "Comment.organisation": None,
    "Comment.is_public": True,
    "NewTextRequest": {"text": "It is dark at the other end of the stop, too."},
    "OptionalTextRequest": {"text": "The lamp shines again."},
    "Photo.code": PHOTO_CODE,
    "Photo.state": "ready",
    "Photo.refusal": "",
    "Photo.is_published": True,
    "Photo.width": 1600,
    "Photo.height": 1200,
    "Photo.metres_from_pin": 6,
    "Photo.urls": {"small": f"/api/v1/photos/{PHOTO_CODE}/small.webp"},
    "LivePass": {"pass": "kq3Yt0h9V2mZx7Wc1R5uB8nE4sJ6aLdP", "expires_in_s": 60},
    "NewReportRequest": {
        "kind": "problem",
        "category": "street_light",
        "text": WORDS,
        "latitude": 38.0405,
        "longitude": 114.5312,
        "datum": "wgs84",
        "accuracy_m": 8,
        "observed_at": "2026-11-23T09:58:00+08:00",
        "language": "en",
        "channel": "app",
        "consents": ["service_design"],
        "notice_version": NOTICE,
    },
    "DocumentedItemRequest": {
        "idempotency_key": "6f0d2f4e-2f0c-4a35-9f0e-4f9c3c5f1a77",
        "report": {
            "kind": "problem",
            "category": "street_light",
            "text": WORDS,
            "latitude": 38.0405,
            "longitude": 114.5312,
            "observed_at": "2026-11-23T09:58:00+08:00",
            "language": "en",
        },
    },
    "BatchAnswer.idempotency_key": "6f0d2f4e-2f0c-4a35-9f0e-4f9c3c5f1a77",
    "BatchAnswer.status": 201,
    "BatchAnswer.location": f"/api/v1/reports/{CODE}/",
    "BatchAnswer.problem": None,
    "BatchAnswer.retry_after_s": None,
    "Trace.head_digest": DIGEST,
    "Trace.events": [
        {
            "report": CODE,
            "kind": "report.submitted",
            "at": "2026-11-23T02:05:00.000000+00:00",
            "by": "producer",
            "by_organisation": None,
            "organisation": None,
            "data": {"channel": "app"},
            "seq": 15,
            "digest": DIGEST,
        }
    ],
    "Trace.content": None,
    "Proof.path": [f"left:{ROOT}"],
    "Seal.code": SEAL_CODE,
    "Seal.first_seq": 1,
    "Seal.last_seq": 20,
    "Seal.event_count": 20,
    "Seal.root": ROOT,
    # The catalogue.
    "Catalogue.version": 3,
    "Group.code": "traffic_safety",
    "Group.name": "Traffic Safety",
    "Group.icon": "safety",
    "Catalogue.measured_at": "2026-11-23T18:30:00Z",
    "Catalogue.emergency": {
        "text": "If anybody is hurt or in danger, call first and report later.",
        "numbers": [{"number": "122", "name": "Traffic accidents"}],
    },
    "Category.code": "street_light",
    "Category.subsystems": ["traffic_safety"],
    "Category.icon": "street-lamp",
    "Category.photo_rule": "optional",
    "Category.emergency": None,
    "Category.stoppers": [],
    "Category.expected": {
        "acknowledge": {
            "median_hours": 1.9,
            "p90_hours": 4.5,
            "cases": 212,
            "open_cases": 3,
            "organisation": "urban-management",
        },
        "resolve": {
            "median_hours": 27.4,
            "p90_hours": 88.0,
            "cases": 205,
            "open_cases": 11,
            "organisation": "urban-management",
        },
    },
    "Category.keywords": ["street light", "lamp", "dark"],
    "Category.questions": {},
    "Category.questions_version": 0,
    "Category.acknowledge_hours": 4,
    "Category.resolve_hours": 36,
    "Answer.executor": FIRM,
    "Answer.organisation": BUREAU,
    "Answer.sentence": SENTENCE,
    "Answer.triage_reason": "",
    "AreaCollection.type": "FeatureCollection",
    "AreaFeature.type": "Feature",
    "AreaFeature.id": "changan",
    "AreaFeature.geometry": {
        "type": "Polygon",
        "coordinates": [[[114.5, 38.0], [114.6, 38.0], [114.6, 38.1], [114.5, 38.1], [114.5, 38.0]]],
    },
    "AreaProperties": {
        "code": "changan",
        "kind": "district",
        "name": "Chang'an District",
        "parent": "shijiazhuang",
        "valid_from": None,
        "valid_to": None,
    },
    # The citizen's own.
    "email": "alice@demo.example",
    "Me.name": "Alice",
    "Me.memberships": [],
    "DataUse.why": "to work on the report",
    "DataUse.how": "read with its ticket",
    "DataUse.what": ["category", "latitude", "longitude", "text"],
    "DataUse.on": "2026-11-23",
    "Export.done": 9,
    "Export.total": 9,
    "Export.size": 48210,
    "Export.state": "ready",
    "Export.url": f"/api/v1/me/exports/{OTHER_CODE}/file/?signature=1vN3Xy:0k2f",
    "Export.code": OTHER_CODE,
    "Export.expires_at": "2026-11-30T10:05:00+08:00",
    "Consent.recipient": None,
    "Consent.withdrawn_at": None,
    "NewConsentRequest": {"purpose": "service_design", "notice_version": NOTICE},
    "UpToRequest": {"up_to": 17},
}

# Bodies that differ from their component's example, by operation, or by operation and media type.
BODIES: dict[str, Any] = {
    "POST /reports/ multipart/form-data": {
        **VALUES["NewReportRequest"],
        "photos": ["(the bytes of lamp.jpg)"],
    },
    "POST /reports/{code}/dispute/": {"text": "I passed by tonight: it is as dark as before."},
    "POST /desk/reports/{code}/answer/": {"text": "A crew will replace the lamp on Tuesday."},
    "POST /tickets/{code}/return/": {"text": "The lamp shines, but the mast still leans."},
}

_LINE = {
    "type": "event",
    "seq": 18,
    "kind": "report.status",
    "at": SUBMITTED_AT,
    "by": "system",
    "by_organisation": None,
    "organisation": None,
    "data": {"old": "received", "new": "assigned"},
    "text": None,
}
_BRIEF = {
    "type": "event",
    "seq": 18,
    "kind": "report.status",
    "at": SUBMITTED_AT,
    "report": CODE,
    "reference": "2026-000123",
    "category": "street_light",
    "is_hazard": False,
    "status": "assigned",
    "resolve_by": "2026-11-26T18:05:00+08:00",
    "latitude": 38.0405,
    "longitude": 114.5312,
}

# Answers likewise, by operation, or by operation and status.
ANSWERS: dict[str, Any] = {
    "GET /reports/{code}/stream/ 200": {"id": "18", "data": json.dumps(_LINE)},
    "GET /reports/map/stream/ 200": {"id": "18", "data": json.dumps(_BRIEF)},
}
