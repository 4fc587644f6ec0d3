"""Propose how a branch's own file is read: by names, by names that are near, by the look of the values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.ingest.cells.tidy import tidy_cell
from optimizer.ingest.cells.values import CellFault
from optimizer.ingest.cells.words import english_word
from optimizer.ingest.forms.columns import SHEETS, columns_of
from optimizer.ingest.forms.flat import can_be_made
from optimizer.ingest.forms.headers import columns_by_title, normal
from optimizer.ingest.forms.mapped import ANY, Fill, SheetMapping, plain_value
from optimizer.ingest.mapping.looks import JOINED, LOOKS, is_day, is_time, look_alike, near_field

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from optimizer.ingest.forms.rows import DeclaredColumn

#: Minutes of a service by its kind, where a file says none: a first guess, to be corrected.
USUAL_MINUTES: Mapping[str, str] = MappingProxyType(
    {"installation": "120", "commissioning": "120", "repair": "60", "maintenance": "60", "inspection": "45", ANY: "60"}
)
#: How product codes begin by the Chinese standards for their names (GB/T 7725, 8059, 4288, 6932, 17713, 16410), and
#: what people call such a product: a skill of that name serves it.
PRODUCT_CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("KFR", "挂机", "柜机"), ("空调", "aircon", "air conditioner")),
        **dict.fromkeys(("BCD", "对开门"), ("冰箱", "fridge", "refrigerator")),
        **dict.fromkeys(("XQG", "XQB", "滚筒", "波轮"), ("洗衣机", "washer", "washing machine")),
        **dict.fromkeys(("JSQ", "JSLQ", "DSZF", "燃气热水器", "电热水器"), ("热水器", "water heater")),
        **dict.fromkeys(("CXW", "JZT", "JZY", "油烟机", "灶具"), ("厨电", "油烟机", "灶具", "kitchen")),
        **dict.fromkeys(("L1PB", "壁挂炉", "采暖炉"), ("锅炉", "壁挂炉", "boiler")),
    }
)
#: What words of an export's own mean in our columns, where the cell is not understood as it stands.
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "priority": {
            **dict.fromkeys(("特急", "最高", "紧急", "highest", "critical"), "5"),
            **dict.fromkeys(("高", "急", "加急", "较高", "high", "urgent"), "4"),
            **dict.fromkeys(("中", "中等", "medium", "mid"), "3"),
            **dict.fromkeys(("一般", "普通", "正常", "normal"), "2"),
            **dict.fromkeys(("低", "较低", "不急", "low"), "1"),
        },
        "urgency": {
            **dict.fromkeys(("非常紧急", "最高", "critical"), "emergency"),
            **dict.fromkeys(("高", "是", "急单", "加急单", "high", "yes"), "urgent"),
            **dict.fromkeys(("中", "低", "否", "不急", "medium", "low", "no"), "normal"),
        },
        "coverage": {
            **dict.fromkeys(("保内单", "质保内", "是", "包修", "yes"), "warranty"),
            **dict.fromkeys(("保外单", "质保外", "否", "过保", "no"), "paid"),
        },
        "difficulty": {
            **dict.fromkeys(("高", "high"), "hard"),
            **dict.fromkeys(("中", "低", "medium", "low"), "normal"),
        },
    }
)
#: Words in the name of a service, and the kind that it is.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("安装", "移机", "install"), "installation"),
        **dict.fromkeys(("维修", "修理", "报修", "repair", "fix"), "repair"),
        **dict.fromkeys(("巡检", "检查", "inspect", "check"), "inspection"),
        **dict.fromkeys(("保养", "维护", "清洗", "maint", "service"), "maintenance"),
        **dict.fromkeys(("调试", "验收", "commission"), "commissioning"),
    }
)
#: Characters of a province, city, district or town; what is longer is the street.
_LONGEST_PART = 12
#: Columns that name technicians: an export has their names.
_OF_PEOPLE = frozenset({"required", "prohibited", "planned_technician", "repaired_by"})
#: A mapping is read by a person: of a column's values that are not understood so many are written down.
MAX_WORDS = 30


class Why(Enum):
    """Why a column of the file is taken for one of ours."""

    KEPT = "kept"
    NAMED = "named"
    NEAR = "near"
    LOOK = "look"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Placed:
    """A column of the file, the field that it fills (empty: none), and why."""

    title: str
    field: str
    why: Why


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one sheet.

    Parameters
    ----------
    placed
        Every column of the file, in its order.
    missing
        Required fields that nothing fills.
    unread
        Values that are not understood, by field: to be completed by a person.
    guessed
        Fields whose fill is a guess.
    """

    mapping: SheetMapping
    placed: tuple[Placed, ...]
    missing: tuple[str, ...]
    unread: Mapping[str, tuple[str, ...]]
    guessed: tuple[str, ...] = ()


