"""Technician routing instances of Pillac, Guéret and Medaglia, and the Praxedo days in the same text format.

One unit of the file is a minute here, times are real numbers. The objective is the sum of route durations
(return − latest departure); unserved requests come first. The problem speaks whole seconds: see `ROUNDING`.

A technician leaves home with some tools and parts. Once on the way he may stop at the depot, and from then on has every
tool and any number of parts. Both are parts in the problem: what he holds are his own parts, of a tool so many that it
never runs out, and the branch has enough of all for a stop there.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.errors import FormatError
from optimizer.domain.order import Customer, Interval, Order, PartNeed, Place, SkillNeed, Visit
from optimizer.domain.policy import Fairness, Pickup
from optimizer.domain.problem import BRANCH_PLACE, MOST_DAYS, Branch, Problem, end_key, start_key
from optimizer.domain.stock import Part
from optimizer.domain.technician import HeldSkill, Shift, Technician
from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.ingest.settings.policy import load_policy
from optimizer.travel.matrix import TravelMatrix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PROFILE = "car"

#: A time is taken for the whole second nearest to it when it is this close (files print seconds as minutes
#: with four decimals, so that they miss by up to 0.003 s); any other is rounded up.
PRINTED_S = 0.0031

ROUNDING = (
    "times in doubles; planned in whole seconds: a duration within 0.0031 s of a second is that second, any "
    "other is rounded up, openings up, closings down; value and feasibility are recomputed in doubles"
)

_DAY = date(2026, 11, 23)
_CENTS_PER_SECOND = 1
_SIZES = re.compile(r"^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*$")
_LISTS = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Node:
    """One row of the table: the depot, a technician's home or a request; minutes, and zero-based ids."""

    node_id: int
    x: float
    y: float
    open_min: float
    close_min: float
    service_min: float
    skills: frozenset[int]
    tools: frozenset[int]
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PillacInstance:
    """An instance in the format's own numbers.

    Parameters
    ----------
    depot, homes, requests
        Node 0, then the technicians, then the requests, in the order of the file.
    travel_min, distance
        float64 arrays over all these nodes by id, shape (n, n): minutes, and the format's length unit.
    """

    name: str
    depot: Node
    homes: tuple[Node, ...]
    requests: tuple[Node, ...]
    travel_min: NDArray[np.float64]
    distance: NDArray[np.float64]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes by id."""
        return (self.depot, *self.homes, *self.requests)

    @property
    def needs_supplies(self) -> bool:
        """Say whether some request needs a tool or a part."""
        return any(request.tools or any(request.parts) for request in self.requests)


def recognises(text: str) -> bool:
    """Say whether a file looks like this format."""
    head = text[:2000]
    return "CREW COUNT" in head and "DEPOT TECHNICIANS AND REQUESTS" in head


def parse(text: str, *, name: str) -> PillacInstance:
    """Read the text of an instance.

    Raises
    ------
    FormatError
        When a section is missing or a row does not fit the format.
    """
    lines = text.splitlines()
    sizes = next((match for line in lines if (match := _SIZES.match(line))), None)
    if sizes is None:
        raise FormatError(f"{name}: no line with the sizes of crew, skills, tools and parts")
    crew = int(sizes[1])
    nodes = _read_nodes(lines, name=name)
    if len(nodes) <= crew:
        raise FormatError(f"{name}: {len(nodes)} rows are too few for the depot and {crew} technicians")
    distance = _read_table(lines, "DISTANCES", len(nodes), name=name)
    if distance is None:
        xy = np.array([(node.x, node.y) for node in nodes])
        distance = np.hypot(*np.moveaxis(xy[:, None] - xy[None, :], 2, 0))
    travel = _read_table(lines, "TRAVEL TIMES", len(nodes), name=name)
    return PillacInstance(
        name=name,
        depot=nodes[0],
        homes=tuple(nodes[1 : crew + 1]),
        requests=tuple(nodes[crew + 1 :]),
        travel_min=distance if travel is None else travel,
        distance=distance,
    )


def problem_of(instance: PillacInstance) -> Problem:
    """Return the problem whose cents are the seconds of the routes' durations.

    An unserved request costs more than all technicians' shifts together: serving one more always pays.

    Raises
    ------
    FormatError
        When the instance lasts longer than the longest horizon.
    """
    requests = instance.requests
    # One route is one shift, however many days it spans.
    days = max(-(-seconds_down(node.close_min) // DAY_S) for node in instance.homes)
    if days > MOST_DAYS:
        raise FormatError(f"{instance.name}: lasts {days} days, and at most {MOST_DAYS} are planned in one go")
    needed = _supplies_needed(instance)
    day_cents = sum(seconds_down(home.close_min) - seconds_up(home.open_min) for home in instance.homes)
    out_cents = (day_cents + 1) * _CENTS_PER_SECOND
    return Problem(
        branch=Branch("depot", instance.name, _place(instance.depot), business=_window(instance.depot)),
        first_day=_DAY,
        as_of_s=-DAY_S // 3,
        customers=tuple(Customer(str(r.node_id), str(r.node_id)) for r in requests),
        orders=tuple(_order(r) for r in requests),
        visits=tuple(_visit(r) for r in requests),
        technicians=tuple(_technician(home, instance, needed) for home in instance.homes),
        shifts=tuple(_shift(home) for home in instance.homes),
        parts=tuple(Part(supply, supply, on_hand=count) for supply, count in needed.items()),
        days=days,
        policy=replace(
            load_policy("bench"),
            max_lateness_s=0,
            pickup=Pickup.STOP,
            reload=False,
            unassigned_cents=(out_cents,) * 5,
            unassigned_due_pct=(100, 100, 100, 100),
            travel_cents=0,
            overtime_cents=0,
            working_time_cents=MINUTE_S * _CENTS_PER_SECOND,
            continuity_cents=0,
            fairness=Fairness.OFF,
            overqualified_cents=0,
        ),
    )


def matrix_of(instance: PillacInstance, problem: Problem) -> TravelMatrix:
    """Return the travel of the problem's places in whole seconds, by `ROUNDING`."""
    row_of = {str(request.node_id): request.node_id for request in instance.requests} | {BRANCH_PLACE: 0}
    for technician in problem.technicians:
        for key in (start_key(technician), end_key(technician)):
            row_of.setdefault(key, int(technician.technician_id))
    keys = tuple(problem.places())
    rows = np.array([row_of[key] for key in keys])
    cut = np.ix_(rows, rows)
    return TravelMatrix(
        keys=keys,
        profiles=(PROFILE,),
        seconds=_whole_seconds(instance.travel_min[cut])[None].astype(np.int32),
        metres=np.ceil(instance.distance[cut] * 1000)[None].astype(np.int32),
        provenance={"provider": "instance", "instance": instance.name, "rounding": ROUNDING},
    )


