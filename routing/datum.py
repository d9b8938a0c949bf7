"""Coordinate datums: WGS 84, and the two shifted ones that phones in mainland China report.

GCJ-02 moves every place in mainland China by a few hundred metres; BD-09 moves GCJ-02 once more. The
forward formulas are the published ones; the way back is found by iteration, because the closed forms in
circulation are metres off.

The shift is applied inside :data:`MAINLAND` only. Other programs use a bounding box, which also moves Hong
Kong, Macau, Taiwan, Korea and Hanoi.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Final

Point = tuple[float, float]


class Datum(StrEnum):
    """The coordinate systems that input may be declared in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


_SEMI_MAJOR_AXIS_M: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_BD_TURN: Final = 3000.0 * math.pi / 180.0
_CLOSE_ENOUGH_DEGREES: Final = 1e-10
_MOST_ROUNDS: Final = 12


def to_wgs84(latitude: float, longitude: float, datum: str) -> Point:
    """Return (latitude, longitude) in WGS 84 of a point given in ``datum``, true to 0.01 mm.

    Raises ValueError if ``datum`` is none of :class:`Datum`.
    """
    shift = _FROM_WGS84[Datum(datum)]
    if shift is None:
        return latitude, longitude
    candidate = _inverse(shift, latitude, longitude)
    return candidate if in_mainland(*candidate) else (latitude, longitude)


def from_wgs84(latitude: float, longitude: float, datum: str) -> Point:
    """Return (latitude, longitude) in ``datum`` of a WGS 84 point.

    Raises ValueError if ``datum`` is none of :class:`Datum`.
    """
    shift = _FROM_WGS84[Datum(datum)]
    if shift is None or not in_mainland(latitude, longitude):
        return latitude, longitude
    return shift(latitude, longitude)


def in_mainland(latitude: float, longitude: float) -> bool:
    """Tell whether a WGS 84 point lies where maps are shifted."""
    if _CORE_SOUTH < latitude < _CORE_NORTH and _CORE_WEST < longitude < _CORE_EAST:
        return True
    if not (_SOUTH < latitude < _NORTH and _WEST < longitude < _EAST):
        return False
    inside = False
    previous_longitude, previous_latitude = MAINLAND[-1]
    for corner_longitude, corner_latitude in MAINLAND:
        if (corner_latitude > latitude) != (previous_latitude > latitude):
            share = (latitude - corner_latitude) / (previous_latitude - corner_latitude)
            if longitude < corner_longitude + share * (previous_longitude - corner_longitude):
                inside = not inside
        previous_longitude, previous_latitude = corner_longitude, corner_latitude
    return inside


def _gcj02(latitude: float, longitude: float) -> Point:
    """Shift a WGS 84 point to GCJ-02, wherever it lies."""
    x, y = longitude - 105.0, latitude - 35.0
    north_m, east_m = _offsets_m(x, y)
    flattened = 1.0 - _ECCENTRICITY_SQUARED * math.sin(math.radians(latitude)) ** 2
    root = math.sqrt(flattened)
    meridian_radius = _SEMI_MAJOR_AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / (flattened * root)
    parallel_radius = _SEMI_MAJOR_AXIS_M / root * math.cos(math.radians(latitude))
    return latitude + math.degrees(north_m / meridian_radius), longitude + math.degrees(
        east_m / parallel_radius
    )


def _offsets_m(x: float, y: float) -> Point:
    """Return the published shift in metres to the north and to the east;

    x and y are degrees from (35 N, 105 E).
    """
    sin, pi, root_x, xy = math.sin, math.pi, math.sqrt(abs(x)), x * y
    waves = 20.0 * sin(6.0 * pi * x) + 20.0 * sin(2.0 * pi * x)
    north_waves = 20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)
    east_waves = 20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * xy + 0.2 * root_x + (waves + north_waves) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * xy + 0.1 * root_x + (waves + east_waves) * 2 / 3
    return north_m, east_m


def _bd09(latitude: float, longitude: float) -> Point:
    """Shift a WGS 84 point to BD-09, by way of GCJ-02, wherever it lies."""
    latitude, longitude = _gcj02(latitude, longitude)
    radius = math.hypot(longitude, latitude) + 2e-5 * math.sin(latitude * _BD_TURN)
    angle = math.atan2(latitude, longitude) + 3e-6 * math.cos(longitude * _BD_TURN)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065


def _inverse(shift: Callable[[float, float], Point], latitude: float, longitude: float) -> Point:
    """Find the point that ``shift`` moves to the given one:

    correct the guess by its own error until none is left.
    """
    guess_latitude, guess_longitude = latitude, longitude
    for _ in range(_MOST_ROUNDS):
        reached_latitude, reached_longitude = shift(guess_latitude, guess_longitude)
        error_latitude, error_longitude = reached_latitude - latitude, reached_longitude - longitude
        guess_latitude -= error_latitude
        guess_longitude -= error_longitude
        if abs(error_latitude) < _CLOSE_ENOUGH_DEGREES and abs(error_longitude) < _CLOSE_ENOUGH_DEGREES:
            break
    return guess_latitude, guess_longitude


