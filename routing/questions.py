"""Extra questions as JSON Schema (2020-12): what is wrong with answers, what of them is public, what warns.

Our own keywords: ``x-title-zh`` and ``x-description-zh`` beside ``title`` and ``description``, which are
English; ``x-order`` puts questions in their order; ``x-private`` keeps an answer from the public;
``x-hazard`` on a yes-or-no question, or on one ``oneOf`` choice, marks the answer that is dangerous.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

Json = Mapping[str, Any]

# Whatever stands under these is said of the same answers as the schema they stand in.
_SAME_ANSWERS: Final = ("if", "then", "else")
_SAME_ANSWERS_LISTS: Final = ("allOf", "anyOf", "oneOf")
_TRANSLATED: Final = ("title", "description")


def faults_of(schema: Json, answers: Json) -> dict[str, list[tuple[str, str]]]:
    """Return what is wrong with answers: (message, code) by the name of the question, dotted inside one.

    The codes are ``required``, ``unknown_field``, ``not_asked`` (a question that these answers do not lead
    to) and ``invalid``.
    """
    validator = Draft202012Validator(dict(schema))
    faults: dict[str, dict[str, str]] = {}
    errors = list(validator.iter_errors(dict(answers)))
    for error in errors:
        for name, code, message in _told(schema, answers, error):
            faults.setdefault(name, {}).setdefault(code, message)
    if errors and not faults:
        faults["_"] = {"invalid": _("These answers do not go together.")}
    return {name: [(message, code) for code, message in found.items()] for name, found in faults.items()}


def fits(condition: Any, answers: Json) -> bool:
    """Tell whether answers are as a condition, a JSON Schema, wants them."""
    return bool(Draft202012Validator(condition).is_valid(dict(answers)))


def asked(schema: Json) -> dict[str, dict[str, Any]]:
    """Return all questions of a schema by name, also conditional ones, with all that is said of each."""
    found: dict[str, dict[str, Any]] = {}
    for part in _parts(schema):
        for name, question in part.get("properties", {}).items():
            said = dict(question) if isinstance(question, Mapping) else {}
            found[name] = {**said, **found.get(name, {})}
    return found


def public_answers(schema: Json, answers: Json) -> dict[str, Any]:
    """Return what anybody may read: answers to questions that the schema knows and nowhere calls private."""
    private = {
        name
        for part in _parts(schema)
        for name, question in part.get("properties", {}).items()
        if _says(question, "x-private")
    }
    known = asked(schema)
    return {name: value for name, value in answers.items() if name in known and name not in private}


def hazard_condition(schema: Json) -> dict[str, Any] | None:
    """Return a JSON Schema that answers fit which mark a hazard; None if no answer does."""
    marks = [
        {"properties": {name: {"enum": dangerous}}, "required": [name]}
        for name, question in asked(schema).items()
        if (dangerous := _dangerous(question))
    ]
    return {"anyOf": marks} if marks else None


def in_language(schema: Any, language: str) -> Any:
    """Return a schema with its texts in one language, en or zh, and its questions in their order."""
    if isinstance(schema, list):
        return [in_language(part, language) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    own = {f"x-{key}-zh" for key in _TRANSLATED}
    spoken: dict[str, Any] = {}
    for key, value in schema.items():
        if key in own and isinstance(value, str):
            continue
        translation = schema.get(f"x-{key}-zh") if key in _TRANSLATED and language != "en" else None
        if isinstance(translation, str) and isinstance(value, str):
            spoken[key] = translation
        elif key == "properties" and isinstance(value, Mapping):
            spoken[key] = {name: in_language(value[name], language) for name in _in_order(value)}
        else:
            spoken[key] = in_language(value, language)
    return spoken


def untranslated(schema: Json) -> list[str]:
    """Return the names of questions that do not say, in both languages, what they ask or offer."""
    return sorted(name for name, question in asked(schema).items() if not _is_bilingual(question))


def _told(schema: Json, answers: Json, error: ValidationError) -> Iterator[tuple[str, str, str]]:
    """Yield (question, code, message) for one of jsonschema's errors."""
    path = [str(part) for part in error.absolute_path]
    if error.validator in {"required", "dependentRequired"}:
        for name in _missing(error):
            yield ".".join([*path, name]), "required", _("This question needs an answer.")
    elif error.validator in {"additionalProperties", "unevaluatedProperties"} and not path:
        known, here = asked(schema), _led_to(schema, answers)
        for name in answers:
            if name not in known:
                yield name, "unknown_field", _("This category does not ask this.")
            elif name not in here:
                yield name, "not_asked", _("With these answers this is not asked.")
    else:
        yield ".".join(path) or "_", "invalid", _sentence(error)


