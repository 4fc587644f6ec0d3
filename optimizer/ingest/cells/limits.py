"""House limits in cells: which limit a person means, and which rules nobody can make an exception to."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.rules import Rule
from optimizer.ingest.cells.values import choice, fault, parse_text

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What else people write for a limit: our own columns and rules, and their words.
_ALIASES: Mapping[str, HouseLimit] = MappingProxyType(
    {
        "travel_limit": HouseLimit.TRAVEL,
        "max_travel": HouseLimit.TRAVEL,
        "max_leg": HouseLimit.TRAVEL,
        "leg": HouseLimit.TRAVEL,
        "overtime_limit": HouseLimit.OVERTIME,
        "areas": HouseLimit.AREA,
        "district": HouseLimit.AREA,
        "max_visits": HouseLimit.VISITS,
        "visits_a_day": HouseLimit.VISITS,
        "told_window": HouseLimit.TOLD,
    }
)
#: What people call rules that have no exception, beside their names in the rule book.
_NEVER = frozenset(
    {"certificate", "refusal", "refused", "prohibited", "required", "safety", "two_people", "rest", "duty", "part"}
    | {"技能", "证书", "拒绝", "客户拒绝", "禁派", "双人", "双人作业", "安全", "休息", "借用", "备件", "工具", "承诺"}
)
#: Rules of which a house limit is one part: which part is meant has to be said.
_UNCLEAR = frozenset({Rule.ALLOWED, Rule.SHIFT, Rule.LOCK, Rule.TRAVEL_LIMIT})

_one_of = choice(*HouseLimit)


def parse_limit(value: object) -> str:
    """Return the house limit that a cell names.

    >>> parse_limit("max_visits"), parse_limit("travel")
    ('visits', 'travel')
    """
    word = parse_text(value).strip().lower().replace(" ", "_").replace("-", "_")
    if word in _ALIASES:
        return str(_ALIASES[word])
    if word in _NEVER or (word in frozenset(Rule) - _UNCLEAR and word not in frozenset(HouseLimit)):
        raise fault("EXCEPTION_NEVER")
    return _one_of(word)


def parse_said(value: object) -> str:
    """Return a name or a reason, which may not be empty."""
    text = parse_text(value).strip()
    if not text:
        raise fault("CELL_EMPTY")
    return text
