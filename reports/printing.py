"""What is said on paper: a receipt, and how the times and names of a report are written there."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from reports import paper
from reports.models import Report
from routing.services import current_snapshot

MOST_WORDS = 600


def receipt_pdf(report: Report, secret: str, *, language: str, size: str) -> bytes:
    """The receipt of a report on one page of ``size`` a5 or a4, with everything that opens it again."""
    with translation.override(language):
        sheet = paper.ReceiptSheet(
            title=_("Receipt for a report"),
            city=city_name(language),
            reference=report.reference,
            rows=_rows(report, language),
            secrets=[
                (_("Code"), grouped(report.code, 5)),
                (_("Secret (capital and small letters differ)"), grouped(secret, 4)),
            ],
            square=f"{settings.PUBLIC_URL}/app/reports/{report.code}#{secret}",
            notes=_notes(),
            banner=_("This was a test. Nobody will come.") if report.is_sandbox else "",
        )
        return paper.draw_receipt(sheet, size)


def city_name(language: str) -> str:
    """The city's name in the language, for the head of a sheet."""
    city = current_snapshot().city
    return city.name(language) if city else ""


def moment(at: datetime | None) -> str:
    """A moment on the city's clock; "" for none."""
    city = current_snapshot().city
    zone = ZoneInfo(city.timezone if city else settings.TIME_ZONE)
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def grouped(letters: str, size: int) -> str:
    """Letters in groups that the eye can follow; the blanks do not count."""
    return " ".join(letters[start : start + size] for start in range(0, len(letters), size))


def place_of_report(report: Report) -> str:
    """Where it is, in words and in degrees, as far as it is known."""
    position = ""
    if report.latitude is not None and report.longitude is not None:
        position = f"{report.latitude:.5f}, {report.longitude:.5f}"
    return " · ".join(filter(None, [report.address, position]))


def _rows(report: Report, language: str) -> list[paper.Row]:
    sentence = report.decision.get("sentence_en" if language.startswith("en") else "sentence_zh", "")
    answers = report.responsible.name if report.responsible else _("A person decides who answers for it.")
    text = report.text if len(report.text) <= MOST_WORDS else report.text[:MOST_WORDS] + " …"
    return [
        (_("What"), f"{report.get_kind_display()} · {report.category.name}"),
        (_("In your words"), text),
        (_("Where"), place_of_report(report)),
        (_("Seen"), moment(report.observed_at)),
        (_("Received"), moment(report.created_at)),
        (_("Who answers"), answers),
        (_("Why"), sentence),
        (_("Taken up by"), moment(report.acknowledge_by)),
        (_("Done by"), moment(report.resolve_by)),
    ]


def _notes() -> list[str]:
    return [
        _("Scan the square with a phone: it opens the report. What opens it stays on that phone."),
        _("By telephone, say the reference. Nobody may ask you for the secret."),
        _("Whoever holds this paper can read, dispute and withdraw the report: keep it like a key."),
        _("With this receipt you can take the report into an account; this paper then opens nothing more."),
    ]
