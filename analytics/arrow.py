"""Rows of the lake as Arrow, which is how Delta Lake takes them."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from analytics.contributions import COLUMNS, row_of

TYPES = {
    "int64": pa.int64(),
    "string": pa.string(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp('UTC', 6)": pa.timestamp("us", tz="UTC"),
}
SCHEMA = pa.schema(
    [
        pa.field(name, TYPES[kind.removeprefix("!")], nullable=not kind.startswith("!"))
        for name, kind in COLUMNS.items()
    ]
)


def rows_of(events: Iterable[Mapping[str, Any]], salt: str) -> pa.Table:
    """Events, as ``contributions.SOURCE`` reads them, as rows."""
    return table_of(row_of(event, salt) for event in events)


def table_of(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as one table, checked against the schema."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)
