"""Wrong parameters and fields, each named with its place, its cause and the way out, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Cause and way out by the kind of error that the validation library names; `{...}` is filled from its context.
_TEXTS: dict[str, tuple[str, str, str, str]] = {
    "missing": ("It is missing.", "缺少该项。", "Add it.", "请补充。"),
    "extra_forbidden": (
        "There is no such name.",
        "没有该名称。",
        "Check the spelling; see /docs.",
        "请检查拼写；见 /docs。",
    ),
    "int_parsing": ("It is no whole number.", "不是整数。", "Give a whole number.", "请填整数。"),
    "int_type": ("It is no whole number.", "不是整数。", "Give a whole number.", "请填整数。"),
    "int_from_float": ("It is no whole number.", "不是整数。", "Give a whole number.", "请填整数。"),
    "float_parsing": ("It is no number.", "不是数字。", "Give a number.", "请填数字。"),
    "finite_number": ("It is no finite number.", "不是有限的数字。", "Give a number.", "请填数字。"),
    "bool_parsing": (
        "It is neither true nor false.",
        "不是 true 或 false。",
        "Give true or false.",
        "请填 true 或 false。",
    ),
    "bool_type": (
        "It is neither true nor false.",
        "不是 true 或 false。",
        "Give true or false.",
        "请填 true 或 false。",
    ),
    "string_type": ("It is no text.", "不是文本。", "Give a text.", "请填文本。"),
    "list_type": ("It is no array.", "不是数组。", "Give an array.", "请填数组。"),
    "model_type": ("It is no object.", "不是对象。", "Give an object.", "请填对象。"),
    "model_attributes_type": ("It is no object.", "不是对象。", "Give an object.", "请填对象。"),
    "greater_than": ("It is too small.", "数值过小。", "Give more than {gt}.", "请大于 {gt}。"),
    "greater_than_equal": ("It is too small.", "数值过小。", "Give at least {ge}.", "请不小于 {ge}。"),
    "less_than": ("It is too large.", "数值过大。", "Give less than {lt}.", "请小于 {lt}。"),
    "less_than_equal": ("It is too large.", "数值过大。", "Give at most {le}.", "请不大于 {le}。"),
    "string_too_long": (
        "It is too long.",
        "文本过长。",
        "At most {max_length} characters.",
        "最多 {max_length} 个字符。",
    ),
    "string_too_short": (
        "It is too short.",
        "文本过短。",
        "At least {min_length} characters.",
        "至少 {min_length} 个字符。",
    ),
    "too_long": ("It has too many entries.", "条目过多。", "At most {max_length}.", "最多 {max_length} 个。"),
    "moment_unknown": ("There is no such day.", "没有这一天。", "Correct the date.", "请更正日期。"),
    "string_pattern_mismatch": ("It has another form.", "格式不符。", "Expected: {pattern}", "应符合：{pattern}"),
    "enum": ("It is none of the known words.", "不是已知的词。", "One of {expected}.", "应为 {expected} 之一。"),
    "literal_error": (
        "It is none of the known words.",
        "不是已知的词。",
        "One of {expected}.",
        "应为 {expected} 之一。",
    ),
}
_OTHERS = ("It cannot be used.", "无法使用。", "See /docs for what is expected.", "格式说明见 /docs。")


def faults_of(errors: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return validation errors as faults by language; what was sent is not repeated."""
    return {lang: [_fault(error, is_zh=lang == "zh") for error in errors] for lang in ("en", "zh")}


def _fault(error: Mapping[str, Any], *, is_zh: bool) -> dict[str, Any]:
    cause, cause_zh, action, action_zh = _TEXTS.get(str(error["type"]), _OTHERS)
    context = {name: str(value)[:200] for name, value in dict(error.get("ctx") or {}).items()}
    if is_zh and "expected" in context:
        context["expected"] = context["expected"].replace(" or ", "、").replace(", ", "、")
    place = "/" + "/".join(str(part)[:100] for part in error["loc"])
    return {
        "code": str(error["type"]).upper(),
        "severity": "error",
        "path": "".join(character if character.isprintable() else "?" for character in place),
        "cause": cause_zh if is_zh else cause,
        "action": (action_zh if is_zh else action).format_map(_Filled(context)),
    }


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
