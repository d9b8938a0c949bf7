"""Files of other systems, one reader each, which yields ``SourceRow`` or, for a bad row, ``RowFault``."""

from dataclasses import dataclass
from functools import partial
from types import ModuleType

from interop.sources import boston_cases, boston_open311, mapped, pingshan, tainan
from interop.sources.mapping import BadMapping, ColumnMapping, load_mapping
from interop.sources.rows import Item, Reader, RowFault, SourceFile, SourceRow, Unreadable

__all__ = [
    "FORMATS",
    "BadMapping",
    "Format",
    "Item",
    "RowFault",
    "SourceFile",
    "SourceRow",
    "Unreadable",
    "format_of",
    "load_mapping",
]

_OWN: tuple[ModuleType, ...] = (boston_cases, boston_open311, tainan, pingshan)
_MAPPED = {"csv": mapped.read_csv, "geojson": mapped.read_geojson}
FORMATS = (*(module.SOURCE for module in _OWN), *_MAPPED)


@dataclass(frozen=True)
class Format:
    """How to read a file, the name under which its ids are unique, and the points that mean "nowhere"."""

    source: str
    city: str
    read: Reader
    timezone: str
    default_points: tuple[tuple[float, float], ...] = ()


def format_of(name: str, mapping: ColumnMapping | None = None) -> Format:
    """The format of this name; ``csv`` and ``geojson`` need a mapping. Raises BadMapping without one."""
    if name in _MAPPED:
        if mapping is None:
            raise BadMapping(f"The format {name} needs a mapping file that says what its columns mean.")
        return Format(
            mapping.source,
            mapping.source,
            partial(_MAPPED[name], mapping=mapping),
            str(mapping.zone),
            mapping.default_points,
        )
    module = next(module for module in _OWN if name == module.SOURCE)
    return Format(module.SOURCE, module.CITY, module.read, str(module.ZONE), module.DEFAULT_POINTS)
