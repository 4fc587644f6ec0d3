"""The analyst's door: a branch as read, and scenarios compared on it (docs/whatif.md)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.domain.planning_context import Stage
from optimizer.faults.issues import IssueReport
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.moments.changes import stay_near
from optimizer.moments.publications import beside_published
from optimizer.moments.started import told_in_vain, with_started
from optimizer.travel.provider import travel_for
from optimizer.whatif.case import Case
from optimizer.whatif.comparing import Comparing
from optimizer.whatif.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from typing import Self

    from optimizer.domain.problem import Problem
    from optimizer.running.child import CancelToken
    from optimizer.travel.matrix import TravelMatrix
    from optimizer.whatif.comparison import Comparison
    from optimizer.whatif.runs import Work
    from optimizer.whatif.scenario import Scenario

#: How often each scenario is planned, and with how many moves each time, where nobody says otherwise.
SEEDS, MOVES = 8, 20_000


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch at a moment of its day, to ask what-if of.

    Parameters
    ----------
    problem, matrix
        The facts to plan with, and the travel between their places.
    doubts
        What a person should look at in its files.

    Examples
    --------
    >>> Branch.read("data/hangzhou")
    Branch('杭州城中服务网点', 2026-11-23, 1 day, 62 visits, 10 technicians)
    """

    problem: Problem
    matrix: TravelMatrix
    doubts: IssueReport = field(default_factory=IssueReport)

    @classmethod
    def read(
        cls,
        path: str | Path,
        *,
        stage: Stage | str = Stage.DRAFT,
        days: int | None = None,
        as_of: datetime | str | None = None,
    ) -> Self:
        """Read a branch as `paigong plan` does: with what is known at the stage, near what is published for the day.

        Parameters
        ----------
        path
            A folder of CSV files, a workbook or a JSON file.
        stage
            `draft`, `settle` or `open`.
        days
            How many days are planned; `None` is what the branch says, or one.
        as_of
            The moment of planning (`2026-11-20 16:00`), local time; `None` is that of the stage.

        Raises
        ------
        InputError
            With every fault of the branch's files.
        """
        path, stage = Path(path), Stage(stage)
        moment = datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        intake = read_intake(path, ReadOptions(stage, moment, days=days))
        problem = intake.checked()
        matrix = travel_for(problem, path)
        problem, published, told = beside_published(problem, path, stage)
        if published is not None:
            problem = with_started(problem, matrix, published, intake.context.reported)
            problem = stay_near(problem, published, released=told_in_vain(problem, published), told=told)
        return cls(problem, matrix, intake.report)

    def __repr__(self) -> str:
        problem = self.problem
        days = f"{problem.days} day" + "s" * (problem.days > 1)
        return (
            f"Branch({problem.branch.name!r}, {problem.first_day}, {days}, {len(problem.visits)} visits, "
            f"{len(problem.technicians)} technicians)"
        )

    @property
    def case(self) -> Case:
        """The facts, as changes take them."""
        return Case(self.problem, self.matrix)

    def changed(self, scenario: Scenario) -> Branch:
        """Return the branch as a scenario has it, to look at or to ask on."""
        case = scenario.on(self.case)
        return replace(self, problem=case.problem, matrix=case.matrix)

    def compare(
        self,
        scenarios: Sequence[Scenario],
        *,
        seeds: int = SEEDS,
        moves: int = MOVES,
        workers: int = 1,
        folder: str | Path | None = None,
        early: bool = True,
        executor: Executor | None = None,
        on_work: Callable[[Work], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> Comparison:
        """Compare scenarios with the branch as it is; the same answer every time, whatever the workers.

        Parameters
        ----------
        seeds
            How often each is planned, from how many beginnings. One has no interval, and tells nothing but equal facts.
        moves
            Of each solve; there are two for each seed of each scenario, and of the branch as it is.
        workers
            How many solves go on at a time.
        folder
            Where plans are kept as they come: what is there already is not run again.
        early
            Leave a scenario alone as soon as its cost is clear.
        executor
            What runs the solves (`optimizer.whatif.runs.run_task`) in place of `workers`.
        on_work
            Told how far it is.
        cancel
            Ends it with what is known so far.

        Raises
        ------
        ScenarioError, InputError
            When the branch does not have what a scenario is about.
        """
        if seeds < 1 or moves < 1 or workers < 1:
            raise ValueError("seeds, moves and workers are at least 1")
        kept = None if folder is None else Path(folder)
        runs = Runs(moves=moves, workers=workers, folder=kept, executor=executor, on_work=on_work, cancel=cancel)
        return Comparing(self.case, scenarios, runs).compare(seeds, early=early)
