"""What routes share or hold a limited amount of: branch parts, tools, room in the van, and the stop at the branch.

Most technicians pick everything up in the morning: their visits draw on the stock rows one by one. The days of those
who have own parts or may stop at the branch are replayed one after another (`S_REPLAYED`), because what a visit draws
depends on what came before it. Where that is a stop or a wait for an arrival alone, a route without one draws as the
others do, and its visits leave it as freely.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    B_ARRIVAL,
    B_PICKUP,
    E_LOAD,
    E_NEED,
    E_STOCK,
    E_TOOL,
    NONE,
    O_DAYS,
    O_FIRST,
    O_OWN,
    R_PARTS,
    R_QUANTITIES,
    R_VISITS,
    ROW_BEYOND,
    ROW_CAP,
    ROW_PART,
    ROW_UNTIL,
    S_BLOCKED,
    S_CAPACITY,
    S_DAY,
    S_NEEDS_STOP,
    S_OWNER,
    S_PICKUP,
    S_REPLAYED,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.own_parts import drawn_from_branch
from optimizer.engine.search.state import C_COUNT, C_STOP, T_PICKUP, W_DRAWN


@kernel
def draw_stock(arrays, state, visit, shift_idx, sign):
    """Add to the stock rows what a visit draws (sign 1), or take it back (-1), for who picks up in the morning."""
    if arrays.shift[shift_idx, S_REPLAYED] > 0:
        return
    for n in range(arrays.first[visit, E_STOCK], arrays.first[visit + 1, E_STOCK]):
        row = arrays.entry[n, 0]
        if arrays.shift[shift_idx, S_PICKUP] <= arrays.row[row, ROW_UNTIL]:
            state.used[row] += sign * arrays.entry[n, 1]


@kernel
def has_room(arrays, state, visit, shift_idx):
    """Return whether parts, tools and room for a visit are there, whatever its position in the route.

    For a technician whose days are replayed, parts and room depend on the position (`has_room_at`).
    """
    if arrays.shift[shift_idx, S_REPLAYED] == 0:
        for n in range(arrays.first[visit, E_STOCK], arrays.first[visit + 1, E_STOCK]):
            row = arrays.entry[n, 0]
            if arrays.shift[shift_idx, S_PICKUP] <= arrays.row[row, ROW_UNTIL]:
                if state.used[row] + arrays.entry[n, 1] > arrays.row[row, ROW_CAP]:
                    return False
        for n in range(arrays.first[visit, E_LOAD], arrays.first[visit + 1, E_LOAD]):
            quantity = arrays.entry[n, 0]
            room = arrays.shift[shift_idx, S_CAPACITY + quantity] - state.carried[shift_idx, quantity]
            if arrays.entry[n, 1] > room:
                return False
    day, owner = arrays.shift[shift_idx, S_DAY], arrays.shift[shift_idx, S_OWNER]
    for n in range(arrays.first[visit, E_TOOL], arrays.first[visit + 1, E_TOOL]):
        tool = arrays.entry[n, 0]
        out = max(0, arrays.entry[n, 1] - arrays.owner[owner, O_OWN + arrays.rates[R_PARTS] + tool])
        more = max(0, out - state.tool_out[shift_idx, tool])
        if more > 0 and state.tool_used[day, tool] + more > arrays.tool_units[tool]:
            return False
    return True


@kernel
def is_used_up(arrays, state, visit):
    """Return whether a part that a visit needs is used up for everybody, whenever they pick it up."""
    for n in range(arrays.first[visit, E_STOCK], arrays.first[visit + 1, E_STOCK]):
        row = arrays.entry[n, 0]
        if state.total[T_PICKUP] <= arrays.row[row, ROW_UNTIL]:
            if state.used[row] + arrays.entry[n, 1] > arrays.row[row, ROW_CAP]:
                return True
    return False


@kernel
def draws_or_loads(arrays, visit):
    """Return whether a visit needs parts or room in the van."""
    needs = arrays.first[visit + 1, E_NEED] - arrays.first[visit, E_NEED]
    return needs + arrays.first[visit + 1, E_LOAD] - arrays.first[visit, E_LOAD] > 0


@kernel
def recount(arrays, state, shift_idx):
    """Bring the tools that a route takes out, and what it carries, up to date."""
    seq, count = state.seq[shift_idx], state.route[shift_idx, C_COUNT]
    day, owner = arrays.shift[shift_idx, S_DAY], arrays.shift[shift_idx, S_OWNER]
    for tool in range(arrays.tool_units.shape[0]):
        most = 0
        for k in range(count):
            for n in range(arrays.first[seq[k], E_TOOL], arrays.first[seq[k] + 1, E_TOOL]):
                if arrays.entry[n, 0] == tool:
                    most = max(most, arrays.entry[n, 1])
        out = max(0, most - arrays.owner[owner, O_OWN + arrays.rates[R_PARTS] + tool])
        state.tool_used[day, tool] += out - state.tool_out[shift_idx, tool]
        state.tool_out[shift_idx, tool] = out
    for quantity in range(arrays.rates[R_QUANTITIES]):
        carried = 0
        for k in range(count):
            for n in range(arrays.first[seq[k], E_LOAD], arrays.first[seq[k] + 1, E_LOAD]):
                if arrays.entry[n, 0] == quantity:
                    carried += arrays.entry[n, 1]
        state.carried[shift_idx, quantity] = carried


# --- technicians whose days are replayed ----------------------------------------------------------------------------


@kernel
def replay_days(arrays, state, owner, sign, shift_idx, position, visit, stop_at, stop):
    """Replay a technician's days: draw on the stock rows what own parts do not cover, and load and unload.

    Parameters
    ----------
    sign : int
        1 adds what is drawn to `used`, -1 takes it back.
    shift_idx, position, visit, stop_at, stop : int
        A visit that is put at a position of a shift for the question, and a stop at the branch (a node) at another one
        (`NONE` without); the stop comes first.

    Returns
    -------
    bool
        Whether every part can be had in time and nothing is overloaded; the stock rows are not looked at.
    """
    parts, is_fine = arrays.rates[R_PARTS], True
    left = state.on_hand
    for part in range(parts):
        left[part] = arrays.owner[owner, O_OWN + part]
    for s in range(arrays.owner[owner, O_FIRST], arrays.owner[owner, O_FIRST] + arrays.owner[owner, O_DAYS]):
        for quantity in range(arrays.rates[R_QUANTITIES]):
            left[parts + quantity] = 0
        stopped, stop_placed, visit_placed, k = False, False, False, 0
        pickup = arrays.shift[s, S_PICKUP]
        while True:
            if s == shift_idx and k == stop_at and not stop_placed:
                node, stop_placed = stop, True
            elif s == shift_idx and k == position and not visit_placed:
                node, visit_placed = visit, True
            elif k < state.route[s, C_COUNT]:
                node = state.seq[s, k]
                k += 1
            else:
                break
            if node >= arrays.rates[R_VISITS]:
                stopped, pickup = True, arrays.stop[node - arrays.rates[R_VISITS], B_PICKUP]
                for quantity in range(arrays.rates[R_QUANTITIES]):
                    left[parts + quantity] = 0
                continue
            for n in range(arrays.first[node, E_LOAD], arrays.first[node + 1, E_LOAD]):
                quantity = arrays.entry[n, 0]
                left[parts + quantity] += arrays.entry[n, 1]
                if left[parts + quantity] > arrays.shift[s, S_CAPACITY + quantity]:
                    is_fine = False
            for n in range(arrays.first[node, E_NEED], arrays.first[node + 1, E_NEED]):
                part = arrays.entry[n, 0]
                drawn = drawn_from_branch(left, part, arrays.entry[n, 1])
                if drawn == 0:
                    continue
                if arrays.shift[s, S_BLOCKED] == 1 or (arrays.shift[s, S_NEEDS_STOP] == 1 and not stopped):
                    is_fine = False
                for row in range(arrays.row.shape[0]):
                    if arrays.row[row, ROW_PART] == part and pickup <= arrays.row[row, ROW_UNTIL]:
                        held = arrays.entry[n, 2] if arrays.row[row, ROW_BEYOND] == 1 else 0
                        state.used[row] += sign * max(0, drawn - held)
    return is_fine


@kernel
def replay_as_planned(arrays, state, owner, sign):
    """Replay a technician's days as they are."""
    none = np.int64(NONE)
    return replay_days(arrays, state, owner, sign, none, none, none, none, none)


