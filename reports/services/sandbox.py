"""Reports sent to try things out: a test organisation answers, nobody else hears of them, soon they go."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Organisation
from reports.models import Report
from reports.services.forgetting import erase_report
from reports.workflow import Visibility
from routing.decision import RoutingDecision, TriageReason

KEPT = timedelta(days=7)
MOST_AT_ONCE = 200
SENTENCES = {
    "en": "This report was sent to try things out: only the test organisation sees it, and nobody will come.",
    "zh": "这是一条测试上报：只有测试机构能看到，不会有人到现场处理。",
}


def sandbox_organisation() -> Organisation:
    """The organisation that answers for everything sent to try things out; made when first asked for."""
    found = Organisation.objects.filter(is_sandbox=True).first()
    if found is not None:
        return found
    made, _is_new = Organisation.objects.get_or_create(
        code="sandbox",
        defaults={
            "kind": Organisation.Kind.INSTITUTION,
            "name_zh": "测试机构",
            "name_en": "Test organisation",
            "is_sandbox": True,
        },
    )
    return made


def as_sandbox(decision: RoutingDecision, organisation: Organisation) -> RoutingDecision:
    """The same decision with nobody in it but the test organisation."""
    return replace(
        decision,
        organisation=organisation.code,
        executor=None,
        rule=None,
        executor_rule=None,
        alternatives=(),
        rivals=(),
        triage_reason=TriageReason.NONE,
        _explain=lambda _decision, language: SENTENCES[language],
    )


def purge_sandbox() -> int:
    """Erase what was sent to try things out more than a week ago; returns how many reports.

    The rows stay as tombstones, because seals count on every event.
    """
    old = Report.objects.filter(is_sandbox=True, created_at__lt=timezone.now() - KEPT)
    reports = list(old.exclude(visibility=Visibility.ERASED).order_by("pk")[:MOST_AT_ONCE])
    for report in reports:
        erase_report(report, by=SYSTEM)
    return len(reports)
