"""Number formats of a workbook's cells: what a cell shows where it shows more than its number, as `0007` for 7.

Standard library only: the child process that opens workbooks reads them.
"""

from __future__ import annotations

import re

#: Built-in formats that show more than the number (ECMA-376, 18.8.30): percent.
BUILT_IN = {9: "0%", 10: "0.00%"}
#: A format whose number is a date or a time, or written in words, is read elsewhere.
_OTHER = re.compile(r"[ymdhse]|general|g/|@|\[\$-|\[dbnum", re.IGNORECASE)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|(?P<bracket>\[[^\]]*\])|(?P<one>.)', re.DOTALL
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_PLACES = "0#?"
#: Longer formats are no formats of numbers.
_LONGEST = 80


def shown(value: float, code: str) -> str:
    """Return what a cell shows for a number, or an empty text where that is the plain number or is not known.

    >>> shown(7, "0000"), shown(57100000002, "0000-00000000"), shown(1, '"T"00')
    ('0007', '0571-00000002', 'T01')
    >>> shown(1.5, '0.0"小时"'), shown(0.9, "0%"), shown(45, "0"), shown(46349, "yyyy-mm-dd")
    ('1.5小时', '90%', '', '')
    """
    if len(code) > _LONGEST or value < 0:
        return ""
    tokens = _tokens(_section(code, value))
    if tokens is None:
        return ""
    places = [position for position, (sign, is_literal) in enumerate(tokens) if not is_literal and sign in _PLACES]
    literals = "".join(sign for sign, is_literal in tokens if is_literal).strip()
    zeros = sum(not is_literal and sign == "0" for sign, is_literal in tokens[: _point(tokens)])
    if not places or not (literals or zeros > 1):
        return ""
    text = _filled(value * (100 if "%" in literals else 1), tokens)
    return text if text != f"{value:g}" else ""


def _section(code: str, value: float) -> str:
    """Return the section of a format that a number is shown by: the first whose condition holds, else the first."""
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    conditions = [_CONDITION.search(section) for section in sections]
    if not any(conditions):
        return sections[2] if value == 0 and len(sections) > 2 else sections[0]
    for section, condition in zip(sections, conditions, strict=True):
        if condition is None or _holds(value, condition[1], float(condition[2])):
            return section
    return sections[-1]


def _holds(value: float, sign: str, limit: float) -> bool:
    return {
        "<=": value <= limit,
        ">=": value >= limit,
        "<>": value != limit,
        "<": value < limit,
        ">": value > limit,
        "=": value == limit,
    }[sign]


def _tokens(section: str) -> list[tuple[str, bool]] | None:
    """Return the signs of a section, each with whether it is shown as it stands; `None` when it is no plain format."""
    tokens: list[tuple[str, bool]] = []
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup
        if kind == "quoted":
            tokens += [(sign, True) for sign in match["quoted"]]
        elif kind == "escaped":
            tokens.append((match["escaped"], True))
        elif kind == "space":
            tokens.append((" ", True))
        elif kind == "bracket":
            if _OTHER.search(match[0]) and not _CONDITION.fullmatch(match[0]) and not match[0][1:-1].isalpha():
                return None
        elif kind == "one":
            sign = match["one"]
            if sign not in _PLACES + "." and (_OTHER.match(sign) or sign == ","):
                return None
            tokens.append((sign, sign not in _PLACES + "."))
    return tokens


def _point(tokens: list[tuple[str, bool]]) -> int:
    """Return where the decimal point of a format stands, its length when there is none."""
    return next((n for n, (sign, is_literal) in enumerate(tokens) if sign == "." and not is_literal), len(tokens))


def _filled(value: float, tokens: list[tuple[str, bool]]) -> str:
    """Return the signs of a format with the digits of a number in their places."""
    point = _point(tokens)
    decimals = sum(not is_literal and sign in _PLACES for sign, is_literal in tokens[point:])
    whole, _, rest = f"{value:.{decimals}f}".partition(".")
    before = [n for n, (sign, is_literal) in enumerate(tokens[:point]) if not is_literal and sign in _PLACES]
    digits = list(whole.rjust(len(before)))
    extra, digits = digits[: len(digits) - len(before)], digits[len(digits) - len(before) :]
    taken = dict(zip(before, digits, strict=True))
    text, fraction = "", iter(rest)
    for position, (sign, is_literal) in enumerate(tokens):
        if is_literal or (sign == "." and rest):
            text += sign
        elif position > point:
            text += next(fraction, "")
        elif position in taken:
            if position == before[0]:
                text += "".join(extra)
            text += taken[position].replace(" ", "0" if sign == "0" else "")
    return text.strip()
