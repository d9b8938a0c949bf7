"""What stands in the examples of the citizen's own operations: copies, uses, help of others.

By ``Component.field`` or ``Component``, as in ``values.py``.
"""

from typing import Any

from config.openapi.values import CODE, NOTICE, SENTENCE, WORDS

EXPORT_CODE = "01jd8p2r6s0t4v8x2z5b"
BOX = {"x": 0.42, "y": 0.31, "width": 0.08, "height": 0.11}
REPORT = {
    "kind": "problem",
    "category": "street_light",
    "text": WORDS,
    "latitude": 38.0405,
    "longitude": 114.5312,
    "language": "zh-hans",
}
MEASURE = {"median_hours": 21.5, "p90_hours": 46.0, "cases": 118, "open_cases": 4, "organisation": None}

VALUES_OF_CITIZENS: dict[str, Any] = {
    # What a category says and asks first.
    "icon": "street-lamp",
    "Danger": {"text": "Keep away from the cable and call 119.", "condition": None},
    "EmergencyNumber": {"number": "122", "name": "Traffic accidents"},
    "Stopper": {
        "code": "live_cable",
        "text": "If a cable hangs loose, keep away and call the grid.",
        "is_blocking": False,
        "condition": None,
        "area": None,
        "until": None,
    },
    "Measure": MEASURE,
    "Checked.routing": SENTENCE,
    "Checked.triage_reason": "",
    "Checked.emergency": "",
    "measured": None,
    "Similar.score": 0.82,
    "Similar.parts": {"place": 0.9, "words": 0.7, "category": 1.0, "time": 0.6},
    "Similar.distance_m": 14,
    "Similar.thumbnail": None,
    # Copies, uses and the end.
    "Export.code": EXPORT_CODE,
    "Export.done": 12,
    "Export.total": 12,
    "Export.size": 184_320,
    "Export.state": "ready",
    "Export.url": f"/api/v1/me/exports/{EXPORT_CODE}/file/?signature=1tFq…",
    "DataUse.why": "To mend what was reported.",
    "DataUse.how": "By webhook.",
    "DataUse.what": ["place", "words"],
    "DataUse.on": "2026-11-23",
    "NewPhotoRequest.upload": "/api/v1/uploads/9hvXS4TxlyoudDag1-SVerx53NA/",
    "ReceiptSecretRequest": {"secret": "Xw3mJ2cQ9rT7vB1nK5pL8sD4"},
    "WantedPaperRequest": {"secret": "Xw3mJ2cQ9rT7vB1nK5pL8sD4", "size": "a4"},
    # Reports that somebody else writes down.
    "AssistedReport.routing": SENTENCE,
    "Assistance.role": "assistant",
    "Assistance.organisation": "hutuo-community",
    "ContactRequest": {"kind": "phone", "value": "+8613800000000"},
    "NewAssistedReportRequest": {
        **REPORT,
        "channel": "phone",
        "consents": ["contact_me"],
        "notice_version": NOTICE,
        "on_behalf": {"method": "spoken", "updates_to": "letter"},
    },
    # What is covered in a photo.
    "Box.x": BOX["x"],
    "Box.y": BOX["y"],
    "Box.width": BOX["width"],
    "Box.height": BOX["height"],
    "Box.score": 0.93,
    "NewBoxRequest": {"kind": "face", **BOX},
    "receipt": CODE,
}
