"""Datums: the published table, an independent program, the way back, and where nothing is shifted."""

import math
from collections.abc import Callable

import pytest
from coord_convert import transform
from hypothesis import given
from hypothesis import strategies as st

from routing.datum import Datum, from_wgs84, in_mainland, to_wgs84

HUNDREDTH_OF_A_MILLIMETRE_DEGREES = 1e-5 / 111_000

# latitude, longitude in WGS 84, GCJ-02 and BD-09
KNOWN = [
    ((38.0428, 114.5149), (38.043418879, 114.520873542), (38.049234796, 114.527438446)),
    ((39.90923, 116.397428), (39.910633506, 116.403671626), (39.916972856, 116.410044102)),
    ((31.230416, 121.473701), (31.228473742, 121.478224057), (31.234326581, 121.484782472)),
]
UNSHIFTED = {
    "Hong Kong": (22.2800, 114.1580),
    "Hong Kong airport": (22.3080, 113.9150),
    "Sheung Shui": (22.5020, 114.1280),
    "Lok Ma Chau": (22.5110, 114.0650),
    "Macau": (22.1980, 113.5450),
    "Taipa": (22.1560, 113.5580),
    "Taipei": (25.0330, 121.5650),
    "Kaohsiung": (22.6270, 120.3010),
    "Kinmen": (24.4300, 118.3200),
    "Matsu": (26.1500, 119.9300),
    "Tokyo": (35.6895, 139.6917),
    "Seoul": (37.5665, 126.9780),
    "Ulaanbaatar": (47.9200, 106.9200),
    "Hanoi": (21.0280, 105.8500),
    "Vladivostok": (43.1200, 131.8900),
    "Almaty": (43.2400, 76.8900),
    "Kathmandu": (27.7100, 85.3200),
    "Boston": (42.3601, -71.0589),
}
SHIFTED = {
    "Shenzhen": (22.5431, 114.0579),
    "Luohu": (22.5330, 114.1180),
    "Shekou": (22.4800, 113.9150),
    "Zhuhai": (22.2700, 113.5770),
    "Gongbei": (22.2220, 113.5490),
    "Xiamen": (24.4800, 118.0900),
    "Fuzhou": (26.0700, 119.3000),
    "Sanya": (18.2500, 109.5100),
    "Kashgar": (39.4700, 75.9900),
    "Urumqi": (43.8200, 87.6200),
    "Lhasa": (29.6500, 91.1400),
    "Mohe": (52.9700, 122.5400),
    "Fuyuan": (48.3600, 134.2900),
    "Dandong": (40.1240, 124.3830),
    "Ruili": (24.0120, 97.8520),
    "Zhoushan": (29.9900, 122.2000),
    "Dalian": (38.9140, 121.6150),
}
mainland_points = st.tuples(st.floats(22, 48), st.floats(80, 130)).filter(lambda point: in_mainland(*point))


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), KNOWN)
def test_known_points_are_shifted_as_published(
    wgs84: tuple[float, float], gcj02: tuple[float, float], bd09: tuple[float, float]
) -> None:
    assert from_wgs84(*wgs84, Datum.GCJ02) == pytest.approx(gcj02, abs=1e-9)
    assert from_wgs84(*wgs84, Datum.BD09) == pytest.approx(bd09, abs=1e-9)


@given(mainland_points)
def test_another_program_shifts_the_same_way(point: tuple[float, float]) -> None:
    latitude, longitude = point

    ours = {datum: from_wgs84(latitude, longitude, datum) for datum in (Datum.GCJ02, Datum.BD09)}

    assert ours[Datum.GCJ02] == pytest.approx(transform.wgs2gcj(longitude, latitude)[::-1], abs=1e-11)
    assert ours[Datum.BD09] == pytest.approx(transform.wgs2bd(longitude, latitude)[::-1], abs=1e-11)


@given(mainland_points, st.sampled_from([Datum.GCJ02, Datum.BD09]))
def test_the_way_back_is_true_to_a_hundredth_of_a_millimetre(
    point: tuple[float, float], datum: Datum
) -> None:
    returned = to_wgs84(*from_wgs84(*point, datum), datum)

    assert math.dist(returned, point) < HUNDREDTH_OF_A_MILLIMETRE_DEGREES


@pytest.mark.parametrize("place", UNSHIFTED)
@pytest.mark.parametrize("datum", Datum)
def test_outside_the_mainland_nothing_is_shifted(place: str, datum: Datum) -> None:
    point = UNSHIFTED[place]

    assert from_wgs84(*point, datum) == point
    assert to_wgs84(*point, datum) == point


@pytest.mark.parametrize("place", SHIFTED)
def test_inside_the_mainland_the_shift_is_hundreds_of_metres(place: str) -> None:
    latitude, longitude = SHIFTED[place]

    shifted = from_wgs84(latitude, longitude, Datum.GCJ02)

    assert 0.0005 < math.dist(shifted, (latitude, longitude)) < 0.02


@pytest.mark.parametrize("convert", [from_wgs84, to_wgs84])
def test_an_unknown_datum_is_an_error(
    convert: Callable[[float, float, str], tuple[float, float]],
) -> None:
    with pytest.raises(ValueError, match="epsg4326"):
        convert(38.0, 114.5, "epsg4326")
