"""What routes share or hold only so much of: branch parts, tools, room in the van, and the stop at the branch.

Most technicians pick everything up in the morning: their visits draw on the stock rows one by one. Who has own parts
or may stop at the branch is walked along, day after day, because what a visit draws depends on what came before it.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    E_LOAD,
    E_NEED,
    E_STOCK,
    E_TOOL,
    O_DAYS,
    O_FIRST,
    O_OWN,
    R_PARTS,
    R_QUANTITIES,
    R_VISITS,
    ROW_BEYOND,
    ROW_CAP,
    ROW_DAY,
    ROW_PART,
    S_BLOCKED,
    S_CAPACITY,
    S_DAY,
    S_NEEDS_STOP,
    S_OWNER,
    S_PICKUP_DAY,
    S_SPECIAL,
    S_STOP,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.state import C_COUNT, C_STOP, T_PICKUP, W_BOOKED

#: No place in a route.
NOWHERE = -1


@kernel
def draw_stock(arrays, state, visit, shift_idx, sign):
    """Add to the stock rows what a visit draws (sign 1), or take it back (-1), for who picks up in the morning."""
    if arrays.shift[shift_idx, S_SPECIAL] == 1:
        return
    for n in range(arrays.first[visit, E_STOCK], arrays.first[visit + 1, E_STOCK]):
        row = arrays.entry[n, 0]
        if arrays.shift[shift_idx, S_PICKUP_DAY] <= arrays.row[row, ROW_DAY]:
            state.used[row] += sign * arrays.entry[n, 1]


@kernel
def has_room(arrays, state, visit, shift_idx):
    """Say whether parts, tools and room for a visit are there, wherever in the route it stands.

    For a technician who is walked along, parts and room are asked for place by place (`has_room_at`).
    """
    if arrays.shift[shift_idx, S_SPECIAL] == 0:
        for n in range(arrays.first[visit, E_STOCK], arrays.first[visit + 1, E_STOCK]):
            row = arrays.entry[n, 0]
            if arrays.shift[shift_idx, S_PICKUP_DAY] <= arrays.row[row, ROW_DAY]:
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
def is_sold_out(arrays, state, visit):
    """Say whether a part that a visit needs is used up for everybody, whenever they pick it up."""
    for n in range(arrays.first[visit, E_STOCK], arrays.first[visit + 1, E_STOCK]):
        row = arrays.entry[n, 0]
        if state.total[T_PICKUP] <= arrays.row[row, ROW_DAY]:
            if state.used[row] + arrays.entry[n, 1] > arrays.row[row, ROW_CAP]:
                return True
    return False


@kernel
def draws_or_loads(arrays, visit):
    """Say whether a visit needs parts or room in the van."""
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


# --- technicians who are walked along -------------------------------------------------------------------------------


@kernel
def walk(arrays, state, owner, sign, shift_idx, position, visit, stop_at):
    """Walk along a technician's days: draw on the stock rows what own parts do not cover, and load and unload.

    Parameters
    ----------
    sign : int
        1 adds what is drawn to `used`, -1 takes it back.
    shift_idx, position, visit, stop_at : int
        A visit that is thought to stand at a position of a shift, and a stop at the branch before another one
        (`NOWHERE`: none); the stop comes first.

    Returns
    -------
    bool
        Whether every part can be had in time and nothing is overloaded; the stock rows are not looked at.
    """
    parts, is_fine = arrays.rates[R_PARTS], True
    left = state.walked
    for part in range(parts):
        left[part] = arrays.owner[owner, O_OWN + part]
    for s in range(arrays.owner[owner, O_FIRST], arrays.owner[owner, O_FIRST] + arrays.owner[owner, O_DAYS]):
        for quantity in range(arrays.rates[R_QUANTITIES]):
            left[parts + quantity] = 0
        stopped, stop_placed, visit_placed, k = False, False, False, 0
        while True:
            if s == shift_idx and k == stop_at and not stop_placed:
                node, stop_placed = arrays.shift[s, S_STOP], True
            elif s == shift_idx and k == position and not visit_placed:
                node, visit_placed = visit, True
            elif k < state.route[s, C_COUNT]:
                node = state.seq[s, k]
                k += 1
            else:
                break
            if node >= arrays.rates[R_VISITS]:
                stopped = True
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
                own = min(left[part], arrays.entry[n, 1])
                left[part] -= own
                drawn = arrays.entry[n, 1] - own
                if drawn == 0:
                    continue
                if arrays.shift[s, S_BLOCKED] == 1 or (arrays.shift[s, S_NEEDS_STOP] == 1 and not stopped):
                    is_fine = False
                pickup = arrays.shift[s, S_DAY] if stopped else arrays.shift[s, S_PICKUP_DAY]
                for row in range(arrays.row.shape[0]):
                    if arrays.row[row, ROW_PART] == part and pickup <= arrays.row[row, ROW_DAY]:
                        held = arrays.entry[n, 2] if arrays.row[row, ROW_BEYOND] == 1 else 0
                        state.used[row] += sign * max(0, drawn - held)
    return is_fine


@kernel
def walk_plain(arrays, state, owner, sign):
    """Walk along a technician's days as they are."""
    nowhere = np.int64(NOWHERE)
    return walk(arrays, state, owner, sign, nowhere, nowhere, nowhere, nowhere)


