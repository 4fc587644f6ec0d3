"""A copy of the database is put back: whole, brought up to date, never over another one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from api.store.engine import Store, StoreError, migrate
from api.store.restoring import put_back
from api.store.upkeep import back_up
from tests.api.conftest import ROOT
from tests.api.filled_database import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLDEST = CASES / "service-0001.sql"


def everything(path: Path) -> list[str]:
    """Return the content of a database as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Store]:
    """Yield a database of today with a row in each table, open as in a service that runs."""
    with closing(sqlite3.connect(tmp_path / "paigong.db")) as connection:
        connection.executescript(OLDEST.read_text(encoding="utf-8"))
    store = Store(f"sqlite:///{tmp_path / 'paigong.db'}")
    migrate(store)
    yield store
    store.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "new").mkdir()
    return tmp_path / "new" / "paigong.db"


def test_what_was_copied_while_it_was_in_use_is_there_again(filled: Store, tmp_path: Path, target: Path) -> None:
    back_up(filled, tmp_path / "copy.db")
    assert put_back(tmp_path / "copy.db", target) == 1
    assert everything(target) == everything(tmp_path / "paigong.db")
    assert [path.name for path in target.parent.iterdir()] == ["paigong.db"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_copy_of_an_earlier_version_is_brought_up_to_date(filled: Store, tmp_path: Path, target: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript(OLDEST.read_text(encoding="utf-8"))
    before = (tmp_path / "old.db").read_bytes()
    assert put_back(tmp_path / "old.db", target) == 1
    assert everything(target) == everything(tmp_path / "paigong.db")
    assert (tmp_path / "old.db").read_bytes() == before


@pytest.mark.parametrize("ending", ["", "-wal"])
def test_a_database_that_is_there_is_left_as_it_is(filled: Store, tmp_path: Path, target: Path, ending: str) -> None:
    back_up(filled, tmp_path / "copy.db")
    there = target.with_name(target.name + ending)
    there.write_text("what somebody needs")
    with pytest.raises(FileExistsError):
        put_back(tmp_path / "copy.db", target)
    assert there.read_text() == "what somebody needs"
    assert len(list(target.parent.iterdir())) == 1


def damaged(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[len(content) // 3 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 3)
    copy.write_bytes(content)


def cut(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:5_000])


def anything(copy: Path) -> None:
    copy.write_text("a text, " * 2_000)


def nothing(copy: Path) -> None:
    copy.write_bytes(b"")


def somebody_elses(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE songs (title)")


def newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize("spoil", [damaged, cut, anything, nothing, somebody_elses, newer])
def test_what_is_no_whole_copy_of_ours_is_refused_and_nothing_is_left(
    filled: Store, tmp_path: Path, target: Path, spoil: object
) -> None:
    copy = tmp_path / "copy.db"
    back_up(filled, copy)
    spoil(copy)  # type: ignore[operator]
    with pytest.raises(StoreError):
        put_back(copy, target)
    assert list(target.parent.iterdir()) == []


def test_the_command_says_what_it_did_and_what_it_did_not(filled: Store, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "copy.db")

    def restore(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "api.cli", "restore", *arguments, "--lang", "en"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)

    copy, data = str(tmp_path / "copy.db"), str(tmp_path / "data")
    done = restore(copy, "--data", data)
    assert (done.returncode, done.stdout) == (
        0, "Restored: 1 plans. Keys that were revoked after the copy was made are in force again.\n"
    )  # fmt: skip
    for arguments, said in {
        (copy, "--data", data): "There is a database in",
        (str(tmp_path / "none.db"), "--data", str(tmp_path / "b")): "none.db",
        (str(OLDEST), "--data", str(tmp_path / "c")): "cannot be restored: file is not a database",
    }.items():
        refused = restore(*arguments)
        assert refused.returncode == 2
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr
