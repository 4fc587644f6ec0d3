"""Scenarios as a TOML file: `[[scenario]]` tables, each with a name and the changes in their order (docs/whatif.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import InputError, ScenarioError
from optimizer.faults.decoding import read_text
from optimizer.faults.issues import IssueLog, nearest
from optimizer.ingest.settings.profiles import decode_toml
from optimizer.whatif.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """What a file asks for.

    Parameters
    ----------
    seeds, moves
        Of the comparison; `None` where the file does not say.
    """

    scenarios: tuple[Scenario, ...]
    seeds: int | None
    moves: int | None


def read_scenarios(path: str | Path) -> ScenarioFile:
    """Return the scenarios of a file.

    Raises
    ------
    InputError
        When it cannot be read or is no TOML.
    ScenarioError
        With everything that is not written as scenarios are.
    """
    path = Path(path)
    log = IssueLog(form="toml", file=path.name)
    if not path.exists():
        log.add("FILE_NOT_FOUND", value=str(path))
        raise InputError(log.report())
    text = read_text(path, log)
    tables = None if text is None else decode_toml(text, log, file=path.name)
    if tables is None:
        raise InputError(log.report())
    faults: list[ScenarioError] = []
    for key in tables.keys() - {"seeds", "moves", "scenario"}:
        faults.append(_unknown(key, ("seeds", "moves", "scenario")))
    counts = {key: tables.get(key) for key in ("seeds", "moves")}
    for key, value in counts.items():
        if value is not None and (type(value) is not int or value < 1):
            faults.append(ScenarioError("{key} is {value}, expected a whole number from 1 on.", key=key, value=value))
    asked = tables.get("scenario", [])
    if not isinstance(asked, list) or not asked:
        faults.append(ScenarioError("The file has no table [[scenario]]."))
        asked = []
    scenarios = [_scenario(table, number, faults) for number, table in enumerate(asked, start=1)]
    if faults:
        raise ScenarioError(faults[0].sentence, scenario=faults[0].scenario,
                            others=[*faults[0].others, *faults[1:]], **faults[0].values)  # fmt: skip
    return ScenarioFile(tuple(scenarios), counts["seeds"], counts["moves"])


def _scenario(table: Any, number: int, faults: list[ScenarioError]) -> Scenario:
    """Return the scenario of a table, after noting what is wrong with it."""
    name = table.get("name") if isinstance(table, dict) else None
    if not isinstance(name, str) or not name.strip():
        faults.append(ScenarioError("Scenario number {number} has no name.", number=number))
        name = f"{number}"
    scenario = Scenario(name)
    for key, value in table.items() if isinstance(table, dict) else ():
        if key == "name":
            continue
        if key not in _CHANGES:
            faults.append(_unknown(key, ("name", *_CHANGES), scenario=name))
            continue
        try:
            scenario = _CHANGES[key](scenario, value)
        except ScenarioError as error:
            error.scenario = name
            faults.append(error)
        except (TypeError, ValueError):
            form = FORMS[key]
            faults.append(
                ScenarioError("'{key}' is not written as expected: {form}", key=key, form=form, scenario=name)
            )
    return scenario


def _unknown(key: str, keys: tuple[str, ...], scenario: str = "") -> ScenarioError:
    near = nearest(key, keys)
    hint = [ScenarioError("Maybe '{near}' is meant.", near=near)] if near else []
    return ScenarioError("The key '{key}' is not known.", key=key, scenario=scenario, others=hint)


# --- the keys -------------------------------------------------------------------------------------------------------

#: How each key is written.
FORMS = {
    "remove": 'remove = ["T04", "T08"]',
    "add": 'add = [{technician = "T99", like = "T05"}]',
    "train": 'train = [{technician = "T05", skill = "...", levels = 1}]',
    "shifts": 'shifts = [{technicians = ["T01"], start = "08:00", end = "18:00", overtime_min = 60}]',
    "stock": "stock = {P01 = 1}",
    "arrival": 'arrival = [{part = "P01", quantity = 2, on = 2026-11-23}]',
    "tool": "tool = {G1 = 1}",
    "promise": "promise = {area_days = 1, restate = true}",
    "policy": "policy = {reserve_pct = 0}",
    "close_area": 'close_area = ["..."]',
    "speed_pct": "speed_pct = 90",
    "drop": 'drop = ["fairness"]',
}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError(value)
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _tables(value: Any) -> list[dict[str, Any]]:
    tables = [value] if isinstance(value, dict) else value
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise TypeError(value)
    return tables


def _each(change: Callable[..., Scenario], kinds: Mapping[str, Callable[[Any], Any]]) -> Callable[..., Scenario]:
    """Return what lays tables on a scenario, one change each, their values as their kinds read them."""

    def lay(scenario: Scenario, value: Any) -> Scenario:
        for table in _tables(value):
            if table.keys() - kinds.keys():
                raise TypeError(table)
            scenario = change(scenario, **{key: kinds[key](one) for key, one in table.items()})
        return scenario

    return lay


def _every(change: Callable[..., Scenario], kind: Callable[[Any], Any]) -> Callable[..., Scenario]:
    """Return what lays the entries of one table on a scenario, one change each."""

    def lay(scenario: Scenario, value: Any) -> Scenario:
        if not isinstance(value, dict):
            raise TypeError(value)
        for name, one in value.items():
            scenario = change(scenario, name, kind(one))
        return scenario

    return lay


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _date(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(_text(value))


def _close(scenario: Scenario, value: Any) -> Scenario:
    for area in _texts(value):
        scenario = scenario.close_area(area)
    return scenario


def _drop(scenario: Scenario, value: Any) -> Scenario:
    for rule in _texts(value):
        scenario = scenario.drop(rule)
    return scenario


def _speed(scenario: Scenario, value: Any) -> Scenario:
    if type(value) not in (int, float):
        raise TypeError(value)
    return scenario.travel(value)


def _promise(scenario: Scenario, value: Any) -> Scenario:
    [table] = _tables(value)
    if type(table.get("restate", False)) is not bool:
        raise TypeError(value)
    return scenario.promise(**table)


def _policy(scenario: Scenario, value: Any) -> Scenario:
    [table] = _tables(value)
    return scenario.policy(**table)


_CHANGES: dict[str, Callable[[Scenario, Any], Scenario]] = {
    "remove": lambda scenario, value: scenario.remove(_texts(value)),
    "add": _each(Scenario.add, {"technician": _text, "like": _text, "name": _text}),
    "train": _each(Scenario.train, {"technician": _text, "skill": _text, "levels": _whole}),
    "shifts": _each(Scenario.shifts, {"technicians": _texts, "start": _text, "end": _text, "overtime_min": _whole}),
    "stock": _every(Scenario.stock, _whole),
    "arrival": _each(Scenario.arrival, {"part": _text, "quantity": _whole, "on": _date}),
    "tool": _every(Scenario.tool, _whole),
    "promise": _promise,
    "policy": _policy,
    "close_area": _close,
    "speed_pct": _speed,
    "drop": _drop,
}
