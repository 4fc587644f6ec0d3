"""Home health care routing and scheduling (Mankowska, Meisel and Bierwirth 2014) in JSON.

A patient needs one service or two, of different caregivers: both starting at one moment (`simultaneous`), or the
second within `distance` after the start of the first (`sequential`). A service may start late, never early; caregivers
leave the office at 0 and may return at any time. Everything must be done. The objective is a third of travel plus the
sum of the tardiness plus the largest tardiness.

In a plan a service is named by its patient, the services of a double patient with their number: `p7`, `p9/1`, `p9/2`;
two that are done together may both be named by the patient alone.

In the problem, two services together are one visit of a crew of two, whose lead does the first service and whose other
member the second. Of two in sequence the second visit follows the first, from start to start. `ROUNDING` says what this
leaves out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.errors import FormatError
from optimizer.domain.order import Customer, GapFrom, Interval, Load, Order, Place, Predecessor, SkillNeed, Visit
from optimizer.domain.policy import Fairness, Policy
from optimizer.domain.problem import BRANCH_PLACE, MOST_DAYS, Branch, Problem
from optimizer.domain.technician import HeldSkill, Shift, Technician
from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.ingest.settings.policy import load_policy
from optimizer.travel.matrix import TravelMatrix

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

PROFILE = "car"

ROUNDING = (
    "times in doubles, three decimals; planned in whole seconds of a minute each unit: travel, services and openings "
    "rounded up, closings down. Not planned, but valued: that the tardiness of two services together counts twice"
)

_SECTIONS = ("patients", "services", "caregivers", "central_offices", "distances")
_DAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Service:
    """One service at a patient; the row is the patient's in the table of distances."""

    service_id: str
    patient_id: str
    ability: str
    row: int
    open: float
    close: float
    duration: float


@dataclass(frozen=True, slots=True)
class Pair:
    """The two services of a patient: the second starts from `least` to `most` after the first; 0 to 0 is together."""

    first: str
    second: str
    least: float
    most: float

    @property
    def is_together(self) -> bool:
        """Say whether both services start at one moment."""
        return self.least == self.most == 0


@dataclass(frozen=True, slots=True)
class HhcrspInstance:
    """An instance in the format's own numbers.

    Parameters
    ----------
    services
        By id, in the order of the file.
    caregivers
        Id to abilities.
    distance
        float64 array of shape (1 + patients, 1 + patients): travel from row to column, the office first.
    xy
        Coordinates of the rows.
    """

    name: str
    services: Mapping[str, Service]
    pairs: tuple[Pair, ...]
    caregivers: Mapping[str, frozenset[str]]
    distance: NDArray[np.float64]
    xy: tuple[tuple[float, float], ...]

    @property
    def unbuilt(self) -> tuple[str, ...]:
        """The rules that some pair needs and the rule book does not have."""
        lasts = {service.service_id: service.duration for service in self.services.values()}
        waits = []
        if any(pair.is_together and lasts[pair.first] != lasts[pair.second] for pair in self.pairs):
            waits.append("crew of which one leaves sooner")
        if any(pair.least < 0 for pair in self.pairs):
            waits.append("sequence in either order")
        return tuple(waits)


def recognises(text: str) -> bool:
    """Say whether a file looks like this format."""
    return text.lstrip().startswith("{") and all(f'"{section}"' in text for section in _SECTIONS)


