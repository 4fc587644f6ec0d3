"""Currencies of ISO 4217: their codes, how many decimals their minor unit has, and the signs that people write."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Currencies without a minor unit, and those whose minor unit is a thousandth; all others have hundredths.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_MILLS = "BHD IQD JOD KWD LYD OMR TND"
_CENTS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
    CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
    KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG
"""
_WITHOUT, _THOUSANDTHS = frozenset(_WHOLE.split()), frozenset(_MILLS.split())
CURRENCIES = _WITHOUT | _THOUSANDTHS | frozenset(_CENTS.split())

#: Signs that stand before an amount; a currency without one is written by its code and a space.
_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪",
        "INR": "₹", "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NGN": "₦", "NZD": "NZ$", "PHP": "₱", "RUB": "₽", "SGD": "S$",
        "THB": "฿", "TRY": "₺", "TWD": "NT$", "UAH": "₴", "USD": "$", "VND": "₫",
    }
)  # fmt: skip


def decimals_of(currency: str) -> int:
    """Return how many decimals an amount of a currency has: the digits of its minor unit.

    >>> decimals_of("USD"), decimals_of("JPY"), decimals_of("KWD")
    (2, 0, 3)
    """
    return 0 if currency in _WITHOUT else 3 if currency in _THOUSANDTHS else 2


def sign_of(currency: str) -> str:
    """Return what stands before an amount: `$`, `¥`, or the code and a space that does not break."""
    return _SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
