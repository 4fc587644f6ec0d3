"""The routes as a map without tiles: an equirectangular drawing, true to scale in every direction.

A branch's area is small: with longitudes shrunk by the cosine of the middle latitude, one unit is as many metres across
as it is down, within a percent over 100 km. Lines between stops are straight; the roads are the matrix's business.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.units import great_circle_m
from optimizer.report.districts import district_of, middle_of, outline_of
from optimizer.report.gantt import branch_title, stop_title
from optimizer.report.map_numbers import APART, spread
from optimizer.report.text_width import ems
from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from optimizer.domain.order import Place
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.report.days import TechnicianDay
    from optimizer.report.wording import Wording

WIDTH = 440
_LEAST_HEIGHT, _MOST_HEIGHT = 320, 520
_PADDING = 26
_FOOT = 22
_METRES_PER_DEGREE = 6_371_008.8 * math.pi / 180
#: Farther from the branch than so many times the farthest stop, a visit not planned is marked at the edge.
FAR_FACTOR = 1.5
#: Of more stops than this only those of one route are spread at a time: there is no room for all.
_MOST_SPREAD = 300
#: Numbers that overlap by less are read all the same.
_NEAR = 2.0
#: Units across of a letter and a full-width sign in a district's name, and between two names.
_NAME_EM, _NAMES_APART = 11.5, 13.0
#: Of more districts than this, those with one visit are drawn without their names.
_MANY_NAMES = 24

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Projection:
    """From degrees to units of the drawing: `units_per_metre`, and the place drawn in its middle."""

    middle: Place
    units_per_metre: float
    height: int

    def point_inside(self, place: Place) -> Point:
        """Return where a place lies, at the edge when it lies beyond."""
        x, y = self.point(place)
        edge = _PADDING / 2
        return min(max(x, edge), WIDTH - edge), min(max(y, edge), self.height - _FOOT - edge)

    def point(self, place: Place) -> Point:
        """Return where a place lies."""
        east_m = (place.lon - self.middle.lon) * math.cos(math.radians(self.middle.lat)) * _METRES_PER_DEGREE
        south_m = (self.middle.lat - place.lat) * _METRES_PER_DEGREE
        return (
            round(WIDTH / 2 + east_m * self.units_per_metre, 1),
            round((self.height - _FOOT) / 2 + south_m * self.units_per_metre, 1),
        )


@dataclass(frozen=True, slots=True)
class MapStop:
    """A numbered stop; its number stands aside by `offset` where stops lie too close.

    `shown` says that the number is readable while no technician is chosen.
    """

    at: Point
    offset: Point
    visit: int
    number: int
    shown: bool
    late: bool
    title: str

    @property
    def badge(self) -> Point:
        """Where the number stands."""
        return round(self.at[0] + self.offset[0], 1), round(self.at[1] + self.offset[1], 1)

    @property
    def is_aside(self) -> bool:
        """Whether the number stands so far aside that a line leads to it."""
        return math.hypot(*self.offset) > APART / 3


@dataclass(frozen=True, slots=True)
class MapRoute:
    """One route: its line (SVG points), its stops, the homes it starts or ends at, and its stop at the branch.

    `at_branch` is what the pointer shows on that stop; empty without one.
    """

    index: int
    line: str
    stops: tuple[MapStop, ...]
    homes: tuple[Point, ...]
    at_branch: str = ""


@dataclass(frozen=True, slots=True)
class MapMark:
    """A visit that is not planned."""

    at: Point
    visit: int
    title: str


@dataclass(frozen=True, slots=True)
class MapDistrict:
    """A district or town: its name, where that stands, and the outline of its visits as an SVG path."""

    name: str
    at: Point
    path: str


@dataclass(frozen=True, slots=True)
class RouteMap:
    """The whole drawing; the grid's cells are `grid_m` metres wide, as is the scale bar: a round length."""

    width: int
    height: int
    units_per_metre: float
    branch: Point
    routes: tuple[MapRoute, ...]
    unassigned: tuple[MapMark, ...]
    grid_m: float
    grid_x: tuple[float, ...]
    grid_y: tuple[float, ...]
    districts: tuple[MapDistrict, ...] = ()


