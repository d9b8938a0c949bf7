"""Holding a report while deciding about it."""

from django.db import connection

from reports.models import Report


def locked(report: Report) -> Report:
    """The report as it stands now, its row locked until the transaction ends.

    Locked first and read afterwards: PostgreSQL joins before it waits, so a row that another changed
    meanwhile would come with the category, organisation or producer of before, or not at all.
    """
    if connection.features.has_select_for_update:
        Report.objects.select_for_update().values_list("pk").get(pk=report.pk)
    return Report.objects.select_related("category", "responsible", "producer").get(pk=report.pk)
