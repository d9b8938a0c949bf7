"""The one file that touches Delta Lake: tables, their commits, and what is removed from them.

Rows and the position they were read to are one commit (Delta's application transactions), under the build's
id. A second name, shared by all builds, makes Delta refuse the slower of two writers at once.
"""

import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from django.conf import settings

from analytics.contributions import PARTITION
from analytics.errors import Overtaken

if TYPE_CHECKING:
    import pyarrow as pa

Table = DeltaTable

CONTRIBUTIONS = "contributions"
WRITER = "projector"

# Delta keeps the least and greatest value of a column in its log, which outlives erased rows: of seq alone.
CONFIGURATION = {"delta.dataSkippingStatsColumns": "seq"}
KEPT_HOURS = 2
TRIES = 5


def url_of(name: str) -> str:
    """Where a table is."""
    return f"{str(settings.LAKE_URL).rstrip('/')}/{name}"


def open_table(name: str = CONTRIBUTIONS) -> DeltaTable | None:
    """The newest version of a table, or None when it was never written."""
    try:
        return DeltaTable(url_of(name))
    except TableNotFoundError:
        return None


def create(name: str, rows: "pa.Table", build: str, seq: int = 0) -> DeltaTable:
    """A new table that belongs to a build, with its first rows. Raises Overtaken when it is there already."""
    try:
        _write(url_of(name), rows, build, seq, "error")
    except DeltaError as error:
        if open_table(name) is None:
            raise
        raise Overtaken from error
    return DeltaTable(url_of(name))


def position(table: DeltaTable, build: str) -> int | None:
    """The last ``seq`` in the table as this build wrote it; None when the table is another build's."""
    return table.transaction_version(build)


def build_of(table: DeltaTable | None) -> str | None:
    """The build a table is of and its version: the same text means the same rows."""
    if table is None:
        return None
    return f"{table.metadata().id}.{table.version()}"


def append(table: DeltaTable, rows: "pa.Table", build: str, seq: int) -> None:
    """Add rows and move the position to ``seq``, both or neither.

    Raises Overtaken when another projector committed since ``table`` was read.
    """
    _write(table, rows, build, seq, "append")


def replace(name: str, source: DeltaTable, build: str, seq: int) -> None:
    """Put rows that ``build`` wrote up to ``seq`` elsewhere in place of this table's, in one commit."""
    target = open_table(name)
    _write(target if target is not None else url_of(name), source.scan(), build, seq, "overwrite")


def drop(name: str) -> None:
    """Remove a table; one that is not there is removed already."""
    table = open_table(name)
    if table is None:
        return
    table.delete()
    _remove_old_files(table, 0)
    if Path(url_of(name)).is_dir():
        shutil.rmtree(url_of(name))


def forget(seqs: Collection[int], name: str = CONTRIBUTIONS) -> int:
    """Delete the rows of these events and the files they stood in; returns the number of rows.

    No earlier version of the table can be read after that, which is the point. The log keeps the condition,
    therefore it names numbers of events and not the report they were of.
    """
    table = open_table(name)
    if table is None or not seqs:
        return 0
    numbers = ", ".join(str(int(seq)) for seq in sorted(seqs))
    deleted = _delete(table, f"seq IN ({numbers})")
    if deleted:
        _remove_old_files(table, 0)
    return deleted


def _delete(table: DeltaTable, condition: str) -> int:
    """Delete rows; when others keep committing meanwhile, read anew and try again."""
    for _ in range(TRIES - 1):
        try:
            return int(table.delete(condition).get("num_deleted_rows", 0))
        except CommitFailedError:
            table.update_incremental()
    return int(table.delete(condition).get("num_deleted_rows", 0))


def tidy(name: str = CONTRIBUTIONS) -> None:
    """Join small files, remove those that no reader uses any more, and shorten the log.

    When rows are deleted meanwhile, the next time does it.
    """
    table = open_table(name)
    if table is None:
        return
    with suppress(CommitFailedError):
        table.optimize.compact()
    _remove_old_files(table, KEPT_HOURS)
    table.update_incremental()
    table.create_checkpoint()
    table.cleanup_metadata()


def _remove_old_files(table: DeltaTable, hours: int) -> None:
    table.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False)


def _write(target: DeltaTable | str, rows: object, build: str, seq: int, mode: str) -> None:
    transactions = [Transaction(build, seq), Transaction(WRITER, seq)]
    try:
        write_deltalake(  # type: ignore[call-overload]  # mode is one of the overloads' literals
            target,
            rows,
            mode=mode,
            partition_by=list(PARTITION),
            configuration=CONFIGURATION,
            commit_properties=CommitProperties(app_transactions=transactions),
        )
    except CommitFailedError as error:
        raise Overtaken from error
