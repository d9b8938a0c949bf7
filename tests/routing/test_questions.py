"""Extra questions as JSON Schema: every fault under its question, what is private, what warns."""

from typing import Any

import pytest

from routing.questions import asked, faults_of, hazard_condition, in_language, public_answers, untranslated


def said(english: str, chinese: str, **more: Any) -> dict[str, Any]:
    return {"title": english, "x-title-zh": chinese, **more}


BROKEN = {
    "properties": {"number": said("Number", "编号", type="string", maxLength=3)},
    "required": ["number"],
}
CHARGED = {"properties": {"paid": said("Paid", "金额", type="number", minimum=0, **{"x-private": True})}}
BIKE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "matter": said(
            "What?",
            "什么？",
            oneOf=[
                {"const": "broken", **said("Broken", "损坏")},
                {"const": "charge", **said("Charge", "扣费")},
                {"const": "fire", **said("It burns", "起火"), "x-hazard": True},
            ],
        ),
        "is_leaking": said("Leaking?", "漏液？", type="boolean", **{"x-hazard": True, "x-order": 1}),
    },
    "allOf": [
        {
            "if": {"properties": {"matter": {"const": matter}}, "required": ["matter"]},
            "then": then,
        }
        for matter, then in (("broken", BROKEN), ("charge", CHARGED))
    ],
    "dependentRequired": {"is_leaking": ["matter"]},
    "required": ["matter"],
    "unevaluatedProperties": False,
}

CASES: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"matter": "charge"}, {}),
    ({"matter": "charge", "paid": 3.5}, {}),
    ({"matter": "broken", "number": "A1"}, {}),
    ({}, {"matter": ["required"]}),
    ({"matter": "rust"}, {"matter": ["invalid"]}),
    ({"matter": "broken"}, {"number": ["required"]}),
    ({"matter": "broken", "number": "ABCD"}, {"number": ["invalid"]}),
    ({"matter": "broken", "number": 7}, {"number": ["invalid"]}),
    ({"matter": "charge", "paid": -1}, {"paid": ["invalid"]}),
    ({"matter": "charge", "number": "A1"}, {"number": ["not_asked"]}),
    ({"matter": "charge", "colour": "red"}, {"colour": ["unknown_field"]}),
    (
        {"matter": "charge", "colour": "red", "number": "A1"},
        {"colour": ["unknown_field"], "number": ["not_asked"]},
    ),
    ({"is_leaking": True}, {"matter": ["required"]}),
]


@pytest.mark.parametrize(("answers", "faults"), CASES)
def test_each_fault_stands_under_its_question(answers: dict[str, Any], faults: dict[str, list[str]]) -> None:
    found = faults_of(BIKE, answers)

    assert {name: [code for _, code in told] for name, told in found.items()} == faults


def test_what_nothing_else_explains_is_still_a_fault() -> None:
    either = [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}, "required": ["b"]}]
    schema = {"type": "object", "anyOf": either, "unevaluatedProperties": False}

    found = faults_of(schema, {"a": 1, "b": 3})

    assert {name: [code for _, code in told] for name, told in found.items()} == {"_": ["invalid"]}


def test_conditional_questions_are_known_with_the_others() -> None:
    assert set(asked(BIKE)) == {"matter", "is_leaking", "number", "paid"}
    assert untranslated(BIKE) == []


def test_a_choice_without_a_translation_is_named() -> None:
    question = said("What?", "什么？", oneOf=[{"const": "a", "title": "A"}])

    assert untranslated({"type": "object", "properties": {"what": question}}) == ["what"]


def test_only_known_answers_that_are_not_private_are_public() -> None:
    answers = {"matter": "charge", "paid": 12, "name": "Alice"}

    assert public_answers(BIKE, answers) == {"matter": "charge"}


def test_a_question_with_a_private_part_is_private() -> None:
    inner = {"type": "object", "properties": {"plate": {"type": "string", "x-private": True}}}
    schema = {"type": "object", "properties": {"car": inner, "colour": {"type": "string"}}}

    assert public_answers(schema, {"car": {"plate": "A1"}, "colour": "red"}) == {"colour": "red"}


def test_the_answers_that_mark_a_hazard_are_one_condition() -> None:
    assert hazard_condition(BIKE) == {
        "anyOf": [
            {"properties": {"matter": {"enum": ["fire"]}}, "required": ["matter"]},
            {"properties": {"is_leaking": {"enum": [True]}}, "required": ["is_leaking"]},
        ]
    }
    assert hazard_condition({"type": "object"}) is None


def test_texts_come_in_one_language_and_questions_in_their_order() -> None:
    english, chinese = in_language(BIKE, "en"), in_language(BIKE, "zh")

    assert list(english["properties"]) == ["is_leaking", "matter"]
    assert english["properties"]["matter"]["title"] == "What?"
    assert chinese["properties"]["matter"]["oneOf"][0] == {"const": "broken", "title": "损坏"}
    assert chinese["allOf"][0]["then"]["properties"]["number"]["title"] == "编号"
