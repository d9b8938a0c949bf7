"""What the search reads: a report's words as tokens, beside the report and gone with it."""

from django.db import models

from reports.models.report import Report


class SearchText(models.Model):
    """The tokens of ``reports/search/words.py``, in order, one blank before and after each.

    Written after the fact by a handler. On PostgreSQL an index on its ``tsvector`` serves the search; on
    SQLite the FTS5 table ``reports_searchtext_words``, which triggers on this table keep. A migration that
    makes SQLite build this table anew has to make those triggers anew as well.
    """

    report = models.OneToOneField(
        Report, on_delete=models.CASCADE, primary_key=True, related_name="search_text"
    )
    tokens = models.TextField()

    def __str__(self) -> str:
        return f"words of {self.report_id}"
