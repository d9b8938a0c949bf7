"""The questions, as Ibis expressions over ``contributions``; they run on DuckDB and on Spark alike.

A report stands as its last row says, among the rows of events that can change its standing. ``indicators``
tells people what is counted. It holds figures of few producers back; cells of few never leave this file.

Both sides of a join choose their columns before they filter: an engine keeps what two branches share, whole.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import ibis
from ibis import _

from analytics.contributions import COLUMNS, STANDING
from analytics.release import ALL_CHANNELS, COARSEST, FINEST, K
from reports.workflow import OPEN, Status, Visibility
from routing.cells import parent_masks

Table = Any  # ibis has no types of its own for expressions: every operation returns an expression

CONTRIBUTIONS: Table = ibis.table(COLUMNS, name="contributions")

# Work is work before it is screened; on the map only what was looked at counts, or anybody could draw on it.
WORK = [Visibility.HELD.value, Visibility.PUBLIC.value, Visibility.PRIVATE.value]
SCREENED = [Visibility.PUBLIC.value, Visibility.PRIVATE.value]
NO = ibis.literal(value=False)
CITY = "city"
OPEN_STATUSES = sorted(status.value for status in OPEN)


def open_by_organisation(*, as_of: datetime) -> Table:
    """Open, overdue and resolved reports of each organisation ("" is nobody yet), in all and by channel."""
    columns = (
        "organisation",
        "channel",
        "producer",
        "status",
        "visibility",
        "resolve_by",
        "resolved_on_time",
    )
    now = _standing(*columns).filter(_.visibility.isin(WORK))
    moment = ibis.literal(as_of, type="timestamp('UTC')")
    rows = now.select(
        "organisation",
        "channel",
        "producer",
        is_open=_.status.isin(OPEN_STATUSES),
        is_overdue=(_.status.isin(OPEN_STATUSES) & (_.resolve_by < moment)).fill_null(NO),
        is_resolved=_.status == Status.RESOLVED.value,
        is_on_time=_.resolved_on_time.fill_null(NO),
        is_late=(~_.resolved_on_time).fill_null(NO),
    )
    return (
        _with_all_channels(rows)
        .group_by("organisation", "channel")
        .agg(
            open=_.is_open.sum(),
            overdue=_.is_overdue.sum(),
            resolved=_.is_resolved.sum(),
            resolved_on_time=_.is_on_time.sum(),
            resolved_late=_.is_late.sum(),
            reports=_.count(),
            producers=_.producer.nunique(),
        )
        .order_by("organisation", "channel")
    )


def hours_to_resolve(*, as_of: datetime, by: str) -> Table:
    """Median and 90th percentile of the hours from receipt to resolution, of reports that stand resolved.

    By category, category_group or organisation; with ``city`` there is one group, all reports together.
    """
    columns = ("channel", "producer", "status", "visibility", "hours_to_resolve")
    now = _standing(*columns) if by == CITY else _standing(by, *columns)
    resolved = now.filter(_.status == Status.RESOLVED.value, _.visibility.isin(WORK))
    group = ibis.literal(CITY) if by == CITY else resolved[by]
    rows = resolved.select("channel", "producer", "hours_to_resolve", group=group)
    return (
        _with_all_channels(rows)
        .group_by("group", "channel")
        .agg(
            median_hours=_.hours_to_resolve.quantile(0.5),
            p90_hours=_.hours_to_resolve.quantile(0.9),
            timed=_.hours_to_resolve.count(),
            reports=_.count(),
            producers=_.producer.nunique(),
        )
        .order_by("group", "channel")
    )


def reports_per_cell(*, as_of: datetime, resolution: int) -> Table:
    """Screened reports by H3 cell, each row of at least ``K`` distinct producers.

    A cell with fewer joins the others of its parent that have too few, and so on up; what is too little even
    at the coarsest resolution is left out. That partition is made once, from the finest cells: the answer at
    any resolution is a sum of its parts, so no two answers differ by fewer than ``K`` producers.
    """
    now = _standing("cell", "producer", "visibility")
    rest = now.filter(_.visibility.isin(SCREENED), _.cell.notnull()).select("cell", "producer")
    parts = []
    for level in range(FINEST, COARSEST - 1, -1):
        rest = rest.select("producer", cell=_parent(_.cell, level))
        cells = rest.group_by("cell").agg(reports=_.count(), producers=_.producer.nunique())
        parts.append(cells.filter(_.producers >= K).select("cell", "reports"))
        few = cells.filter(_.producers < K)
        rest = rest.filter(rest.cell.isin(few.cell))
    shown = ibis.union(*parts).select("reports", cell=_parent(_.cell, resolution))
    figures = shown.group_by("cell").agg(reports=_.reports.sum().cast("int64"))
    return figures.order_by(_.reports.desc(), _.cell)


def _standing(*columns: str) -> Table:
    """The row of each report that says how it stands now."""
    last = CONTRIBUTIONS.select("part", "report_key", "seq").filter(_.part == STANDING)
    last = last.group_by("report_key").agg(seq=_.seq.max())
    rows = CONTRIBUTIONS.select("part", "seq", *columns).filter(_.part == STANDING)
    return rows.filter(rows.seq.isin(last.seq)).select(*columns)


def _with_all_channels(rows: Table) -> Table:
    rows = rows.cast({"channel": "string"})  # a column that is never null is of another type than a literal
    return ibis.union(rows, rows.mutate(channel=ibis.literal(ALL_CHANNELS)))


def _parent(cell: Table, resolution: int) -> Table:
    """The parent at ``resolution`` by bit arithmetic; a cell that is coarser already stays itself."""
    keep, fill = parent_masks(resolution)
    return ibis.ifelse((cell >> 52) & 15 > resolution, (cell & keep) | fill, cell)


QUESTIONS: dict[str, Callable[..., Table]] = {
    "open-by-organisation": open_by_organisation,
    "hours-to-resolve": hours_to_resolve,
    "reports-per-cell": reports_per_cell,
}
