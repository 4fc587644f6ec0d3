"""The plan's own part of a plan file: routes, visits left out, costs; every wrong value is noted by its path.

It is read closed: a time that is missing beside others, a key that nobody knows, a doubled route are faults. What an
older format let pass, and what cannot be judged, is listed instead (`not_judged`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import Interval
from optimizer.domain.plan import (
    BRANCH_STOP,
    BranchStop,
    BreakTaken,
    Cause,
    CauseKind,
    Pause,
    Plan,
    Reason,
    ReasonCode,
    Route,
    Stop,
    UnassignedState,
    UnassignedVisit,
)
from optimizer.domain.rules import Rule, Violation
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.cells.compound import parse_ids, parse_part_needs
from optimizer.ingest.cells.values import CellFault, fault, parse_date, parse_id, parse_moment
from optimizer.ingest.plans.claims import Claims, NotJudged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from optimizer.domain.problem import Problem
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.text.files import JsonObject

T = TypeVar("T")

#: Stands for what should have been an object; it is noted already, so nothing is missing in it.
_UNREADABLE: JsonObject = {}

#: What each object of a plan file may state.
_FILE = {
    "format", "routes", "unassigned", "accepted", "costs", "kpis", "bound", "problem", "matrix", "facts_sha256", "run",
}  # fmt: skip
_ROUTE = {"technician", "date", "depart", "return", "break", "branch_stop", "stops"}
_BREAK = {"slot", "start"}
_AT_BRANCH = {"before", "arrive", "start", "end", "leave_by"}
_STOP = {
    "visit", "arrive", "start", "end", "leave_by", "window", "lateness_s", "parts", "crew", "lead", "pinned", "pause",
}  # fmt: skip
_WINDOW = {"open", "close"}
_PAUSE = {"start", "end"}
_LEFT_OUT = {"visit", "state", "due", "reasons", "cause"}
_CAUSE = {"kind", "proven", "technician", "day", "cents", "others", "left_out"}
_REASON = {"code", "proven", "technician", "day", "amount", "unit", "subject", "visit", "moment", "exception"}
_EXCEPTION = {"visit_id", "rule", "amount", "by", "why", "technician_id"}
_ACCEPTED = {"rule", "amount", "unit", "technician", "visit", "message", "by", "why"}

#: The times of a route, of a stop at the branch and of a stop: a plan states all of them or none.
_ROUTE_TIMES = ("depart", "return")
_BRANCH_TIMES = ("arrive", "start", "end", "leave_by")
_STOP_TIMES = ("arrive", "start", "end", "leave_by", "window", "lateness_s")
#: What a plan without times states of a route and of a stop; more of it is not judged, for all is timed anew.
_UNTIMED_ROUTE, _UNTIMED_STOP = {"technician", "date", "stops", "branch_stop"}, {"visit"}
#: What only a plan with times can claim.
_CLAIMS = ("unassigned", "accepted", "costs", "kpis", "bound")


def routes_only(document: JsonObject, problem: Problem) -> dict[tuple[str, int], list[str]]:
    """Return technician and day to visits of a plan that states no times, `0` for a stop at the branch.

    The neutral form is of the first day.
    """
    routes = document["routes"]
    if isinstance(routes, dict):
        return {(technician, 0): list(visits) for technician, visits in routes.items()}
    return {(route["technician"], _day_of(route, problem)): _sequence(route) for route in routes}


def _sequence(route: JsonObject) -> list[str]:
    visit_ids = [stop["visit"] for stop in route["stops"]]
    stop = route.get("branch_stop")
    if isinstance(stop, dict) and type(stop.get("before")) is int:
        visit_ids.insert(stop["before"], BRANCH_STOP)
    return visit_ids


def _day_of(route: JsonObject, problem: Problem) -> int:
    """Return the day of a route without times: the stated one, where several days are planned."""
    date_ = route.get("date")
    return 0 if date_ is None or problem.days == 1 else problem.day_index(parse_date(date_))


@dataclass(frozen=True, slots=True)
class PlanReader:
    """Reads the plan's own part of a plan file and notes its faults.

    Parameters
    ----------
    is_closed
        A key that nobody knows is a fault; else it is listed as not judged.
    not_judged
        What was read and cannot be judged, so far.
    """

    log: IssueLog
    problem: Problem
    clock: BranchClock
    is_closed: bool = True
    not_judged: list[NotJudged] = field(default_factory=list)

    def read(self, document: JsonObject) -> Plan | None:
        """Return the plan as stated; `None` when it holds routes only, or faults, which are noted."""
        self._check_keys(document, _FILE, "")
        routes = document["routes"]
        if isinstance(routes, dict):
            self._check_neutral(routes)
            self._pass_over_claims(document)
            return None
        entries = [self._object(entry, f"/routes/{n}") for n, entry in enumerate(routes)]
        self._check_routes(entries)
        if self.log.has_errors:
            return None
        is_timed = self._is_timed(entries) or (not entries and "format" in document)
        self._check_one_route_each(entries, is_timed=is_timed)
        if not is_timed:
            self._pass_over_details(entries)
            self._pass_over_claims(document)
            return None
        self._check_all_times(entries)
        if self.log.has_errors:
            return None
        made = [self._route(entry, f"/routes/{n}") for n, entry in enumerate(entries)]
        left_out = [
            self._unassigned(self._object(entry, f"/unassigned/{n}"), f"/unassigned/{n}")
            for n, entry in enumerate(self._list(document, "unassigned", ""))
        ]
        return Plan(
            routes=tuple(sorted(made, key=lambda route: (route.day, route.technician_id))),
            unassigned=tuple(sorted(left_out, key=lambda visit: visit.visit_id)),
            costs=self._costs(document),
        )

    def claims(self, document: JsonObject) -> Claims:
        """Return what a plan with times claims of itself as a whole; faults are noted."""
        accepted = [
            self._accepted(self._object(entry, f"/accepted/{n}"), f"/accepted/{n}")
            for n, entry in enumerate(self._list(document, "accepted", ""))
        ]
        bound = None if document.get("bound") is None else self._value(document, "bound", "", _whole, None)
        return Claims(tuple(accepted), self._object(document.get("kpis", {}), "/kpis"), bound)

    # --- what a plan may state ---

    def _check_keys(self, entry: JsonObject, known: set[str], path: str) -> None:
        for key in sorted(entry.keys() - known):
            if self.is_closed:
                near = self.log.suggest(key, known - entry.keys())
                self.log.add("PLAN_KEY_UNKNOWN", value=key, near=near, path=f"{path}/{key}")
            else:
                self.not_judged.append(NotJudged("The key is not known.", f"{path}/{key}"))

    def _check_neutral(self, routes: JsonObject) -> None:
        for technician, visits in routes.items():
            if not isinstance(visits, list) or not all(isinstance(visit, str) for visit in visits):
                self.log.add("PLAN_SHAPE", expected=Phrase("an array of texts"), path=f"/routes/{technician}")

    def _check_routes(self, entries: list[JsonObject]) -> None:
        """Note what even a plan of routes only needs: a technician for each route, and visits."""
        for n, entry in enumerate(entries):
            self._check_keys(entry, _ROUTE, f"/routes/{n}")
            self._value(entry, "technician", f"/routes/{n}", _name, "")
            if self.problem.days > 1 and entry.get("date") is not None:
                self._value(entry, "date", f"/routes/{n}", _day, self.problem.first_day)
            stops = self._list(entry, "stops", f"/routes/{n}", is_required=True)
            for m, item in enumerate(stops):
                at = f"/routes/{n}/stops/{m}"
                stop = self._object(item, at)
                self._value(stop, "visit", at, _name, "")
                self._check_keys(stop, _AT_BRANCH | {"visit"} if self._is_at_branch(stop) else _STOP, at)
            if entry.get("branch_stop") is not None:
                self._check_branch_stop(entry["branch_stop"], f"/routes/{n}/branch_stop", len(stops))

    def _is_at_branch(self, stop: JsonObject) -> bool:
        """Return whether an entry among the stops is a stop at the branch."""
        return stop.get("visit") == BRANCH_STOP and BRANCH_STOP not in self.problem.visit_by_id

    def _check_branch_stop(self, value: object, path: str, stops: int) -> None:
        """Note a stop at the branch that does not say before which of so many stops it is."""
        stop = self._object(value, path)
        self._check_keys(stop, _AT_BRANCH, path)
        before = self._value(stop, "before", path, _whole, 0)
        if not 0 <= before <= stops:
            expected = Phrase("the number of a stop of the route, from 0")
            self.log.add("PLAN_VALUE", value=before, expected=expected, path=f"{path}/before")

    def _check_one_route_each(self, entries: list[JsonObject], *, is_timed: bool) -> None:
        """Note technicians with two routes on a day; of one planned day are all routes without times."""
        seen: set[tuple[str, str]] = set()
        for n, entry in enumerate(entries):
            day = str(entry.get("date")) if is_timed else str(_day_of(entry, self.problem))
            key = (entry["technician"], day)
            if key in seen:
                self.log.add("PLAN_ROUTE_TWICE", value=key[0], path=f"/routes/{n}/technician")
            seen.add(key)

    # --- with times or without ---

    def _timed_objects(self, entries: list[JsonObject]) -> Iterator[tuple[JsonObject, str, tuple[str, ...]]]:
        """Yield each object that has times, its path, and what they are called."""
        for n, entry in enumerate(entries):
            yield entry, f"/routes/{n}", _ROUTE_TIMES
            if isinstance(entry.get("branch_stop"), dict):
                yield entry["branch_stop"], f"/routes/{n}/branch_stop", _BRANCH_TIMES
            for m, stop in enumerate(entry["stops"]):
                names = _BRANCH_TIMES if self._is_at_branch(stop) else _STOP_TIMES
                yield stop, f"/routes/{n}/stops/{m}", names

    def _is_timed(self, entries: list[JsonObject]) -> bool:
        """Return whether any time is stated, that of a break included."""
        return any(entry.get("break") is not None for entry in entries) or any(
            name in item for item, _, names in self._timed_objects(entries) for name in names
        )

    def _check_all_times(self, entries: list[JsonObject]) -> None:
        """Note each time that is missing beside others: without it nothing that is stated could be compared."""
        for item, path, names in self._timed_objects(entries):
            for name in names:
                if name not in item:
                    self.log.add("PLAN_TIME_MISSING", value=name, path=f"{path}/{name}")

    def _pass_over_details(self, entries: list[JsonObject]) -> None:
        keys = {key for entry in entries for key in entry.keys() & _ROUTE - _UNTIMED_ROUTE}
        keys |= {key for entry in entries for stop in entry["stops"] for key in stop.keys() & _STOP - _UNTIMED_STOP}
        if keys:
            sentence = "A plan without times says who visits whom, no more; not looked at: {keys}."
            self.not_judged.append(NotJudged(sentence, "/routes", {"keys": ", ".join(sorted(keys))}))

    def _pass_over_claims(self, document: JsonObject) -> None:
        for key in _CLAIMS:
            if document.get(key):
                self.not_judged.append(NotJudged("The plan states no times: all is timed and priced anew.", f"/{key}"))

    # --- its parts ---

    def _route(self, entry: JsonObject, path: str) -> Route:
        pause = entry.get("break")
        taken = None
        if pause is not None:
            pause = self._object(pause, f"{path}/break")
            self._check_keys(pause, _BREAK, f"{path}/break")
            slot = self._value(pause, "slot", f"{path}/break", _whole, 0)
            taken = BreakTaken(slot, self._moment(pause, "start", f"{path}/break"))
        day = self._value(entry, "date", path, _day, self.problem.first_day)
        branch_stop, stops = self._branch_stop(entry, path)
        return Route(
            technician_id=entry["technician"],
            day=self.problem.day_index(day),
            depart_s=self._moment(entry, "depart", path),
            return_s=self._moment(entry, "return", path),
            stops=tuple(self._stop(stop, f"{path}/stops/{n}", entry["technician"]) for n, stop in stops),
            break_=taken,
            branch_stop=branch_stop,
        )

    def _branch_stop(self, entry: JsonObject, path: str) -> tuple[BranchStop | None, list[tuple[int, JsonObject]]]:
        """Return the stop at the branch, stated apart or as the stop `0`, and the other stops by their number."""
        stops = list(enumerate(entry["stops"]))
        stated, at = entry.get("branch_stop"), f"{path}/branch_stop"
        if stated is None:
            at_branch = next((n for n, stop in stops if self._is_at_branch(stop)), None)
            if at_branch is None:
                return None, stops
            stated, at = {"before": at_branch, **stops[at_branch][1]}, f"{path}/stops/{at_branch}"
            if stated["before"] != at_branch:
                expected = Phrase("the number of a stop of the route, from 0")
                self.log.add("PLAN_VALUE", value=stated["before"], expected=expected, path=f"{at}/before")
            del stops[at_branch]
        moments = {name: self._moment(stated, name, at) for name in _BRANCH_TIMES}
        return BranchStop(stated["before"], *moments.values()), stops

    def _stop(self, entry: JsonObject, path: str, technician_id: str) -> Stop:
        window = self._object(entry["window"], f"{path}/window")
        self._check_keys(window, _WINDOW, f"{path}/window")
        open_s, close_s = (self._moment(window, end, f"{path}/window") for end in ("open", "close"))
        if close_s < open_s:
            self.log.add("WINDOW_REVERSED", value=window.get("close", ""), path=f"{path}/window")
        crew, lead = self._crew(entry, path, technician_id)
        return Stop(
            visit_id=entry["visit"],
            arrive_s=self._moment(entry, "arrive", path),
            start_s=self._moment(entry, "start", path),
            end_s=self._moment(entry, "end", path),
            leave_by_s=self._moment(entry, "leave_by", path),
            window=Interval(open_s, max(open_s, close_s)),
            lateness_s=self._value(entry, "lateness_s", path, _whole, 0),
            parts=self._value(entry, "parts", path, _part_needs, ()) if "parts" in entry else (),
            pinned="pinned" in entry and self._value(entry, "pinned", path, _truth, False),
            crew=crew,
            lead=lead,
            pause=self._pause(entry, path),
        )

    def _pause(self, entry: JsonObject, path: str) -> Pause | None:
        if entry.get("pause") is None:
            return None
        pause = self._object(entry["pause"], f"{path}/pause")
        self._check_keys(pause, _PAUSE, f"{path}/pause")
        start_s, end_s = (self._moment(pause, end, f"{path}/pause") for end in ("start", "end"))
        if end_s < start_s:
            self.log.add("WINDOW_REVERSED", value=pause.get("end", ""), path=f"{path}/pause")
        return Pause(start_s, end_s)

    def _crew(self, entry: JsonObject, path: str, technician_id: str) -> tuple[tuple[str, ...], str]:
        """Return who serves a visit together and who leads; where one person is enough, nobody and nothing."""
        crew = self._value(entry, "crew", path, _names, ()) if "crew" in entry else ()
        lead = self._value(entry, "lead", path, _text, "") if "lead" in entry else ""
        visit = self.problem.visit_by_id.get(entry["visit"])
        is_alone = visit is None or self.problem.crew_size_of(visit) == 1
        if is_alone and crew in ((), (technician_id,)) and lead in ("", technician_id):
            return (), ""
        return tuple(sorted(crew)), lead

    def _unassigned(self, entry: JsonObject, path: str) -> UnassignedVisit:
        self._check_keys(entry, _LEFT_OUT, path)
        due = entry.get("due")
        reasons = [
            self._reason(self._object(reason, f"{path}/reasons/{n}"), f"{path}/reasons/{n}")
            for n, reason in enumerate(self._list(entry, "reasons", path))
        ]
        return UnassignedVisit(
            visit_id=self._value(entry, "visit", path, _name, ""),
            state=self._value(entry, "state", path, _state, UnassignedState.WAITS),
            due=None if due is None else self._value(entry, "due", path, _day, self.problem.first_day),
            reasons=tuple(reasons),
            cause=None if entry.get("cause") is None else self._cause(entry["cause"], f"{path}/cause"),
        )

    def _cause(self, value: object, path: str) -> Cause:
        entry = self._object(value, path)
        self._check_keys(entry, _CAUSE, path)
        first = self.problem.first_day.isoformat()
        entry = {"proven": False, "technician": "", "day": first, "others": [], "left_out": 0, **entry}
        return Cause(
            kind=self._value(entry, "kind", path, _cause_kind, CauseKind.OPEN),
            proven=self._value(entry, "proven", path, _truth, False),
            technician_id=self._value(entry, "technician", path, _text, ""),
            day=self.problem.day_index(self._value(entry, "day", path, _day, self.problem.first_day)),
            cents=None if entry.get("cents") is None else self._value(entry, "cents", path, _whole, 0),
            others=self._value(entry, "others", path, _names, ()),
            left_out=self._value(entry, "left_out", path, _whole, 0),
        )

    def _reason(self, entry: JsonObject, path: str) -> Reason:
        self._check_keys(entry, _REASON, path)
        absent = {"technician": "", "day": self.problem.first_day.isoformat(), "amount": 0, "unit": ""}
        entry = {**absent, "subject": "", "visit": "", "proven": False, **entry}
        return Reason(
            code=self._value(entry, "code", path, _code, ReasonCode.OUTRANKED),
            proven=self._value(entry, "proven", path, _truth, False),
            technician_id=self._value(entry, "technician", path, _text, ""),
            day=self.problem.day_index(self._value(entry, "day", path, _day, self.problem.first_day)),
            amount=self._value(entry, "amount", path, _whole, 0),
            unit=self._value(entry, "unit", path, _text, ""),
            subject=self._value(entry, "subject", path, _text, ""),
            visit_id=self._value(entry, "visit", path, _text, ""),
            moment_s=None if entry.get("moment") is None else self._moment(entry, "moment", path),
            exception=None if entry.get("exception") is None else self._exception(entry["exception"], path),
        )

    def _exception(self, value: object, path: str) -> LimitException:
        """Return the exception that a reason proposes: no claim of the plan, but said in known words."""
        path = f"{path}/exception"
        entry = self._object(value, path)
        self._check_keys(entry, _EXCEPTION, path)
        self.not_judged.append(NotJudged("What a reason proposes is not looked at.", path))
        entry = {"by": "", "why": "", "technician_id": "", **entry}
        limit = self._value(entry, "rule", path, _limit, HouseLimit.TRAVEL)
        return LimitException(
            visit_id=self._value(entry, "visit_id", path, _name, ""),
            limit=limit,
            amount=self._value(entry, "amount", path, _whole, 0) * limit.unit,
            by=self._value(entry, "by", path, _text, ""),
            why=self._value(entry, "why", path, _text, ""),
            technician_id=self._value(entry, "technician_id", path, _text, ""),
        )

    def _accepted(self, entry: JsonObject, path: str) -> Violation:
        self._check_keys(entry, _ACCEPTED, path)
        entry = {"technician": "", "visit": "", "message": "", "by": "", "why": "", **entry}
        return Violation(
            rule=self._value(entry, "rule", path, _rule, Rule.ONCE),
            amount=self._value(entry, "amount", path, _whole, 0),
            unit=self._value(entry, "unit", path, _text, ""),
            message=self._value(entry, "message", path, _text, ""),
            technician_id=self._value(entry, "technician", path, _text, ""),
            visit_id=self._value(entry, "visit", path, _text, ""),
            by=self._value(entry, "by", path, _text, ""),
            why=self._value(entry, "why", path, _text, ""),
        )

    def _costs(self, document: JsonObject) -> dict[Rule, int]:
        costs = self._object(document.get("costs", {}), "/costs")
        for name in costs.keys() - set(Rule):
            self.log.add("PLAN_VALUE", value=name, expected=Phrase("the name of a rule"), path=f"/costs/{name}")
        return {rule: self._value(costs, rule, "/costs", _whole, 0) for rule in Rule if rule in costs}

    # --- values ---

    def _object(self, value: object, path: str) -> JsonObject:
        if isinstance(value, dict):
            return value
        self.log.add("PLAN_SHAPE", expected=Phrase("an object"), path=path)
        return _UNREADABLE

    def _list(self, entry: JsonObject, key: str, path: str, *, is_required: bool = False) -> list[Any]:
        value = entry.get(key, None if is_required else [])
        if isinstance(value, list):
            return value
        if entry is _UNREADABLE:
            return []
        self.log.add("PLAN_SHAPE", expected=Phrase("an array"), path=f"{path}/{key}")
        return []

    def _moment(self, entry: JsonObject, key: str, path: str) -> int:
        moment = self._value(entry, key, path, _moment_text, None)
        return 0 if moment is None else self.clock.seconds(moment)

    def _value(self, entry: JsonObject, key: str, path: str, parse: Callable[[object], T], default: T | Any) -> T | Any:
        """Return an entry's value; a missing or wrong one is noted, and `default` stands in for it."""
        if entry is _UNREADABLE:
            return default
        if key not in entry:
            self.log.add("KEY_MISSING", value=key, path=f"{path}/{key}")
            return default
        value = entry[key]
        try:
            return parse(value)
        except CellFault as error:
            self.log.add(error.code, value=value, path=f"{path}/{key}", **error.details)
        except ValueError:
            self.log.add("PLAN_VALUE", value=value, expected=Phrase("a value known here"), path=f"{path}/{key}")
        return default


