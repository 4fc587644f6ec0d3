"""The exception tree of the project.

    PaigongError
    ├── InputError          the input has faults; carries the whole report
    ├── LockConflictError   what is locked cannot be kept together with a hard rule
    ├── NoPlanError         nothing could be judged: the solver was stopped, or died, before its first plan
    ├── JudgementError      the engine made a plan that the judge refuses: our defect, never the user's
    ├── ScenarioError       a scenario asks for what a branch does not have, or is not written as one
    └── TravelError         a travel provider or matrix cannot answer

Everything a user can cause is one of these; any other exception is a defect of ours.

A doubt about the input is an `InputWarning`: a warning of Python, which `read_branch` gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.domain.rules import Violation
    from optimizer.faults.issues import IssueReport


class PaigongError(Exception):
    """Base of every error that Paigong raises on purpose."""


class InputError(PaigongError):
    """The input has faults. `report` names every one of them by file, row and column."""

    def __init__(self, report: IssueReport) -> None:
        super().__init__(report.text())
        self.report = report


class InputWarning(UserWarning):
    """A doubt about the input: a person should look, the input is used."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Locked visits that no plan can have together, as few as were found.

    Parameters
    ----------
    violation
        What the nearest way to serve them breaks.
    text
        What clashes and by how much, by language (`en`, `zh`).
    """

    visits: tuple[str, ...]
    violation: Violation
    text: Mapping[str, str]


class LockConflictError(PaigongError):
    """Locked visits break hard rules; `violations` says which and by how much.

    `clashes` names the fewest locks that exclude one another, where they were found; `helps_to_keep` says whether there
    is a plan when broken locks are kept and listed.
    """

    def __init__(
        self, violations: Sequence[Violation], clashes: Sequence[Clash] = (), *, helps_to_keep: bool = True
    ) -> None:
        super().__init__("; ".join(violation.message for violation in violations))
        self.violations = tuple(violations)
        self.clashes = tuple(clashes)
        self.helps_to_keep = helps_to_keep


class NoPlanError(PaigongError):
    """The solver was stopped, or died, before there was a plan that could be judged.

    Parameters
    ----------
    stopped
        Why it ended, as in a run record.
    note
        What is known of it beyond that; may be empty.
    """

    def __init__(self, stopped: str, note: str = "") -> None:
        super().__init__("The solver ended before there was a plan that could be judged.")
        self.stopped, self.note = stopped, note

    @property
    def is_interrupted(self) -> bool:
        """Whether Ctrl-C ended it: pressed again before there was a plan, or while it waited for a core."""
        return self.stopped == "interrupted"

    @property
    def is_stopped(self) -> bool:
        """Whether somebody asked it to end."""
        return self.stopped in ("interrupted", "cancelled")


class JudgementError(PaigongError):
    """The judge refuses a plan of the engine; `violations` says why."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(violation.message for violation in violations))
        self.violations = tuple(violations)


class ScenarioError(PaigongError):
    """A scenario asks for something that the branch does not have, or is not written as one.

    Parameters
    ----------
    sentence
        English, with `{named}` places: a key of the catalogue.
    values
        What stands in those places.
    scenario
        The scenario's name, where it is known.
    others
        What else is wrong, or would help.
    """

    def __init__(
        self, sentence: str, /, *, scenario: str = "", others: Sequence[ScenarioError] = (), **values: object
    ) -> None:
        super().__init__(sentence.format(**values))
        self.sentence, self.values = sentence, values
        self.scenario, self.others = scenario, tuple(others)

    def texts(self, translate: Callable[..., str]) -> list[str]:
        """Return what is wrong in the language of a translator, a line each."""
        said = translate(self.sentence, **self.values)
        if self.scenario:
            said = translate("Scenario {name}: {fault}", name=self.scenario, fault=said)
        return [said, *(text for other in self.others for text in other.texts(translate))]

    def __str__(self) -> str:
        return " ".join(self.texts(lambda sentence, **values: sentence.format(**values)))


class TravelError(PaigongError):
    """A travel time is missing or a travel matrix does not fit the problem."""
