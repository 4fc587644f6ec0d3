"""Changes of a scenario that are about what a branch has: parts, what arrives, tools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.stock import Arrival
from optimizer.errors import ScenarioError
from optimizer.whatif.case import Case, Note, doubt, known

if TYPE_CHECKING:
    from datetime import date

    from optimizer.domain.problem import Problem


def change_stock(case: Case, part_id: str, quantity: int) -> Case:
    """Return the case with more or fewer of a part on hand at the branch; fewer than none there are not."""
    problem = case.problem
    known("part", part_id, {part.part_id for part in problem.parts})
    was = next(part.on_hand for part in problem.parts if part.part_id == part_id)
    now = max(0, was + quantity)
    if now == was:
        return case.but(_as_before(part_id, was))
    said = [_counted(part_id, was, now)]
    parts = (replace(part, on_hand=now) if part.part_id == part_id else part for part in problem.parts)
    return case.but(*said, *_doubts_of_need(problem, part_id), parts=tuple(parts))


def add_arrival(case: Case, part_id: str, quantity: int, on: date) -> Case:
    """Return the case with parts that come to the branch, of use from a day on."""
    problem = case.problem
    known("part", part_id, {part.part_id for part in problem.parts})
    if quantity < 1:
        raise ScenarioError("{count} of {part} cannot arrive: expected a whole number from 1 on.",
                            count=quantity, part=part_id)  # fmt: skip
    values = {"part": part_id, "count": quantity, "date": on.isoformat()}
    said = [Note("{count} of {part} arrive for {date}.", values), *_doubts_of_need(problem, part_id)]
    if on > problem.last_day:
        said.append(doubt("The plan ends before {date}.", date=on.isoformat()))
    arrivals = (*problem.arrivals, Arrival(part_id, quantity, on))
    return case.but(*said, arrivals=tuple(sorted(arrivals, key=lambda one: (one.usable_on, one.part_id, one.quantity))))


def _doubts_of_need(problem: Problem, part_id: str) -> list[Note]:
    if any(need.part_id == part_id for visit in problem.visits for need in visit.parts):
        return []
    return [_unneeded(part_id)]


def change_tool(case: Case, tool_id: str, units: int) -> Case:
    """Return the case with more or fewer units of a tool."""
    problem = case.problem
    known("tool", tool_id, {tool.tool_id for tool in problem.tools})
    was = next(tool.units for tool in problem.tools if tool.tool_id == tool_id)
    now = max(0, was + units)
    if now == was:
        return case.but(_as_before(tool_id, was))
    said = [_counted(tool_id, was, now)]
    if not any(need.tool_id == tool_id for visit in problem.visits for need in visit.tools):
        said.append(_unneeded(tool_id))
    tools = (replace(tool, units=now) if tool.tool_id == tool_id else tool for tool in problem.tools)
    return case.but(*said, tools=tuple(tools))


# --- what is said of parts and of tools -----------------------------------------------------------------------------


def _counted(name: str, was: int, now: int) -> Note:
    return Note("Of {part} there are {count}, not {was}.", {"part": name, "count": now, "was": was})


def _as_before(name: str, count: int) -> Note:
    return doubt("Of {part} there are {count} as before.", part=name, count=count)


def _unneeded(name: str) -> Note:
    return doubt("No visit of these days needs {part}.", part=name)
