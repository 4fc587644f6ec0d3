"""Wrong parameters and fields, each named with its place, its cause and the way out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from optimizer.text.catalogue import LANGUAGES, translator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Cause and way out by the kind of error that the validation library names; `{...}` is filled from its context.
SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("It is missing.", "Add it."),
    "extra_forbidden": ("There is no such name.", "Check the spelling; see /docs."),
    "int_parsing": ("It is no whole number.", "Give a whole number."),
    "int_type": ("It is no whole number.", "Give a whole number."),
    "int_from_float": ("It is no whole number.", "Give a whole number."),
    "float_parsing": ("It is no number.", "Give a number."),
    "finite_number": ("It is no finite number.", "Give a number."),
    "bool_parsing": ("It is neither true nor false.", "Give true or false."),
    "bool_type": ("It is neither true nor false.", "Give true or false."),
    "string_type": ("It is no text.", "Give a text."),
    "list_type": ("It is no array.", "Give an array."),
    "model_type": ("It is no object.", "Give an object."),
    "model_attributes_type": ("It is no object.", "Give an object."),
    "greater_than": ("It is too small.", "Give more than {gt}."),
    "greater_than_equal": ("It is too small.", "Give at least {ge}."),
    "less_than": ("It is too large.", "Give less than {lt}."),
    "less_than_equal": ("It is too large.", "Give at most {le}."),
    "string_too_long": ("It is too long.", "At most {max_length} characters."),
    "string_too_short": ("It is too short.", "At least {min_length} characters."),
    "too_long": ("It has too many entries.", "At most {max_length}."),
    "too_short": ("It has too few entries.", "At least {min_length}."),
    "dict_type": ("It is no object.", "Give an object."),
    "notes_shape": ("It is no JSON object of texts.", "Give an object whose values are texts."),
    "union_tag_not_found": ("It does not say which edit it is.", "See /docs for every edit."),
    "union_tag_invalid": ("There is no such edit.", "See /docs for every edit."),
    "moment_unknown": ("There is no such day.", "Correct the date."),
    "moment_naive": (
        "It has no offset; it was read as the branch's local time.",
        "Write the offset with it, as in 2026-11-27T16:00+08:00.",
    ),
    "string_pattern_mismatch": ("It has another form.", "Expected: {pattern}"),
    "enum": ("It is none of the known words.", "One of {expected}."),
    "literal_error": ("It is none of the known words.", "One of {expected}."),
}
OTHERS = ("It cannot be used.", "See /docs for what is expected.")
#: What the sentences quote.
_QUOTED = ("gt", "ge", "lt", "le", "max_length", "min_length", "pattern", "expected")


def faults_of(errors: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return validation errors as faults by language; what was sent is not repeated."""
    return {lang: [_fault(error, lang) for error in errors] for lang in LANGUAGES}


def naive_doubts(text: str | None, lang: str) -> list[dict[str, Any]]:
    """Return the doubt about an `as_of` without an offset, which was taken all the same; none where it has one."""
    if text is None or datetime.fromisoformat(text).tzinfo is not None:
        return []
    return [_fault({"type": "moment_naive", "loc": ("query", "as_of")}, lang) | {"severity": "warning"}]


def _fault(error: Mapping[str, Any], lang: str) -> dict[str, Any]:
    say = translator(lang)
    cause, action = SENTENCES.get(str(error["type"]), OTHERS)
    context = {name: str(value)[:200] for name, value in dict(error.get("ctx") or {}).items()}
    if lang == "zh" and "expected" in context:
        context["expected"] = context["expected"].replace(" or ", "、").replace(", ", "、")
    place = "/" + "/".join(str(part)[:100] for part in error["loc"])
    return {
        "code": str(error["type"]).upper(),
        "severity": "error",
        "path": "".join(character if character.isprintable() else "?" for character in place),
        "cause": say(cause),
        "action": say(action, **(dict.fromkeys(_QUOTED, "…") | context)),
    }
