"""What the position of a foreign row is worth: a place in the city, or a point that only looks like one."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from interop.models import ImportedRow
from interop.sources import SourceRow
from reports.places import Place
from routing.cells import cell_of
from routing.datum import to_wgs84
from routing.snapshot import Snapshot

Point = tuple[float, float]
Position = ImportedRow.Position

# A geocoder that finds nothing answers with one point for addresses all over the city. A real corner is
# shared by many rows as well, but these name one or two districts; three happen by a slip of the pen, so
# addresses count too.
FALLBACK_DISTRICTS = 3
FALLBACK_ADDRESSES = 4


@dataclass(slots=True)
class _Named:
    """Districts and addresses that rows name for one exact point, no more than are needed to judge it."""

    districts: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    @property
    def is_fallback(self) -> bool:
        return len(self.districts) >= FALLBACK_DISTRICTS and len(self.addresses) >= FALLBACK_ADDRESSES


def fallback_points(rows: Iterable[SourceRow]) -> frozenset[Point]:
    """Find the exact points that stand for implausibly many places: addresses in three districts or more."""
    named: dict[Point, _Named] = {}
    for row in rows:
        if row.latitude is None or row.longitude is None:
            continue
        here = named.setdefault((row.latitude, row.longitude), _Named())
        if row.district and len(here.districts) < FALLBACK_DISTRICTS:
            here.districts.add(row.district)
        if row.address and len(here.addresses) < FALLBACK_ADDRESSES:
            here.addresses.add(row.address)
    return frozenset(point for point, here in named.items() if here.is_fallback)


def judge(
    row: SourceRow, snapshot: Snapshot, unknown: Iterable[Point], fallback: frozenset[Point]
) -> tuple[Place, str]:
    """Return the row's place and what was made of its position; a doubtful one is kept as raw input alone."""
    if row.latitude is None or row.longitude is None:
        return Place(address=row.address[:300]), Position.MISSING
    latitude, longitude = to_wgs84(row.latitude, row.longitude, row.datum)
    doubt = _doubt(row, snapshot, (latitude, longitude), unknown, fallback)
    place = Place(
        address=row.address[:300], raw_latitude=row.latitude, raw_longitude=row.longitude, datum=row.datum
    )
    if doubt:
        return place, doubt
    located = replace(place, latitude=latitude, longitude=longitude, cell=cell_of(latitude, longitude))
    return located, Position.TAKEN


def _doubt(
    row: SourceRow, snapshot: Snapshot, point: Point, unknown: Iterable[Point], fallback: frozenset[Point]
) -> str:
    given = (row.latitude, row.longitude)
    if given in tuple(unknown) or snapshot.is_default_point(*point):
        return Position.DEFAULT_POINT
    if given in fallback:
        return Position.FALLBACK
    return Position.OUTSIDE if snapshot.is_outside(*point) else ""
