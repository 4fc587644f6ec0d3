"""When a long service may rest: for the technician's break, over the customer's closed hours, or both at once.

The judge's own reading (docs/rules.md, The clock of a route); the engine has another.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import Pause

if TYPE_CHECKING:
    from optimizer.domain.order import Interval
    from optimizer.domain.technician import Break


class Pausing(NamedTuple):
    """How one service may pause.

    Parameters
    ----------
    work_s
        How long it takes without a pause.
    leave_s
        How much longer than what it is taken for a pause lasts; nobody pauses who has not worked as long.
    hours
        Stretches in which the customer is open; `None` is always.
    is_bound
        Whether the whole service must lie in the hours. What has begun goes on where no pause brings that about.
    """

    work_s: int
    leave_s: int
    hours: tuple[Interval, ...] | None
    is_bound: bool

    @property
    def least_work_s(self) -> int:
        """Seconds of work before a pause."""
        return max(1, self.leave_s)

    def over_closed(self, start_s: int) -> Pause | None:
        """Return the pause of a service from closing until the customer opens again; `None` without one.

        There is none where the service ends before, or where a pause would not bring the rest of it into the hours.
        """
        here, there = self._stretches(start_s)
        if here is None or there is None or start_s + self.work_s <= here.close_s:
            return None
        worked_s, back_s = here.close_s - start_s, there.open_s + self.leave_s
        fits = worked_s >= self.least_work_s and back_s + self.work_s - worked_s <= there.close_s
        return Pause(here.close_s, back_s) if fits else None

    def for_break(self, start_s: int, rest: Break) -> tuple[Pause, int] | None:
        """Return the pause that holds the break, and when the break begins; `None` when it cannot.

        The break begins as soon as its window is open and there has been work enough. Where the service then would not
        end before closing, the work goes on until then, or until the window of the break closes, and the pause lasts
        until the break is over and the customer has opened again.
        """
        begin_s, last_s = max(rest.window.open_s, start_s + self.least_work_s), rest.window.close_s
        pause = Pause(begin_s, begin_s + rest.length_s + self.leave_s)
        alone = (pause, begin_s) if begin_s <= last_s and begin_s < start_s + self.work_s else None
        here, there = self._stretches(start_s)
        if here is None or start_s + self.work_s + pause.length_s <= here.close_s:
            return alone
        stop_s = min(here.close_s, last_s)
        lies_s, worked_s = max(stop_s, rest.window.open_s), stop_s - start_s
        if there is not None and self.least_work_s <= worked_s < self.work_s and lies_s <= there.open_s:
            back_s = max(there.open_s, lies_s + rest.length_s) + self.leave_s
            if back_s + self.work_s - worked_s <= there.close_s:
                return Pause(stop_s, back_s), lies_s
        return None if self.is_bound else alone

    def as_soon_as_can_be(self, start_s: int, rest: Break) -> tuple[Pause, int]:
        """Return the pause for a break, and when the break begins, whatever that breaks."""
        begin_s = max(rest.window.open_s, start_s + self.least_work_s)
        return Pause(begin_s, begin_s + rest.length_s + self.leave_s), begin_s

    def _stretches(self, start_s: int) -> tuple[Interval | None, Interval | None]:
        """Return the stretch of hours in which a service starts, and the next one."""
        for here, there in pairwise((*(self.hours or ()), None)):
            if here is not None and here.open_s <= start_s < here.close_s:
                return here, there
        return None, None
