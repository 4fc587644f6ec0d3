"""Cells that say what a branch's country is used to: currency, language, distances, paper, weekend, hours for calls."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.domain.currencies import CURRENCIES
from optimizer.domain.region import DistanceUnit, PaperSize
from optimizer.faults.issues import nearest
from optimizer.ingest.cells.compound import parse_hours, weekday_indices
from optimizer.ingest.cells.days_of_week import WEEKDAY_NAMES
from optimizer.ingest.cells.values import fault, parse_text
from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.order import Interval

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
_PAPER_NAMES: Mapping[str, PaperSize] = MappingProxyType(
    {
        **dict.fromkeys(("a4", "a4纸", "210x297"), PaperSize.A4),
        **dict.fromkeys(("letter", "us letter", "us-letter", "8.5x11", "信纸"), PaperSize.LETTER),
    }
)
_NONE = frozenset({"none", "no", "-", "无", "没有"})
#: Words for a branch that works every day of the week.
_NO_WEEKEND = _NONE | {"不休"}


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


def parse_paper(value: object) -> str:
    """Return what papers are printed on, `A4` or `Letter`."""
    text = parse_text(value)
    paper = _PAPER_NAMES.get(text.lower())
    if paper is None:
        raise fault("CHOICE", choices=", ".join(PaperSize), near=nearest(text, _PAPER_NAMES))
    return str(paper)


def parse_no_calls(value: object) -> tuple[Interval, ...]:
    """Return the hours of every day in which no customer is phoned, or none.

    >>> parse_no_calls("none"), len(parse_no_calls("12:00-13:30; 20:00-20:30"))
    ((), 2)
    """
    return () if isinstance(value, str) and value.strip().lower() in _NONE else parse_hours(value)


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
