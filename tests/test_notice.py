"""What is vendored stands in NOTICE, with its licence and its hash, and nothing of others lies about without."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from tests.test_architecture import ROOT, tracked_files

if TYPE_CHECKING:
    from pathlib import Path

#: `hash  path`, as `sha256sum` writes it and `sha256sum --check` reads it.
LISTED = {
    path: digest
    for digest, path in re.findall(
        r"^([0-9a-f]{64})  (\S.*)$", (ROOT / "NOTICE").read_text(encoding="utf-8"), re.MULTILINE
    )
}
#: What nobody here writes by hand: fonts, archives, minified scripts.
FOREIGN = re.compile(r"\.(?:woff2?|ttf|otf|eot|whl|jar|wasm|min\.\w+)$")
#: How a script or a style sheet of others begins, as a rule.
CLAIMS = re.compile(r"@licen[cs]e|copyright|SPDX-", re.IGNORECASE)
LONGEST_LINE = 1_000


def is_foreign(path: Path) -> bool:
    """Return whether a file looks like the work of others: by its folder, its ending, or what stands in it."""
    if "vendor" in path.relative_to(ROOT).parts or FOREIGN.search(path.name):
        return True
    if path.suffix not in (".js", ".mjs", ".css"):
        return False
    text = path.read_text(encoding="utf-8")
    return bool(CLAIMS.search(text)) or max(map(len, text.splitlines()), default=0) > LONGEST_LINE


def test_the_notice_lists_what_is_vendored_and_nothing_else() -> None:
    assert {path.relative_to(ROOT).as_posix() for path in tracked_files() if is_foreign(path)} == set(LISTED)


@pytest.mark.parametrize("path", LISTED)
def test_a_vendored_file_has_the_hash_of_the_notice(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == LISTED[path]


def test_each_work_names_its_licence_and_its_source() -> None:
    works = re.split(r"\n\n(?=\S)", (ROOT / "NOTICE").read_text(encoding="utf-8"))[1:]
    assert sum(len(re.findall(r"^[0-9a-f]{64}  ", work, re.MULTILINE)) for work in works) == len(LISTED)
    for work in works:
        assert re.search(r"^ {4}Licence: \S+", work, re.MULTILINE), work
        assert re.search(r"^ {4}Source: \S+", work, re.MULTILINE), work


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("vendor/anything.txt", "text"),
        ("board/chart.min.js", "let a"),
        ("board/font.woff2", "wOF2"),
        ("board/chart.js", "/*! @license MIT */"),
        ("board/chart.js", "a" * 1_001),
    ],
)
def test_the_works_of_others_are_known_by_folder_ending_or_content(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.test_notice.ROOT", tmp_path)
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(text)
    assert is_foreign(tmp_path / name)