_FROM_WGS84: Final[dict[Datum, Callable[[float, float], Point] | None]] = {
    Datum.WGS84: None,
    Datum.GCJ02: _gcj02,
    Datum.BD09: _bd09,
}

# Drawn by hand for this purpose: longitude, latitude in WGS 84. True to a few kilometres along the land
# border, to a few hundred metres around Hong Kong and Macau, generous at sea. It says where map coordinates
# are shifted and nothing else.
MAINLAND: Final[tuple[Point, ...]] = (
    # The Yalu and the Tumen
    (124.33, 39.9), (124.392, 40.112), (124.9, 40.48), (125.7, 40.87), (126.2, 41.11), (126.55, 41.38),
    (126.88, 41.77), (127.18, 41.5), (128.13, 41.4), (128.19, 41.412), (128.25, 41.42), (128.3, 41.6),
    (128.09, 42.0), (128.95, 42.03), (129.23, 42.28), (129.36, 42.45), (129.73, 42.47), (129.77, 42.73),
    (129.85, 42.958), (130.13, 42.95), (130.25, 42.7), (130.52, 42.58), (130.64, 42.42), (130.52, 42.62),
    (130.45, 42.73), (130.62, 42.8),
    # The Ussuri, the Amur and the Argun
    (130.85, 42.88), (131.12, 42.93), (131.15, 43.2), (131.3, 43.47), (131.25, 43.9), (131.1, 44.1),
    (131.24, 44.4), (131.1, 44.7), (131.5, 44.97), (131.95, 45.27), (132.9, 45.03), (133.1, 45.1),
    (133.45, 45.55), (133.55, 45.9), (133.9, 46.25), (134.0, 46.65), (134.2, 47.3), (134.5, 47.5),
    (134.75, 47.75), (134.6, 48.05), (134.75, 48.36), (134.4, 48.4), (133.6, 48.2), (133.1, 48.13),
    (132.55, 47.75), (131.0, 47.7), (130.9, 48.0), (130.75, 48.5), (130.55, 48.9), (130.0, 48.98),
    (129.5, 49.4), (128.8, 49.59), (128.0, 49.62), (127.65, 49.78), (127.58, 50.2), (127.515, 50.262),
    (127.35, 50.34), (127.33, 50.75), (126.97, 51.33), (126.75, 51.75), (126.45, 52.25), (126.0, 52.8),
    (125.6, 53.07), (124.8, 53.15), (123.6, 53.56), (122.35, 53.5), (121.2, 53.3), (120.85, 53.28),
    (120.1, 52.75), (120.7, 52.55), (120.75, 52.1), (120.05, 51.55), (119.95, 51.2), (119.35, 50.4),
    (119.15, 50.35), (119.2, 50.0), (118.57, 49.93), (117.85, 49.53), (117.45, 49.615), (117.3, 49.64),
    (116.7, 49.85),
    # Mongolia
    (115.8, 48.53), (115.55, 48.15), (115.9, 47.7), (116.3, 47.85), (117.4, 47.65), (118.05, 48.02),
    (118.55, 47.99), (119.7, 47.55), (119.9, 46.9), (119.8, 46.65), (118.9, 46.72), (117.75, 46.55),
    (117.4, 46.38), (116.6, 46.3), (115.7, 45.45), (114.5, 45.4), (113.65, 44.75), (112.0, 45.08),
    (111.55, 44.7), (111.4, 44.35), (111.95, 43.69), (110.4, 42.75), (109.5, 42.45), (107.5, 42.4),
    (106.8, 42.3), (105.0, 41.58), (104.5, 41.7), (104.5, 41.87), (103.4, 41.87), (101.8, 42.5),
    (100.0, 42.65), (97.2, 42.78), (96.4, 42.73), (95.9, 43.25), (95.35, 44.05), (94.7, 44.35),
    (93.5, 44.95), (91.6, 45.07), (90.9, 45.25), (90.7, 45.6), (91.0, 46.6), (90.9, 46.95), (90.3, 47.65),
    (89.0, 48.0), (88.0, 48.6), (87.8, 49.17),
    # Central Asia
    (87.3, 49.1), (86.8, 49.0), (85.8, 48.4), (85.6, 47.2), (85.5, 47.05), (84.8, 46.85), (83.0, 47.2),
    (82.3, 45.55), (82.52, 45.2), (81.9, 45.15), (80.8, 45.1), (79.9, 44.9), (80.39, 44.3), (80.38, 44.1),
    (80.8, 43.2), (80.4, 43.05), (80.15, 42.6), (80.25, 42.05), (79.0, 41.7), (78.3, 41.3), (77.5, 41.0),
    (76.8, 40.95), (76.35, 40.4), (75.6, 40.6), (74.8, 40.45), (74.0, 40.1), (73.8, 39.8), (73.6, 39.25),
    (74.85, 38.45), (74.9, 37.25), (75.2, 37.0), (75.9, 36.7), (76.0, 36.0), (76.8, 35.65), (77.8, 35.45),
    (78.1, 35.5),
    # The Himalaya and the south-west
    (78.9, 34.35), (78.7, 34.1), (79.0, 33.2), (79.4, 32.6), (78.8, 32.3), (78.45, 32.55), (78.75, 31.35),
    (79.5, 30.95), (81.1, 30.05), (82.1, 30.35), (83.4, 29.4), (84.2, 28.9), (85.1, 28.3), (85.97, 27.97),
    (86.9, 27.98), (88.1, 27.88), (88.75, 28.05), (88.95, 27.35), (89.6, 28.15), (90.7, 28.08),
    (91.65, 27.76), (92.5, 27.87), (94.0, 29.1), (95.4, 29.05), (96.2, 29.35), (96.6, 28.45), (97.35, 28.25),
    (98.15, 28.1), (98.7, 27.5), (98.7, 25.9), (97.7, 24.9), (97.55, 23.93), (97.86, 23.99), (98.2, 24.09),
    (98.85, 24.1), (98.9, 23.2), (99.5, 22.9), (99.2, 22.15), (100.1, 21.7), (100.6, 21.45), (101.15, 21.55),
    (101.2, 21.2), (101.8, 21.15), (101.75, 21.65), (101.6, 22.2), (102.15, 22.4), (102.5, 22.75),
    (103.0, 22.45), (103.5, 22.6), (103.96, 22.505), (104.35, 22.7), (104.8, 22.85), (105.35, 23.35),
    (106.1, 22.98), (106.7, 22.75), (106.6, 22.3), (106.68, 21.97), (107.35, 21.6), (107.97, 21.538),
    (108.1, 21.45),
    # Hainan and the coast to Macau
    (108.2, 19.5), (108.2, 18.3), (109.3, 17.9), (110.2, 18.2), (111.3, 19.6), (111.3, 20.3), (113.0, 21.4),
    (113.53, 21.95),
    # West and north of Macau, then Hong Kong from Deep Bay to Mirs Bay
    (113.544, 22.08), (113.5465, 22.115), (113.546, 22.145), (113.535, 22.17), (113.5275, 22.19),
    (113.533, 22.208), (113.546, 22.2162), (113.565, 22.2155), (113.62, 22.225), (113.86, 22.42),
    (113.93, 22.465), (113.975, 22.495), (114.03, 22.505), (114.058, 22.5165), (114.08, 22.522),
    (114.1, 22.5305), (114.113, 22.5301), (114.135, 22.539), (114.155, 22.553), (114.18, 22.558),
    (114.205, 22.553), (114.226, 22.5485), (114.3, 22.565), (114.38, 22.57), (114.455, 22.55),
    (114.46, 22.45), (114.65, 22.38),
    # The coast from Guangdong to Fujian, west of Kinmen and Matsu
    (115.5, 22.45), (116.6, 22.7), (117.3, 23.2), (117.9, 23.75), (118.14, 24.3), (118.19, 24.41),
    (118.22, 24.48), (118.33, 24.53), (118.4, 24.54), (118.52, 24.49), (118.75, 24.5), (119.2, 24.8),
    (120.0, 25.3), (119.9, 25.75), (119.8, 26.0), (119.84, 26.2), (119.92, 26.3), (120.2, 26.5),
    (120.6, 26.8),
    # The East China and Yellow Seas
    (121.4, 27.3), (122.1, 28.2), (122.6, 29.3), (123.1, 30.0), (123.1, 30.9), (122.4, 31.9), (121.4, 33.0),
    (120.9, 34.3), (120.2, 34.9), (120.3, 35.4), (121.0, 35.9), (122.1, 36.5), (122.95, 36.95),
    (122.95, 37.6), (121.2, 38.2), (121.0, 38.7), (121.9, 38.65), (123.3, 38.9), (124.0, 39.5),
)  # fmt: skip
_WEST: Final = min(longitude for longitude, _ in MAINLAND)
_EAST: Final = max(longitude for longitude, _ in MAINLAND)
_SOUTH: Final = min(latitude for _, latitude in MAINLAND)
_NORTH: Final = max(latitude for _, latitude in MAINLAND)
# A rectangle wholly inside the outline, so that most points need no walk around it.
_CORE_WEST, _CORE_EAST, _CORE_SOUTH, _CORE_NORTH = 103.0, 117.9, 25.0, 41.0
