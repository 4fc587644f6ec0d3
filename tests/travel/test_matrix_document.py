"""A travel matrix in the JSON of a branch: the same meaning as a matrix file, every fault by its path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.errors import InputError
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_branch, read_intake
from optimizer.ingest.write import write_problem
from optimizer.travel.matrix_document import MOST_PLACES, as_document
from optimizer.travel.provider import check_travel, travel_for
from tests.cases.branches import lay_out, order
from tests.travel.worlds import two_visits

if TYPE_CHECKING:
    from pathlib import Path

KEYS = ["branch", "start:Ben", "end:Ben", "V1", "V2"]
#: Asymmetric, and there is no way from V2 to V1.
SECONDS = [
    [0, 600, 610, 1300, 1400],
    [600, 0, 0, 700, 1800],
    [610, 0, 0, 710, 1810],
    [1900, 700, 710, 0, 1050],
    [1420, 1800, 1810, None, 0],
]


def laid(folder: Path, matrix: object, **more: Any) -> Path:
    """Write a branch in JSON whose matrix is as given."""
    document = {"format": "paigong.problem/1", "matrix": matrix, **more}
    path = folder / "branch.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def faults(folder: Path, **changed: Any) -> list[tuple[str, str, str]]:
    """Return code, path and value of what is wrong with the matrix, changed as given."""
    with pytest.raises(InputError) as caught:
        travel_for(two_visits(), laid(folder, {"keys": KEYS, "seconds": SECONDS} | changed))
    return [(issue.code, issue.path, issue.value) for issue in caught.value.report.issues]


def with_cell(row: int, column: int, value: object) -> list[list[Any]]:
    """Return the seconds with one cell as given."""
    return [[value if (r, c) == (row, column) else cell for c, cell in enumerate(cells)]
            for r, cells in enumerate(SECONDS)]  # fmt: skip


def test_it_is_used_as_given(tmp_path: Path) -> None:
    matrix = travel_for(two_visits(), laid(tmp_path, {"keys": KEYS, "seconds": SECONDS}))
    assert matrix.travel_s("car", "V1", "branch") == 1900
    assert matrix.travel_s("car", "branch", "V1") == 1300
    assert matrix.travel_s("car", "V2", "V1") is None
    assert matrix.provenance["provider"] == "file"
    assert matrix.provenance["file"] == "branch.json"
    assert matrix.provenance["no way"] == "1 pairs: V2 -> V1 (car)"
    assert matrix.provenance["metres"].startswith("estimated")


def test_it_means_what_the_same_table_means_as_a_file(tmp_path: Path) -> None:
    lines = [["from", *KEYS], *([key, *row] for key, row in zip(KEYS, SECONDS, strict=True))]
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in line) for line in lines)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/matrix.csv").write_text(text, encoding="utf-8")
    of_file = travel_for(two_visits(), tmp_path / "folder")
    of_document = travel_for(two_visits(), laid(tmp_path, {"keys": KEYS, "seconds": SECONDS}))
    assert (of_file.seconds == of_document.seconds).all()
    assert (of_file.metres == of_document.metres).all()


def test_profiles_have_a_table_each_and_more_places_do_no_harm(tmp_path: Path) -> None:
    keys = [*KEYS, "elsewhere"]
    car = [[*row, 1] for row in SECONDS] + [[1, 1, 1, 1, 1, 0]]
    bike = [[None if cell is None else 2 * cell for cell in row] for row in car]
    metres = [[[5 * (cell or 0) for cell in row] for row in table] for table in (bike, car)]
    document = {"keys": keys, "profiles": ["ebike", "car"], "seconds": [bike, car], "metres": metres}
    matrix = travel_for(two_visits(profile="ebike"), laid(tmp_path, document))
    assert matrix.travel_s("car", "branch", "V1") == 1300
    assert matrix.travel_s("ebike", "branch", "V1") == 2600
    assert matrix.travel_m("ebike", "branch", "V1") == 13_000
    assert matrix.provenance["metres"] == "branch.json"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"keys": KEYS[:4]}, [("MATRIX_SIZE", "/matrix/seconds", "5")]),
        ({"keys": [*KEYS[:4], "W2"]}, [("MATRIX_KEY_MISSING", "/matrix/keys", "V2")]),
        ({"keys": [*KEYS[:4], "V1"]}, [("MATRIX_KEY_TWICE", "/matrix/keys/4", "V1")]),
        ({"keys": []}, [("JSON_SHAPE", "/matrix/keys", "")]),
        ({"keys": None}, [("KEY_MISSING", "/matrix/keys", "keys")]),
        ({"seconds": None}, [("KEY_MISSING", "/matrix/seconds", "seconds")]),
        ({"seconds": 600}, [("JSON_SHAPE", "/matrix/seconds", "")]),
        ({"seconds": [*SECONDS[:4], [0, 0]]}, [("MATRIX_SIZE", "/matrix/seconds/4", "2")]),
        ({"seconds": [*SECONDS[:4], 7]}, [("JSON_SHAPE", "/matrix/seconds/4", "")]),
        ({"seconds": with_cell(1, 3, "700")}, [("MATRIX_NUMBER", "/matrix/seconds/1/3", "700")]),
        ({"seconds": with_cell(1, 3, True)}, [("MATRIX_NUMBER", "/matrix/seconds/1/3", "true")]),
        ({"seconds": with_cell(1, 3, -1)}, [("MATRIX_NEGATIVE", "/matrix/seconds/1/3", "-1")]),
        ({"seconds": with_cell(3, 3, 60)}, [("MATRIX_DIAGONAL", "/matrix/seconds/3/3", "60")]),
        ({"seconds": with_cell(0, 1, 604_801)}, [("MATRIX_LARGE", "/matrix/seconds/0/1", "604801")]),
        ({"metres": [[0]]}, [("MATRIX_SIZE", "/matrix/metres", "1")]),
        ({"profiles": ["car", "van"]}, [("MATRIX_TABLES", "/matrix/seconds", "5")]),
        ({"profiles": ["van"], "seconds": [SECONDS]}, [("MATRIX_PROFILE_MISSING", "/matrix/keys", "car")]),
        ({"keys": [str(n) for n in range(MOST_PLACES + 1)]}, [("MATRIX_PLACES", "/matrix/keys", str(MOST_PLACES + 1))]),
    ],
)  # fmt: skip
def test_every_fault_has_its_path(tmp_path: Path, changed: dict[str, Any], found: list[tuple[str, str, str]]) -> None:
    assert faults(tmp_path, **changed) == found


def test_a_ragged_table_does_not_hide_what_is_wrong_in_the_next(tmp_path: Path) -> None:
    assert faults(tmp_path, profiles=["car", "van"], seconds=[[*SECONDS[:4], []], with_cell(1, 3, "700")]) == [
        ("MATRIX_SIZE", "/matrix/seconds/0/4", "0"),
        ("MATRIX_NUMBER", "/matrix/seconds/1/1/3", "700"),
    ]


def test_the_diagonal_may_be_left_out(tmp_path: Path) -> None:
    path = laid(tmp_path, {"keys": KEYS, "seconds": with_cell(2, 2, None)})
    assert travel_for(two_visits(), path).travel_s("car", "end:Ben", "end:Ben") == 0


def test_minutes_are_doubted(tmp_path: Path) -> None:
    in_minutes = [[None if cell is None else cell // 60 for cell in row] for row in SECONDS]
    doubts = check_travel(two_visits(), laid(tmp_path, {"keys": KEYS, "seconds": in_minutes})).warnings
    assert {doubt.code for doubt in doubts} == {"MATRIX_MINUTES", "MATRIX_WAYS_MORE"}
    assert doubts[0].text().startswith("branch.json, column '")


def test_a_document_that_only_speaks_of_a_matrix_is_estimated(tmp_path: Path) -> None:
    path = tmp_path / "branch.json"
    path.write_text(json.dumps({"policy": {"matrix": 1}, "orders": [{"fault": "matrix"}]}), encoding="utf-8")
    assert travel_for(two_visits(), path).provenance["provider"] == "geodesic"


def test_a_branch_is_read_with_it_and_its_keys_are_closed(tmp_path: Path) -> None:
    write_problem(two_visits(), tmp_path / "plain.json")
    document = json.loads((tmp_path / "plain.json").read_text(encoding="utf-8"))
    path = laid(tmp_path, {"keys": KEYS, "seconds": SECONDS, "secs": 1}, **document)
    report = read_intake(path, ReadOptions(refuse_unknown=True)).report
    assert [(issue.code, issue.path) for issue in report.errors] == [("KEY_UNKNOWN", "/matrix/secs")]
    assert "'seconds'" not in report.errors[0].text()  # that name is taken already
    with pytest.raises(InputError) as caught:
        read_branch(laid(tmp_path, [1], **document))
    assert [(issue.code, issue.path) for issue in caught.value.report.errors] == [("JSON_SHAPE", "/matrix")]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = laid(tmp_path, {"keys": KEYS, "seconds": SECONDS})
    matrix = travel_for(two_visits(), path)
    document = as_document(matrix)
    assert document == {"keys": KEYS, "seconds": SECONDS}
    with_metres = document | {"metres": [[0 if r == c else 5000 for c in range(5)] for r in range(5)]}
    assert as_document(travel_for(two_visits(), laid(tmp_path, with_metres))) == with_metres
    assert as_document(travel_for(two_visits())) is None


def test_layers_that_differ_are_written_by_profile(tmp_path: Path) -> None:
    bike = [[None if cell is None else 2 * cell for cell in row] for row in SECONDS]
    document = {"keys": KEYS, "profiles": ["car", "ebike"], "seconds": [SECONDS, bike]}
    matrix = travel_for(two_visits(profile="ebike"), laid(tmp_path, document))
    assert as_document(matrix) == document


def test_a_branch_is_exported_with_the_matrix_of_its_folder(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "branch", [order("O1"), order("O2")], no_way=("O1", "O2"))
    result = CliRunner().invoke(app, ["export", str(folder), "--json", str(tmp_path / "wire.json"), "--lang", "en"])
    assert result.exit_code == 0, result.output
    own = json.loads((tmp_path / "wire.json").read_text(encoding="utf-8"))["matrix"]
    assert own == {"keys": ["branch", "O1", "O2"], "seconds": [[0, 600, 600], [600, 0, None], [600, 600, 0]]}
    problem = read_branch(tmp_path / "wire.json", on_warning=lambda _: None)
    assert travel_for(problem, tmp_path / "wire.json").travel_s("car", "O1", "O2") is None
