"""What is measured and what each figure means, and how an engine's rows become what people read.

Pure, and light: the lake and its engine are not needed here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.release import ALL_CHANNELS, K
from routing.cells import centre_of, name_of, resolution_of

Row = Mapping[str, Any]
Text = str | Promise


@dataclass(frozen=True)
class Indicator:
    """A defined measure. ``arrange`` makes its rows; told to, it also shows figures of few producers."""

    slug: str
    title: Text
    definition: Text
    columns: Mapping[str, Text]
    parameters: Mapping[str, Text]
    arrange: Callable[[Iterable[Row], bool], list[Row]]


def open_rows(rows: Iterable[Row], exact: bool) -> list[Row]:
    """A row for each organisation; null is nobody yet."""
    return [
        {"organisation": organisation or None, **figures}
        for organisation, figures in _by_channel(rows, "organisation", _open_figures, exact)
    ]


def hours_rows(rows: Iterable[Row], exact: bool) -> list[Row]:
    """A row for each category or organisation."""
    return [
        {"group": group or None, **figures}
        for group, figures in _by_channel(rows, "group", _hours_figures, exact)
    ]


def cell_rows(rows: Iterable[Row], exact: bool) -> list[Row]:
    """A row for each cell; cells of few producers are not among ``rows`` for anybody."""
    return [_cell(row) for row in rows]


def _by_channel(
    rows: Iterable[Row], key: str, figures: Callable[[Row], dict[str, Any]], exact: bool
) -> Iterable[tuple[str, Row]]:
    """The figures of each group, with those of its channels."""
    for group, found in groupby(rows, key=itemgetter(key)):
        by_channel = {row["channel"]: row for row in found}
        whole = by_channel.pop(ALL_CHANNELS)
        shown = exact or whole["producers"] >= K
        # One channel held back could be told from the others and the whole: then all of them are.
        parts = exact or all(row["producers"] >= K for row in by_channel.values())
        yield (
            group,
            {
                **_shown(whole, figures, shown),
                "is_suppressed": not shown,
                "by_channel": _channels(by_channel.values(), figures) if shown and parts else None,
            },
        )


def _shown(row: Row, figures: Callable[[Row], dict[str, Any]], shown: bool) -> dict[str, Any]:
    found = {**figures(row), "reports": row["reports"], "producers": row["producers"]}
    return found if shown else dict.fromkeys(found)


def _channels(rows: Iterable[Row], figures: Callable[[Row], dict[str, Any]]) -> list[Row]:
    return [{"channel": row["channel"], **_shown(row, figures, shown=True)} for row in rows]


def _open_figures(row: Row) -> dict[str, Any]:
    due = row["resolved_on_time"] + row["resolved_late"] + row["overdue"]
    return {
        "open": row["open"],
        "overdue": row["overdue"],
        "resolved": row["resolved"],
        "resolved_on_time": row["resolved_on_time"],
        "on_time_share": round(row["resolved_on_time"] / due, 4) if due else None,
        "due": due,
    }


def _hours_figures(row: Row) -> dict[str, Any]:
    return {
        "median_hours": _rounded(row["median_hours"]),
        "p90_hours": _rounded(row["p90_hours"]),
        "timed": row["timed"],
    }


def _rounded(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 2)


def _cell(row: Row) -> Row:
    latitude, longitude = centre_of(row["cell"])
    return {
        "cell": name_of(row["cell"]),
        "resolution": resolution_of(row["cell"]),
        "latitude": round(latitude, 6),
        "longitude": round(longitude, 6),
        "reports": row["reports"],
    }


_BEHIND = {
    "reports": _("how many reports are behind the figures of this row"),
    "producers": _("how many distinct producers they are from"),
    "is_suppressed": _("true when these are fewer than 5 producers; the figures are then not available"),
    "by_channel": _("the same for each channel; not available when one of them has fewer than 5 producers"),
}
INDICATORS: Sequence[Indicator] = (
    Indicator(
        slug="open-by-organisation",
        title=_("Open reports by organisation"),
        definition=_(
            "Reports that have not reached an end, by the organisation that answers for them; overdue are "
            "those past the moment by which they should be resolved. Leaving reports open improves nothing: "
            "the share on time is of all reports that were due, those still open included."
        ),
        columns={
            "organisation": _("code of the organisation; null while nobody answers for them"),
            "open": _("reports that are received, assigned or in progress"),
            "overdue": _("open reports past the moment by which they should be resolved"),
            "resolved": _("reports that stand resolved"),
            "resolved_on_time": _("reports resolved by that moment"),
            "due": _("resolved reports that had such a moment, and overdue ones: the denominator"),
            "on_time_share": _("resolved on time divided by due; null, not 0, when nothing was due"),
            **_BEHIND,
        },
        parameters={},
        arrange=open_rows,
    ),
    Indicator(
        slug="hours-to-resolve",
        title=_("Hours to resolution"),
        definition=_(
            "Hours from receipt to resolution of the reports that stand resolved: the median, and the hours "
            "within which nine of ten were. Declined, redirected and withdrawn reports are not resolved."
        ),
        columns={
            "group": _("code of the category or organisation, or city"),
            "median_hours": _("half of the reports took less; null when not available"),
            "p90_hours": _("nine of ten reports took less; null when not available"),
            "timed": _("how many reports have both moments"),
            **_BEHIND,
        },
        parameters={"by": _("category (default), category_group, organisation, or city: all together")},
        arrange=hours_rows,
    ),
    Indicator(
        slug="reports-per-cell",
        title=_("Reports per cell"),
        definition=_(
            "Screened reports by H3 cell. A cell of fewer than 5 distinct producers is shown together with "
            "others of its parent cell that have too few, or not at all; no report is in two rows. Counts "
            "depend on how many people take part and do not rank places."
        ),
        columns={
            "cell": _("H3 cell, in hexadecimal"),
            "resolution": _("its H3 resolution; coarser than asked for where there were too few producers"),
            "latitude": _("of its centre, WGS 84"),
            "longitude": _("of its centre, WGS 84"),
            "reports": _BEHIND["reports"],
        },
        parameters={"resolution": _("H3 resolution from 5 to 9; 8 when left out")},
        arrange=cell_rows,
    ),
)
