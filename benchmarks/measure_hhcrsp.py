"""What a home health care plan is worth, from the parsed file and the sequences alone.

Routes say who serves whom in which order; two services together may both be named by their patient. The starts
follow: every rule is a least distance between two starts, so that one schedule is the earliest for all services at
once, and no other has less tardiness, in sum or at the worst.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import Measured, count_faults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.measure import Routes
    from benchmarks.readers.hhcrsp import HhcrspInstance

#: Two starts are apart as asked when they miss it by no more: sums of figures with three decimals.
TOLERANCE = 1e-6


def measure_hhcrsp(instance: HhcrspInstance, routes: Routes) -> Measured:
    """Return a third of travel, total tardiness and largest tardiness; without starts, of travel alone."""
    routes = by_service(instance, routes)
    faults = count_faults(routes, technicians=instance.caregivers, visits=instance.services)
    who = {service_id: person for person, stops in routes.items() for service_id in stops}
    missed = [service_id for service_id in instance.services if service_id not in who]
    if missed:
        faults.append(f"not served, and all must be: {len(missed)} ({', '.join(missed[:5])})")
    if any(not fault.startswith("not served") for fault in faults):
        return Measured(0.0, len(missed), tuple(faults))
    faults += _people_faults(instance, who)
    travel = sum(_travel(instance, stops) for stops in routes.values())
    starts = earliest_starts(instance, routes)
    if starts is None:
        faults.append("the routes wait for each other: no starts keep all distances of the double services")
        return Measured(travel / 3, len(missed), tuple(faults))
    late = [max(0.0, start - instance.services[service_id].close) for service_id, start in starts.items()]
    return Measured((travel + sum(late) + max(late, default=0.0)) / 3, len(missed), tuple(faults))


def by_service(instance: HhcrspInstance, routes: Routes) -> Routes:
    """Return routes in which each service has its own name: of two people at one patient, each does what he can."""
    named = {who: list(stops) for who, stops in routes.items()}
    for pair in instance.pairs:
        patient_id = instance.services[pair.first].patient_id
        people = [who for who, stops in routes.items() if patient_id in stops and who in instance.caregivers]
        if not pair.is_together or len(people) != 2:
            continue
        able = [instance.services[pair.first].ability in instance.caregivers[who] for who in people]
        other = [instance.services[pair.second].ability in instance.caregivers[who] for who in people]
        first, second = people if able[0] and other[1] else people[::-1]
        for who, service_id in ((first, pair.first), (second, pair.second)):
            named[who] = [service_id if stop == patient_id else stop for stop in named[who]]
    return named


def earliest_starts(instance: HhcrspInstance, routes: Routes) -> Mapping[str, float] | None:
    """Return the earliest start of each service in the routes; `None` when the routes wait for each other.

    Longest paths by repeated passes: a rule is `start[after] >= start[before] + apart`. Each pass settles at least one
    more service, so that a change after as many passes as there are services proves a circle that never ends.
    """
    starts: dict[str, float] = {}
    rules: list[tuple[str, str, float]] = []
    for stops in routes.values():
        row, before = 0, None
        for service_id in stops:
            service = instance.services[service_id]
            travel = float(instance.distance[row, service.row])
            if before is None:
                starts[service_id] = max(service.open, travel)
            else:
                starts[service_id] = service.open
                rules.append((before, service_id, instance.services[before].duration + travel))
            row, before = service.row, service_id
    for pair in instance.pairs:
        if pair.first in starts and pair.second in starts:
            rules += [(pair.first, pair.second, pair.least), (pair.second, pair.first, -pair.most)]
    for _ in range(len(starts) + 1):
        is_changed = False
        for before, after, apart in rules:
            if starts[after] < starts[before] + apart - TOLERANCE:
                starts[after] = starts[before] + apart
                is_changed = True
        if not is_changed:
            return starts
    return None


def _travel(instance: HhcrspInstance, stops: Sequence[str]) -> float:
    rows = [0, *(instance.services[service_id].row for service_id in stops), 0] if stops else []
    return sum(float(instance.distance[rows[k], rows[k + 1]]) for k in range(len(rows) - 1))


def _people_faults(instance: HhcrspInstance, who: Mapping[str, str]) -> list[str]:
    lacking = [
        f"{person} cannot do {instance.services[service_id].ability} for {service_id}"
        for service_id, person in who.items()
        if instance.services[service_id].ability not in instance.caregivers[person]
    ]
    alone = [
        f"{who[pair.first]} serves both {pair.first} and {pair.second}, which takes two people"
        for pair in instance.pairs
        if pair.first in who and who[pair.first] == who.get(pair.second)
    ]
    return lacking + alone
