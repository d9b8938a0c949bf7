"""The sentence that tells a person why a report went where it went, in English and Chinese."""

from typing import Protocol

from routing.decision import RoutingDecision, TriageReason
from routing.rows import RuleRow


class Names(Protocol):
    """Where the sentence finds the names behind the codes."""

    def category_name(self, code: str, language: str) -> str: ...
    def organisation_name(self, code: str, language: str) -> str: ...
    def area_name(self, code: str, language: str) -> str: ...
    def city_name(self, language: str) -> str: ...
    def steering_name(self, language: str) -> str: ...
    def rule(self, code: str) -> RuleRow: ...


def explain(decision: RoutingDecision, language: str, names: Names) -> str:
    """Return why ``decision`` is what it is, as one or two sentences for a citizen."""
    words = _ENGLISH if language == "en" else _CHINESE
    facts = _facts(decision, language, names, words)
    sentence = words["answer" if decision.organisation else "no_answer"].format(**facts)
    doubt = words.get(f"doubt_{decision.triage_reason.value}", "")
    if decision.triage_reason is TriageReason.BOUNDARY and decision.accuracy_m is None:
        doubt = words["doubt_placeless"]
    return sentence + doubt.format(**facts)


def _facts(decision: RoutingDecision, language: str, names: Names, words: dict[str, str]) -> dict[str, str]:
    area = next(iter(decision.areas), None)
    return {
        "category": names.category_name(decision.category, language),
        "place": names.area_name(area, language) if area else names.city_name(language),
        "owner": names.organisation_name(decision.organisation, language) if decision.organisation else "",
        "work": _work(decision, language, names, words),
        "ground": _ground(decision, language, names, words),
        "city": names.city_name(language),
        "steering": names.steering_name(language),
        "others": words["comma"].join(names.organisation_name(code, language) for code in decision.rivals)
        or words["none"],
        "distance": f"{_distance_m(decision):.0f}",
        "accuracy": f"{decision.accuracy_m or 0:.0f}",
    }


def _distance_m(decision: RoutingDecision) -> float:
    """The way to the boundary, measured only where a sentence speaks of it."""
    return (decision.boundary_m or 0.0) if decision.triage_reason is TriageReason.BOUNDARY else 0.0


def _work(decision: RoutingDecision, language: str, names: Names, words: dict[str, str]) -> str:
    if not decision.executor:
        return ""
    return words["work"].format(executor=names.organisation_name(decision.executor, language))


def _ground(decision: RoutingDecision, language: str, names: Names, words: dict[str, str]) -> str:
    if not decision.rule:
        return ""
    rule = names.rule(decision.rule)
    subject = (
        words["every_category"]
        if rule.category is None
        else words["quoted"].format(name=names.category_name(rule.category, language))
    )
    place = names.area_name(rule.area, language) if rule.area else words["whole_city"]
    return words["ground"].format(subject=subject, place=place)


_ENGLISH = {
    "answer": "“{category}” in {place}: {owner} answers for it{work}. {ground}",
    "work": ", and {executor} does the work",
    "ground": "The rule is for {subject} in {place}.",
    "quoted": "“{name}”",
    "every_category": "every category",
    "whole_city": "the whole city",
    "no_answer": "No rule says who answers for “{category}” in {place}.",
    "comma": ", ",
    "none": "nobody else",
    "doubt_nobody": " {steering} will decide.",
    "doubt_tie": " Another rule is just as strong ({others}), so a person will confirm.",
    "doubt_boundary": (
        " A boundary is {distance} m away and the position is accurate to {accuracy} m; beyond it the answer"
        " would differ ({others}), so a person will confirm."
    ),
    "doubt_placeless": (
        " The place is not known and the answer depends on it ({others}), so a person will confirm."
    ),
    "doubt_outside": " The place lies outside {city}.",
}
_CHINESE = {
    "answer": "“{category}”（{place}）：由{owner}负责{work}。{ground}",
    "work": "，由{executor}处置",
    "ground": "依据：{place}内{subject}的职责规则。",
    "quoted": "“{name}”",
    "every_category": "所有类别",
    "whole_city": "全市范围",
    "no_answer": "“{category}”（{place}）没有规则指明由谁负责。",
    "comma": "、",
    "none": "无其他机构",
    "doubt_nobody": "将由{steering}分诊决定。",
    "doubt_tie": "另有同等效力的规则（{others}），将由人工确认。",
    "doubt_boundary": (
        "距边界约{distance}米，定位精度{accuracy}米，边界另一侧的负责机构不同（{others}），将由人工确认。"
    ),
    "doubt_placeless": "位置未知，而负责机构因位置而异（{others}），将由人工确认。",
    "doubt_outside": "该位置在{city}范围之外。",
}
