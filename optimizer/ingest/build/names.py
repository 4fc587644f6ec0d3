"""Ids as people write them: a cell that names rows of another sheet is read as the ids that are meant.

Exact ids come first. A name that one row has stands for its id (`REF_NAME`); another letter case, width or spacing is
taken and said (`READ_AS`). Anything else stays as it is, and the checks name it: a near miss is never guessed.

Skills, areas and the quantities of loads are declared by those who have them: the technicians. Where they are spelt in
several ways, the most frequent one is the word, and the others are read as it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import Load, PartNeed, Predecessor, SkillNeed, ToolNeed
from optimizer.faults.issues import Phrase
from optimizer.faults.spelling import bare, folded
from optimizer.ingest.build.several_days import day_ids, visit_ids_of
from optimizer.ingest.cells.lists import COMMAS, split_known, split_list
from optimizer.ingest.cells.words import NOTHING
from optimizer.ingest.forms.columns import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.columns import SkillRow
    from optimizer.ingest.forms.sheets import BranchSheets, Entry, Sheet

#: Which column names what, by sheet.
_NAMING: Mapping[str, Mapping[str, str]] = {
    "customers": {"refused": "technicians", "served_by": "technicians"},
    "orders": {
        "customer_id": "customers",
        "required": "technicians",
        "prohibited": "technicians",
        "planned_technician": "technicians",
        "repaired_by": "technicians",
        "after": "visits",
        "parts": "parts",
        "tools": "tools",
        "skills": "skills",
        "lead_skills": "skills",
        "area": "areas",
        "loads": "loads",
    },
    "technicians": {"own_parts": "parts", "own_tools": "tools", "areas": "areas", "capacity": "loads"},
    "skills": {"technician_id": "technicians", "skill": "skills"},
    "shifts": {"technician_id": "technicians"},
    "arrivals": {"part_id": "parts"},
    "reservations": {"part_id": "parts", "visit_id": "visits"},
    "loans": {"technician_id": "technicians", "part_id": "parts"},
    "locks": {"visit_id": "visits", "technician_id": "technicians"},
    "exceptions": {"visit_id": "visits", "technician_id": "technicians"},
    "published": {"visit_id": "visits", "technician_id": "technicians"},
    "results": {"order_id": "visits", "technician_id": "technicians"},
    "returns": {"loan_id": "loans"},
    "counts": {"part_id": "parts"},
    "absences": {"technician_id": "technicians"},
}

#: The field of an item that is its id.
_ID_OF: Mapping[type, str] = {
    PartNeed: "part_id",
    ToolNeed: "tool_id",
    SkillNeed: "skill",
    Load: "quantity",
    Predecessor: "visit_id",
}

#: What people write into a list that is empty, and into one of areas where everywhere is meant.
_NOTHING = NOTHING | {"nobody", "\\", "0", "不限", "随便", "都可以", "任意", "均可", "any", "anyone", "anybody"}
_EVERYWHERE = frozenset({"全部", "所有", "不限", "全市", "全区", "all", "any", "everywhere", "*"})

#: Words for one and the same unit: the first of each is what the others count as.
_UNITS = (
    ("kg", "公斤", "千克", "kgs", "kilo", "kilos", "kilogram", "kilograms"),
    ("l", "升", "litre", "litres", "liter", "liters"),
    ("m3", "立方米", "立方", "方"),
    ("crate", "crates", "箱"),
    ("piece", "pieces", "pcs", "件"),
)
_UNIT_OF = {word: words[0] for words in _UNITS for word in words}

#: A skill with its level behind it: 空调2级, 空调二级, 空调（高级）, aircon level 2.
_LEVEL = re.compile(
    r"(?P<skill>.+?)[\s(（]*(?:(?:level|lv\.?|l)?\s*(?P<digit>[1-9])\s*级?|(?P<word>[一二三初中高])级)\s*[)）]?",
    re.IGNORECASE,
)
_LEVEL_OF = {"一": 1, "初": 1, "二": 2, "中": 2, "三": 3, "高": 3}


def unit(quantity: str) -> str:
    """Return what the spellings of a load's quantity have in common.

    >>> unit("KG"), unit("公斤"), unit("pallets")
    ('kg', 'kg', 'pallets')
    """
    word = folded(quantity)
    return _UNIT_OF.get(word, word)


@dataclass(frozen=True, slots=True)
class Names:
    """What the cells of one kind can name.

    Parameters
    ----------
    ids
        The ids themselves.
    by_spelling, by_title
        The id of a folded spelling, and of the folded name of its row, where only one id has it.
    fold
        What two spellings of one id have in common.
    by_both
        The id of a text that says id and name, in either order: `T3 李强`, `李强(T3)`.
    """

    ids: frozenset[str]
    by_spelling: Mapping[str, str]
    by_title: Mapping[str, str]
    fold: Callable[[str], str] = folded
    by_both: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, ids: Iterable[str], titles: Iterable[tuple[str, str]] = ()) -> Names:
        """Return the names of ids and of (id, name) pairs."""
        known = frozenset(ids)
        named = [(name, title) for name, title in titles if title]
        return cls(
            known,
            _single((folded(name), name) for name in known),
            _single((folded(title), name) for name, title in named),
            by_both=_single((bare(text), name) for name, title in named for text in (name + title, title + name)),
        )

    @classmethod
    def most_used(cls, uses: Counter[str], fold: Callable[[str], str] = folded) -> Names:
        """Return the words in use, each in its most frequent spelling, of two as frequent in the shorter."""
        best: dict[str, str] = {}
        for word in sorted(uses, key=lambda word: (-uses[word], len(word), word)):
            best.setdefault(fold(word), word)
        return cls(frozenset(best.values()), best, {}, fold)

    def find(self, text: str) -> str | None:
        """Return the id that a text means, or `None`."""
        if text in self.ids:
            return text
        found = self.by_spelling.get(self.fold(text)) or self.by_title.get(folded(text))
        return found or (self.by_both.get(bare(text)) if self.by_both else None)

    def are_plain(self, value: Any) -> bool:
        """Return whether a cell names ids as they are, which nearly every cell does."""
        return value in self.ids if isinstance(value, str) else all(_id_of(item) in self.ids for item in value)

    def knows(self, text: str) -> bool:
        """Return whether a text means an id."""
        return self.find(text) is not None


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the ids by spelling, without spellings that several have."""
    ids: dict[str, set[str]] = defaultdict(set)
    for spelling, name in pairs:
        ids[spelling].add(name)
    return {spelling: next(iter(names)) for spelling, names in ids.items() if len(names) == 1}