@kernel
def return_replayed(arrays, state, shift_idx):
    """Take back what a technician whose days are replayed draws, before one of the routes changes."""
    owner = arrays.shift[shift_idx, S_OWNER]
    if arrays.row.shape[0] == 0:
        return
    if arrays.shift[shift_idx, S_REPLAYED] > 0 and state.worker[owner, W_DRAWN] == 1:
        replay_as_planned(arrays, state, owner, np.int64(-1))
        state.worker[owner, W_DRAWN] = 0


@kernel
def draw_replayed(arrays, state, shift_idx):
    """Draw again what the routes of a technician whose days are replayed need now."""
    owner = arrays.shift[shift_idx, S_OWNER]
    if arrays.row.shape[0] == 0:
        return
    if arrays.shift[shift_idx, S_REPLAYED] > 0 and state.worker[owner, W_DRAWN] == 0:
        replay_as_planned(arrays, state, owner, np.int64(1))
        state.worker[owner, W_DRAWN] = 1


@kernel
def has_stock(arrays, state):
    """Return whether no more of any part is drawn than there is."""
    is_fine = True
    for row in range(arrays.row.shape[0]):
        if state.used[row] > arrays.row[row, ROW_CAP]:
            is_fine = False
    return is_fine


@kernel
def has_room_at(arrays, state, shift_idx, position, visit, stop_at, stop):
    """Return whether parts and room are there for a visit at a position, with a stop at the branch or without."""
    owner = arrays.shift[shift_idx, S_OWNER]
    if arrays.row.shape[0] == 0:
        return replay_days(arrays, state, owner, np.int64(1), shift_idx, position, visit, stop_at, stop)
    replay_as_planned(arrays, state, owner, np.int64(-1))
    is_fine = replay_days(arrays, state, owner, np.int64(1), shift_idx, position, visit, stop_at, stop) and has_stock(
        arrays, state
    )
    replay_days(arrays, state, owner, np.int64(-1), shift_idx, position, visit, stop_at, stop)
    replay_as_planned(arrays, state, owner, np.int64(1))
    return is_fine