def draw_map(
    problem: Problem,
    plan: Plan,
    days: Sequence[TechnicianDay],
    visit_index: dict[str, int],
    wording: Wording,
    *,
    person_index: Mapping[str, int] | None = None,
) -> RouteMap:
    """Return the drawing of the routes of one day, the branch, homes of used technicians and visits not planned.

    A visit not planned that lies far outside the routes is marked at the edge, so that it does not shrink the map.

    Parameters
    ----------
    visit_index, person_index
        As for `draw_gantt`.
    """
    places, home = problem.places(), problem.branch.place
    used = {key for day in days for leg in day.legs for key in (leg.origin, leg.destination)}
    reach_m = FAR_FACTOR * max((_apart_m(home, places[key]) for key in used), default=math.inf)
    away_m = {left.visit_id: _apart_m(home, places[left.visit_id]) for left in plan.unassigned}
    used |= {visit_id for visit_id, metres in away_m.items() if metres <= reach_m}
    projection = _fit([home, *(places[key] for key in sorted(used))])
    routes = tuple(
        _route(
            problem,
            day,
            index=number if person_index is None else person_index[day.technician.technician_id],
            places=places,
            projection=projection,
            visit_index=visit_index,
            wording=wording,
        )
        for number, day in enumerate(days)
        if day.route
    )
    branch = projection.point(home)
    marks = tuple(
        MapMark(
            projection.point_inside(places[left.visit_id]),
            visit_index[left.visit_id],
            _left_title(problem, left.visit_id, wording, off_m=away_m[left.visit_id], reach_m=reach_m),
        )
        for left in plan.unassigned
    )
    routes = _thin_out(_spread_all(routes, [branch, *(mark.at for mark in marks)]), taken=[branch])
    unit_m = wording.region.distance_unit.metres
    grid_m = unit_m / 1_000 * nice_metres(WIDTH / 5 / projection.units_per_metre * 1_000 / unit_m)
    step = grid_m * projection.units_per_metre
    return RouteMap(
        width=WIDTH,
        height=projection.height,
        units_per_metre=projection.units_per_metre,
        branch=branch,
        routes=routes,
        unassigned=marks,
        grid_m=grid_m,
        grid_x=_grid_lines(branch[0], step, WIDTH),
        grid_y=_grid_lines(branch[1], step, projection.height),
        districts=_districts(problem, used, projection, _drawn_over(routes, marks, branch)),
    )


def nice_metres(metres: float) -> int:
    """Return the round length (1, 2 or 5 times a power of ten) that comes next below, at least 10 m.

    >>> nice_metres(4300)
    2000
    """
    power = 10 ** math.floor(math.log10(max(metres, 10)))
    return int(next(step * power for step in (5, 2, 1) if step * power <= max(metres, 10)))


def _fit(places: Sequence[Place]) -> Projection:
    """Return the projection that shows all places with the paper's edge left free."""
    south, north = min(p.lat for p in places), max(p.lat for p in places)
    west, east = min(p.lon for p in places), max(p.lon for p in places)
    middle = type(places[0])((south + north) / 2, (west + east) / 2)
    width_m = max(500.0, (east - west) * math.cos(math.radians(middle.lat)) * _METRES_PER_DEGREE)
    height_m = max(500.0, (north - south) * _METRES_PER_DEGREE)
    inner = WIDTH - 2 * _PADDING
    wanted = inner * height_m / width_m + 2 * _PADDING + _FOOT
    height = round(min(_MOST_HEIGHT, max(_LEAST_HEIGHT, wanted)))
    scale = min(inner / width_m, (height - 2 * _PADDING - _FOOT) / height_m)
    return Projection(middle, scale, height)


def _route(
    problem: Problem,
    day: TechnicianDay,
    *,
    index: int,
    places: dict[str, Place],
    projection: Projection,
    visit_index: dict[str, int],
    wording: Wording,
) -> MapRoute:
    keys = [day.legs[0].origin, *(leg.destination for leg in day.legs)]
    points = [projection.point(places[key]) for key in keys]
    at = [projection.point(places[stop.visit_id]) for stop in day.stops]
    stops = [
        MapStop(
            at[k],
            (0.0, 0.0),
            visit_index[stop.visit_id],
            k + 1,
            shown=False,
            late=stop.lateness_s > 0,
            title=f"{day.technician.name}\n" + stop_title(problem, day, number=k + 1, wording=wording),
        )
        for k, stop in enumerate(day.stops)
    ]
    homes = {projection.point(home) for home in (day.technician.start, day.technician.end) if home is not None}
    title = f"{day.technician.name}\n" + branch_title(problem, day, wording) if day.branch_stop else ""
    return MapRoute(index, " ".join(f"{x},{y}" for x, y in points), tuple(stops), tuple(sorted(homes)), title)


def _spread_all(routes: Sequence[MapRoute], fixed: Sequence[Point]) -> list[MapRoute]:
    """Return routes whose numbers stand aside of each other; of a crowd, of those of their own route only."""
    stops = [stop for route in routes for stop in route.stops]
    groups = [stops] if len(stops) <= _MOST_SPREAD else [list(route.stops) for route in routes]
    offsets = iter([offset for group in groups for offset in spread([stop.at for stop in group], fixed)])
    return [
        replace(route, stops=tuple(replace(stop, offset=next(offsets)) for stop in route.stops)) for route in routes
    ]


