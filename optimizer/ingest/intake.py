"""What reading a branch gives: the problem as known at a stage, its planning context, and the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from optimizer.domain.problem import Problem
    from optimizer.faults.issues import IssueReport
    from optimizer.ingest.build.geocode import GeocoderSettings


#: Doubts about titles and keys that nobody knows: what stands below them is not read.
UNKNOWN = frozenset({"COLUMN_UNKNOWN", "KEY_UNKNOWN"})


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a branch is read.

    Parameters
    ----------
    stage
        The stage of the day: what was reported after its moment is not seen.
    as_of
        The moment itself, where it is not the stage's usual one; local time of the branch.
    days
        How many days are planned, from 1 to `MOST_DAYS`; `None` is what the branch says, else one.
    skip_bad
        Set orders with faults aside (`PlanningContext.faulty`) and read the rest.
    datum
        Datum of coordinates where the branch names none; `None` is WGS-84.
    geocoder
        How addresses without coordinates are looked up; `None` is not at all.
    refuse_unknown
        Whether columns and keys that nobody knows are faults, and not doubts.
    """

    stage: Stage = Stage.DRAFT
    as_of: datetime | None = None
    days: int | None = None
    skip_bad: bool = False
    datum: str | None = None
    geocoder: GeocoderSettings | None = None
    refuse_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """A branch as read.

    Parameters
    ----------
    problem
        What is to be planned; `None` when the report holds errors.
    context
        The stage, and the orders that are known but not planned.
    """

    problem: Problem | None
    report: IssueReport
    context: PlanningContext

    def checked(self) -> Problem:
        """Return the problem.

        Raises
        ------
        InputError
            When there is none, with the whole report.
        """
        if self.problem is None:
            raise InputError(self.report)
        return self.problem