def parse(text: str, *, name: str) -> HhcrspInstance:
    """Read the JSON of an instance.

    Raises
    ------
    FormatError
        When the JSON is broken, a patient does not fit the format, or the table does not fit the patients.
    """
    try:
        world = json.loads(text)
    except ValueError as fault:
        raise FormatError(f"{name}: not JSON: {fault}") from fault
    if len(world["central_offices"]) != 1:
        raise FormatError(f"{name}: {len(world['central_offices'])} central offices where one was expected")
    services: dict[str, Service] = {}
    pairs: list[Pair] = []
    for row, patient in enumerate(world["patients"], start=1):
        try:
            found = _services(patient, row)
            pairs += _pair(patient, found)
        except (KeyError, TypeError, ValueError) as fault:
            raise FormatError(f"{name}: patient {patient.get('id', row)}: {_said(fault)}") from fault
        services |= {service.service_id: service for service in found}
    size = len(world["patients"]) + 1
    distance = world["distances"]
    if len(distance) != size or any(len(row) != size for row in distance):
        raise FormatError(f"{name}: distances must be a table of {size} x {size}, the office first")
    return HhcrspInstance(
        name=name,
        services=services,
        pairs=tuple(pairs),
        caregivers={person["id"]: frozenset(person["abilities"]) for person in world["caregivers"]},
        distance=np.array(distance, dtype=np.float64),
        xy=tuple(tuple(item["location"]) for item in (world["central_offices"][0], *world["patients"])),
    )


def _services(patient: Mapping[str, Any], row: int) -> list[Service]:
    needs, (opens, closes) = patient["required_caregivers"], patient["time_window"]
    if closes < opens:
        raise ValueError(f"time_window closes at {closes:g}, before it opens at {opens:g}")
    if len(needs) not in (1, 2):
        raise ValueError(f"{len(needs)} required_caregivers where one or two were expected")
    names = [patient["id"]] if len(needs) == 1 else [f"{patient['id']}/{k}" for k in (1, 2)]
    return [
        Service(name, patient["id"], need["service"], row, float(opens), float(closes), float(need["duration"]))
        for name, need in zip(names, needs, strict=True)
    ]


def _pair(patient: Mapping[str, Any], services: list[Service]) -> list[Pair]:
    if len(services) == 1:
        return []
    first, second = (service.service_id for service in services)
    kind = patient["synchronization"]["type"]
    if kind == "simultaneous":
        return [Pair(first, second, 0.0, 0.0)]
    if kind != "sequential":
        raise ValueError(f"synchronization of type {kind!r}; expected simultaneous or sequential")
    least, most = patient["synchronization"]["distance"]
    if most < least:
        raise ValueError(f"distance from {least:g} to {most:g} cannot be")
    return [Pair(first, second, float(least), float(most))]


def _said(fault: Exception) -> str:
    return f"no {fault}" if isinstance(fault, KeyError) else str(fault)


# --- the optimizer's side -----------------------------------------------------------------------------------------


