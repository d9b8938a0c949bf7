"""What every reader of a foreign file yields, and the few things all of them need to read one."""

import csv
import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import TextIOWrapper
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

GZIP_MAGIC = b"\x1f\x8b"
MOST_ID = 100
# Bytes that are no UTF-8 are read as lone surrogates; neither these nor NUL can be stored as text.
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
UNKNOWN = ("", "-", "NULL", "null", "None")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One report as another system has it. Coordinates are in ``datum``; times are aware; None is "not said".

    ``district`` is what the file itself says and serves learning only: nothing is routed by it.
    ``duplicate_of`` is a ``source_id`` of the same source.
    """

    source_id: str
    line: int
    category: str
    observed_at: datetime
    group: str = ""
    kind: str = ""
    text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    datum: str = "wgs84"
    address: str = ""
    is_closed: bool = False
    closed_at: datetime | None = None
    due_at: datetime | None = None
    outcome: str = ""
    duplicate_of: str = ""
    organisation: str = ""
    department: str = ""
    district: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be read, with its line and the reason in words."""

    line: int
    source_id: str
    reason: str


class Unreadable(ValueError):
    """A value of a row that makes no sense; the message names the column."""


Item = SourceRow | RowFault
Record = Mapping[str, str]


class SourceFile(AbstractContextManager["SourceFile"]):
    """A text file, plain or gzipped, read as it streams by; ``position`` of ``size`` bytes shows how far."""

    def __init__(self, path: Path) -> None:
        self._raw: IO[bytes] = path.open("rb")
        self.size = path.stat().st_size
        is_gzip = self._raw.read(2) == GZIP_MAGIC
        self._raw.seek(0)
        stream: Any = gzip.GzipFile(fileobj=self._raw) if is_gzip else self._raw
        self.text = TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")

    @property
    def position(self) -> int:
        """Bytes of the file read so far."""
        return self._raw.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.text.close()
        self._raw.close()


Reader = Callable[[SourceFile], Iterator[Item]]


def csv_items(
    file: SourceFile, wanted: tuple[str, ...], id_column: str, to_row: Callable[[Record, int], SourceRow]
) -> Iterator[Item]:
    """Read a CSV file with a head line, one item a record; a broken record becomes a RowFault.

    Raises Unreadable at once when a wanted column is missing: then it is another kind of file.
    """
    reader = csv.DictReader(file.text, restkey="")
    missing = [column for column in wanted if column not in (reader.fieldnames or ())]
    if missing:
        raise Unreadable(
            f"The file has no column {', '.join(missing)}; it has {', '.join(reader.fieldnames or ())}."
        )
    while True:
        source_id = ""
        try:
            record = next(reader)
            source_id = record.get(id_column) or ""
            yield _checked(record, reader.line_num, to_row)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowFault(reader.line_num, "", f"This is no CSV: {error}.")
        except Unreadable as fault:
            yield RowFault(reader.line_num, source_id, str(fault))


def _checked(record: dict[str, str], line: int, to_row: Callable[[Record, int], SourceRow]) -> SourceRow:
    if any(value is None for value in record.values()):
        raise Unreadable("The row has too few columns.")
    if "" in record:
        raise Unreadable("The row has too many columns.")
    return complete(to_row(record, line))


def complete(row: SourceRow) -> SourceRow:
    """The row itself, if it says who it is and what it is about. Raises Unreadable."""
    if not row.source_id:
        raise Unreadable("There is no id.")
    if not row.category:
        raise Unreadable("There is no category.")
    if len(row.source_id) > MOST_ID:
        raise Unreadable(f"The id has more than {MOST_ID} characters.")
    words = f"{row.source_id}{row.category}{row.group}{row.text}{row.address}{row.outcome}{row.district}"
    if NOT_TEXT.search(words):
        raise Unreadable("The row is not UTF-8, or has a NUL in it.")
    return row


def moment(record: Record, column: str, zone: tzinfo) -> datetime:
    """The time in a column, ISO 8601; without an offset it is local time of ``zone``."""
    found = moment_or_none(record, column, zone)
    if found is None:
        raise Unreadable(f"{column} is empty.")
    return found


def moment_or_none(record: Record, column: str, zone: tzinfo) -> datetime | None:
    """The time in a column, or None when it is empty."""
    text = known(record.get(column, ""))
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{column} is no time: {text!r}.") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def position(record: Record, latitude: str, longitude: str) -> tuple[float | None, float | None]:
    """The point in two columns, or (None, None) when both are empty; checked to be on the globe and not (0,
    0).
    """
    north, east = known(record.get(latitude, "")), known(record.get(longitude, ""))
    if not north and not east:
        return None, None
    try:
        point = float(north), float(east)
    except ValueError:
        raise Unreadable(f"{latitude}, {longitude} are no position: {north!r}, {east!r}.") from None
    if not all(map(isfinite, point)) or abs(point[0]) > 90 or abs(point[1]) > 180:
        raise Unreadable(f"{latitude}, {longitude} are not on the globe: {north}, {east}.")
    if max(abs(point[0]), abs(point[1])) < 0.01:
        raise Unreadable(f"{latitude}, {longitude} are (0, 0): there was no position.")
    return point


def known(text: str | None) -> str:
    """The text without blanks around it; "" for the ways in which files say that they do not know."""
    text = (text or "").strip()
    return "" if text in UNKNOWN else text


def one_line(*parts: str) -> str:
    """The parts that are not empty as one line, without runs of blanks."""
    return " ".join(" ".join(parts).split())
