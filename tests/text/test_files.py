"""A file is written as a whole or not at all, and what is no file stays what it is."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from optimizer.text.files import replacing, write_text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_and_who_may_read_it_stays(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text("old")
    file.chmod(0o640)
    write_text("new", file)
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(file) as draft:
        draft.write_text(str(1 / 0))
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path, is_there: bool) -> None:
    kept, link = tmp_path / "kept/plan.json", tmp_path / "plan.json"
    kept.parent.mkdir()
    if is_there:
        kept.write_text("old")
    link.symlink_to("kept/plan.json")
    write_text("new", link)
    assert link.is_symlink()
    assert kept.read_text() == "new"
    assert list(kept.parent.iterdir()) == [kept]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text("new", pipe)
        assert os.read(reader, 100) == b"new"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "plan.json"
    folder.mkdir()
    with pytest.raises(OSError, match=r"plan\.json'$"):
        write_text("new", folder)
    assert folder.is_dir()


def test_a_failure_names_the_file_that_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "plan.json"
    with pytest.raises(FileNotFoundError) as raised:
        write_text("new", file)
    assert raised.value.filename == str(file)
    assert ".tmp" not in str(raised.value)
