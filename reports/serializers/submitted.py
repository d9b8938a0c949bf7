"""The answer to a new report, and to the question what would become of one."""

from typing import Any

from django.utils import timezone

from reports.models import Report
from reports.serializers.outgoing import CheckedSerializer, SubmittedSerializer
from reports.serializers.receipts import ClaimedSerializer
from reports.services import Claimed, Submitted
from routing.measured import held_times
from routing.services import current_snapshot
from routing.showing import expected_times, notices


def submitted_body(submitted: Submitted, language: str) -> dict[str, Any]:
    """What the sender of a new report gets, the secret of its receipt included."""
    report = submitted.report
    answer = {
        "report": report,
        "receipt": _receipt(report, submitted.secret),
        "decision": report.decision,
        "expected": expected_of(report),
    }
    return dict(SubmittedSerializer(answer, context={"language": language}).data)


def checked_answer(report: Report, language: str) -> dict[str, Any]:
    """What would become of a report that is not stored."""
    is_english = language.startswith("en")
    answer = {
        "responsible": report.responsible,
        "routing": report.decision["sentence_en" if is_english else "sentence_zh"],
        "needs_triage": bool(report.triage_reason),
        "triage_reason": report.triage_reason,
        "visibility": report.visibility,
        "stopper": " ".join(notice["text"] for notice in _notices(report, language)),
        "decision": report.decision,
        "expected": expected_of(report),
    }
    return dict(CheckedSerializer(answer).data)


def expected_of(report: Report) -> dict[str, Any]:
    """By when somebody says that they take it, and by when it should be done."""
    answering = report.responsible.code if report.responsible else None
    measured = expected_times(held_times(), report.category.code, answering)
    return {"acknowledge_by": report.acknowledge_by, "resolve_by": report.resolve_by, "measured": measured}


def _notices(report: Report, language: str) -> list[dict[str, Any]]:
    """What the city says before this is sent."""
    snapshot = current_snapshot()
    known = report.latitude is not None and report.longitude is not None
    place = (report.latitude or 0.0, report.longitude or 0.0) if known else None
    row = snapshot.categories[report.category.code]
    spoken = "en" if language.startswith("en") else "zh"
    return notices(snapshot, row, place, report.answers, timezone.now(), spoken)


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