@kernel
def unbook(arrays, state, shift_idx):
    """Take back what a technician who is walked along draws, before one of the routes changes."""
    owner = arrays.shift[shift_idx, S_OWNER]
    if arrays.row.shape[0] == 0:
        return
    if arrays.shift[shift_idx, S_SPECIAL] == 1 and state.worker[owner, W_BOOKED] == 1:
        walk_plain(arrays, state, owner, np.int64(-1))
        state.worker[owner, W_BOOKED] = 0


@kernel
def book(arrays, state, shift_idx):
    """Draw again what the routes of a technician who is walked along need now."""
    owner = arrays.shift[shift_idx, S_OWNER]
    if arrays.row.shape[0] == 0:
        return
    if arrays.shift[shift_idx, S_SPECIAL] == 1 and state.worker[owner, W_BOOKED] == 0:
        walk_plain(arrays, state, owner, np.int64(1))
        state.worker[owner, W_BOOKED] = 1


@kernel
def has_stock(arrays, state):
    """Say whether no more of any part is drawn than there is."""
    is_fine = True
    for row in range(arrays.row.shape[0]):
        if state.used[row] > arrays.row[row, ROW_CAP]:
            is_fine = False
    return is_fine


@kernel
def has_room_at(arrays, state, shift_idx, position, visit, stop_at):
    """Say whether parts and room are there when a visit stands at a position, with a stop at the branch or without."""
    owner = arrays.shift[shift_idx, S_OWNER]
    if arrays.row.shape[0] == 0:
        return walk(arrays, state, owner, np.int64(1), shift_idx, position, visit, stop_at)
    walk_plain(arrays, state, owner, np.int64(-1))
    is_fine = walk(arrays, state, owner, np.int64(1), shift_idx, position, visit, stop_at) and has_stock(arrays, state)
    walk(arrays, state, owner, np.int64(-1), shift_idx, position, visit, stop_at)
    walk_plain(arrays, state, owner, np.int64(1))
    return is_fine


@kernel
def is_stop_idle(arrays, state, shift_idx):
    """Say whether a route could do without its stop at the branch. The technician is unbooked."""
    count, stop = state.route[shift_idx, C_COUNT], state.route[shift_idx, C_STOP]
    seq, owner = state.seq[shift_idx], arrays.shift[shift_idx, S_OWNER]
    node = seq[stop]
    for k in range(stop, count - 1):
        seq[k] = seq[k + 1]
    state.route[shift_idx, C_COUNT] = count - 1
    is_idle = walk_plain(arrays, state, owner, np.int64(1)) and has_stock(arrays, state)
    walk_plain(arrays, state, owner, np.int64(-1))
    for k in range(count - 1, stop, -1):
        seq[k] = seq[k - 1]
    seq[stop] = node
    state.route[shift_idx, C_COUNT] = count
    return is_idle
