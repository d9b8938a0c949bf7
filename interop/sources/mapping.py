"""The mapping file: which column of a plain CSV or GeoJSON file means what. JSON, checked before anything is
read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jsonschema import Draft202012Validator

from interop.sources.rows import (
    Record,
    SourceRow,
    Unreadable,
    known,
    moment,
    moment_or_none,
    one_line,
    position,
)

TEXT_FIELDS = (
    "group",
    "text",
    "address",
    "outcome",
    "duplicate_of",
    "organisation",
    "department",
    "district",
)
FIELDS = (
    "source_id",
    "category",
    "observed_at",
    "kind",
    "latitude",
    "longitude",
    "status",
    "closed_at",
    "due_at",
    *TEXT_FIELDS,
)
KINDS = ("problem", "complaint", "suggestion", "enquiry")
_NAMES = {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}
_POINT = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["source", "fields"],
    "additionalProperties": False,
    "properties": {
        "source": {"type": "string", "pattern": "^[a-z0-9_-]{1,40}$"},
        "timezone": {"type": "string"},
        "language": {"enum": ["zh-hans", "en"]},
        "datum": {"enum": ["wgs84", "gcj02", "bd09"]},
        "fields": {
            "type": "object",
            "required": ["source_id", "category", "observed_at"],
            "additionalProperties": False,
            "properties": {name: {"type": "string", "minLength": 1} for name in FIELDS},
        },
        "closed_statuses": {"type": "array", "items": {"type": "string"}},
        "kinds": {"type": "object", "additionalProperties": {"enum": list(KINDS)}},
        "categories": _NAMES,
        "default_points": {"type": "array", "items": _POINT},
    },
}


class BadMapping(ValueError):
    """A mapping file that says something it cannot mean; every fault is in the message, by its path."""


@dataclass(frozen=True)
class ColumnMapping:
    """A checked mapping, and how it turns a record into a row."""

    source: str
    fields: Mapping[str, str]
    zone: tzinfo
    language: str = "zh-hans"
    datum: str = "wgs84"
    closed_statuses: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    default_points: tuple[tuple[float, float], ...] = ()

    def value(self, record: Record, name: str) -> str:
        """What the record says for a field of ours; "" when it or the mapping says nothing."""
        return known(record.get(self.fields.get(name, ""), ""))

    def row(self, record: Record, line: int) -> SourceRow:
        """Read one record. Raises Unreadable."""
        latitude, longitude = position(
            record, self.fields.get("latitude", ""), self.fields.get("longitude", "")
        )
        category = one_line(self.value(record, "category"))
        closed_at = self._moment(record, "closed_at")
        return SourceRow(
            source_id=self.value(record, "source_id"),
            line=line,
            category=self.categories.get(category, category),
            kind=self._kind(record),
            latitude=latitude,
            longitude=longitude,
            datum=self.datum,
            observed_at=moment(record, self.fields["observed_at"], self.zone),
            is_closed=self.value(record, "status") in self.closed_statuses or closed_at is not None,
            closed_at=closed_at,
            due_at=self._moment(record, "due_at"),
            language=self.language,
            **{name: self.value(record, name) for name in TEXT_FIELDS},
        )

    def _moment(self, record: Record, name: str) -> Any:
        return moment_or_none(record, self.fields.get(name, ""), self.zone)

    def _kind(self, record: Record) -> str:
        said = self.value(record, "kind")
        kind = self.kinds.get(said, said)
        if kind and kind not in KINDS:
            raise Unreadable(f"{self.fields['kind']} is no kind of report: {said!r}.")
        return kind


def load_mapping(path: Path) -> ColumnMapping:
    """Read and check a mapping file. Raises BadMapping."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise BadMapping(f"{path} is not JSON: {error}.") from error
    return mapping_of(document)


def mapping_of(document: Any) -> ColumnMapping:
    """Check a mapping document. Raises BadMapping with every fault in it."""
    faults = sorted(Draft202012Validator(SCHEMA).iter_errors(document), key=lambda fault: fault.json_path)
    if faults:
        raise BadMapping("; ".join(f"{fault.json_path}: {fault.message}" for fault in faults))
    try:
        zone = ZoneInfo(document.get("timezone", "Asia/Shanghai"))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadMapping(f"$.timezone: there is no time zone {document['timezone']!r}.") from error
    return ColumnMapping(
        source=document["source"],
        fields=document["fields"],
        zone=zone,
        language=document.get("language", "zh-hans"),
        datum=document.get("datum", "wgs84"),
        closed_statuses=frozenset(document.get("closed_statuses", ())),
        kinds=document.get("kinds", {}),
        categories=document.get("categories", {}),
        default_points=tuple((point[0], point[1]) for point in document.get("default_points", ())),
    )
