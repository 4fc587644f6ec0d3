"""Phone numbers that nobody can call: too short or long, without a digit, or changed by a spreadsheet.

Only what the number itself shows is looked at; whose it is, or whether anybody answers, is asked of nobody.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from optimizer.ingest.build.calendar import country_of
from optimizer.ingest.cells.locales import country_of_locale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets

#: Sheets with a column `phone`.
_SHEETS = ("branch", "customers", "technicians")
#: Short numbers of hotlines have so many digits, the longest of all countries (ITU-T E.164) so many.
FEWEST_DIGITS, MOST_DIGITS = 5, 15
#: Digits of a Chinese mobile number, and how they begin.
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
#: More digits than a hotline has, so that a number that begins with 1 is meant to be a mobile one.
_HOTLINE_DIGITS = 6
#: A Chinese landline with its area code but without the zero before it.
_ZERO_LOST = re.compile(r"[2-9]\d{8,10}", re.ASCII)
#: Numbers that are called as they are: 400 and 800.
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)

#: Where the numbering plan of North America holds, what a number of it is, and digits of one without its area.
_NORTH_AMERICA = ("US", "CA")
_NORTH_AMERICAN = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}", re.ASCII)
_LOCAL_DIGITS = 7

_SEVERAL = re.compile(r"[/;；,，、|]|\bor\b|或", re.IGNORECASE)
_EXTENSION = re.compile(r"转|分机|ext|x|#", re.IGNORECASE)
#: A number inside a text.
_RUN = re.compile(r"\+?\d[\d\s().-]{5,}\d", re.ASCII)


def check_phones(sheets: BranchSheets, log: IssueLog) -> None:
    """Note phone numbers that cannot be called."""
    country = _country(sheets)
    for name in _SHEETS:
        sheet = getattr(sheets, name)
        for entry in sheet.readable():
            for code, value, details in _doubts(entry.row.phone or "", country):
                sheet.note(log, code, entry.number, "phone", value, **details)
    for entry in sheets.orders.readable():
        for contact in entry.row.contacts:
            for run in _RUN.findall(contact):
                for code, value, details in _doubts(run, country):
                    sheets.orders.note(log, code, entry.number, "contacts", value, **details)


def _country(sheets: BranchSheets) -> str:
    branch = next(iter(sheets.branch), None)
    try:
        # Of a country with its part, US-OH, the country.
        return (country_of(branch.row)[:2] or country_of_locale(branch.row.locale)) if branch is not None else ""
    except KeyError:
        return ""  # noted already


def _doubts(text: str, country: str) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Yield what is doubtful about the numbers of a cell."""
    for one in filter(None, (part.strip() for part in _SEVERAL.split(unicodedata.normalize("NFKC", text)))):
        number = _EXTENSION.split(one)[0]
        digits = "".join(sign for sign in number if sign.isdecimal())
        if not digits.strip("0"):
            yield "PHONE_NONE", one, {}
        elif not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
            yield "PHONE_DIGITS", one, {"digits": len(digits)}
        elif country in _NORTH_AMERICA and not (number.startswith("+") and not number.startswith("+1")):
            if len(digits) > _LOCAL_DIGITS and not _NORTH_AMERICAN.fullmatch(digits):
                yield "PHONE_NORTH_AMERICA", one, {}
        elif country == "CN" and (not number.startswith("+") or number.startswith("+86")):
            national = re.sub(r"^(?:0086|86(?=1\d{10}$)|\+86)", "", ("+" if number[0] == "+" else "") + digits)
            if national.startswith("1") and len(national) > _HOTLINE_DIGITS and not _MOBILE.fullmatch(national):
                yield "PHONE_MOBILE", one, {}
            elif _ZERO_LOST.fullmatch(national) and not _SERVICE.fullmatch(national):
                yield "PHONE_ZERO", one, {"meant": f"0{national}"}
