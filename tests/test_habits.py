"""The habits that tools hold: the hooks before a commit, its message, the changelog, what runs by day and by night."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_hooks_run_what_make_check_runs() -> None:
    [steps] = re.findall(r"^check: ([\w ]+?) *##", MAKEFILE, re.MULTILINE)
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"entry: make (\w+)", hooks) == steps.split()
    assert "repo: local" in hooks
    assert "://" not in hooks, "a hook from elsewhere needs a network"


def test_the_makefile_says_of_each_word_that_it_is_no_file() -> None:
    [phony] = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert set(re.findall(r"^(\w+):(?! *=)", MAKEFILE, re.MULTILINE)) == set(phony.split())


def test_long_tests_run_at_night_only() -> None:
    [by_day] = re.findall(r"^test:.*\n(?:\t.*\n)+", MAKEFILE, re.MULTILINE)
    [by_night] = re.findall(r"^night:.*\n(?:\t.*\n)+", MAKEFILE, re.MULTILINE)
    assert '-m "not night"' in by_day
    assert by_night.rstrip().endswith("-m night")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not at hand")
@pytest.mark.parametrize(("words", "lang"), [([], "zh"), (["PAPERS=en"], "en")])
def test_the_demo_is_planned_in_the_language_that_is_asked_for(words: list[str], lang: str) -> None:
    said = subprocess.run(["make", "-n", "plan", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"paigong plan data/hangzhou --out out/hangzhou --lang {lang}\n" in said


#: How code writes that a day is 86 400 seconds of a moment: it is not where clocks change.
DAYS_TO_MOMENTS = re.compile(
    r"\bday\w*(?:\.\w+)*\)? \* (?:DAY_S|86_?400)|(?://|%) (?:DAY_S|86_?400)|(?:DAY_S|86_?400) \*"
)
#: What may: midnight's one place, and times of a day without one.
MIDNIGHT = {"optimizer/domain/wall_clock.py", "optimizer/domain/units.py"}


@pytest.mark.parametrize("code", ["day * DAY_S + s", "shift.day * DAY_S", "s // DAY_S", "s % 86_400", "86400 * day"])
def test_days_are_found_that_are_made_moments(code: str) -> None:
    assert DAYS_TO_MOMENTS.search(code)


def test_days_become_moments_in_one_place() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("optimizer", "api")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.relative_to(ROOT).as_posix() not in MIDNIGHT
        for line in path.read_text(encoding="utf-8").splitlines()
        if DAYS_TO_MOMENTS.search(line)
    }
    assert found == {
        "optimizer/ingest/cells/dates_and_times.py: total = days * DAY_S + hours * 3600 + minutes * 60 + seconds"
    }


BODY = "\n\nIt had to be.\n"


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ("A subject" + BODY, None),
        ("a" * 72 + BODY, None),
        ("a" * 73 + BODY, "73 characters"),
        ("派" * 72 + BODY, None),
        ("派" * 73 + BODY, "73 characters"),
        ("A subject\n", "no body"),
        ("A subject\n\n# Changes to be committed:\n", "no body"),
        ("A subject\n\n# ---- >8 ----\ndiff --git\n", "no body"),
        ("A subject\nIt had to be.\n", "second line"),
        ("\n\n" + "a" * 73 + BODY, "73 characters"),
        ("\n\nA subject" + BODY, None),
        ("Merge branch 'main'\n", None),
        ("Merge branch 'main' of ../other into " + "a" * 40 + "\n", None),
        ('Revert "A subject"\n', None),
        ("Merge the two lists of calls\n", "no body"),
        ("Merge " + "a" * 70 + BODY, "76 characters"),
        ("Merging is a subject like any other\n", "no body"),
    ],
)
def test_a_commit_has_a_short_subject_and_says_why(message: str, complaint: str | None, tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_text(message, encoding="utf-8")
    done = subprocess.run([ROOT / ".ci/commit-message", file], capture_output=True, text=True, check=False)
    assert done.returncode == (complaint is not None)
    assert (complaint or "") in done.stderr


def test_the_changelog_begins_with_what_is_not_released_and_knows_this_version() -> None:
    """Keep a Changelog: newest first, dates as in ISO 8601, headings of six kinds."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert heads[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})", head) for head in heads[1:]]
    assert all(released), heads
    assert [match[2] for match in released if match] == sorted((m[2] for m in released if m), reverse=True)
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    [version] = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version == (released[0][1] if released and released[0] else "0.1.0"), "a release has a section of its own"


#: What is imported under another name than it is installed.
MODULES = {"pyvroom": "vroom"}
#: What no line imports: SQLAlchemy loads the one where the database's address names it, Java the archives of the other.
NOT_IMPORTED = {"psycopg", "timefold"}


def imported(source: str) -> set[str]:
    """Return the top names of what a source imports, anywhere in it; a comment imports nothing."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
    return found


def test_a_comment_uses_no_dependency() -> None:
    assert imported("# import babel\nimport numpy.linalg\ndef f():\n    from rich.text import Text\n") == {
        "numpy",
        "rich",
    }


def test_each_dependency_and_each_extra_is_used_by_some_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra, some in project["optional-dependencies"].items() if extra != "dev" for one in some]
    sources = [path for folder in ("optimizer", "api", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    used = set().union(*(imported(path.read_text(encoding="utf-8")) for path in sources))
    names = [re.split(r"[\[<>=;]", one)[0].strip() for one in [*project["dependencies"], *extras]]
    unused = {name for name in names if MODULES.get(name, name.replace("-", "_")) not in used}
    assert unused == NOT_IMPORTED
