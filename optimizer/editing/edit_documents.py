"""Edits as they are sent and kept: JSON objects, in the words of a plan file.

[{"edit": "move", "visit": "O1", "technician": "T2"}, {"edit": "lock", "visit": "O1", "level": "day"}]
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.problem import LockLevel
from optimizer.domain.units import MINUTE_S
from optimizer.editing.edits import LOCK_LEVELS, Allow, Fix, Forbid, Move, Release, Unassign
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog, Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.editing.edits import Edit

#: The edits by their names, with the keys of each: those that it needs, and those that it may have.
KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "move": (frozenset({"visit", "technician"}), frozenset({"date", "position", "crew"})),
    "lock": (frozenset({"visit"}), frozenset({"level", "tolerance_minutes"})),
    "unlock": (frozenset({"visit"}), frozenset()),
    "forbid": (frozenset({"visit", "technician"}), frozenset()),
    "unassign": (frozenset({"visit"}), frozenset()),
    "allow": (frozenset({"visit", "rule", "amount", "by", "why"}), frozenset({"technician"})),
}
#: What is expected where something else stands.
EXPECTED = {
    "text": "a text",
    "number": "a whole number of 0 or more",
    "crew": "an array of texts",
    "level": "one of: person, day, start",
    "rule": "one of: travel, overtime, area, visits, told",
    "date": "a date, YYYY-MM-DD",
}
#: What a key holds.
_TEXTS = frozenset({"visit", "technician", "by", "why"})
_NUMBERS = frozenset({"position", "tolerance_minutes", "amount"})


def edits_from_json(document: object, problem: Problem) -> list[Edit]:
    """Return the edits of a JSON array.

    Raises
    ------
    InputError
        With every fault of its form; names that the problem does not have are found when the plan is edited.
    """
    log = IssueLog(form="json", file="edits")
    entries = document if isinstance(document, list) and document else []
    if not entries:
        log.add("EDIT_SHAPE", expected=Phrase("an array of edits"), path="/edits")
    made = [_edit(entry, f"/edits/{number}", problem, log) for number, entry in enumerate(entries)]
    if log.has_errors:
        raise InputError(log.report())
    return [edit for edit in made if edit is not None]


def _edit(entry: object, at: str, problem: Problem, log: IssueLog) -> Edit | None:
    if not isinstance(entry, dict) or entry.get("edit") not in KEYS:
        log.add("EDIT_SHAPE", expected=Phrase("an edit: move, lock, unlock, forbid, unassign or allow"), path=at)
        return None
    needed, possible = KEYS[entry["edit"]]
    before = len(log.issues)
    for key in sorted(needed - entry.keys()):
        log.add("KEY_MISSING", value=key, path=f"{at}/{key}")
    for key, value in entry.items():
        if key not in needed | possible | {"edit"}:
            log.add("PLAN_KEY_UNKNOWN", value=key, path=f"{at}/{key}", near=log.suggest(key, needed | possible))
        elif (expected := _expected(key, value)) is not None:
            log.add("EDIT_SHAPE", expected=Phrase(expected), path=f"{at}/{key}")
    return _made(entry, problem) if len(log.issues) == before else None


def _expected(key: str, value: object) -> str | None:
    """Return what a key should hold and does not; `None` where it is right."""
    fits, expected = True, ""
    if key in _TEXTS:
        fits, expected = isinstance(value, str) and bool(value), EXPECTED["text"]
    elif key in _NUMBERS:
        fits, expected = type(value) is int and value >= 0, EXPECTED["number"]
    elif key == "crew":
        fits = isinstance(value, list) and all(isinstance(who, str) and who for who in value)
        expected = EXPECTED["crew"]
    elif key == "level":
        fits, expected = value in list(LOCK_LEVELS), EXPECTED["level"]
    elif key == "rule":
        fits, expected = value in list(HouseLimit), EXPECTED["rule"]
    elif key == "date":
        fits, expected = _date(value) is not None, EXPECTED["date"]
    return None if fits else expected


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-11-23") else None
    except ValueError:
        return None


def _made(entry: Mapping[str, Any], problem: Problem) -> Edit:
    visit_id = entry["visit"]
    match entry["edit"]:
        case "move":
            day = _date(entry.get("date"))
            return Move(
                visit_id,
                entry["technician"],
                None if day is None else problem.day_index(day),
                entry.get("position"),
                tuple(entry.get("crew", ())),
            )
        case "lock":
            level = LockLevel(entry.get("level", LockLevel.DAY))
            return Fix(visit_id, level, entry.get("tolerance_minutes", 0) * MINUTE_S)
        case "unlock":
            return Release(visit_id)
        case "forbid":
            return Forbid(visit_id, entry["technician"])
        case "unassign":
            return Unassign(visit_id)
        case _:
            limit = HouseLimit(entry["rule"])
            amount = entry["amount"] * limit.unit
            return Allow(
                LimitException(visit_id, limit, amount, entry["by"], entry["why"], entry.get("technician", ""))
            )


def edits_to_json(edits: Sequence[Edit], problem: Problem) -> list[dict[str, Any]]:
    """Return edits as a JSON array; `edits_from_json` gives the same edits back."""
    return [{name: value for name, value in _row(edit, problem).items() if value is not None} for edit in edits]


def _row(edit: Edit, problem: Problem) -> dict[str, Any]:
    match edit:
        case Move(visit_id, who, day, position, crew):
            on = None if day is None else problem.date_of(day).isoformat()
            return {"edit": "move", "visit": visit_id, "technician": who, "date": on, "position": position,
                    "crew": list(crew) or None}  # fmt: skip
        case Fix(visit_id, level, tolerance_s):
            tolerance = tolerance_s // MINUTE_S if level is LockLevel.START else None
            return {"edit": "lock", "visit": visit_id, "level": str(level), "tolerance_minutes": tolerance}
        case Release(visit_id):
            return {"edit": "unlock", "visit": visit_id}
        case Forbid(visit_id, who):
            return {"edit": "forbid", "visit": visit_id, "technician": who}
        case Unassign(visit_id):
            return {"edit": "unassign", "visit": visit_id}
        case Allow(one):
            return {"edit": "allow", "visit": one.visit_id, "rule": str(one.limit),
                    "amount": one.amount // one.limit.unit, "by": one.by, "why": one.why,
                    "technician": one.technician_id or None}  # fmt: skip
