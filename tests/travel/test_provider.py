"""Which travel a problem uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError
from optimizer.travel.provider import travel_for
from tests.travel.worlds import two_visits

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_folder_travel_is_estimated_for_the_profiles_in_use() -> None:
    matrix = travel_for(two_visits(profile="ebike"))
    assert matrix.keys == tuple(two_visits().places())
    assert matrix.profiles == ("car", "ebike")
    assert matrix.provenance["provider"] == "geodesic"


def test_a_folder_without_a_matrix_changes_nothing(tmp_path: Path) -> None:
    alone, beside = travel_for(two_visits()), travel_for(two_visits(), tmp_path)
    assert (alone.seconds == beside.seconds).all()
    assert travel_for(two_visits(), tmp_path / "branch.json").keys == alone.keys


def test_an_unknown_profile_is_a_fault_with_a_way_out() -> None:
    with pytest.raises(InputError) as caught:
        travel_for(two_visits(profile="ebyke"))
    (issue,) = caught.value.report.issues
    assert (issue.code, issue.file, issue.column, issue.value) == (
        "TRAVEL_PROFILE",
        "shifts.csv",
        "profile",
        "ebyke",
    )
    assert "Maybe 'ebike' is meant." in issue.action()
    assert "Write one of car, ebike, walk" in issue.action()


def test_two_matrices_in_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text("from,branch\nbranch,0\n", encoding="utf-8")
    (tmp_path / "matrix.npz").write_bytes(b"")
    with pytest.raises(InputError, match="Keep one of the two matrices"):
        travel_for(two_visits(), tmp_path)
