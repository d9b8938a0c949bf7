"""The plain rows a snapshot is built from: the configuration of a city, with no database behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A named polygon of one generation; ``polygon`` is a GeoJSON Polygon or MultiPolygon in WGS 84."""

    code: str
    polygon: Json
    kind: str = "district"
    name_zh: str = ""
    name_en: str = ""
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def name(self, language: str) -> str:
        """The name in ``language``: English for ``en…``, Chinese for all others."""
        return self.name_en if language.startswith("en") else self.name_zh


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A routable leaf of the catalogue, or a group (which takes no kinds). Hours are working hours."""

    code: str
    parent: str | None = None
    name_zh: str = ""
    name_en: str = ""
    kinds: tuple[str, ...] = ("problem",)
    subsystems: tuple[str, ...] = ()
    is_hazard: bool = False
    is_private_by_default: bool = False
    icon: str = ""
    photo_rule: str = "optional"
    needs_countersign: bool = False
    question_sets: Mapping[int, Json] = field(default_factory=dict)
    keywords: Json = field(default_factory=dict)
    acknowledge_hours: int | None = None
    resolve_hours: int | None = None
    calendar: str | None = None
    is_active: bool = True
    pk: int = 0

    @property
    def is_group(self) -> bool:
        """A group gathers categories; nothing is reported under it."""
        return not self.kinds

    @property
    def questions_version(self) -> int:
        """The version of the questions that are asked now; 0 if there never were any."""
        return max(self.question_sets, default=0)

    @property
    def questions(self) -> Json:
        """The questions that are asked now, as JSON Schema; empty for none."""
        return self.question_sets.get(self.questions_version, {})

    @property
    def takes_photos(self) -> bool:
        """Whether a report may carry photos."""
        return self.photo_rule != "none"

    @property
    def is_photo_required(self) -> bool:
        """Whether a report needs a photo."""
        return self.photo_rule == "required"

    def name(self, language: str) -> str:
        """The name in ``language``: English for ``en…``, Chinese for all others."""
        return self.name_en if language.startswith("en") else self.name_zh


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation that can answer; it does so from ``starts_on`` through ``ends_on``."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    kind: str = "bureau"
    is_steering: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    pk: int = 0

    def name(self, language: str) -> str:
        """The name in ``language``: English for ``en…``, Chinese for all others."""
        return self.name_en if language.startswith("en") else self.name_zh


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One responsibility: ``organisation`` answers in ``role`` for a category (a leaf, a group, or None for
    any) in an area (None is the whole city), from ``valid_from`` through ``valid_to``. Of equals the lower
    precedence wins.
    """

    code: str
    category: str | None
    area: str | None
    organisation: str
    role: str = "owner"
    precedence: int = 100
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class StopperRow:
    """What is said before sending, for a category (a leaf, a group, or None for any) in an area (None is the
    whole city), while ``calendar`` is closed, where the answers fit ``condition`` (empty: whatever they are).
    """

    code: str
    category: str | None
    area: str | None
    text_zh: str
    text_en: str
    condition: Json = field(default_factory=dict)
    calendar: str | None = None
    is_blocking: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def text(self, language: str) -> str:
        """The text in ``language``: English for ``en…``, Chinese for all others."""
        return self.text_en if language.startswith("en") else self.text_zh


@dataclass(frozen=True, slots=True)
class CityRow:
    """The city: ``bbox`` is (west, south, east, north); points outside ``outline`` (or else bbox) are
    outside the city.

    ``default_points`` are the (latitude, longitude) that software sends when it does not know the place.
    ``emergency_numbers`` are mappings of number, name_zh and name_en.
    """

    code: str
    name_zh: str = ""
    name_en: str = ""
    timezone: str = "UTC"
    latitude: float = 0.0
    longitude: float = 0.0
    bbox: tuple[float, float, float, float] | None = None
    outline: Json | None = None
    default_points: tuple[tuple[float, float], ...] = ()
    emergency_zh: str = ""
    emergency_en: str = ""
    emergency_numbers: tuple[Json, ...] = ()
    stoppers: tuple[StopperRow, ...] = ()

    def emergency(self, language: str) -> str:
        """What to do in danger, in ``language``; "" if the city has nothing to say."""
        return self.emergency_en if language.startswith("en") else self.emergency_zh

    def name(self, language: str) -> str:
        """The name in ``language``: English for ``en…``, Chinese for all others."""
        return self.name_en if language.startswith("en") else self.name_zh

    @property
    def territory(self) -> Json | None:
        """The GeoJSON polygon in which reports are taken: the outline, or else the bounding box."""
        if self.outline or self.bbox is None:
            return self.outline
        west, south, east, north = self.bbox
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}
