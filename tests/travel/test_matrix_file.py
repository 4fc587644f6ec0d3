"""The user's own matrix: taken as given, cut down to the problem, every fault in one report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.travel.matrix_file import MatrixFileProvider
from optimizer.travel.matrix_table import MAX_NAMED_CELLS
from optimizer.travel.provider import travel_for
from tests.cases.branches import lay_out, order
from tests.travel.worlds import two_visits

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import Issue

KEYS = ("branch", "start:Ben", "end:Ben", "V1", "V2")
PLACES = two_visits().places()

#: Asymmetric, and V1 -> V2 -> branch is shorter than V1 -> branch: used as given.
RIGHT = """from,branch,start:Ben,end:Ben,V1,V2
branch,0,600,610,300,400
start:Ben,600,0,0,700,800
end:Ben,610,0,0,710,810
V1,900,700,710,0,50
V2,420,800,810,60,0
"""


def _issues(folder: Path, csv_text: str) -> list[Issue]:
    (folder / "matrix.csv").write_text(csv_text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        travel_for(two_visits(), folder)
    return list(caught.value.report.issues)


def _places_of(issues: list[Issue]) -> set[tuple[str, int | None, str, str]]:
    return {(issue.code, issue.row, issue.column, issue.value) for issue in issues}


def test_a_csv_is_used_as_given(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text(RIGHT, encoding="utf-8")
    matrix = travel_for(two_visits(), tmp_path)
    assert matrix.keys == KEYS
    assert matrix.travel_s("car", "branch", "V1") == 300
    assert matrix.travel_s("car", "V1", "branch") == 900
    assert matrix.provenance["file"] == "matrix.csv"
    assert matrix.provenance["no way"] == "none"


def test_one_csv_serves_every_profile(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text(RIGHT, encoding="utf-8")
    matrix = travel_for(two_visits(profile="tricycle"), tmp_path)
    assert matrix.profiles == ("car", "tricycle")
    assert (matrix.seconds[0] == matrix.seconds[1]).all()


def test_a_mark_at_the_beginning_spaces_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeff" + RIGHT.replace("branch,0", " branch , 0 ") + "\n,,,,,\n"
    (tmp_path / "matrix.csv").write_text(text, encoding="utf-8")
    assert travel_for(two_visits(), tmp_path).travel_s("car", "branch", "V2") == 400


def test_rows_may_stand_in_another_order_than_columns(tmp_path: Path) -> None:
    header, *rows = RIGHT.splitlines()
    (tmp_path / "matrix.csv").write_text("\n".join([header, *reversed(rows)]), encoding="utf-8")
    assert travel_for(two_visits(), tmp_path).travel_s("car", "V1", "branch") == 900


def test_more_places_than_the_problem_has_are_cut_off(tmp_path: Path) -> None:
    header, *rows = RIGHT.splitlines()
    wide = [
        header.replace("branch", "old,branch"),
        *(row.replace(",", ",7,", 1) for row in rows),
        "old,0,7,7,7,7,7",
    ]
    (tmp_path / "matrix.csv").write_text("\n".join(wide), encoding="utf-8")
    matrix = travel_for(two_visits(), tmp_path)
    assert matrix.keys == KEYS
    assert matrix.travel_s("car", "V2", "V1") == 60


def test_seconds_are_rounded_up(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text(RIGHT.replace("300", "300.2").replace("900", "9e2"), encoding="utf-8")
    matrix = travel_for(two_visits(), tmp_path)
    assert matrix.travel_s("car", "branch", "V1") == 301
    assert matrix.travel_s("car", "V1", "branch") == 900


def test_an_empty_cell_is_no_way_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text(RIGHT.replace(",0,50", ",0,"), encoding="utf-8")
    matrix = travel_for(two_visits(), tmp_path)
    assert matrix.travel_s("car", "V1", "V2") is None
    assert matrix.travel_m("car", "V1", "V2") is None
    assert matrix.travel_s("car", "V2", "V1") == 60
    assert matrix.provenance["no way"] == "1 pairs: V1 -> V2 (car)"


def test_one_key_is_enough_for_a_home_where_the_day_starts_and_ends(tmp_path: Path) -> None:
    kept = [line.split(",") for line in RIGHT.splitlines() if not line.startswith("end:Ben")]
    text = "\n".join(",".join(cells[:3] + cells[4:]) for cells in kept)
    (tmp_path / "matrix.csv").write_text(text, encoding="utf-8")
    matrix = travel_for(two_visits(), tmp_path)
    assert matrix.travel_s("car", "V1", "end:Ben") == 700
    assert matrix.travel_s("car", "start:Ben", "end:Ben") == 0


def test_metres_come_from_their_own_file_or_are_marked_as_estimated(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text(RIGHT, encoding="utf-8")
    estimated = travel_for(two_visits(), tmp_path)
    # branch -> V1 is 0.1 degree of the meridian: 11 119.51 m x 1.35.
    assert estimated.travel_m("car", "branch", "V1") == 15_012
    assert estimated.provenance["metres"].startswith("estimated")
    (tmp_path / "matrix_metres.csv").write_text(RIGHT.replace("300", "4321"), encoding="utf-8")
    measured = travel_for(two_visits(), tmp_path)
    assert measured.travel_m("car", "branch", "V1") == 4_321
    assert measured.travel_s("car", "branch", "V1") == 300
    assert measured.provenance["metres"] == "matrix_metres.csv"


def test_all_faults_come_in_one_report(tmp_path: Path) -> None:
    faulty = """from,branch,start:Ben,end:Ben,V1,V2
