"""Where a report is about: from what a phone says to WGS 84 and a cell, or a clear refusal."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from routing.cells import cell_of
from routing.datum import Datum, to_wgs84
from routing.snapshot import Snapshot

NULL_ISLAND_DEGREES = 0.01


class PlaceRefused(ValueError):
    """A position that cannot be meant; ``code`` names the mistake and ``field`` where it is."""

    def __init__(self, code: str, message: str, field: str = "latitude") -> None:
        super().__init__(message)
        self.code = code
        self.field = field


@dataclass(frozen=True)
class Place:
    """A position in WGS 84 degrees with its cell and the raw input, or a typed address alone."""

    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    cell: int | None = None
    raw_latitude: float | None = None
    raw_longitude: float | None = None
    datum: str = Datum.WGS84
    address: str = ""


def place_of(
    snapshot: Snapshot,
    latitude: float,
    longitude: float,
    *,
    datum: str = Datum.WGS84,
    accuracy_m: float | None = None,
    address: str = "",
) -> Place:
    """The place at a raw position of the given datum.

    Raises PlaceRefused with the code null_island, swapped, outside_city or default_point.
    """
    if max(abs(latitude), abs(longitude)) < NULL_ISLAND_DEGREES:
        raise PlaceRefused(
            "null_island", _("The position is (0, 0): the phone had none. Place the pin or type an address.")
        )
    true_latitude, true_longitude = to_wgs84(latitude, longitude, datum)
    _refuse_outside(snapshot, true_latitude, true_longitude)
    if snapshot.is_default_point(true_latitude, true_longitude):
        raise PlaceRefused(
            "default_point", _("This is the point a map starts at. Place the pin or type an address.")
        )
    cell = cell_of(true_latitude, true_longitude)
    return Place(true_latitude, true_longitude, accuracy_m, cell, latitude, longitude, datum, address)


def _refuse_outside(snapshot: Snapshot, latitude: float, longitude: float) -> None:
    if not snapshot.is_outside(latitude, longitude):
        return
    if abs(longitude) <= 90 and not snapshot.is_outside(longitude, latitude):
        raise PlaceRefused("swapped", _("Latitude and longitude are swapped."))
    raise PlaceRefused("outside_city", _("This place is outside the city."))