def problem_of(instance: HhcrspInstance) -> Problem:
    """Return the problem whose cents are the seconds of travel, of tardiness and of the largest tardiness.

    Raises
    ------
    FormatError
        When the instance needs a rule that is not built, or has a window beyond the longest horizon.
    """
    if instance.unbuilt:
        raise FormatError(f"{instance.name}: needs what is not built yet: {', '.join(instance.unbuilt)}")
    services = instance.services.values()
    days = max([1] + [int(service.close * MINUTE_S) // DAY_S + 1 for service in services])
    if days > MOST_DAYS:
        raise FormatError(f"{instance.name}: has windows of {days} days, and at most {MOST_DAYS} are planned in one go")
    # No plan lasts longer than everything done by one person after the last window: nobody is ever back too late.
    last_s = int(_up(float(instance.distance.max()))) * (len(services) + 1)
    end_s = days * DAY_S + last_s + sum(int(_up(service.duration)) for service in services)
    first, apart = _first_services(instance), _apart(instance)
    pairs = {service_id: pair for pair in instance.pairs for service_id in (pair.first, pair.second)}
    return Problem(
        branch=Branch("office", instance.name, _place(instance, 0)),
        first_day=_DAY,
        as_of_s=-DAY_S // 3,
        customers=tuple(Customer(visit_id, service.patient_id) for visit_id, service in first.items()),
        orders=tuple(_order(visit_id, service) for visit_id, service in first.items()),
        visits=tuple(
            _visit(instance, visit_id, service, pairs.get(service.service_id), apart)
            for visit_id, service in first.items()
        ),
        technicians=tuple(
            Technician(
                who,
                who,
                skills=tuple(HeldSkill(ability, 1) for ability in sorted(abilities)),
                capacity=tuple(Load(pair.first, 1) for pair in apart),
            )
            for who, abilities in instance.caregivers.items()
        ),
        shifts=tuple(
            Shift(who, day=0, start_s=0, end_s=end_s, contracted_s=end_s, profile=PROFILE)
            for who in instance.caregivers
        ),
        policy=_policy(left_out_cents=2 * end_s + 1),
        days=days,
    )


def matrix_of(instance: HhcrspInstance, problem: Problem) -> TravelMatrix:
    """Return the travel of the problem's places in whole seconds, rounded up."""
    keys = tuple(problem.places())
    first = _first_services(instance)
    rows = np.array([0 if key == BRANCH_PLACE else first[key].row for key in keys])
    cut = instance.distance[np.ix_(rows, rows)]
    return TravelMatrix(
        keys=keys,
        profiles=(PROFILE,),
        seconds=_up(cut)[None].astype(np.int32),
        metres=np.ceil(cut * 1000)[None].astype(np.int32),
        provenance={"provider": "instance", "instance": instance.name, "rounding": ROUNDING},
    )


def _policy(left_out_cents: int) -> Policy:
    return replace(
        load_policy("bench"),
        reload=False,
        unassigned_cents=(left_out_cents,) * 5,
        unassigned_due_pct=(100, 100, 100, 100),
        late_small_cents=MINUTE_S,
        late_large_cents=MINUTE_S,
        late_worst_cents=MINUTE_S,
        travel_cents=MINUTE_S,
        overtime_cents=0,
        continuity_cents=0,
        fairness=Fairness.OFF,
        overqualified_cents=0,
    )


def _first_services(instance: HhcrspInstance) -> dict[str, Service]:
    """Return the visits by id, each with its service; two services together are one visit, named by the patient."""
    together = {
        service_id: pair for pair in instance.pairs if pair.is_together for service_id in (pair.first, pair.second)
    }
    return {
        service.patient_id if service_id in together else service_id: service
        for service_id, service in instance.services.items()
        if service_id not in together or service_id == together[service_id].first
    }


def _apart(instance: HhcrspInstance) -> list[Pair]:
    """Return the sequences of which one caregiver could do both services, which two have to do."""
    services, abilities = instance.services, instance.caregivers.values()
    return [
        pair
        for pair in instance.pairs
        if pair.most >= services[pair.first].duration
        and any({services[pair.first].ability, services[pair.second].ability} <= held for held in abilities)
    ]


def _order(visit_id: str, service: Service) -> Order:
    open_s = int(_up(service.open))
    window = Interval(open_s, max(open_s, int(service.close * MINUTE_S + 1e-6)))
    return Order(visit_id, customer_id=visit_id, promised=(window,))


def _visit(
    instance: HhcrspInstance, visit_id: str, service: Service, pair: Pair | None, apart: Collection[Pair]
) -> Visit:
    alone = Visit(
        visit_id=visit_id,
        order_id=visit_id,
        place=_place(instance, service.row),
        base_s=int(_up(service.duration)),
        skills=(SkillNeed(service.ability, 1),),
    )
    if pair is None:
        return alone
    if pair.is_together:
        other = SkillNeed(instance.services[pair.second].ability, 1)
        return replace(alone, crew_size=2, lead_skills=alone.skills, skills=(other,))
    # Room for one of the two services: whoever does one does not do the other.
    loads = (Load(pair.first, 1),) if pair in apart else ()
    if service.service_id == pair.first:
        return replace(alone, loads=loads)
    least_s, most_s = int(_up(pair.least)), int(pair.most * MINUTE_S + 1e-6)
    return replace(alone, loads=loads, after=(Predecessor(pair.first, GapFrom.START, least_s, max(least_s, most_s)),))


def _place(instance: HhcrspInstance, row: int) -> Place:
    """Return a place for pictures only; the travel times are the instance's own."""
    x, y = instance.xy[row]
    return Place(lat=y / 1000, lon=x / 1000)


def _up(minutes: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whole seconds; what is within a millionth of a second of one is that second."""
    return np.ceil(np.asarray(minutes) * MINUTE_S - 1e-6)
