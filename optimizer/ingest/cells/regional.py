"""Cells that say how a branch's country writes: currency, language, unit of distances, weekend."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.domain.currencies import CURRENCIES
from optimizer.domain.region import DistanceUnit
from optimizer.faults.issues import nearest
from optimizer.ingest.cells.compound import WEEKDAY_NAMES, weekday_indices
from optimizer.ingest.cells.values import fault, parse_text
from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

_CURRENCY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("rmb", "renminbi", "yuan", "人民币", "元", "人民币元"), "CNY"),
        **dict.fromkeys(("us$", "us dollar", "us dollars", "美元"), "USD"),
        **dict.fromkeys(("euro", "euros", "€", "欧元"), "EUR"),
        **dict.fromkeys(("£", "sterling", "英镑"), "GBP"),
        **dict.fromkeys(("yen", "日元"), "JPY"),
        **dict.fromkeys(("港币", "港元"), "HKD"),
    }
)
_LANGUAGE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("chinese", "中文", "汉语", "简体中文", "zh-cn", "zh_cn", "zh-hans"), "zh"),
        **dict.fromkeys(("english", "英文", "英语", "en-us", "en-gb", "en_us", "en_gb"), "en"),
    }
)
_UNIT_NAMES: Mapping[str, DistanceUnit] = MappingProxyType(
    {
        **dict.fromkeys(("km", "kms", "kilometre", "kilometres", "kilometer", "kilometers"), DistanceUnit.KM),
        **dict.fromkeys(("公里", "千米"), DistanceUnit.KM),
        **dict.fromkeys(("mi", "mi.", "mile", "miles", "英里"), DistanceUnit.MILES),
    }
)
#: Words for a branch that works every day of the week.
_NO_WEEKEND = frozenset({"none", "no", "-", "无", "没有", "不休"})


def parse_currency(value: object) -> str:
    """Return the ISO 4217 code of a currency; a sign that several share, such as $, is none.

    >>> parse_currency("usd"), parse_currency("人民币")
    ('USD', 'CNY')
    """
    text = parse_text(value)
    code = _CURRENCY_NAMES.get(text.lower(), text.upper())
    if code not in CURRENCIES:
        raise fault("CURRENCY_UNKNOWN", near=nearest(text, [*CURRENCIES, *_CURRENCY_NAMES]))
    return code


def parse_language(value: object) -> str:
    """Return the language of a branch's papers, `zh` or `en`."""
    text = parse_text(value)
    language = _LANGUAGE_NAMES.get(text.lower(), text.lower())
    if language not in LANGUAGES:
        raise fault("CHOICE", choices=", ".join(LANGUAGES), near=nearest(text, [*LANGUAGES, *_LANGUAGE_NAMES]))
    return language


def parse_distance_unit(value: object) -> str:
    """Return the unit of distances, `km` or `mi`."""
    text = parse_text(value)
    unit = _UNIT_NAMES.get(text.lower())
    if unit is None:
        raise fault("CHOICE", choices=", ".join(DistanceUnit), near=nearest(text, _UNIT_NAMES))
    return str(unit)


def parse_weekend(value: object) -> tuple[int, ...]:
    """Return the days of rest of every week, from 0 for Monday: `Fri-Sat`, `周五、周六`, or none.

    >>> parse_weekend("Fri, Sat"), parse_weekend("none")
    ((4, 5), ())
    """
    if isinstance(value, list):
        if any(not isinstance(one, str) for one in value):
            raise fault("LIST_OF_TEXTS")
        value = ", ".join(value) or "none"
    text = parse_text(value)
    if text.lower() in _NO_WEEKEND:
        return ()
    days = tuple(sorted(set(weekday_indices(text.replace(";", ",").replace("；", ","), "WEEKEND_FORMAT"))))
    if len(days) == len(WEEKDAY_NAMES):
        raise fault("WEEKEND_ALL")
    return days
