"""The city of the journeys: two bureaus, two firms, and one person who speaks for each.

Potholes belong to the works bureau; West Menders mend them in the west and, where they cannot, East Fixers
are asked. For noise nobody is named, so the traffic bureau, which steers, must decide.
"""

from typing import Any

WEST = (38.0512, 114.4507)
EAST = (38.0471, 114.5493)

ORGANISATIONS = {
    "traffic": ("bureau", "交管局", "Traffic Bureau"),
    "works": ("bureau", "市政局", "Works Bureau"),
    "mender": ("firm", "西修公司", "West Menders"),
    "fixer": ("firm", "东修公司", "East Fixers"),
}
STAFF = {
    "mona": ("traffic", "moderator"),
    "olga": ("works", "officer"),
    "otto": ("mender", "firm_agent"),
    "fritz": ("fixer", "firm_agent"),
}


def document() -> dict[str, Any]:
    """The city as ``load_city`` takes it."""
    return {
        "format": "commonway-city/1",
        "city": {
            "code": "square",
            "name_zh": "方城",
            "name_en": "Square City",
            "timezone": "Asia/Shanghai",
            "latitude": 38.05,
            "longitude": 114.5,
            "bbox": [114.4, 38.0, 114.6, 38.1],
        },
        "organisations": [
            {"code": code, "kind": kind, "name_zh": zh, "name_en": en, "is_steering": code == "traffic"}
            for code, (kind, zh, en) in ORGANISATIONS.items()
        ],
        "areas": [_district("west", 114.4, 114.5), _district("east", 114.5, 114.6)],
        "categories": [
            {"code": "safety", "name_zh": "安全", "name_en": "Safety"},
            _category("pothole", "坑洞", "problem", needs_countersign=True),
            _category("signal", "信号灯", "problem"),
            _category("noise", "噪声", "complaint"),
        ],
        "responsibilities": [
            _rule("pothole-owner", "pothole", "works", "owner"),
            _rule("pothole-west", "pothole", "mender", "executor", area="west"),
            _rule("pothole-east", "pothole", "fixer", "executor", area="east"),
            _rule("pothole-anywhere", "pothole", "fixer", "executor", precedence=200),
            _rule("signal-owner", "signal", "traffic", "owner"),
        ],
    }


def _district(code: str, west: float, east: float) -> dict[str, Any]:
    ring = [[west, 38.0], [east, 38.0], [east, 38.1], [west, 38.1], [west, 38.0]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    return {"code": code, "name_zh": code, "name_en": code.title(), "polygon": polygon}


def _category(code: str, name_zh: str, kind: str, **more: Any) -> dict[str, Any]:
    names = {"name_zh": name_zh, "name_en": code.title()}
    levels = {"acknowledge_hours": 8, "resolve_hours": 40}
    return {"code": code, "parent": "safety", **names, "kinds": [kind], **levels, **more}


def _rule(code: str, category: str, organisation: str, role: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "category": category, "organisation": organisation, "role": role, **more}
