"""The answer to a new report, and to the question what would become of one."""

from typing import Any

from django.utils import timezone

from reports.models import Report
from reports.serializers.outgoing import CheckedSerializer, SubmittedSerializer
from reports.serializers.receipts import ClaimedSerializer
from reports.services import Claimed, Submitted
from routing.measured import MeasuredTimes, held_times, measured_times
from routing.questions import fits, hazard_condition
from routing.rows import CategoryRow
from routing.services import current_snapshot
from routing.showing import expected_times, notices


def submitted_body(submitted: Submitted, language: str) -> dict[str, Any]:
    """What the sender of a new report gets, the secret of its receipt included."""
    report = submitted.report
    answer = {
        "report": report,
        "receipt": _receipt(report, submitted.secret),
        "decision": report.decision,
        "expected": expected_of(report, held_times()),
    }
    return dict(SubmittedSerializer(answer, context={"language": language}).data)


def checked_answer(report: Report, language: str) -> dict[str, Any]:
    """What would become of a report that is not stored; one statement a minute, for the measured times."""
    language = "en" if language.startswith("en") else "zh"
    snapshot, row = current_snapshot(), current_snapshot().categories[report.category.code]
    answer = {
        "responsible": report.responsible,
        "routing": report.decision[f"sentence_{language}"],
        "needs_triage": bool(report.triage_reason),
        "triage_reason": report.triage_reason,
        "visibility": report.visibility,
        "stoppers": notices(snapshot, row, _position(report), report.answers, timezone.now(), language),
        "emergency": _emergency(row, report, language),
        "decision": report.decision,
        "expected": expected_of(report, measured_times()),
    }
    return dict(CheckedSerializer(answer).data)


def expected_of(report: Report, times: MeasuredTimes) -> dict[str, Any]:
    """By when somebody says that they take it, by when it should be done, and how long it took lately."""
    answering = report.responsible.code if report.responsible else None
    return {
        "acknowledge_by": report.acknowledge_by,
        "resolve_by": report.resolve_by,
        "measured": expected_times(times, report.category.code, answering),
    }


def _position(report: Report) -> tuple[float, float] | None:
    if report.latitude is None or report.longitude is None:
        return None
    return report.latitude, report.longitude


def _emergency(row: CategoryRow, report: Report, language: str) -> str:
    """The city's words about danger, where the category or an answer means danger."""
    city, condition = current_snapshot().city, hazard_condition(row.questions)
    is_hazard = row.is_hazard or (condition is not None and fits(condition, report.answers))
    return city.emergency(language) if city and is_hazard else ""


def claimed_body(claimed: Claimed, language: str) -> dict[str, Any]:
    """What an account gets that took a report over: the report, and its new receipt if there is one."""
    report = claimed.report
    receipt = claimed.secret and _receipt(report, claimed.secret)
    return dict(
        ClaimedSerializer({"report": report, "receipt": receipt}, context={"language": language}).data
    )


def _receipt(report: Report, secret: str) -> dict[str, str]:
    return {
        "code": report.code,
        "secret": secret,
        "reference": report.reference,
        "digest": report.head_digest,
    }
