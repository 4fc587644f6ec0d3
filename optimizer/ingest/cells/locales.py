"""Locales: how a country orders a date of digits, whether its clock has twelve hours, its money, miles and paper.

Only what a branch needs, from the Unicode CLDR (46) and ISO 4217; where a country writes dates in several ways, no
order is known here, and what is ambiguous stays refused.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.domain.region import NOON_REST, DateOrder, DistanceUnit, PaperSize
from optimizer.faults.issues import nearest
from optimizer.ingest.cells.values import fault, parse_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.order import Interval

_MONEY = """
    AE:AED AR:ARS AT:EUR AU:AUD BD:BDT BE:EUR BG:EUR BH:BHD BR:BRL CA:CAD CH:CHF CL:CLP CN:CNY CO:COP CY:EUR CZ:CZK
    DE:EUR DK:DKK EE:EUR EG:EGP ES:EUR FI:EUR FR:EUR GB:GBP GR:EUR HK:HKD HR:EUR HU:HUF ID:IDR IE:EUR IL:ILS IN:INR
    IS:ISK IT:EUR JO:JOD JP:JPY KE:KES KR:KRW KW:KWD LK:LKR LT:EUR LU:EUR LV:EUR MO:MOP MT:EUR MX:MXN MY:MYR NG:NGN
    NL:EUR NO:NOK NZ:NZD OM:OMR PE:PEN PH:PHP PK:PKR PL:PLN PT:EUR QA:QAR RO:RON RU:RUB SA:SAR SE:SEK SG:SGD SI:EUR
    SK:EUR TH:THB TR:TRY TW:TWD UA:UAH US:USD VN:VND ZA:ZAR
"""
#: Currencies by country.
CURRENCY_OF: Mapping[str, str] = MappingProxyType(dict(pair.split(":") for pair in _MONEY.split()))
_IN_MILES = frozenset({"US", "GB"})
#: Of the countries above those whose printers hold US Letter, by the CLDR's table of paper sizes; all others hold A4.
_ON_LETTER = frozenset({"CA", "CL", "CO", "MX", "PH", "US"})
_MONTH_FIRST = frozenset({"US"})
#: Countries that put the year first, or write dates of digits in several ways.
_NOT_DAY_FIRST = frozenset({"CA", "CN", "HU", "JP", "KE", "KR", "LT", "PH", "SE", "TW", "ZA"})
_ON_TWELVE_HOURS = "AE AU BD BH CA CO EG IN JO KW MY NZ OM PH PK QA SA US"
_TWELVE_HOURS = frozenset(_ON_TWELVE_HOURS.split())
#: Languages, and the country whose way of writing dates goes with one that is named alone; none where they are several.
_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "ar": "", "bg": "BG", "bn": "BD", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "en": "", "es": "ES",
        "et": "EE", "fi": "FI", "fr": "FR", "he": "IL", "hi": "IN", "hr": "HR", "hu": "HU", "id": "ID", "is": "IS",
        "it": "IT", "ja": "JP", "ko": "KR", "lt": "LT", "lv": "LV", "ms": "MY", "nb": "NO", "nl": "NL", "no": "NO",
        "pl": "PL", "pt": "PT", "ro": "RO", "ru": "RU", "sk": "SK", "sl": "SI", "sv": "SE", "th": "TH", "tr": "TR",
        "uk": "UA", "vi": "VN", "zh": "CN",
    }
)  # fmt: skip
#: Language, script and country, as in `zh-Hans-CN`; a machine writes `en_US.UTF-8`.
_FORM = re.compile(r"([a-z]{2,3})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}))?(?:[.@].*)?", re.IGNORECASE | re.ASCII)
#: Locales that a fault offers where one is misspelt.
_OFFERED = ("en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "it-IT", "ja-JP", "ko-KR", "zh-CN", "en-AU", "en-CA", "en-IN")


def parse_locale(value: object) -> str:
    """Return a locale by language and country: `en-US`, or by its language alone.

    >>> parse_locale("en_US.UTF-8"), parse_locale("DE")
    ('en-US', 'de')
    """
    text = parse_text(value)
    match = _FORM.fullmatch(text)
    language, country = (match[1].lower(), (match[2] or "").upper()) if match else ("", "")
    if language not in _LANGUAGES or (country and country not in CURRENCY_OF):
        raise fault("LOCALE_UNKNOWN", near=nearest(text.replace("_", "-"), _OFFERED))
    return f"{language}-{country}" if country else language


def language_of(locale: str) -> str:
    """Return the language of a locale: `en` of `en-US`."""
    return locale.partition("-")[0]


def country_of_locale(locale: str) -> str:
    """Return the country that a locale names; empty when it names none."""
    return locale.partition("-")[2]


def date_order_of(locale: str) -> DateOrder | None:
    """Return the order of day and month where a locale writes them before the year; `None` where it does not.

    >>> date_order_of("en-US"), date_order_of("de"), date_order_of("en")
    (<DateOrder.MONTH_FIRST: 'mdy'>, <DateOrder.DAY_FIRST: 'dmy'>, None)
    """
    country = country_of_locale(locale) or _LANGUAGES.get(language_of(locale), "")
    if country in _MONTH_FIRST:
        return DateOrder.MONTH_FIRST
    return DateOrder.DAY_FIRST if country and country not in _NOT_DAY_FIRST else None


def has_twelve_hours(locale: str) -> bool:
    """Return whether the clock of a locale shows `8:30 PM`; French Canada is the exception to its country."""
    return country_of_locale(locale) in _TWELVE_HOURS and language_of(locale) != "fr"


def distance_unit_of(locale: str) -> DistanceUnit:
    """Return the unit of distances on the roads of a locale's country."""
    return DistanceUnit.MILES if country_of_locale(locale) in _IN_MILES else DistanceUnit.KM


def paper_of(locale: str) -> PaperSize:
    """Return what the printers of a locale's country hold."""
    return PaperSize.LETTER if country_of_locale(locale) in _ON_LETTER else PaperSize.A4


def no_calls_of(locale: str) -> tuple[Interval, ...]:
    """Return the hours in which nobody is phoned in a locale's country: over noon in China, none elsewhere."""
    country = country_of_locale(locale) or _LANGUAGES.get(language_of(locale), "CN")
    return (NOON_REST,) if country == "CN" else ()