def with_ids_meant(sheets: BranchSheets, log: IssueLog) -> BranchSheets:
    """Return the sheets with every reference read as the id that it means; what was doubtful is noted."""
    sheets = replace(sheets, skills=_one_skill_a_row(sheets, log))
    names = _names_of(sheets)
    read = {name: _read(getattr(sheets, name), columns, names, log) for name, columns in _NAMING.items()}
    return replace(sheets, **read)


def _one_skill_a_row(sheets: BranchSheets, log: IssueLog) -> Sheet[SkillRow]:
    """Return the skills with a row of its own for each that stands in one cell, as in 空调、冰箱."""
    needed = {need.skill for entry in sheets.orders.readable() for need in entry.row.skills}
    entries: list[Entry[SkillRow]] = []
    for entry in sheets.skills.entries:
        pieces = split_known(entry.row.skill, needed.__contains__)
        if len(pieces) > 1:
            sheets.skills.note(log, "READ_AS", entry.number, "skill", entry.row.skill, meant="; ".join(pieces))
        entries += [replace(entry, row=entry.row.but(skill=piece)) for piece in pieces] if len(pieces) > 1 else [entry]
    return replace(sheets.skills, entries=tuple(entries))


# --- what there is ------------------------------------------------------------------------------------------------


def _names_of(sheets: BranchSheets) -> dict[str, Names]:
    people = [entry.row for entry in sheets.technicians.readable()]
    orders = [entry.row for entry in sheets.orders.readable()]
    visits = {name for row in orders for name in visit_ids_of(row)}
    visits |= {name for row in orders if row.order_id for name in (row.order_id, *day_ids(row.order_id, row.days))}
    names = {
        "technicians": _rows(sheets.technicians, "technician_id"),
        "customers": _rows(sheets.customers, "customer_id"),
        "visits": Names.of(visits),
        "loans": Names.of(sheets.loans.ids),
        "skills": Names.most_used(
            Counter(str(entry.row.skill) for entry in sheets.skills.readable() if entry.row.skill)
        ),
        "areas": Names.most_used(_uses(people, "areas", {row.area for row in orders})),
        "loads": Names.most_used(Counter(load.quantity for row in people for load in row.capacity), unit),
    }
    for kind, sheet in (("parts", sheets.parts), ("tools", sheets.tools)):
        names[kind] = _with_own(_rows(sheet, f"{kind[:-1]}_id"), (row for row in people), f"own_{kind}")
    return names