@kernel
def is_stop_idle(arrays, state, shift_idx):
    """Return whether a route could do without its stop at the branch; the technician's draws have been given back."""
    count, stop = state.route[shift_idx, C_COUNT], state.route[shift_idx, C_STOP]
    seq, owner = state.seq[shift_idx], arrays.shift[shift_idx, S_OWNER]
    node = seq[stop]
    for k in range(stop, count - 1):
        seq[k] = seq[k + 1]
    state.route[shift_idx, C_COUNT] = count - 1
    is_idle = can_have_all(arrays, state, owner)
    for k in range(count - 1, stop, -1):
        seq[k] = seq[k - 1]
    seq[stop] = node
    state.route[shift_idx, C_COUNT] = count
    return is_idle


@kernel
def can_have_all(arrays, state, owner):
    """Return whether parts and room are there for a technician's days, whose draws have been given back."""
    is_fine = replay_as_planned(arrays, state, owner, np.int64(1)) and has_stock(arrays, state)
    replay_as_planned(arrays, state, owner, np.int64(-1))
    return is_fine


@kernel
def helps_visit(arrays, stop, visit):
    """Return whether a stop at the branch is for a visit: at any time, or for an arrival of a part that it needs."""
    row = arrays.stop[stop - arrays.rates[R_VISITS]]
    if row[B_ARRIVAL] == 0:
        return True
    for n in range(arrays.first[visit, E_NEED], arrays.first[visit + 1, E_NEED]):
        for r in range(arrays.row.shape[0]):
            if arrays.row[r, ROW_PART] == arrays.entry[n, 0] and arrays.row[r, ROW_UNTIL] == row[B_PICKUP] - 1:
                return True
    return False
