"""House rules that a reader would otherwise have to remember."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("optimizer/**/*.py"), *ROOT.glob("api/**/*.py"), *ROOT.glob("benchmarks/**/*.py")])

PUBLIC_NAMES = """
Branch CancelToken Customer InputError Interval Judgement LockConflictError Order Outcome PaigongError Place Plan Policy
Problem Progress Rule Shift Technician TravelMatrix Violation Visit judge read_branch solve time_routes travel_for
""".split()


def test_the_public_names_are_these_and_all_of_them_load() -> None:
    assert list(optimizer.__all__) == sorted(PUBLIC_NAMES)
    for name in PUBLIC_NAMES:
        assert getattr(optimizer, name) is not None


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, optimizer; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("numba", "ortools", "pandas", "numpy", "pydantic", "jinja2", "babel"):
        assert f"'{heavy}'" not in loaded


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_is(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_docstrings_name_parameters_that_exist(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef):
            continue
        text = ast.get_docstring(node) or ""
        found = re.search(r"Parameters\n-+\n(.*?)(?=\n\n[A-Z]\w+\n-+\n|\Z)", text, re.DOTALL)
        if not found:
            continue
        documented = re.findall(r"^(\w[\w, *]*?)(?: : .*)?$", found[1], re.MULTILINE)
        names = {name.strip(" *") for line in documented for name in line.split(",")}
        arguments = node.args
        known = {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
        known |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a}
        assert names <= known, f"{node.name} documents {sorted(names - known)}"


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines()]


def test_no_file_names_a_machine_a_person_or_a_registry() -> None:
    absolute = re.compile(r"(?<![\w.:/<])/(?:home|root|work|Users|farm)/\w")
    mail = re.compile(r"[\w.+-]+@[\w-]+\.(?:com|org|net|cn|io)\b")
    registry = re.compile(r"files\.pythonhosted|pypi\.org/simple|registry\.npmjs")
    for file in tracked_files():
        if file.suffix in {".png", ".xlsx", ".npz"} or file == Path(__file__):
            continue
        text = file.read_text(encoding="utf-8")
        for pattern in (absolute, mail, registry):
            assert not pattern.search(text), f"{file.relative_to(ROOT)}: {pattern.search(text)}"