branch,0,-600,610,nan,400
start:Ben,600,5,0,700,abc
end:Ben,610,0,0,710
V1,900,700,710,0,５０
V1,900,700,710,0,50
V9,1,1,1,1,0
"""
    assert _places_of(_issues(tmp_path, faulty)) == {
        ("MATRIX_NEGATIVE", 2, "start:Ben", "-600"),
        ("MATRIX_NOT_FINITE", 2, "V1", "nan"),
        ("MATRIX_DIAGONAL", 3, "start:Ben", "5"),
        ("MATRIX_NUMBER", 3, "V2", "abc"),
        ("MATRIX_CELLS", 4, "", "4"),
        ("NUMBER_FULL_WIDTH", 5, "V2", "５０"),
        ("MATRIX_KEY_TWICE", 6, "", "V1"),
        ("MATRIX_ROW_UNKNOWN", 7, "", "V9"),
        ("MATRIX_ROW_MISSING", None, "", "V2"),
    }


def test_faults_are_sentences_with_a_way_out(tmp_path: Path) -> None:
    (issue,) = _issues(tmp_path, RIGHT.replace("branch,0,600", "branch,0,-600"))
    assert issue.text() == (
        "matrix.csv row 2, column 'start:Ben': -600 is negative. "
        "Write 0 or more; no way is an empty cell, in JSON null."
    )
    assert issue.cause("zh") == "-600 是负数。"


def test_a_place_that_the_matrix_lacks_is_named_with_the_nearest(tmp_path: Path) -> None:
    (issue,) = _issues(tmp_path, RIGHT.replace("V2", "VV2"))
    assert (issue.code, issue.value) == ("MATRIX_KEY_MISSING", "V2")
    assert "Maybe 'VV2' is meant." in issue.action()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "FILE_EMPTY"),
        ("from\n", "FILE_EMPTY"),
        ("from;branch;V1\n", "CSV_SEPARATOR"),
        ('from,"branch\n', "CSV_CELLS"),
        (RIGHT.replace("V2", "V1"), "MATRIX_KEY_TWICE"),
        (RIGHT.replace(",V1,V2\n", ",,V2\n"), "ID_EMPTY"),
        (RIGHT.replace("400", "604801"), "MATRIX_LARGE"),
        (RIGHT.replace("400", "1e999"), "MATRIX_LARGE"),
        (RIGHT.replace("300,400", "300,400,500"), "MATRIX_CELLS"),
    ],
)
def test_a_table_that_is_none_is_named(tmp_path: Path, text: str, code: str) -> None:
    assert code in {issue.code for issue in _issues(tmp_path, text)}


def test_titles_may_stand_above_the_header(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text("Travel in seconds,,,,,\n\n" + RIGHT, encoding="utf-8")
    assert travel_for(two_visits(), tmp_path).travel_s("car", "branch", "V2") == 400


def test_rows_without_their_places_are_one_fault(tmp_path: Path) -> None:
    bare = "\n".join(line.partition(",")[2] for line in RIGHT.splitlines())
    (issue,) = _issues(tmp_path, bare)
    assert (issue.code, issue.value) == ("MATRIX_NO_KEYS", "0")


def test_the_later_days_of_a_job_are_where_the_first_is(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_text(RIGHT, encoding="utf-8")
    provider = MatrixFileProvider(tmp_path / "matrix.csv")
    there, elsewhere = PLACES["V1"], PLACES["V2"]
    matrix = provider.matrix({**PLACES, "V1/2": there}, ["car"])
    assert matrix.travel_s("car", "branch", "V1/2") == 300
    with pytest.raises(InputError, match="'V1/2' is missing"):
        provider.matrix({**PLACES, "V1/2": elsewhere}, ["car"])


def test_text_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "matrix.csv").write_bytes(RIGHT.replace("from", "从").encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8"):
        travel_for(two_visits(), tmp_path)


def test_a_wholly_wrong_table_stays_readable(tmp_path: Path) -> None:
    size = 40  # 1 600 cells, of which 40 lie on the diagonal: all hold -1
    keys = [*KEYS, *(f"X{k}" for k in range(size - len(KEYS)))]
    rows = [",".join(["from", *keys]), *(",".join([key, *(["-1"] * size)]) for key in keys)]
    issues = _issues(tmp_path, "\n".join(rows))
    assert sum(issue.code == "MATRIX_NEGATIVE" for issue in issues) == MAX_NAMED_CELLS
    (more,) = [issue for issue in issues if issue.code == "MATRIX_MORE"]
    assert more.value == str(size * size - MAX_NAMED_CELLS)


# --- npz --------------------------------------------------------------------------------------------------

SECONDS = np.array([[int(cell) for cell in line.split(",")[1:]] for line in RIGHT.splitlines()[1:]])


def _codes(path: Path, **arrays: object) -> set[str]:
    np.savez(path, **{name: np.asarray(array) for name, array in arrays.items()})
    with pytest.raises(InputError) as caught:
        MatrixFileProvider(path).matrix(PLACES, ["car"])
    return {issue.code for issue in caught.value.report.issues}


def test_an_npz_holds_layers_by_profile(tmp_path: Path) -> None:
    layers = np.stack([SECONDS, 2 * SECONDS])
    np.savez(tmp_path / "matrix.npz", keys=np.array(KEYS), profiles=np.array(["ebike", "car"]), seconds=layers)
    matrix = travel_for(two_visits(profile="ebike"), tmp_path)
    assert matrix.profiles == ("car", "ebike")
    assert matrix.travel_s("car", "V1", "branch") == 1_800
    assert matrix.travel_s("ebike", "V1", "branch") == 900


def test_an_npz_with_one_layer_serves_every_profile_and_minus_one_is_no_way(tmp_path: Path) -> None:
    seconds = SECONDS.copy()
    seconds[3, 4] = -1
    np.savez(tmp_path / "matrix.npz", keys=np.array(KEYS), seconds=seconds, metres=10 * SECONDS)
    matrix = travel_for(two_visits(profile="ebike"), tmp_path)
    assert matrix.travel_s("ebike", "V1", "V2") is None
    assert matrix.travel_m("ebike", "V1", "branch") == 9_000
    assert matrix.provenance["no way"] == "2 pairs: V1 -> V2 (car), V1 -> V2 (ebike)"


def test_faults_of_an_npz_are_named(tmp_path: Path) -> None:
    path = tmp_path / "matrix.npz"
    wrong = SECONDS.astype(float)
    wrong[0, 1], wrong[1, 2], wrong[2, 2] = np.nan, -5, 9
    assert _codes(path, keys=KEYS, seconds=wrong) == {
        "MATRIX_NOT_FINITE",
        "MATRIX_NEGATIVE",
        "MATRIX_DIAGONAL",
    }
    assert _codes(path, keys=KEYS) == {"MATRIX_ARRAY_MISSING"}
    assert _codes(path, keys=KEYS, seconds=SECONDS[:4]) == {"MATRIX_SHAPE"}
    assert _codes(path, keys=KEYS, seconds=SECONDS.astype(str)) == {"MATRIX_ARRAY_TYPE"}
    assert _codes(path, keys=("V1", *KEYS[1:]), seconds=SECONDS) == {"MATRIX_KEY_TWICE", "MATRIX_KEY_MISSING"}
    assert _codes(path, keys=KEYS, profiles=["bike"], seconds=SECONDS) == {"MATRIX_PROFILE_MISSING"}
    assert _codes(path, keys=KEYS, seconds=SECONDS * 10_000) == {"MATRIX_LARGE"}


def test_what_is_no_npz_is_named(tmp_path: Path) -> None:
    (tmp_path / "matrix.npz").write_bytes(b"PK not really")
    with pytest.raises(InputError, match=r"matrix\.npz: This is not a NumPy \.npz file"):
        travel_for(two_visits(), tmp_path)


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "matrix.npz", keys=np.array(KEYS, dtype=object), seconds=SECONDS)
    with pytest.raises(InputError, match="allow_pickle"):
        travel_for(two_visits(), tmp_path)


def test_the_days_of_a_job_may_share_one_row(tmp_path: Path) -> None:
    branch = lay_out(tmp_path / "b", [order("A", "", days="2"), order("B/2", "")], shifts=[
        {"technician_id": "T1", "date": day, "start": "08:00", "end": "18:00"} for day in ("2026-11-23", "2026-11-24")
    ])  # fmt: skip
    problem = read_intake(branch, ReadOptions(days=2)).checked()
    matrix = travel_for(problem, branch)
    assert {"A", "A/2", "B/2"} <= set(matrix.keys)
    assert matrix.travel_s("car", "A", "A/2") == 0
    assert matrix.travel_s("car", "A/2", "B/2") == 600
