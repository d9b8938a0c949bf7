"""Whose report a receipt opens: the one comparison of secrets."""

from django.utils.translation import gettext as _

from accounts.codes import hash_secret, same_secret
from reports.errors import BadReceipt
from reports.models import Report

_NOBODYS = hash_secret("")  # compared with when there is no such report, so that both failures take as long


def report_of_receipt(code: str, secret: str) -> Report:
    """The report that a code and a secret open, ready to be shown; one statement. Raises BadReceipt."""
    related = ("producer", "category", "responsible")
    found = Report.objects.select_related(*related).filter(code=code).first() if code.isalnum() else None
    if not same_secret(secret, found.secret_hash if found else _NOBODYS) or found is None:
        raise BadReceipt(_("There is no such receipt."))
    return found
