"""Check a home health care plan apart from all else here: `python benchmarks/check_hhcrsp.py INSTANCE.json PLAN.json`.

It is written from the published problem alone (Mankowska, Meisel and Bierwirth 2014, Health Care Management Science 17,
https://doi.org/10.1007/s10729-013-9243-1; the JSON is that of Ceschia, Di Gaspero, Rosati and Schaerf 2024), uses the
standard library only and imports nothing of this project, so that a fault in a reader or a measure is not repeated.

A plan is `{"routes": {caregiver: [services in order]}}`. The service of a patient is named by the patient, the two of a
double patient `p9/1` and `p9/2`, in the order of the file; two that start together may both be called `p9`.

Figures are read as exact decimals, so nothing here has a tolerance. Each service has one unknown, its start, and every
rule is a least distance between two of them, or from the departure at 0. The earliest starts are longest paths from
there, found with a work list, and then proved: every rule holds, and each start is forced by a chain of rules that hold
with equality down to the departure. Tardiness grows with the starts, so no other starts of these routes cost less.

One line of JSON is printed. Exit codes: 0 feasible, 1 a rule is broken, 2 a file cannot be read.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

#: An event: the start of a patient's service (its number from 0), or `DEPARTURE`.
Event = tuple[str, int]

#: Everybody may leave the office from here on.
DEPARTURE: Event = ("", 0)

#: `later` starts at least `apart` after `earlier`.
Rule = tuple[Event, Event, Decimal]


@dataclass(slots=True)
class Report:
    """What a plan comes to, and every rule that it breaks."""

    distance: Decimal = Decimal(0)
    total_tardiness: Decimal = Decimal(0)
    largest_tardiness: Decimal = Decimal(0)
    starts: dict[Event, Decimal] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def objective(self) -> Decimal:
        """A third each of distance, total tardiness and largest tardiness."""
        return (self.distance + self.total_tardiness + self.largest_tardiness) / 3


def check(instance_text: str, plan_text: str) -> Report:
    """Return what the plan comes to in the instance; without starts, its distance alone.

    Raises
    ------
    ValueError, KeyError
        When one of the two is no JSON of its form.
    """
    world = json.loads(instance_text, parse_float=Decimal, parse_int=Decimal)
    routes = {who: [str(stop) for stop in stops] for who, stops in json.loads(plan_text)["routes"].items()}
    report = Report()
    patients = {patient["id"]: patient for patient in world["patients"]}
    able = {person["id"]: set(person["abilities"]) for person in world["caregivers"]}
    report.faults += [f"{who} is no caregiver" for who in routes if who not in able]
    if report.faults:
        return report
    tours = _tours(routes, patients, able, report.faults)
    _check_people(tours, patients, able, report.faults)
    if any(not fault.startswith("nobody does") for fault in report.faults):
        return report

    row = {DEPARTURE[0]: 0} | {patient["id"]: k for k, patient in enumerate(world["patients"], start=1)}
    travel = world["distances"]
    for tour in tours.values():
        stops = [DEPARTURE, *tour, DEPARTURE] if tour else []
        report.distance += sum((travel[row[a[0]]][row[b[0]]] for a, b in pairwise(stops)), Decimal(0))
    rules = _rules(tours, patients, travel, row)
    found = _earliest(rules)
    if isinstance(found, str):
        report.faults.append(found)
        return report
    report.starts = found
    late = [max(Decimal(0), start - patients[name]["time_window"][1]) for (name, _), start in found.items() if name]
    report.total_tardiness, report.largest_tardiness = sum(late, Decimal(0)), max(late, default=Decimal(0))
    return report


def _tours(
    routes: dict[str, list[str]], patients: dict[str, Any], able: dict[str, set[str]], faults: list[str]
) -> dict[str, list[Event]]:
    """Return who does which services in which order; names that say nothing are faults and left out."""
    tours: dict[str, list[Event]] = {}
    for who, stops in routes.items():
        tours[who] = []
        for stop in stops:
            name, slash, number = stop.rpartition("/")
            if stop in patients:
                event = (stop, 0) if len(patients[stop]["required_caregivers"]) == 1 else None
                event = event or _part_of_pair(stop, who, routes, patients[stop], able)
            else:
                is_double = slash and name in patients and len(patients[name]["required_caregivers"]) == 2
                event = (name, int(number) - 1) if is_double and number in ("1", "2") else None
            if event is None:
                faults.append(f"{who}: {stop} does not name one service")
            else:
                tours[who].append(event)
    return tours


def _part_of_pair(
    name: str, who: str, routes: dict[str, list[str]], patient: Any, able: dict[str, set[str]]
) -> Event | None:
    """Return which of two simultaneous services somebody does when the plan names both by the patient."""
    people = sorted(person for person, stops in routes.items() if name in stops)
    if patient["synchronization"]["type"] != "simultaneous" or len(people) != 2:
        return None
    needs = patient["required_caregivers"]
    ways = [
        way
        for way in (people, people[::-1])
        if all(need["service"] in able[person] for need, person in zip(needs, way, strict=True))
    ]
    if len(ways) == 2 and needs[0]["duration"] != needs[1]["duration"]:
        return None  # it matters who does which, and the plan does not say it
    return name, (ways or [people])[0].index(who)


def _check_people(
    tours: dict[str, list[Event]], patients: dict[str, Any], able: dict[str, set[str]], faults: list[str]
) -> None:
    """Note what is done by nobody, twice, by somebody who cannot, or by one where two are needed."""
    who_does: dict[Event, list[str]] = {}
    for who, tour in tours.items():
        for event in tour:
            who_does.setdefault(event, []).append(who)
    for name, patient in patients.items():
        for k, need in enumerate(patient["required_caregivers"]):
            people = who_does.get((name, k), [])
            if not people:
                faults.append(f"nobody does service {k + 1} of {name}")
            if len(people) > 1:
                faults.append(f"service {k + 1} of {name} is done {len(people)} times")
            lacking = sorted(person for person in people if need["service"] not in able[person])
            faults += [f"{person} cannot do {need['service']} at {name}" for person in lacking]
        both = set(who_does.get((name, 0), [])) & set(who_does.get((name, 1), []))
        faults += [f"{person} does both services of {name}" for person in sorted(both)]


def _rules(
    tours: dict[str, list[Event]], patients: dict[str, Any], travel: list[list[Decimal]], row: dict[str, int]
) -> list[Rule]:
    """Return every least distance: openings, one stop after another, and the two services of a patient."""
    rules: list[Rule] = []
    done = {event for tour in tours.values() for event in tour}
    for tour in tours.values():
        for before, event in zip([DEPARTURE, *tour], tour, strict=False):
            lasts = patients[before[0]]["required_caregivers"][before[1]]["duration"] if before[0] else Decimal(0)
            rules.append((before, event, lasts + travel[row[before[0]]][row[event[0]]]))
    for event in sorted(done):
        rules.append((DEPARTURE, event, patients[event[0]]["time_window"][0]))
    for name, patient in patients.items():
        first, second = (name, 0), (name, 1)
        if first in done and second in done:
            kind = patient["synchronization"]
            least, most = (Decimal(0), Decimal(0)) if kind["type"] == "simultaneous" else kind["distance"]
            rules += [(first, second, least), (second, first, -most)]
    return rules


def _earliest(rules: list[Rule]) -> dict[Event, Decimal] | str:
    """Return the earliest moment of each event, or the circle of rules that lets it never begin."""
    onward: dict[Event, list[Rule]] = {}
    for rule in rules:
        onward.setdefault(rule[0], []).append(rule)
    moments: dict[Event, Decimal] = {DEPARTURE: Decimal(0)}
    forced_by: dict[Event, Rule] = {}
    waiting = deque([DEPARTURE])
    while waiting:
        event = waiting.popleft()
        for rule in onward.get(event, []):
            _, later, apart = rule
            if later in moments and moments[later] >= moments[event] + apart:
                continue
            chain = _chain(event, forced_by)
            if later in chain:
                circle = chain[: chain.index(later) + 1]
                return "wait for each other: " + ", ".join(f"{name}/{k + 1}" for name, k in reversed(circle))
            moments[later], forced_by[later] = moments[event] + apart, rule
            if later not in waiting:
                waiting.append(later)
    # The proof: nothing is broken, and nothing could be sooner.
    assert all(moments[later] >= moments[earlier] + apart for earlier, later, apart in rules)
    assert all(moments[later] == moments[earlier] + apart for earlier, later, apart in forced_by.values())
    assert all(_chain(event, forced_by)[-1] == DEPARTURE for event in moments)
    return moments


def _chain(event: Event, forced_by: dict[Event, Rule]) -> list[Event]:
    """Return the events that force an event, from it down to the departure."""
    chain = [event]
    while chain[-1] in forced_by:
        chain.append(forced_by[chain[-1]][0])
    return chain


def main(arguments: list[str]) -> int:
    """Check one plan, print one line of JSON and return the exit code."""
    if len(arguments) != 2:
        print("usage: check_hhcrsp.py INSTANCE.json PLAN.json", file=sys.stderr)
        return 2
    try:
        instance, plan = (Path(name).read_text(encoding="utf-8") for name in arguments)
        report = check(instance, plan)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        print(f"cannot be read: {fault!r}", file=sys.stderr)
        return 2
    line = {
        "instance": Path(arguments[0]).stem,
        "feasible": not report.faults,
        "objective": round(float(report.objective), 4),
        "distance": float(report.distance),
        "total_tardiness": float(report.total_tardiness),
        "largest_tardiness": float(report.largest_tardiness),
        "faults": report.faults,
    }
    print(json.dumps(line, ensure_ascii=False))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
