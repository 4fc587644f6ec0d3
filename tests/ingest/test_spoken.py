"""The language of a branch, before all of it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_branch
from optimizer.ingest.spoken import branch_language
from optimizer.ingest.write import problem_to_json
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("column", "text", "language"), [("name", "B", "zh"), ("locale", "en-US", "en"), ("language", "en", "en")]
)
def test_a_folder_and_a_file_say_it(tmp_path: Path, column: str, text: str, language: str) -> None:
    folder = write_folder(tmp_path / "csv", with_cell(two_orders(), "branch", 2, column, text))
    file = tmp_path / "branch.json"
    file.write_text(json.dumps(problem_to_json(read_branch(folder))), encoding="utf-8")
    assert branch_language(folder) == branch_language(file) == language


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("[", encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    for path in (broken, empty, tmp_path / "none.json", tmp_path / "branch.xlsx"):
        assert branch_language(path) == ""
