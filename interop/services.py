"""Taking in rows of other systems: each becomes one report, however often the file is read."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from interop.models import ImportedRow
from interop.positions import Point, judge
from interop.sources import Format, RowFault, SourceRow
from reports.imports import Past, import_reports
from reports.models import Report
from reports.places import Place
from routing.models import Category
from routing.rows import CategoryRow
from routing.services import current_snapshot

BATCH = 500


@dataclass(frozen=True)
class Import:
    """One run over a file: how to read it, which of its points to doubt, and who is told of bad rows.

    ``other`` is the code of a category for rows whose own the city does not have; without it they are
    refused.
    """

    format: Format
    on_fault: Callable[[RowFault], None]
    other: str = ""
    fallback: frozenset[Point] = frozenset()
    tally: Counter[str] = field(default_factory=Counter)


def categories_of(source: str) -> Mapping[str, CategoryRow]:
    """The city's categories by what ``source`` calls them, by code and by name, in lower case."""
    snapshot = current_snapshot()
    found: dict[str, CategoryRow] = {}
    for category in Category.objects.order_by("code"):
        row = snapshot.categories.get(category.code)
        if row is None or row.is_group:
            continue
        there = category.external_codes.get(source, ())
        names = [there] if isinstance(there, str) else there
        for name in (category.name_zh, category.name_en, category.code, *names):
            found[name.lower()] = row
    return found


@transaction.atomic
def import_rows(rows: Sequence[SourceRow], run: Import, categories: Mapping[str, CategoryRow]) -> None:
    """Take in one batch, all or nothing; rows that are here already are counted and left alone."""
    new = _new_rows(rows, run)
    heads = _heads(new, run)
    here = {row.source_id for row in new}
    first = [row for row in new if row.duplicate_of not in here]
    later = [row for row in new if row.duplicate_of in here]
    for part in (first, later):
        heads.update(_import_part(part, run, categories, heads))


def _new_rows(rows: Sequence[SourceRow], run: Import) -> list[SourceRow]:
    """The rows that are not here yet, each id once."""
    ids = [row.source_id for row in rows]
    here = ImportedRow.objects.filter(source=run.format.source, source_id__in=ids)
    seen = set(here.values_list("source_id", flat=True))
    new = []
    for row in rows:
        if row.source_id in seen:
            run.tally["known"] += 1
            continue
        seen.add(row.source_id)
        new.append(row)
    return new


def _heads(rows: Iterable[SourceRow], run: Import) -> dict[str, Report]:
    """The reports, by id there, of which rows say that they are duplicates; of a chain always its head."""
    wanted = {row.duplicate_of for row in rows} - {""}
    if not wanted:
        return {}
    found = ImportedRow.objects.filter(source=run.format.source, source_id__in=wanted)
    return {
        row.source_id: row.report.duplicate_of or row.report
        for row in found.select_related("report__duplicate_of")
    }


def _import_part(
    rows: Sequence[SourceRow], run: Import, categories: Mapping[str, CategoryRow], heads: Mapping[str, Report]
) -> dict[str, Report]:
    """Import rows whose duplicates' heads are all in ``heads``; returns the reports by their id there."""
    snapshot = current_snapshot()
    taken: list[tuple[SourceRow, Past, str]] = []
    for row in rows:
        category = categories.get(row.category.lower()) or categories.get(run.other)
        if category is None:
            refuse(RowFault(row.line, row.source_id, f"The city has no category {row.category!r}."), run)
            continue
        place, position = judge(row, snapshot, run.format.default_points, run.fallback)
        taken.append((row, _past(row, category, place=place, head=heads.get(row.duplicate_of)), position))
    reports = import_reports([past for _, past, _ in taken])
    ImportedRow.objects.bulk_create(
        ImportedRow(
            source=run.format.source,
            source_id=row.source_id,
            category=row.category[:200],
            position=position,
            report=report,
        )
        for (row, _, position), report in zip(taken, reports, strict=True)
    )
    _count(run.tally, [position for _, _, position in taken], reports)
    return {
        row.source_id: report.duplicate_of or report
        for (row, _, _), report in zip(taken, reports, strict=True)
    }


def _past(row: SourceRow, category: CategoryRow, *, place: Place, head: Report | None) -> Past:
    return Past(
        kind=row.kind if row.kind in category.kinds else category.kinds[0],
        category=category,
        text=row.text or row.category,
        place=place,
        observed_at=row.observed_at,
        language=row.language,
        due_at=row.due_at,
        is_ended=row.is_closed,
        ended_at=row.closed_at,
        outcome=row.outcome,
        duplicate_of=head if row.is_closed else None,
    )


def refuse(fault: RowFault, run: Import) -> None:
    """Count a bad row and tell of it."""
    run.tally["refused"] += 1
    run.on_fault(fault)


def _count(tally: Counter[str], positions: Iterable[str], reports: Iterable[Report]) -> None:
    for position, report in zip(positions, reports, strict=True):
        tally["loaded"] += 1
        tally[f"position {position}"] += 1
        tally["ended" if not report.is_open else "triaged" if report.triage_reason else "routed"] += 1