def _rows(sheet: Sheet[Any], column: str) -> Names:
    titles = ((getattr(entry.row, column), entry.row.name or "") for entry in sheet.readable())
    return Names.of(sheet.ids, ((str(name), title) for name, title in titles if name))


def _uses(rows: Iterable[Any], column: str, spoken: set[str]) -> Counter[str]:
    """Return how often each word of a column of lists is used; words spoken of elsewhere tell lists apart."""
    items = (item for row in rows for item in getattr(row, column))
    return Counter(piece for item in items for piece in split_known(item, spoken.__contains__))


def _with_own(names: Names, people: Iterator[Any], column: str) -> Names:
    """Return the names of a stock together with what only technicians have of their own."""
    carried = Counter(getattr(need, _ID_OF[type(need)]) for row in people for need in getattr(row, column))
    own = Names.most_used(Counter({name: count for name, count in carried.items() if not names.knows(name)}))
    return replace(names, ids=names.ids | own.ids, by_spelling={**own.by_spelling, **names.by_spelling})


# --- reading ------------------------------------------------------------------------------------------------------


def _read(sheet: Sheet[Any], columns: Mapping[str, str], names: Mapping[str, Names], log: IssueLog) -> Sheet[Any]:
    changed: set[int] = set()

    def read(entry: Entry[Any]) -> Entry[Any]:
        cells = {}
        for column, kind in columns.items():
            value = getattr(entry.row, column)
            if not value or (column != "areas" and names[kind].are_plain(value)):
                continue
            meant = _Cell(sheet, entry.number, column, names[kind], log).meant(value)
            if meant != value:
                cells[column] = meant
        if not cells:
            return entry
        changed.add(entry.number)
        return replace(entry, row=entry.row.but(**cells))

    sheet = replace(sheet, entries=tuple(map(read, sheet.entries)), partial=tuple(map(read, sheet.partial)))
    if changed:
        _check_doubles(sheet, changed, log)
    return sheet


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell that names something, and where it stands."""

    sheet: Sheet[Any]
    number: int
    column: str
    names: Names
    log: IssueLog

    def meant(self, value: Any) -> Any:
        """Return the value with the ids that are meant."""
        if isinstance(value, str):
            return self._id(value)
        if self.column == "areas" and self._is_everywhere(value):
            return ()
        items = [meant for item in value if not self._is_nothing(item) for meant in self._items(item)]
        if all(isinstance(item, str) for item in items):
            return tuple(dict.fromkeys(items))
        doubled = [name for name, times in Counter(map(_id_of, items)).items() if times > 1]
        if doubled and len(items) > len({(_id_of(item), getattr(item, "gap_from", "")) for item in items}):
            self._note("LIST_DOUBLE", "", name=doubled[0])
        return tuple(items)

    def _is_everywhere(self, areas: tuple[str, ...]) -> bool:
        """Return whether a list of areas says that there is no limit."""
        said = [piece for area in areas for piece in split_list(area, COMMAS) if folded(piece) in _EVERYWHERE]
        if said:
            self._note("READ_AS", said[0], meant=Phrase("no limit"))
        return bool(said)

    def _is_nothing(self, item: Any) -> bool:
        """Return whether an item only says that there is none."""
        if folded(_id_of(item)) not in _NOTHING or self.names.knows(_id_of(item)):
            return False
        self._note("READ_AS", _id_of(item), meant=Phrase("nothing"))
        return True

    def _items(self, item: Any) -> list[Any]:
        text = _id_of(item)
        pieces = split_known(text, self.names.knows)
        if isinstance(item, str):
            joined = len(pieces) > len(split_list(text, COMMAS))
        else:
            joined = len(pieces) > 1 and all(map(self.names.knows, pieces))
            pieces = pieces if joined else [text]
        if joined:
            self._note("READ_AS", text, meant="; ".join(pieces))
        # What stands behind the last of several is about it alone.
        return [*(self._item(_alone(item), piece) for piece in pieces[:-1]), self._item(item, pieces[-1])]

    def _item(self, item: Any, text: str) -> Any:
        if isinstance(item, SkillNeed) and not self.names.knows(text):
            levelled = self._with_level(item, text)
            if levelled is not None:
                return levelled
        meant = self._id(text)
        return meant if isinstance(item, str) else replace(item, **{_ID_OF[type(item)]: meant})

    def _with_level(self, item: SkillNeed, text: str) -> SkillNeed | None:
        """Return a skill whose level stands in its name, or `None` when it is none."""
        found = _LEVEL.fullmatch(text)
        skill = self.names.find(found["skill"].strip()) if found else None
        if found is None or skill is None:
            return None
        level = int(found["digit"]) if found["digit"] else _LEVEL_OF[found["word"]]
        self._note("READ_AS", text, meant=f"{skill}:{level}")
        return SkillNeed(skill, max(level, item.min_level))

    def _id(self, text: str) -> str:
        meant = self.names.find(text)
        if meant is None or meant == text:
            return text
        if folded(text) == folded(meant):
            self._note("READ_AS", text, meant=meant)
        elif self.names.fold(text) != self.names.fold(meant):
            self._note("REF_NAME", text, meant=meant)
        return meant

    def _note(self, code: str, value: str, **details: str | Phrase) -> None:
        self.sheet.note(self.log, code, self.number, self.column, value, **details)


def _alone(item: Any) -> Any:
    """Return an item without the amount or the gap that is said of it."""
    match item:
        case PartNeed():
            return PartNeed(item.part_id, 1)
        case ToolNeed():
            return ToolNeed(item.tool_id, 1)
        case SkillNeed():
            return SkillNeed(item.skill, 1)
        case Predecessor():
            return Predecessor(item.visit_id)
    return item


def _id_of(item: Any) -> str:
    return item if isinstance(item, str) else str(getattr(item, _ID_OF[type(item)]))


def _check_doubles(sheet: Sheet[Any], changed: set[int], log: IssueLog) -> None:
    """Note rows that are one too many now that their ids are read as meant."""
    columns = KEYS.get(sheet.name, ())
    seen: dict[tuple[object, ...], int] = {}
    for entry in sorted(sheet.readable(), key=lambda entry: entry.number) if columns else ():
        key = tuple(getattr(entry.row, column) for column in columns)
        other = seen.setdefault(key, entry.number)
        if other != entry.number and None not in key and changed & {other, entry.number}:
            code = "SHIFT_TWICE" if sheet.name == "shifts" else "ID_TWICE"
            sheet.note(log, code, entry.number, columns[0], " ".join(map(str, key)), other=other)
