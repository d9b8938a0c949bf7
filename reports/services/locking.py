"""Holding a report while deciding about it."""

from reports.models import Report


def locked(report: Report) -> Report:
    """The report as it stands now, its row locked until the transaction ends."""
    rows = Report.objects.select_for_update(of=("self",)).select_related(
        "category", "responsible", "producer"
    )
    return rows.get(pk=report.pk)
