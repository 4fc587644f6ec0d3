"""A problem with its travel, and what a change of a scenario makes of the two."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import ScenarioError
from optimizer.faults.issues import nearest
from optimizer.ingest.plans.facts_digest import facts_sha256
from optimizer.ingest.write import problem_to_json
from optimizer.promise.due_day import with_due_days
from optimizer.text.catalogue import translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


#: How many names are listed where another one was asked for.
MOST_NAMES = 20
#: What is said of a name that the branch does not have, by what it is of.
UNKNOWN = {
    "technician": "The branch has no technician {name}.",
    "skill": "Nobody has the skill {name}, and no visit needs it.",
    "part": "The branch has no part {name}.",
    "tool": "The branch has no tool {name}.",
    "area": "No visit lies in an area {name}, and nobody serves it.",
    "rule": "There is no rule {name} that can be left out.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """What a change does, in words.

    Parameters
    ----------
    sentence
        English, with `{named}` places: a key of the catalogue.
    values
        What stands in those places.
    is_doubt
        Whether a person should look: the change touches nothing.
    """

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    is_doubt: bool = False

    def text(self, lang: str = "en") -> str:
        """Return the sentence in a language."""
        return translator(lang)(self.sentence, **self.values)

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Case:
    """The facts that a plan is made for.

    Parameters
    ----------
    problem, matrix
        The facts, and the travel between their places.
    notes
        What has been changed so far, and what went with it.
    """

    problem: Problem
    matrix: TravelMatrix = field(repr=False)
    notes: tuple[Note, ...] = ()

    def but(self, *notes: Note, **changes: Any) -> Case:
        """Return the case with other facts of its problem, and what is to be said of it."""
        problem = replace(self.problem, **changes) if changes else self.problem
        return replace(self, problem=problem, notes=(*self.notes, *notes))

    def with_due_days(self) -> Case:
        """Return the case with the due day of every order by the promise in force, as a solve would have it."""
        return replace(self, problem=with_due_days(self.problem, self.matrix))

    def has_facts_of(self, other: Case) -> bool:
        """Return whether nothing differs from another case that a plan could depend on."""
        mine, theirs = self.matrix, other.matrix
        same = (mine.keys, mine.profiles) == (theirs.keys, theirs.profiles)
        figures = ((mine.seconds, theirs.seconds), (mine.metres, theirs.metres))
        return same and all(map(np.array_equal, *zip(*figures, strict=True))) and self.problem == other.problem

    def digest(self) -> str:
        """Return 64 hexadecimal digits that are the same for the same facts."""
        sha = hashlib.sha256(facts_sha256(problem_to_json(self.problem)).encode())
        sha.update(repr((self.problem.as_of_s, self.problem.shifts_around, self.matrix.keys)).encode())
        for figures in (self.matrix.seconds, self.matrix.metres):
            sha.update(np.ascontiguousarray(figures).tobytes())
        return sha.hexdigest()


def known(kind: str, name: str, names: Iterable[str]) -> str:
    """Return a name that the branch has.

    Raises
    ------
    ScenarioError
        When it has no such name; the one that may be meant is proposed.
    """
    names = sorted(names)
    if name in names:
        return name
    near = nearest(name, names)
    hint = ScenarioError("Maybe '{near}' is meant.", near=near)
    if not near:
        hint = ScenarioError("There are: {names}.", names=", ".join(names[:MOST_NAMES]) or "-")
    raise ScenarioError(UNKNOWN[kind], name=name, others=[hint])


def doubt(sentence: str, /, **values: object) -> Note:
    """Return the note of a change that touches nothing."""
    return Note(sentence, values, is_doubt=True)