def _missing(error: ValidationError) -> list[str]:
    given: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "required":
        return [name for name in wanted if name not in given]
    return [name for first, names in wanted.items() if first in given for name in names if name not in given]


def _led_to(schema: Any, answers: Json) -> set[str]:
    """Return the names of the questions that these answers lead to, whether they are answered well or not."""
    if not isinstance(schema, Mapping):
        return set()
    inner = [part for key in _SAME_ANSWERS_LISTS for part in _list(schema.get(key))]
    inner += [part for name, part in schema.get("dependentSchemas", {}).items() if name in answers]
    if "if" in schema:
        inner += [schema["if"], schema.get("then")] if fits(schema["if"], answers) else [schema.get("else")]
    return set(schema.get("properties", {})).union(*(_led_to(part, answers) for part in inner))


def _sentence(error: ValidationError) -> str:
    """Say what is wrong in the reader's language; what is rare is said as the library says it."""
    limit = {"limit": error.validator_value}
    if error.validator in {"enum", "const", "oneOf", "anyOf"}:
        return _("Choose one of the answers that are offered.")
    if error.validator == "type":
        return _("This answer is of another kind.")
    if error.validator in {"minimum", "exclusiveMinimum"}:
        return _("The least is %(limit)s.") % limit
    if error.validator in {"maximum", "exclusiveMaximum"}:
        return _("The most is %(limit)s.") % limit
    if error.validator == "maxLength":
        return _("At most %(limit)s characters.") % limit
    return str(error.message)[:300]


def _parts(schema: Any) -> Iterator[Json]:
    """Yield a schema and everything in it that is said of the same answers."""
    if not isinstance(schema, Mapping):
        return
    yield schema
    inner: list[Any] = [schema[key] for key in _SAME_ANSWERS if key in schema]
    inner += [part for key in _SAME_ANSWERS_LISTS for part in _list(schema.get(key))]
    inner += schema.get("dependentSchemas", {}).values()
    for part in inner:
        yield from _parts(part)


def _says(question: Any, keyword: str) -> bool:
    """Tell whether a keyword is true anywhere inside a question: of a part that is private, all is."""
    if isinstance(question, Mapping):
        return question.get(keyword) is True or any(_says(part, keyword) for part in question.values())
    return isinstance(question, list) and any(_says(part, keyword) for part in question)


def _dangerous(question: Json) -> list[Any]:
    choices = [choice["const"] for choice in _choices(question) if choice.get("x-hazard") is True]
    return choices or ([True] if question.get("x-hazard") is True else [])


def _choices(question: Json) -> list[Json]:
    return [one for one in _list(question.get("oneOf")) if isinstance(one, Mapping) and "const" in one]


def _is_bilingual(question: Json) -> bool:
    said = [question, *_choices(question)]
    return all(part.get("title") and part.get("x-title-zh") for part in said)


def _in_order(questions: Mapping[str, Any]) -> list[str]:
    def place(name: str) -> tuple[float, str]:
        said = questions[name]
        order = said.get("x-order") if isinstance(said, Mapping) else None
        return (order if isinstance(order, int | float) else float("inf")), name

    return sorted(questions, key=place)


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []
