"""What every source of travel times answers, and which source a problem uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog, IssueReport, nearest
from optimizer.travel.geodesic import GeodesicProvider
from optimizer.travel.matrix_document import matrix_in_document
from optimizer.travel.matrix_file import MatrixFileProvider
from optimizer.travel.own_files import matrix_file_in, may_hold_matrix
from optimizer.travel.plausible import travel_doubts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.order import Place
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix

#: The profile of a problem in which nobody has a shift.
DEFAULT_PROFILE = "car"


class TravelProvider(Protocol):
    """A source of travel times: an estimate, a user's file, a road server."""

    def matrix(self, places: Mapping[str, Place], profiles: Sequence[str]) -> TravelMatrix:
        """Return the travel between all places.

        Parameters
        ----------
        places
            Places by their key (`Problem.places`); the matrix has exactly these keys, in this order.
        profiles
            Names of the travel profiles that the matrix shall hold, in this order.

        Raises
        ------
        TravelError
            When the provider knows no such profile, or cannot answer.
        InputError
            When what the user gave it has faults.
        """
        ...


def check_travel(problem: Problem, folder: Path | str | None = None) -> IssueReport:
    """Check that a problem's travel can be had, without computing more of it than that takes; return what is doubtful.

    Raises
    ------
    InputError
        As `travel_for` does.
    """
    return checked_travel(problem, folder)[1]


def checked_travel(problem: Problem, folder: Path | str | None = None) -> tuple[TravelMatrix | None, IssueReport]:
    """Do as `check_travel` does, and return the matrix, too, if that had to be read for it."""
    if folder is not None and may_hold_matrix(Path(folder)):
        matrix = travel_for(problem, folder)
        return matrix, travel_doubts(problem, matrix, folder)
    _check_profiles(_profiles_of(problem), GeodesicProvider())
    return None, IssueReport()


def travel_for(problem: Problem, folder: Path | str | None = None, own: TravelProvider | None = None) -> TravelMatrix:
    """Return the travel of a problem: the branch's own matrix, else great-circle estimates.

    Parameters
    ----------
    folder
        The branch: a folder, which may hold `matrix.csv` or `matrix.npz`, or a JSON document, which may have a
        `matrix`. With `None`, or another path, there is none.
    own
        The branch's own matrix where it is at hand already; the folder is not looked into.

    Raises
    ------
    InputError
        When the matrix has faults, or a shift's profile is unknown and no matrix answers for it.
    """
    profiles = _profiles_of(problem)
    provider = own if own is not None or folder is None else _own(Path(folder))
    if provider is None:
        provider = GeodesicProvider()
        _check_profiles(profiles, provider)
    return provider.matrix(problem.places(), profiles)


def _own(branch: Path) -> TravelProvider | None:
    """Return the branch's own matrix, if it has one."""
    file = matrix_file_in(branch)
    return matrix_in_document(branch) if file is None else MatrixFileProvider(file)


def _profiles_of(problem: Problem) -> tuple[str, ...]:
    return tuple(sorted({shift.profile for shift in problem.shifts})) or (DEFAULT_PROFILE,)


def _check_profiles(profiles: Sequence[str], provider: GeodesicProvider) -> None:
    log = IssueLog(form="csv", file="shifts.csv")
    known = provider.known_profiles
    for name in profiles:
        if name not in known:
            near = nearest(name, known)
            log.add("TRAVEL_PROFILE", column="profile", value=name, known=", ".join(known), near=near)
    if log.has_errors:
        raise InputError(log.report())