def lost_connections(instance: PillacInstance) -> tuple[str, ...]:
    """Name every direct connection that the doubles allow and the whole seconds do not.

    A request may be left out only because of them: without one, no pair of stops was lost to rounding.
    """
    nodes = instance.nodes
    open_min, close_min = (np.array([getattr(n, f) for n in nodes]) for f in ("open_min", "close_min"))
    service_min = np.array([node.service_min for node in nodes])
    real = (open_min + service_min)[:, None] + instance.travel_min <= close_min[None, :] + 1e-9
    open_s = np.array([seconds_up(minutes) for minutes in open_min])
    close_s = np.array([seconds_down(minutes) for minutes in close_min])
    whole = (open_s + _whole_seconds(service_min))[:, None] + _whole_seconds(instance.travel_min) <= close_s[None, :]
    return tuple(f"{nodes[i].node_id} -> {nodes[j].node_id}" for i, j in np.argwhere(real & ~whole) if i != j)


def seconds_up(minutes: float) -> int:
    """Return whole seconds: the second that the figure stands for, else the next one."""
    return math.ceil(minutes * MINUTE_S - PRINTED_S)


def seconds_down(minutes: float) -> int:
    """Return whole seconds: the second that the figure stands for, else the one before."""
    return math.floor(minutes * MINUTE_S + PRINTED_S)


def _whole_seconds(minutes: NDArray[np.float64]) -> NDArray[np.float64]:
    rounded: NDArray[np.float64] = np.ceil(minutes * MINUTE_S - PRINTED_S)
    return rounded


