"""Uploads laid out on disk: archives as Windows, macOS and nobody sane would make them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from api.readers import upload
from tests.api.conftest import BRANCH, ROOT

if TYPE_CHECKING:
    from pathlib import Path

SHEETS = sorted((ROOT / "data/hangzhou").glob("*.csv"))
OPTIONS = {"stage": "draft"}


def archive(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()


def read(content: bytes, folder: Path, media_type: str = upload.ARCHIVE) -> upload.Laid:
    return upload.read(upload.lay_out(content, media_type, folder), OPTIONS)


@pytest.mark.parametrize("prefix", ["", "hangzhou/", "__MACOSX/../hangzhou/", "C:\\branch\\"])
def test_an_archive_is_read_like_its_folder(prefix: str, tmp_path: Path) -> None:
    laid = read(archive({prefix + path.name: path.read_bytes() for path in SHEETS}), tmp_path)
    assert not laid.intake.report.has_errors
    assert len(laid.intake.checked().visits) == 62
    # Nothing is written beside the folder, whatever the names say.
    assert {path.name for path in tmp_path.iterdir()} == {"branch"}


def test_names_in_gbk_are_read() -> None:
    entry = zipfile.ZipInfo("派工单.csv".encode("gbk").decode("cp437"))
    entry.flag_bits = 0
    assert upload._name_of(entry) == "派工单.csv"


def test_json_is_read_with_its_travel(tmp_path: Path) -> None:
    laid = read(BRANCH, tmp_path, upload.JSON)
    assert set(laid.matrix().keys) == set(laid.intake.checked().places())
    assert laid.own is None


def test_a_matrix_of_its_own_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = list(read(BRANCH, tmp_path, upload.JSON).intake.checked().places())
    seconds = [[0 if row == column else 600 + row for column in range(len(keys))] for row in range(len(keys))]
    document = json.loads(BRANCH) | {"matrix": {"keys": keys, "seconds": seconds}}
    laid = read(json.dumps(document).encode(), tmp_path, upload.JSON)
    monkeypatch.setattr(upload, "travel_for", None)
    assert laid.matrix().seconds.tolist() == [seconds]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no zip archive"),
        (b"PK\x03\x04 and then nothing", "no zip archive"),
        (archive({"a.csv": b"\0" * 200_000_000}), "inflates to too much"),
        (archive({f"{n}.csv": b"" for n in range(upload.MAX_MEMBERS + 1)}), "more than 100 files"),
        (archive({"one/orders.csv": b"", "two/orders.csv": b""}), "two files of one name"),
        (archive({"orders.csv": b"x" * 1000})[:-40], "zip archive"),
    ],
    ids=["empty", "broken", "bomb", "many", "twice", "cut"],
)
def test_an_archive_that_is_refused_says_why(content: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(upload.ArchiveError, match=reason):
        upload.lay_out(content, upload.ARCHIVE, tmp_path)


def test_published_plans_lie_where_a_branch_keeps_them(tmp_path: Path) -> None:
    path = upload.lay_out(BRANCH, upload.JSON, tmp_path)
    upload.lay_published(path, [("2026-11-30_planned_2026-11-27T1600.json", b"{}")])
    assert (tmp_path / "branch.published/2026-11-30_planned_2026-11-27T1600.json").read_bytes() == b"{}"