def _thin_out(routes: Iterable[MapRoute], *, taken: list[Point]) -> tuple[MapRoute, ...]:
    """Mark the numbers that can be shown at once without covering each other; the rest are dots until chosen."""
    thinned = []
    for route in routes:
        stops = []
        for stop in route.stops:
            free = all(math.dist(stop.badge, other) >= APART - _NEAR for other in taken)
            if free:
                taken.append(stop.badge)
            stops.append(replace(stop, shown=free))
        thinned.append(replace(route, stops=tuple(stops)))
    return tuple(thinned)


def _grid_lines(through: float, step: float, length: float) -> tuple[float, ...]:
    """Return the positions of grid lines on a side, one of them through the branch."""
    first = through % step
    return tuple(round(first + k * step, 1) for k in range(int((length - first) // step) + 1))


def _left_title(problem: Problem, visit_id: str, wording: Wording, *, off_m: float, reach_m: float) -> str:
    visit, t = problem.visit_by_id[visit_id], wording.translate
    lines = [t("Not planned"), problem.customer_of(visit).name]
    lines.append(" · ".join(filter(None, (visit_id, visit.place.address))))
    if off_m > reach_m:
        lines.append(t("Off the map, {distance} away", distance=wording.length(round(off_m))))
    return "\n".join(lines)


def _apart_m(one: Place, other: Place) -> float:
    return great_circle_m(one.lat, one.lon, other.lat, other.lon)


# --- districts ------------------------------------------------------------------------------------------------------


def _districts(
    problem: Problem, used: set[str], projection: Projection, signs: Sequence[Point]
) -> tuple[MapDistrict, ...]:
    """Return the districts and towns of the visits on a map, the largest first; a name that has no room is left out."""
    found: dict[str, list[Point]] = {}
    for visit in problem.visits:
        name = without_controls(district_of(visit))
        if visit.visit_id in used and name:
            found.setdefault(name, []).append(projection.point(visit.place))
    if len(found) < 2:
        return ()
    drawn: list[MapDistrict] = []
    for name, points in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        outline = outline_of(points)
        is_named = len(points) > 1 or len(found) <= _MANY_NAMES
        at = _room_for(name, outline, projection.height, drawn, signs) if is_named else None
        path = "M" + "L".join(f"{x} {y}" for x, y in outline) + "z"
        drawn.append(MapDistrict(name if at else "", at or (0.0, 0.0), path))
    return tuple(drawn)


def _drawn_over(routes: Iterable[MapRoute], marks: Iterable[MapMark], branch: Point) -> list[Point]:
    """Return where numbers, homes, marks and the branch are drawn over the names."""
    shown = [point for route in routes for point in (*(stop.badge for stop in route.stops), *route.homes)]
    return [*shown, *(mark.at for mark in marks), branch]


def _room_for(
    name: str, outline: Sequence[Point], height: int, drawn: Iterable[MapDistrict], signs: Sequence[Point]
) -> Point | None:
    """Return where a name can be read: above its outline, below it, beside or in it; `None` where there is no room."""
    half = ems(name) * _NAME_EM / 2
    taken = [(one.at, ems(one.name) * _NAME_EM / 2) for one in drawn if one.name]

    def is_free(x: float, y: float) -> bool:
        is_on_map = half + 2 < x < WIDTH - half - 2 and _NAMES_APART / 2 < y < height - _FOOT
        is_apart = all(abs(x - at[0]) > half + wide + 4 or abs(y - at[1]) >= _NAMES_APART for at, wide in taken)
        is_shown = all(abs(x - sx) >= half + APART / 2 or abs(y - sy) >= APART - _NEAR for sx, sy in signs)
        return is_on_map and is_apart and is_shown

    return next(((round(x, 1), round(y, 1)) for x, y in _places_for(half, outline) if is_free(x, y)), None)


def _places_for(half: float, outline: Sequence[Point]) -> Iterator[Point]:
    """Yield where a name might stand, the best first: over and under the middle of its outline, then beside it."""
    x = min(max(middle_of(outline)[0], half + 4), WIDTH - half - 4)
    left, right = min(at for at, _ in outline), max(at for at, _ in outline)
    top, bottom = min(at for _, at in outline), max(at for _, at in outline)
    middle = (top + bottom) / 2
    for y in (top - APART, bottom + APART, middle):
        yield x, y
    for y in (middle, top, bottom):
        yield left - half - APART, y
        yield right + half + APART, y
    for y in (top - 2 * APART, bottom + 2 * APART):
        yield x, y
    for y in (top - APART, bottom + APART):
        for aside in (-half, half):
            yield x + aside, y
