"""Cells: the arithmetic agrees with H3."""

import pytest
from h3.api import basic_int as h3
from hypothesis import given
from hypothesis import strategies as st

from routing.cells import cell_of, name_of, parent, parent_masks, resolution_of

points = st.tuples(st.floats(-85, 85), st.floats(-179, 179))


def test_the_cell_of_a_known_point() -> None:
    cell = cell_of(38.0428, 114.5149)

    assert cell == 631376724110021119
    assert name_of(cell) == "8c319c9100711ff"
    assert resolution_of(cell) == 12


@given(points, st.integers(0, 12))
def test_a_parent_by_arithmetic_is_the_parent_by_h3(point: tuple[float, float], resolution: int) -> None:
    cell = cell_of(*point)

    assert parent(cell, resolution) == h3.cell_to_parent(cell, resolution)


@given(points, st.integers(0, 12))
def test_the_masks_do_in_sql_what_parent_does(point: tuple[float, float], resolution: int) -> None:
    keep, set_ = parent_masks(resolution)

    assert cell_of(*point) & keep | set_ == parent(cell_of(*point), resolution)
    assert keep < 2**63


def test_a_cell_has_no_finer_parent() -> None:
    with pytest.raises(ValueError, match="has no parent at 13"):
        parent(cell_of(38.0, 114.5), 13)