def propose(
    sheet: str,
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    before: SheetMapping,
    file: str,
    tab: str = "",
    skills: Collection[str] = (),
    people: Mapping[str, str] = MappingProxyType({}),
) -> Proposal:
    """Return how a table is read: what was settled before stays, the rest is guessed.

    Parameters
    ----------
    titles, rows
        The header and the cells below it.
    before
        The mapping of yesterday.
    file, tab
        Where the table is: a name with `*`, and the tab of a workbook.
    skills
        What the branch's technicians can do: orders that name no skill need that of their product.
    people
        The numbers of the technicians by their names, as far as a name is one person's.
    """
    by_title = {
        title: [row[index] if index < len(row) else "" for row in rows] for index, title in enumerate(titles) if title
    }
    placed = _place(sheet, by_title, before)
    columns = {normal(one.title): one.field or None for one in placed}
    mapping = replace(before, file=file, tab=tab, columns={**before.columns, **columns})
    cells = {one.field: by_title[one.title] for one in placed if one.field}
    values, unread = _values(sheet, cells, before, people)
    fills, guessed = _fills(sheet, cells, before, skills)
    mapping = replace(mapping, values=values, fills=fills)
    required = (column.field for column in columns_of(sheet) if column.required)
    missing = tuple(f for f in required if f not in cells and f not in fills and not can_be_made(sheet, f, cells))
    return Proposal(mapping, tuple(placed), missing, unread, tuple(guessed))


# --- columns --------------------------------------------------------------------------------------------------------


def _place(sheet: str, by_title: Mapping[str, list[str]], before: SheetMapping) -> list[Placed]:
    """Return each column with its field: settled before, by its name, by a near name, by its look; each field once."""
    known, found = columns_by_title(sheet), dict[str, Placed]()
    for title in by_title:
        if before.knows(title):
            found[title] = Placed(title, before.field_of(title) or "", Why.KEPT)
    for title in by_title:
        column = known.get(normal(title))
        if title not in found and column is not None and _is_free(column.field, title, found, by_title):
            found[title] = Placed(title, column.field, Why.NAMED)
    for title, values in by_title.items():
        free = {c.field for c in columns_of(sheet) if _is_free(c.field, title, found, by_title)}
        near = "" if title in found else near_field(title, sheet, free, values)
        if near:
            found[title] = Placed(title, near, Why.NEAR)
    for field, looks in LOOKS.items() if sheet == "orders" else ():
        for title, values in by_title.items():
            if title not in found and _is_free(field, title, found, by_title) and look_alike(values, looks):
                found[title] = Placed(title, field, Why.LOOK)
    return [found.get(title, Placed(title, "", Why.UNUSED)) for title in by_title]


def _is_free(field: str, title: str, found: Mapping[str, Placed], by_title: Mapping[str, list[str]]) -> bool:
    """Return whether a column may fill a field: nobody else does, or the two make one value."""
    others = [one.title for one in found.values() if one.field == field and one.title != title]
    if not others:
        return True
    if field not in JOINED or len(others) > 4:
        return False
    if field == "address":
        return sum(max(map(len, by_title[name]), default=0) > _LONGEST_PART for name in (title, *others)) <= 1
    parts = [by_title[name] for name in (*others, title)]
    return len(parts) == 2 and any(look_alike(one, is_day) and look_alike(two, is_time) for one, two in _both(parts))


