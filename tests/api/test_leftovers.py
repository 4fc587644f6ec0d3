"""What processes leave on disk: held while they live, cleared when they are dead, closed to others; and draining."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from api import drain
from api.cli import app
from api.leftovers import ABANDONED_S, YOUNG_S, clear_leftovers, held_folder, is_held
from api.private_files import make_private
from tests.api.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: When a folder that is made now is no longer young.
LATER_S = YOUNG_S + 10
#: Holds a folder until it is killed.
HOLDER = """
import sys, time
from pathlib import Path
from api.leftovers import held_folder
print(held_folder("worker", Path(sys.argv[1])).path, flush=True)
time.sleep(600)
"""


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """Let this process make files as it did before."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_folder_is_cleared_when_its_process_is_dead_and_not_before(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as told:
        path = tmp_path / told.readline().strip()
        (path / "branch.json").write_text("{}")
        assert clear_leftovers(tmp_path, time.time() + 10 * ABANDONED_S) == []
        process.kill()
        process.wait()
    assert clear_leftovers(tmp_path, time.time()) == []  # another may be just starting there
    assert clear_leftovers(tmp_path, time.time() + LATER_S) == [path]
    assert not path.exists()


def test_what_earlier_versions_left_goes_after_a_day(tmp_path: Path) -> None:
    (tmp_path / "upload-1.part").write_bytes(b"x")
    (tmp_path / "print-1").mkdir()
    (tmp_path / "paigong.db").write_bytes(b"x")
    assert clear_leftovers(tmp_path, time.time() + LATER_S) == []
    clear_leftovers(tmp_path, time.time() + ABANDONED_S + 10)
    assert [path.name for path in tmp_path.iterdir()] == ["paigong.db"]


def test_a_folder_is_its_processs_alone_and_gone_with_it(tmp_path: Path) -> None:
    folder = held_folder("server", tmp_path)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert is_held(folder.path)
    folder.release()
    folder.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("usual_umask")
def test_the_data_folder_and_the_database_are_closed_to_others(tmp_path: Path) -> None:
    data = tmp_path / "a/data"
    make_private(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    (data / "new").touch()
    assert stat.S_IMODE((data / "new").stat().st_mode) == 0o600
    # One that an earlier version has left open is closed.
    old = tmp_path / "old"
    old.mkdir()
    (old / "paigong.db").touch()
    for path, mode in ((old, 0o755), (old / "paigong.db", 0o644)):
        path.chmod(mode)
    make_private(old)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (old, old / "paigong.db")] == [0o700, 0o600]


@pytest.mark.usefixtures("usual_umask")
@pytest.mark.parametrize(("mode", "has_database"), [(0o1777, True), (0o755, False)])
def test_a_folder_that_is_not_the_services_stays_as_it_is(tmp_path: Path, mode: int, has_database: bool) -> None:
    tmp_path.chmod(mode)
    if has_database:
        (tmp_path / "paigong.db").touch()
    make_private(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode


# --- draining -----------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "--lang", "en"])
    return result.exit_code, result.output


def test_draining_waits_for_the_workers_that_live_here(tmp_path: Path) -> None:
    folder = held_folder("worker", tmp_path)
    code, told = run("drain", "--data", str(tmp_path), "--wait", "0")
    assert (code, "still being solved here: 1" in told) == (1, True)
    assert drain.is_draining(tmp_path)
    folder.release()
    code, told = run("drain", "--data", str(tmp_path))
    assert (code, "can be restarted" in told) == (0, True)
    assert run("drain", "--off", "--data", str(tmp_path))[0] == 0
    assert not drain.is_draining(tmp_path)


def test_there_is_nothing_to_drain_where_no_service_was(tmp_path: Path) -> None:
    assert run("drain", "--data", str(tmp_path / "none"))[0] == 2
