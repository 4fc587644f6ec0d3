"""Services that may pause, as pieces: when they start, end and hold the day's break, by the moment they could begin.

Start and end of such a service (docs/rules.md, Pauses) are functions of the arrival that stand still or run with it
from one bend to the next. The bends are looked for, not worked out: between two candidates a stretch is halved until
both ends and the middle say that nothing bends in it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.engine.arrays import (
    R_PAUSE_LEAVE,
    R_PAUSE_OVER,
    R_PAUSES,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DAY,
    V_COUNTS,
    V_LATEST,
    V_MAX_LATE,
    V_PAUSES,
    V_READY,
)
from optimizer.engine.master.day.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.engine.arrays import ProblemArrays


class Served(NamedTuple):
    """A service in time: start, end, begin of the break in it, close of the window that it uses."""

    start_s: int
    end_s: int
    rest_s: int | None
    close_s: int


def may_pause(arrays: ProblemArrays, shift: int, visit: int) -> bool:
    """Return whether a technician's service of a visit may pause."""
    is_long = int(arrays.duration[shift, visit]) > int(arrays.rates[R_PAUSE_OVER])
    return bool(arrays.rates[R_PAUSES]) and is_long and bool(arrays.visit[visit, V_PAUSES])


class Pausing:
    """A technician's service that may pause.

    Parameters
    ----------
    holds_break
        The day's break lies in it.
    """

    def __init__(self, arrays: ProblemArrays, shift: int, visit: int, *, holds_break: bool) -> None:
        row, day = arrays.visit[visit], int(arrays.shift[shift, S_DAY])
        self.duration_s = int(arrays.duration[shift, visit])
        self.ready_s, self.latest_s, self.late_s = (int(row[c]) for c in (V_READY, V_LATEST, V_MAX_LATE))
        self.windows: list[list[int]] = arrays.windows[day, visit, : row[V_COUNTS + 2 * day]].tolist()
        self.bound = int(row[V_COUNTS + 2 * day + 1])
        count = self.bound if self.bound >= 0 else -1 - self.bound
        self.hours: list[list[int]] = arrays.hours[day, visit, :count].tolist()
        self.leave_s = int(arrays.rates[R_PAUSE_LEAVE])
        shifts = arrays.shift[shift]
        self.opens_s, self.closes_s = int(shifts[S_BREAK_OPEN]), int(shifts[S_BREAK_CLOSE])
        self.length_s, self.holds_break = int(shifts[S_BREAK_LENGTH]), holds_break

    # --- the clock ----------------------------------------------------------------------------------------------

    def serve(self, arrival_s: int) -> Served | None:
        """Return the service of who is there from a moment on; `None` where it cannot be."""
        return self._with_break(arrival_s) if self.holds_break else self._without_break(arrival_s)

    def _without_break(self, arrival_s: int) -> Served | None:
        moment_s = max(arrival_s, self.ready_s)
        for open_s, close_s in self.windows:
            start_s = max(moment_s, open_s)
            if self.bound >= 0:
                fitted = [self._fitted(start_s, here) for here in range(len(self.hours))]
                start_s = next((one for one in fitted if one is not None), self.latest_s + 1)
            if start_s <= min(close_s + self.late_s, self.latest_s):
                here = self._stretch_at(start_s)
                pause_s = 0 if here is None else self._pause_after(start_s, here)
                return Served(start_s, start_s + self.duration_s + pause_s, None, close_s)
        return None

    def _fitted(self, start_s: int, here: int) -> int | None:
        """Return when a service starts in a stretch of hours, if it ends there, or in the next one after a pause."""
        start_s = max(start_s, self.hours[here][0])
        is_whole = start_s + self.duration_s <= self.hours[here][1]
        return start_s if is_whole or self._pause_after(start_s, here) > 0 else None

    def _stretch_at(self, moment_s: int) -> int | None:
        return next((h for h, (open_s, close_s) in enumerate(self.hours) if open_s <= moment_s < close_s), None)

    def _pause_after(self, start_s: int, here: int) -> int:
        """Return how long a service pauses from the end of a stretch of hours to the next; 0 where it does not."""
        if here + 1 >= len(self.hours) or start_s + self.duration_s <= self.hours[here][1]:
            return 0
        close_s, back_s = self.hours[here][1], self.hours[here + 1][0] + self.leave_s
        worked_s = close_s - start_s
        if worked_s < max(1, self.leave_s) or back_s + self.duration_s - worked_s > self.hours[here + 1][1]:
            return 0
        return back_s - close_s

    def _with_break(self, arrival_s: int) -> Served | None:
        moment_s = max(arrival_s, self.ready_s)
        for open_s, close_s in self.windows:
            found = self._around_break(max(moment_s, open_s), close_s)
            if found is not None and found.start_s <= min(close_s + self.late_s, self.latest_s):
                return found
        return None

    def _around_break(self, moment_s: int, close_s: int) -> Served | None:
        """Return the first service from a moment on that pauses for the break, alone or with the customer's hours."""
        least_s = max(1, self.leave_s)
        for h in range(max(1, self.bound)):
            start_s, here = moment_s, h if self.bound >= 0 else self._stretch_at(moment_s)
            if self.bound > 0:
                start_s = max(moment_s, self.hours[h][0])
            if self.bound == 0 or (self.bound > 0 and start_s >= self.hours[h][1]):
                continue
            rest_s = max(self.opens_s, start_s + least_s)
            end_s = start_s + self.duration_s + self.length_s + self.leave_s
            holds = rest_s <= self.closes_s and rest_s < start_s + self.duration_s
            if here is None or end_s <= self.hours[here][1]:
                if holds:
                    return Served(start_s, end_s, rest_s, close_s)
                continue
            stop_s = min(self.hours[here][1], self.closes_s)
            lies_s, worked_s = max(stop_s, self.opens_s), stop_s - start_s
            if here + 1 < len(self.hours) and least_s <= worked_s < self.duration_s:
                back_s, until_s = self.hours[here + 1]
                late_s = max(back_s, lies_s + self.length_s) + self.leave_s + self.duration_s - worked_s
                if lies_s <= back_s and late_s <= until_s:
                    return Served(start_s, late_s, lies_s, close_s)
            if holds and self.bound < 0:
                return Served(start_s, end_s, rest_s, close_s)
        return None

    # --- its pieces ---------------------------------------------------------------------------------------------

    def pieces(self, first_s: int, last_s: int) -> list[Piece]:
        """Return the pieces of the service for arrivals between two moments."""
        bends = {first_s, last_s + 1, self.ready_s, self.opens_s, self.closes_s, self.latest_s + 1}
        for open_s, close_s in self.windows:
            bends |= {open_s, close_s + 1, close_s + self.late_s + 1}
        for open_s, close_s in self.hours:
            bends |= {open_s, close_s, close_s - self.duration_s + 1, close_s - self.leave_s + 1}
        inside = sorted(bend for bend in bends if first_s <= bend <= last_s + 1)
        return [piece for begin_s, end_s in pairwise(inside) for piece in self._straight(begin_s, end_s - 1)]

    def _straight(self, begin_s: int, end_s: int) -> Iterator[Piece]:
        """Yield the pieces of a stretch of arrivals, halved where something bends in it."""
        middle_s = (begin_s + end_s) // 2
        moments = (begin_s, middle_s, end_s)
        some = [self.serve(moment_s) for moment_s in moments]
        if all(one is None for one in some) and end_s - begin_s < _FINE_S:
            return
        piece = _piece(moments, some)
        if piece is not None:
            yield piece
        elif begin_s < end_s:
            yield from self._straight(begin_s, middle_s)
            yield from self._straight(middle_s + 1, end_s)


