"""The part keeper's tool list: who has which tool of the branch on which day, and how many are out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.report.columns import TOOL_LIST
from optimizer.report.papers.model import Line, Paper, made_paper

if TYPE_CHECKING:
    from optimizer.report.days import TechnicianDay
    from optimizer.report.frames import Row
    from optimizer.report.papers.case import Case


def make_tool_list(case: Case) -> Paper:
    """Return a line per day, tool and technician; red where more are out on a day than there are."""
    taken = [(day, tool_id, units) for day in case.days for tool_id, units in tools_taken(case, day).items()]
    out: Counter[tuple[int, str]] = Counter()
    for day, tool_id, units in taken:
        out[day.shift.day, tool_id] += units
    taken.sort(key=lambda line: (line[0].shift.day, line[1]))  # technicians stay in their order
    lines = [_line(case, day, tool_id, units, out[day.shift.day, tool_id]) for day, tool_id, units in taken]
    return made_paper(TOOL_LIST, case.say("Tool list"), lines, is_daily=True)


def tools_needed(case: Case, day: TechnicianDay) -> dict[str, int]:
    """Return of each tool the most that one visit needs to which the technician brings it, by tool number."""
    needed: dict[str, int] = {}
    for stop in day.stops:
        if day.leads(stop):
            for need in case.problem.visit_by_id[stop.visit_id].tools:
                needed[need.tool_id] = max(needed.get(need.tool_id, 0), need.units)
    return dict(sorted(needed.items()))


def tools_taken(case: Case, day: TechnicianDay) -> dict[str, int]:
    """Return how many of each tool a technician has out: what is needed, less what he owns."""
    taken = {tool_id: units - own_tools(day, tool_id) for tool_id, units in tools_needed(case, day).items()}
    return {tool_id: units for tool_id, units in taken.items() if units > 0}


def own_tools(day: TechnicianDay, tool_id: str) -> int:
    """Return how many of a tool a technician owns."""
    return sum(own.units for own in day.technician.own_tools if own.tool_id == tool_id)


def _line(case: Case, day: TechnicianDay, tool_id: str, units: int, out: int) -> Line:
    problem, who = case.problem, day.technician.technician_id
    visits = [problem.visit_by_id[stop.visit_id] for stop in day.stops if day.leads(stop)]
    orders = dict.fromkeys(v.order_id for v in visits if any(need.tool_id == tool_id for need in v.tools))
    there_are = sum(tool.units for tool in problem.tools if tool.tool_id == tool_id)
    cells: Row = {
        "date": problem.date_of(day.shift.day) if problem.days > 1 else "",
        "tool_id": tool_id,
        "tool": case.tool(tool_id),
        "technician": case.person(who),
        "order_id": case.wording.series(orders),
        "units": units,
        "out": out,
        "there_are": there_are,
        "taken_tick": None,
        "back_tick": None,
    }
    return Line(cells, out > there_are, who, day.shift.day)
