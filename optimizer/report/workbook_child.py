"""The workbook of a plan, written by a child process while others of its papers are made: it takes longest by far."""

from __future__ import annotations

import gc
import pickle
from typing import TYPE_CHECKING

from optimizer.running.processes import Child

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TypeAlias

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.report.papers.model import Papers
    from optimizer.running.entry import Parent
    from optimizer.running.fork_server import ForkServer
    from optimizer.travel.matrix import TravelMatrix

    #: Problem, matrix, plan, file, language and papers of a workbook.
    Asked: TypeAlias = tuple[Problem, TravelMatrix, Plan, Path, str, Papers]

#: How long a child that is no longer wanted may go on writing.
GRACE_S = 5.0


class WorkbookWriter:
    """A child process that loads what writes workbooks, to write one; whatever it dies of costs no workbook.

    Parameters
    ----------
    server
        What forks it; without one it is started by itself.
    """

    def __init__(self, server: ForkServer | None) -> None:
        self._child = Child(__name__, server=server)
        self._asked: Asked | None = None

    def begin(self, problem: Problem, matrix: TravelMatrix, plan: Plan, path: Path, lang: str, papers: Papers) -> None:
        """Begin to write, as `write_workbook` does."""
        self._asked = (problem, matrix, plan, path, lang, papers)
        self._child.send(pickle.dumps(self._asked))

    def finish(self) -> None:
        """Wait until the workbook is written; it is written here if the child has ended without.

        Raises
        ------
        OSError
            When it cannot be written.
        """
        assert self._asked is not None
        answer = self._child.messages.get()
        error = _write(self._asked) if answer is None else pickle.loads(answer)
        if error is not None:
            raise error

    def close(self) -> None:
        """End the child; one that is writing ends when the file is whole, or is killed."""
        self._child.end(GRACE_S)


def _write(asked: Asked) -> OSError | None:
    """Write a workbook; return what the system has against it."""
    from optimizer.report.workbook import write_workbook

    problem, matrix, plan, path, lang, papers = asked
    try:
        write_workbook(problem, matrix, plan, path, lang, papers=papers)
    except OSError as error:
        return error
    return None


def serve(parent: Parent) -> None:
    """Load what writes workbooks, then write one a message, and answer with what the system has against it."""
    # It ends soon, and all that it makes until then is of use: looking for garbage in it took a fifth of its time.
    gc.disable()
    from optimizer.report.workbook import load_openpyxl

    load_openpyxl()
    while (message := parent.receive()) is not None:
        parent.send(pickle.dumps(_write(pickle.loads(message))))