def _whole(value: object) -> int:
    if type(value) is not int:
        raise fault("CELL_TYPE", expected=Phrase("a whole number"))
    return value


def _truth(value: object) -> bool:
    if type(value) is not bool:
        raise fault("CELL_TYPE", expected=Phrase("true or false"))
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise fault("CELL_TYPE", expected=Phrase("text"))
    return value


def _name(value: object) -> str:
    return parse_id(_text(value))


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise fault("CELL_TYPE", expected=Phrase("an array of texts"))
    return parse_ids(value)


def _moment_text(value: object) -> datetime:
    return _known_moment(_text(value))


#: A plan repeats its moments: an end is the next start, and windows are those of many.
_known_moment = lru_cache(maxsize=2_048)(parse_moment)


def _day(value: object) -> date:
    return parse_date(_text(value))


def _state(value: object) -> UnassignedState:
    return UnassignedState(_text(value))


def _limit(value: object) -> HouseLimit:
    return HouseLimit(_text(value))


def _code(value: object) -> ReasonCode:
    return ReasonCode(_text(value))


def _cause_kind(value: object) -> CauseKind:
    return CauseKind(_text(value))


def _part_needs(value: object) -> Any:
    if not isinstance(value, list):
        raise fault("CELL_TYPE", expected=Phrase("an array"))
    return parse_part_needs(value)


def _rule(value: object) -> Rule:
    return Rule(_text(value))
