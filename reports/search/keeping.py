"""Keeping what the search reads in step with the reports.

A report is found by its reference, text and address, by its category's names, and by what was said about it
in public. Hidden and erased reports have no words here; who may see which of the others is not decided here:
every question begins with ``visible_to``.
"""

from collections.abc import Collection, Iterable, Iterator

from django.db import connection, transaction

from reports.models import Comment, Report, SearchText
from reports.search.words import tokens_of
from reports.workflow import Visibility

WORDLESS = (Visibility.HIDDEN, Visibility.ERASED)
BATCH = 500


@transaction.atomic
def index(report_ids: Collection[int]) -> int:
    """Write the words of these reports anew, with four statements; returns how many have words."""
    reports = Report.objects.filter(pk__in=report_ids).exclude(visibility__in=WORDLESS)
    said = _said(report_ids)
    rows = [
        SearchText(report_id=report.pk, tokens=_tokens(report, said.get(report.pk, ())))
        for report in reports.select_related("category")
    ]
    SearchText.objects.filter(report__in=set(report_ids) - {row.report_id for row in rows}).delete()
    SearchText.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["report"], update_fields=["tokens"]
    )
    return len(rows)


def forget(report: Report) -> None:
    """Take a report's words out of the search."""
    SearchText.objects.filter(report=report).delete()


def rebuild() -> Iterator[int]:
    """Write the words of every report anew, oldest first; yields how many more are done."""
    last = 0
    while True:
        keys = Report.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
        batch = list(keys)
        if not batch:
            return
        index(batch)
        last = batch[-1]
        yield len(batch)


def _said(report_ids: Iterable[int]) -> dict[int, list[str]]:
    """By report, the words that everybody may read about it, oldest first."""
    said: dict[int, list[str]] = {}
    public = Comment.objects.filter(report__in=report_ids, is_public=True).order_by("pk")
    for report_id, text in public.values_list("report", "text"):
        said.setdefault(report_id, []).append(text)
    return said


def _tokens(report: Report, said: Iterable[str]) -> str:
    category = report.category
    texts = (report.reference, report.text, report.address, category.name_zh, category.name_en, *said)
    return f" {' '.join(tokens_of(texts))} "


def forget_removed() -> None:
    """Take words that were removed out of the index for good.

    SQLite's FTS5 only marks them until its parts are joined, which is done here; PostgreSQL's are gone with
    the row's next vacuum.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO reports_searchtext_words(reports_searchtext_words) VALUES ('optimize')"
            )
