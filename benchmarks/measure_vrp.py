"""What a plan of a vehicle routing instance is worth, from the parsed file and the routes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import Measured, count_faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Routes
    from benchmarks.vrp import Client, Vehicle, VrpInstance


def measure_vrp(instance: VrpInstance, routes: Routes) -> Measured:
    """Return distance plus the prizes of who is left out, in the file's unit; who has no prize must be served."""
    clients = {client.client_id: client for client in instance.clients}
    vehicles = {vehicle.vehicle_id: vehicle for vehicle in instance.vehicles}
    faults = count_faults(routes, technicians=vehicles, visits=clients)
    served = {client_id for stops in routes.values() for client_id in stops}
    left_out = [client for client in instance.clients if client.client_id not in served]
    missed = [client.client_id for client in left_out if client.prize is None]
    if missed:
        shown = ", ".join(missed[:5]) + (", ..." if len(missed) > 5 else "")
        faults.append(f"not served, and no prize lets them be left out: {len(missed)} ({shown})")
    if any(fault.startswith("unknown") for fault in faults):
        return Measured(0.0, len(left_out), tuple(faults))
    units = sum(client.prize or 0 for client in left_out)
    for vehicle_id, stops in routes.items():
        visited = [clients[client_id] for client_id in stops]
        faults += _route_faults(instance, vehicles[vehicle_id], visited)
        units += _distance(instance, visited)
    return Measured(units / instance.scale, len(left_out), tuple(faults))


def _distance(instance: VrpInstance, stops: Sequence[Client]) -> int:
    rows = [0, *(stop.row for stop in stops), 0] if stops else []
    return sum(int(instance.distance[rows[k], rows[k + 1]]) for k in range(len(rows) - 1))


def _route_faults(instance: VrpInstance, vehicle: Vehicle, stops: Sequence[Client]) -> list[str]:
    if not stops:
        return []
    who, scale = f"vehicle {vehicle.vehicle_id}", instance.scale
    load = sum(stop.demand for stop in stops)
    faults = [f"{who} carries {load} with room for {vehicle.capacity}"] if load > vehicle.capacity else []
    if vehicle.allowed is not None:
        barred = [stop.client_id for stop in stops if stop.client_id not in vehicle.allowed]
        faults += [f"{who} may not serve customer {client_id}" for client_id in barred]
    now, row = instance.open, 0
    for stop in stops:
        now = max(now + int(instance.distance[row, stop.row]), stop.open)
        if now > stop.close:
            faults.append(f"customer {stop.client_id} is served {(now - stop.close) / scale:g} after the window")
        now, row = now + stop.service, stop.row
    back = now + int(instance.distance[row, 0])
    if back > instance.close:
        faults.append(f"{who} is back {(back - instance.close) / scale:g} too late")
    limit = instance.max_duration
    if limit is not None and (lasts := back - _latest_departure(instance, stops, back)) > limit:
        faults.append(f"{who} is out for {lasts / scale:g}, longer than {limit / scale:g}")
    return faults


def _latest_departure(instance: VrpInstance, stops: Sequence[Client], back: int) -> int:
    """Return the latest departure that keeps the return and the windows, but none before the depot opens."""
    latest, row = back, 0
    for stop in reversed(stops):
        latest = min(stop.close, latest - int(instance.distance[stop.row, row]) - stop.service)
        row = stop.row
    return max(instance.open, latest - int(instance.distance[0, row]))