#: Where nothing is possible at both ends and in the middle of so many seconds, nothing is between them.
_FINE_S = 600


def _piece(moments: tuple[int, int, int], some: list[Served | None]) -> Piece | None:
    """Return the one piece of three arrivals; `None` where they are no straight line, or one is impossible."""
    served = [one for one in some if one is not None]
    if len(served) < len(some) or len({one.close_s for one in served}) > 1:
        return None
    starts = {one.start_s for one in served}
    runs = all(one.start_s == moment_s for one, moment_s in zip(served, moments, strict=True))
    ends, spans = {one.end_s for one in served}, {one.end_s - one.start_s for one in served}
    rests = {one.rest_s for one in served}
    worked = {None if one.rest_s is None else one.rest_s - one.start_s for one in served}
    if (len(starts) > 1 and not runs) or min(len(ends), len(spans)) > 1 or min(len(rests), len(worked)) > 1:
        return None
    return Piece(
        after_s=moments[0] - 1,
        until_s=moments[2],
        open_s=moments[0] if runs else starts.pop(),
        close_s=served[0].close_s,
        lasts_s=spans.pop() if len(spans) == 1 else None,
        ends_s=ends.pop() if len(ends) == 1 else None,
        works_s=worked.pop() if len(worked) == 1 else None,
        rests_s=rests.pop() if len(rests) == 1 else None,
    )
