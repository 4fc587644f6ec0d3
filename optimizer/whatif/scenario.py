"""A scenario: a name, and changes of a branch that follow one another."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer.errors import InputWarning, ScenarioError
from optimizer.whatif.house_changes import change_policy, change_promise, change_speed, close_area, drop_rule
from optimizer.whatif.people_changes import add_technician, remove_technicians, set_shifts, train
from optimizer.whatif.supply_changes import add_arrival, change_stock, change_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from optimizer.domain.rules import Rule
    from optimizer.whatif.case import Case

    #: What a change makes of the facts.
    Change: TypeAlias = Callable[[Case], Case]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named what-if. Each change returns a new scenario that has it last; what it does is found on a branch (`on`).

    Parameters
    ----------
    changes
        What becomes of the facts, one after another.

    Examples
    --------
    >>> Scenario("one more, trained").add("T99", like="T05").train("T99", "冰箱", +1)
    Scenario('one more, trained', 2 changes)
    """

    name: str
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ScenarioError("A scenario needs a name.")

    def __repr__(self) -> str:
        return f"Scenario({self.name!r}, {len(self.changes)} changes)"

    def then(self, change: Change) -> Scenario:
        """Return the scenario with one more change: a function from a `Case` to a `Case`."""
        return replace(self, changes=(*self.changes, change))

    def remove(self, technicians: Sequence[str] | str) -> Scenario:
        """Return the scenario without some technicians; their locks, loans and exceptions go with them."""
        gone = _several(technicians)
        return self.then(lambda case: remove_technicians(case, gone))

    def add(self, technician: str, *, like: str, name: str = "") -> Scenario:
        """Return the scenario with one more technician, who lives, works and can do what another one does."""
        return self.then(lambda case: add_technician(case, technician, like, name))

    def train(self, technician: str, skill: str, levels: int = 1) -> Scenario:
        """Return the scenario with a technician some levels higher in a skill (up to 3); below 0 is lower."""
        return self.then(lambda case: train(case, technician, skill, levels))

    def shifts(
        self,
        technicians: Sequence[str] | str = (),
        *,
        start: str | None = None,
        end: str | None = None,
        overtime_min: int | None = None,
    ) -> Scenario:
        """Return the scenario with other hours: from and until when (`08:30`), and minutes of overtime allowed.

        Without names the shifts of all technicians differ. Contracted time is as much more as the shift is longer.
        """
        who = _several(technicians)
        return self.then(lambda case: set_shifts(case, who, start, end, overtime_min))

    def stock(self, part: str, quantity: int) -> Scenario:
        """Return the scenario with so many more of a part on hand; below 0 is fewer."""
        return self.then(lambda case: change_stock(case, part, quantity))

    def arrival(self, part: str, quantity: int, on: date | str) -> Scenario:
        """Return the scenario with parts that arrive, of use from a date on (`2026-11-23`)."""
        try:
            day = on if isinstance(on, date) else date.fromisoformat(on)
        except ValueError as error:
            raise ScenarioError("'{text}' is no date like 2026-11-23.", text=on) from error
        return self.then(lambda case: add_arrival(case, part, quantity, day))

    def tool(self, tool: str, units: int) -> Scenario:
        """Return the scenario with so many more units of a tool; below 0 is fewer."""
        return self.then(lambda case: change_tool(case, tool, units))

    def promise(self, *, restate: bool = False, **keys: Any) -> Scenario:
        """Return the scenario with another promise rule, by the keys of `[promise]` in `policy.toml`.

        Parameters
        ----------
        restate
            Forget due days that the branch states, so that the new rule gives them.
        keys
            For example `area_days=1`.
        """
        return self.then(lambda case: change_promise(case, keys, restate=restate))

    def policy(self, **keys: Any) -> Scenario:
        """Return the scenario with other weights and limits, by the keys of `policy.toml`: `reserve_pct=10`."""
        return self.then(lambda case: change_policy(case, keys))

    def close_area(self, area: str) -> Scenario:
        """Return the scenario in which the branch serves nobody of a district."""
        return self.then(lambda case: close_area(case, area))

    def travel(self, speed_pct: float) -> Scenario:
        """Return the scenario in which every way is driven at a percentage of its speed."""
        return self.then(lambda case: change_speed(case, speed_pct))

    def drop(self, rule: Rule | str) -> Scenario:
        """Return the scenario without a rule: a soft one costs nothing, a hard one asks for nothing."""
        return self.then(lambda case: drop_rule(case, str(rule)))

    def on(self, base: Case) -> Case:
        """Return the facts of the scenario, its notes those of its own changes; a change that touches nothing warns.

        Raises
        ------
        ScenarioError, InputError
            When the branch does not have what a change is about, or a value is none.
        """
        case = replace(base, notes=())
        for change in self.changes:
            try:
                case = change(case)
            except ScenarioError as error:
                error.scenario = self.name
                raise
        doubts = [note for note in case.notes if note.is_doubt]
        for note in doubts:
            warnings.warn(f"Scenario {self.name!r}: {note}", InputWarning, stacklevel=2)
        return case


def _several(names: Sequence[str] | str) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
