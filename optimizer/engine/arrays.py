"""The arrays that the engine works on: what each column means, by name.

Visits, technician-days and technicians are indices here; `indexing.py` gives them out. A visit of several people takes
one index a person, one after another: the first is the lead's and carries what counts once (price, windows, lateness,
parts, tools, loads). Behind the visits come the stops at the branch, one for each technician-day that may make one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.engine.jit.kernels import ByAddress

IntArray = NDArray[np.int64]
ShortArray = NDArray[np.int32]

# Sentinels: whatever the kernels mean by "none" or "cannot be" is one of these three.
#: No index: no visit, shift, position, leg, break slot or start; the duration of a technician who may not serve.
NONE = -1
#: A cost or a moment that cannot be: far above every real one, far below the end of 64 bits.
FORBIDDEN = 10**15
#: Travel over a pair without a way: longer than any shift, short enough to add up in 32 bits.
FORBIDDEN_S = 100_000_000
#: The domain's moment after all others, which stands for "no limit", too. Written out here, because compiled kernels
#: are told apart by the sources of the engine alone.
FAR_FUTURE_S = 10**9
#: Columns are numbered as they are named, from the beginning of this; the last name is the number of columns, or of
#: the first of those that depend on the problem.
COLUMNS = range(64)
#: Price of leaving a locked visit out: more than all else together, small enough to add up in 64 bits.
MANDATORY_CENTS = 10**10
#: The `R_EXACT` of a problem in which a later arrival may use a later window.
JUMPS = 2

#: The `S_REPLAYED` of a technician whose draws depend on the order of the visits (own parts, loads, a stop that must
#: be), and of one whose draws depend on nothing but a stop at the branch or a wait there for an arrival; 0 for others.
OWN_DRAWS, STOP_DRAWS = 1, 2

# Columns of `ProblemArrays.visit`; from `V_COUNTS` on two a day: windows of the start, and hours. Fewer hours than 0 do
# not bind it: -1 none, -1 - n such that it only pauses when one of n ends.
(
    V_READY,
    V_LATEST,
    V_FIRST_READY,
    V_LAST_LATEST,
    V_PRICE,
    V_TOLD_OPEN,
    V_TOLD_CLOSE,
    V_TOLD_DAY,
    V_TOLD_SHIFT,
    V_TOLD_CENTS,
    V_TOLD_CENTS_OTHER,
    V_FIXED,
    V_MAX_LATE,
    V_OPENS,
    V_CLOSES,
    V_SERVICE,
    V_ABLE,
    V_HEAD,
    V_CREW,
    V_SYNCED,
    V_PAUSES,
    V_AWAITED,
    V_COUNTS,
    *_,
) = COLUMNS
# Columns of `ProblemArrays.plain`.
P_OPEN, P_CLOSE, P_LATEST, P_IS, P_COLUMNS, *_ = COLUMNS
# Columns of `ProblemArrays.shift`; from `S_CAPACITY` on one a quantity. What an insertion asks for comes first.
(
    S_DAY,
    S_PROFILE,
    S_OWNER,
    S_START_NODE,
    S_END_NODE,
    S_PREFIX,
    S_MAX_VISITS,
    S_MORE_VISITS,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MORE_TRAVEL,
    S_MAX_DUTY,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_BREAK_CLOSE,
    S_DAY_CENTS,
    S_MINUTE_CENTS,
    S_OFFSET,
    S_REPLAYED,
    S_MORE_OVERTIME,
    S_END,
    S_DEPART,
    S_RETURN_LIMIT,
    S_FREE,
    S_FLOOR,
    S_PICKUP,
    S_STOP,
    S_STOPS,
    S_NEEDS_STOP,
    S_BLOCKED,
    S_CAPACITY,
    *_,
) = COLUMNS
# Columns of `ProblemArrays.owner`; from `O_OWN` on the technician's own parts, then own tools.
O_STAFF, O_DAYS, O_FIRST, O_OWN, *_ = COLUMNS
# Columns of `ProblemArrays.first`, and what the columns of its entries are.
# stock: row, use; need: part, quantity, held; load: quantity, amount; tool: tool, units;
# earlier: visit, from its start (1) or end (0), least gap, greatest gap, same people; later: visit, entry of `earlier`.
E_STOCK, E_NEED, E_LOAD, E_TOOL, E_EARLIER, E_LATER, E_KINDS, *_ = COLUMNS
# Columns of `ProblemArrays.row`: what is there, up to when, the part, 1 when only use beyond the visits' holds counts.
ROW_CAP, ROW_UNTIL, ROW_PART, ROW_BEYOND, ROW_COLUMNS, *_ = COLUMNS
# Columns of `ProblemArrays.stop`: when its parts are picked up at the earliest, 1 when it waits until then for an
# arrival, and 1 when it is no stop on the way but a wait before the route leaves the branch.
B_PICKUP, B_ARRIVAL, B_LEAVES, B_COLUMNS, *_ = COLUMNS
# Columns of `ProblemArrays.crew`; from `K_DAYS` on cents a day, after them one a technician (flags `WHO_*`).
(
    K_CONTINUITY,
    K_PERSON,
    K_TIME,
    K_TOLD_OPEN,
    K_TOLD_CLOSE,
    K_TOLD_DAY,
    K_PUBLISHED,
    K_REQUIRED,
    K_LOCKED,
    K_TOLD_EXCEPTION,
    K_DAYS,
    *_,
) = COLUMNS
# Columns of `ProblemArrays.door`.
D_ADDRESS, D_SECONDS, D_COLUMNS, *_ = COLUMNS
# Columns of `ProblemArrays.more`.
M_TRAVEL, M_OVERTIME, M_VISITS, M_COLUMNS, *_ = COLUMNS
WHO_PREFERRED, WHO_PUBLISHED, WHO_REQUIRED, WHO_LOCKED = 1, 2, 4, 8
# Entries of `ProblemArrays.rates`.
(
    R_LATE_SMALL,
    R_LATE_SMALL_S,
    R_LATE_LARGE,
    R_LATE_WORST,
    R_TRAVEL,
    R_OVERTIME,
    R_WORKING_TIME,
    R_LOAD_DIVISOR,
    R_SPREAD,
    R_RESERVE,
    R_STAFF,
    R_EXACT,
    R_VISITS,
    R_DAYS,
    R_SYNCED,
    R_PARTS,
    R_QUANTITIES,
    R_MORE_TRAVEL,
    R_MORE_OVERTIME,
    R_MORE_VISITS,
    R_PAUSES,
    R_PAUSE_OVER,
    R_PAUSE_LEAVE,
    R_ENTRIES,
    *_,
) = COLUMNS


class ProblemArrays(ByAddress):
    """What the kernels read. Times are seconds of the clock, money cents, all arrays writable.

    Only `visit[:, V_READY]`, `visit[:, V_LATEST]`, `visit[:, V_AWAITED]` and the `duration` of crews are ever
    written, in an island's own copy (`own_copy`): they say what synchronized visits demand of each other's routes at
    the moment.

    Parameters
    ----------
    travel : int32 (n_profiles, n_nodes, n_nodes)
        Seconds from node to node, the time at doors included; first the visits and stops by index, then where routes
        start and end.
    ways : int32 (n_profiles, n_nodes, n_nodes, 2)
        The same both ways, [a, b] from b to a and from a to b: who tries many positions for a visit reads along a row.
    duration : int64 (n_shifts, n_visits)
        Seconds of service, `NONE` where the technician may not serve. Stops at the branch are visits here.
    extra : int64 (n_shifts, n_visits)
        Cents that follow from who serves on which day, those of a crew as a whole excepted.
    terms : int64 (n_visits, n_shifts)
        The same by visit, `FORBIDDEN` where the technician may not serve: who tries many shifts reads along a row.
    visit : int64 (n_visits, V_COUNTS + 2 n_days)
        Columns `V_*`: bounds of the start now and before any synchronization, price of leaving it out, told window
        with its day, the shift that was told and the price of leaving the window with that shift and with another, the
        position in the fixed prefix of a started route from 1 on (-1: bound to a visit of one, 0: none), most
        lateness, first open and last close, shortest service, number of able shifts, first index and number of its
        crew, 1 when synchronized with other visits, 1 when a long service of it may pause, and how many
        visits that follow it are assigned now.
    shift : int64 (n_shifts, S_CAPACITY + n_quantities)
        Columns `S_*`, sorted by technician and day. `S_OFFSET` is what a day counts towards its load before any work:
        the mean excess of the days before the horizon, less the share of the contracted time that is free; `S_FREE`
        are the seconds of work beyond which the day's reserve begins. `S_MORE_*` is the most that an exception
        for any visit adds to the limit of the same name; to those of travel, which are limits of driving, the time at
        all doors is added, too. `S_STOP` is the first of the `S_STOPS` stops at the
        branch of which a route may have one, -1 without any.
    owner : int64 (n_technicians, O_OWN + n_parts + n_tools)
        Columns `O_*`: the technicians behind the shifts.
    windows, hours : int64 (n_days, n_visits, most, 2)
        Open and close of the windows of the start, and of the hours that hold the whole service, that a shift of the
        day can use.
    plain : int64 (n_days, n_visits, P_COLUMNS)
        Columns `P_*` of a visit with one window, no hours and no synchronization, all that its timing needs: from
        when, up to when without lateness and up to when at all it starts, and 1; zeros for the others. It pauses for
        the break at most.
    first : int64 (n_visits + 1, E_KINDS)
        Where each visit's entries of a kind `E_*` begin in `entry`.
    entry : int64 (n_entries, 5)
        What visits draw, need, carry and follow.
    row : int64 (n_rows, 4)
        The stock rule as rows `sum of uses <= cap`, columns `ROW_*`.
    stop : int64 (n_stops, B_COLUMNS)
        Columns `B_*` of the stops at the branch: the nodes behind the visits.
    tool_units : int64 (n_tools,)
        How many units of each tool exist.
    crew : int64 (n_visits or 0, K_DAYS + n_days + n_technicians)
        What counts for a crew as a whole, at the lead's index; no rows when there is no crew.
    more : int64 (n_shifts, n_visits, M_COLUMNS), or of no rows
        What the exceptions of a visit add to the limits of a technician-day that serves it; no rows where no `S_MORE_*`
        is above 0.
    door : int64 (n_nodes, D_COLUMNS)
        Columns `D_*`: a number for each address, and the time at the door for whoever comes from another one.
    near : int32 (n_orders, at most `NEIGHBOURS`)
        The visits nearest in time and space, nearest first; stops have none.
    rates : int64 (R_ENTRIES,)
        Entries `R_*`. `R_EXACT` is not 0 when a start's cost is not monotone or some day may last only so long: every
        move is then timed in full. It is 1, or `JUMPS` when a later arrival may even cost less because it skips a
        window that it would be late for. `R_PAUSES` is 1 when some service may pause, those longer than `R_PAUSE_OVER`.
    """

    travel: ShortArray
    ways: ShortArray
    duration: IntArray
    extra: IntArray
    terms: IntArray
    visit: IntArray
    shift: IntArray
    owner: IntArray
    windows: IntArray
    hours: IntArray
    plain: IntArray
    first: IntArray
    entry: IntArray
    row: IntArray
    stop: IntArray
    tool_units: IntArray
    crew: IntArray
    more: IntArray
    door: IntArray
    near: ShortArray
    rates: IntArray

    def entries_of(self, visit: int, kind: int) -> IntArray:
        """Return the rows of `entry` of one kind (`E_*`) of a visit."""
        rows: IntArray = self.entry[self.first[visit, kind] : self.first[visit + 1, kind]]
        return rows

    def own_copy(self) -> ProblemArrays:
        """Return the arrays with a copy of what a search writes, where it writes at all."""
        if not self.rates[R_SYNCED]:
            return self
        return self._replace(visit=self.visit.copy(), duration=self.duration.copy())