def _read_nodes(lines: list[str], *, name: str) -> list[Node]:
    start = next((row for row, line in enumerate(lines) if line.split()[:3] == ["ID", "X", "Y"]), None)
    if start is None:
        raise FormatError(f"{name}: no table headed 'ID X Y ...'")
    nodes: list[Node] = []
    for row, line in enumerate(lines[start + 1 :], start=start + 2):
        if not line.strip() or line.strip() == "DISTANCES":
            break
        nodes.append(_node(line, where=f"{name} line {row}"))
        if nodes[-1].node_id != len(nodes) - 1:
            raise FormatError(f"{name} line {row}: id {nodes[-1].node_id} where {len(nodes) - 1} was expected")
    return nodes


def _node(line: str, *, where: str) -> Node:
    lists = _LISTS.findall(line)
    try:
        node_id, x, y, open_min, close_min, service_min = line.split("[", 1)[0].split()
        skills, tools, parts = ([int(item) for item in text.split(",") if item.strip()] for text in lists)
        return Node(
            int(node_id),
            *(float(x), float(y), float(open_min), float(close_min), float(service_min)),
            skills=frozenset(skills),
            tools=frozenset(tools),
            parts=tuple(parts),
        )
    except ValueError as fault:
        raise FormatError(f"{where}: expected 'ID X Y TWS TWE Serv [skills] [tools] [parts]': {fault}") from fault


def _read_table(lines: list[str], title: str, size: int, *, name: str) -> NDArray[np.float64] | None:
    """Return the first `size` rows and columns of a table; the files append copies of homes."""
    if title not in lines:
        return None
    start = lines.index(title) + 1
    rows = [[float(cell) for cell in line.split(";")[1 : size + 1]] for line in lines[start : start + size]]
    if len(rows) < size or any(len(row) < size for row in rows):
        raise FormatError(f"{name}: {title} must have at least {size} rows and columns")
    return np.array(rows, dtype=np.float64)


def _place(node: Node) -> Place:
    """Return a place for pictures only; the travel times are the instance's own."""
    return Place(lat=node.y / 1000, lon=node.x / 1000)


def _is_at_depot(home: Node, instance: PillacInstance) -> bool:
    return bool((instance.travel_min[home.node_id] == instance.travel_min[0]).all())


def _supplies(node: Node) -> dict[str, int]:
    """Return tools and parts of a row by name."""
    return {f"tool {tool}": 1 for tool in sorted(node.tools)} | {
        f"part {part}": count for part, count in enumerate(node.parts) if count
    }


def _supplies_needed(instance: PillacInstance) -> dict[str, int]:
    """Return how often all requests together need each tool, and how many of each part."""
    needed: dict[str, int] = {}
    for request in instance.requests:
        for supply, count in _supplies(request).items():
            needed[supply] = needed.get(supply, 0) + count
    return needed


def _technician(home: Node, instance: PillacInstance, needed: Mapping[str, int]) -> Technician:
    # Also who lives at the depot has its tools and parts only from a stop there.
    place = None if _is_at_depot(home, instance) and not needed else _place(home)
    held = _supplies(home) | {f"tool {tool}": needed.get(f"tool {tool}", 0) for tool in home.tools}
    return Technician(
        str(home.node_id),
        f"T{home.node_id}",
        skills=tuple(HeldSkill(f"S{skill}", 1) for skill in sorted(home.skills)),
        start=place,
        end=place,
        own_parts=tuple(PartNeed(supply, count) for supply, count in sorted(held.items()) if supply in needed),
    )


def _shift(home: Node) -> Shift:
    return Shift(
        technician_id=str(home.node_id),
        day=0,
        start_s=seconds_up(home.open_min),
        end_s=seconds_down(home.close_min),
        contracted_s=seconds_down(home.close_min) - seconds_up(home.open_min),
        profile=PROFILE,
    )


def _order(request: Node) -> Order:
    return Order(str(request.node_id), customer_id=str(request.node_id), promised=(_window(request),))


def _window(node: Node) -> Interval:
    return Interval(seconds_up(node.open_min), seconds_down(node.close_min))


def _visit(request: Node) -> Visit:
    return Visit(
        visit_id=str(request.node_id),
        order_id=str(request.node_id),
        place=_place(request),
        base_s=seconds_up(request.service_min),
        skills=tuple(SkillNeed(f"S{skill}", 1) for skill in sorted(request.skills)),
        parts=tuple(PartNeed(supply, count) for supply, count in _supplies(request).items()),
    )