def _both(parts: Sequence[list[str]]) -> tuple[tuple[list[str], list[str]], ...]:
    one, two = parts
    return (one, two), (two, one)


# --- values ---------------------------------------------------------------------------------------------------------


def _values(
    sheet: str, cells: Mapping[str, list[str]], before: SheetMapping, people: Mapping[str, str]
) -> tuple[dict[str, Mapping[str, str]], dict[str, tuple[str, ...]]]:
    """Return what words stand for by field, and the words that nobody understands."""
    declared = SHEETS[sheet].columns()
    values: dict[str, Mapping[str, str]] = dict(before.values)
    unread: dict[str, tuple[str, ...]] = {}
    for field, texts in cells.items():
        distinct = dict.fromkeys(text.strip() for text in texts if text.strip())
        told = dict(before.values.get(field, {}))
        if field == "kind":
            told |= {plain_value(t): kind for t in distinct if (kind := _kind_in(t)) and plain_value(t) not in told}
        elif field in _OF_PEOPLE:
            told |= {plain_value(t): people[t] for t in distinct if t in people and plain_value(t) not in told}
        elif field in WORDS:
            bad = [t for t in distinct if plain_value(t) not in told and not _is_read(declared[field], t)]
            words = {plain_value(word): meant for word, meant in WORDS[field].items()}
            told |= {plain_value(t): words[plain_value(t)] for t in bad if plain_value(t) in words}
            rest = tuple(t for t in bad if plain_value(t) not in words)[:MAX_WORDS]
            if rest:
                unread[field] = rest
        if told:
            values[field] = told
    return values, unread


def _is_read(declared: DeclaredColumn, text: str) -> bool:
    try:
        declared.parse(tidy_cell(text, declared.kind.shape))
    except CellFault:
        return False
    return True


def _kind_in(text: str) -> str:
    """Return the kind of service that a longer name holds: 空调安装 is an installation; a known word says it itself."""
    if english_word(text) != text or text in KINDS.values():
        return ""
    return next((kind for word, kind in KINDS.items() if word in text.casefold()), "")


# --- what fills empty cells -----------------------------------------------------------------------------------------


def _fills(
    sheet: str, cells: Mapping[str, list[str]], before: SheetMapping, skills: Collection[str]
) -> tuple[dict[str, Fill], list[str]]:
    """Return what fills empty cells by field, and which of these are guesses made now."""
    fills, guessed = dict(before.fills), list[str]()
    if sheet != "orders":
        return fills, guessed
    if "service_s" not in fills and not all(map(str.strip, cells.get("service_s", [""]))):
        fills["service_s"] = Fill(("kind",), USUAL_MINUTES)
        guessed.append("service_s")
    if "skills" not in fills and "skills" not in cells:
        by = tuple(field for field in ("product", "fault", "kind") if field in cells)
        needs = skills_by_product([text for field in by for text in cells[field]], skills)
        if needs:
            fills["skills"] = Fill(by, needs)
            guessed.append("skills")
    return fills, guessed


def skills_by_product(texts: Sequence[str], skills: Collection[str]) -> dict[str, str]:
    """Return the skill that each product needs, by what its name contains.

    >>> skills_by_product(["格力空调 1.5 匹", "BCD-452"], ["空调", "冰箱", "锅炉"])
    {'空调': '空调', 'bcd': '冰箱'}
    """
    plain = [plain_value(text) for text in texts]
    words = {plain_value(skill): skill for skill in skills}
    for code, products in PRODUCT_CODES.items():
        skill = next((one for one in skills if one.casefold() in products), None)
        if skill is None:
            continue
        for word in (code, *products):
            words.setdefault(plain_value(word), skill)
    return {word: skill for word, skill in words.items() if any(word in text for text in plain)}
