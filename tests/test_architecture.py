"""The house keeps its order: public names, start-up, imports that a contract cannot say, docstrings, private data."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import typer.main

import optimizer
from optimizer.cli import app

ROOT = Path(__file__).parents[1]

PUBLIC_NAMES = [
    "Branch",
    "CancelToken",
    "Customer",
    "InputError",
    "InputWarning",
    "Interval",
    "Judgement",
    "LockConflictError",
    "Order",
    "Outcome",
    "PaigongError",
    "Place",
    "Plan",
    "Policy",
    "Problem",
    "Progress",
    "Rule",
    "Shift",
    "Technician",
    "TravelMatrix",
    "Violation",
    "Visit",
    "explain_visit",
    "judge_plan",
    "plan_instead",
    "read_branch",
    "smallest_change",
    "solve",
    "time_routes",
    "travel_for",
]

#: Top folders and files of the repository; a new one needs a reason.
TOP = {
    ".ci",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "NOTICE",
    "README.md",
    "README.zh.md",
    "SECURITY.md",
    "api",
    "benchmarks",
    "data",
    "deploy",
    "docs",
    "optimizer",
    "pyproject.toml",
    "requirements.lock",
    "tests",
}


#: Pages for people, and those of them that are there in both languages.
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "data/README.md", *ROOT.glob("benchmarks/**/*.md")]
)
TWICE = [page for page in PAGES if page.removesuffix(".md") + ".zh.md" in PAGES]
MOST_WORDS = 1_200


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def tracked_files() -> list[Path]:
    """Return the files of the repository: what git tracks, or everything that is no output where git is not at hand."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return [path for top in TOP for path in [ROOT / top, *(ROOT / top).rglob("*")] if path.is_file()]
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Return the modules that a file imports, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add(node.module or "")
    return frozenset(found)


# --- public names and start-up --------------------------------------------------------------------------------------


def test_the_public_names_are_these() -> None:
    assert optimizer.__all__ == PUBLIC_NAMES


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse((ROOT / "optimizer/__init__.py").read_text(encoding="utf-8"))
    [guarded] = [node for node in tree.body if isinstance(node, ast.If)]
    seen = [alias.asname for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(map(str, seen)) == PUBLIC_NAMES


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    public = getattr(optimizer, name)
    assert callable(public)
    assert inspect.getdoc(public)


def test_no_module_is_named_after_something_in_it() -> None:
    """The import system sets a submodule on its package, which would put a module in the function's place."""
    named = []
    for path in modules("optimizer", "api"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        named += [str(path.relative_to(ROOT)) for name in defined if name == path.stem]
    assert named == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="sovle"):
        getattr(optimizer, "sovle")  # noqa: B009


def test_importing_the_package_loads_nothing_heavy() -> None:
    """It is to take 0.3 s at most: that is kept by loading nothing, which a slow machine cannot falsify."""
    code = "import json, sys; import optimizer; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(answer.stdout)}
    heavy = "babel geopy holidays jinja2 numba numpy openpyxl ortools pandas pydantic typer"
    assert loaded.isdisjoint(heavy.split())


def test_the_command_line_starts_without_the_libraries_of_its_commands() -> None:
    code = "import json, sys; import optimizer.cli; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(answer.stdout)}
    assert loaded.isdisjoint({"babel", "jinja2", "numba", "numpy", "openpyxl", "ortools", "pandas", "pydantic"})


def test_a_command_is_read_without_what_refuses_and_helps() -> None:
    """Typer reads values with pydantic, and draws panels with half of rich: a quarter of a second of each command."""
    code = "import sys; from optimizer.cli import app; app(standalone_mode=False); print(*sys.modules)"
    command = ["check", "data/hangzhou", "--stage", "draft", "--as-of", "2026-11-20 16:00", "--lang", "en"]
    answer = subprocess.run([sys.executable, "-c", code, *command], cwd=ROOT, capture_output=True, check=True)
    loaded = set(answer.stdout.decode().splitlines()[-1].split())
    assert "optimizer.ingest.read" in loaded
    assert loaded.isdisjoint({"pydantic", "typer.rich_utils"})


def test_reading_a_branch_loads_no_engine() -> None:
    code = "import json, sys; from optimizer import read_branch; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(answer.stdout)}
    assert loaded.isdisjoint({"numba", "ortools", "pandas"})


# --- imports --------------------------------------------------------------------------------------------------------


def test_the_domain_imports_only_the_standard_library() -> None:
    for path in modules("optimizer/domain"):
        outside = {name for name in imports_of(path) if not name.startswith("optimizer.domain")}
        assert {name.partition(".")[0] for name in outside} <= sys.stdlib_module_names, path.name


def test_the_judge_imports_only_the_domain_and_the_travel_matrix() -> None:
    for path in modules("optimizer/judge"):
        ours = {name for name in imports_of(path) if name.startswith("optimizer")}
        others = {name.partition(".")[0] for name in imports_of(path)} - {"optimizer"}
        outside = {name for name in ours if not name.startswith(("optimizer.domain", "optimizer.judge"))}
        assert outside <= {"optimizer.travel.matrix"}, path.name
        assert others <= sys.stdlib_module_names, path.name


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("numba", ["optimizer/engine/jit"]),
        ("ortools", ["optimizer/engine/master", "optimizer/engine/bounds"]),
        ("pandas", ["optimizer/report", "optimizer/solver.py", "optimizer/whatif", "optimizer/whatif_command.py"]),
        ("jinja2", ["optimizer/report"]),
        (
            "openpyxl",
            [
                "optimizer/report",
                "optimizer/text",
                "optimizer/ingest/template.py",
                "optimizer/ingest/fault_workbook.py",
            ],
        ),
        ("geopy", ["optimizer/ingest/build/geocode.py"]),
        ("holidays", ["optimizer/ingest/build/calendar.py"]),
        ("python_calamine", ["optimizer/ingest/forms/workbook_child.py"]),
        ("typer", ["optimizer/cli.py", "optimizer/console.py", "optimizer/options.py", "optimizer/cli_language.py"]),
    ],
)
def test_a_heavy_library_has_one_home(library: str, homes: list[str]) -> None:
    users = [path for path in modules("optimizer") if library in {n.partition(".")[0] for n in imports_of(path)}]
    assert users, f"nobody uses {library}"
    for path in users:
        assert any(path.is_relative_to(ROOT / home) for home in homes), path.relative_to(ROOT)


@pytest.mark.parametrize("library", ["babel", "fastapi", "pydantic", "pydantic_core", "sqlalchemy"])
def test_planning_does_without_what_the_service_and_the_tests_use(library: str) -> None:
    assert [path for path in modules("optimizer") if library in {n.partition(".")[0] for n in imports_of(path)}] == []


# --- what is written about the code ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", modules("optimizer", "api", "benchmarks", "tests"), ids=lambda p: p.name)
def test_a_module_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name == "__init__.py" and not tree.body:
        return
    first_line = (ast.get_docstring(tree) or "").partition("\n\n")[0]
    assert first_line.endswith((".", ":", "`", ")", "?")), f"{path.relative_to(ROOT)}: {first_line!r}"


def documented_parameters(docstring: str) -> set[str]:
    """Return the names under `Parameters` of a numpydoc docstring."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+$|\Z)", docstring, re.MULTILINE | re.DOTALL)
    if section is None:
        return set()
    heads = [line.partition(" :")[0] for line in section[1].splitlines() if line and not line.startswith(" ")]
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


def public_objects(path: Path) -> list[tuple[str, object]]:
    """Return the public functions, classes and methods that a module defines, by qualified name."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    found: list[tuple[str, object]] = []
    for key, value in vars(module).items():
        if key.startswith("_") or getattr(value, "__module__", None) != name:
            continue
        if inspect.isclass(value):
            found.append((f"{name}.{key}", value))
            found += [(f"{name}.{key}.{k}", v) for k, v in vars(value).items() if inspect.isfunction(v) and k[0] != "_"]
        elif inspect.isfunction(value):
            found.append((f"{name}.{key}", value))
    return found


@pytest.mark.parametrize(
    "path",
    # Kernels are dispatchers of numba, __main__ runs, and alembic's env.py runs inside a migration.
    [
        path
        for path in modules("optimizer", "api")
        if path.name not in ("__main__.py", "env.py") and "search" not in path.parts
    ],
    ids=lambda p: p.name,
)
def test_a_docstring_names_only_parameters_that_exist(path: Path) -> None:
    for name, item in public_objects(path):
        named = documented_parameters(inspect.getdoc(item) or "")
        if inspect.isclass(item):
            fields = set(getattr(item, "__annotations__", {})) | set(getattr(item, "model_fields", {}))
            fields |= set(inspect.signature(item).parameters) if "__init__" in vars(item) else set()
            assert named <= fields, name
        else:
            assert named <= set(inspect.signature(item).parameters), name  # type: ignore[arg-type]


def test_the_reader_of_docstrings() -> None:
    docstring = (
        "Do it.\n\nParameters\n----------\nlow, high\n    Ends.\n*rest : int\n    More.\n\nReturns\n-------\nint\n"
    )
    assert documented_parameters(docstring) == {"low", "high", "rest"}


# --- what a repository must not hold --------------------------------------------------------------------------------


#: Paths of somebody's machine, mail addresses, package registries. Written in pieces, so that this file has none.
FORBIDDEN = {
    "an absolute path": re.compile(r"(?<![\w.~:/-])/" + r"(?:work|home|root|Users|private|mnt)" + r"/[\w.-]+"),
    "a Windows path": re.compile(r"\b[A-Z]:" + r"\\\\?Users"),
    "an e-mail address": re.compile(r"\b[\w.+-]+" + "@" + r"[\w-]+\.(?:com|org|net|io|cn|dev|example)\b"),
    "a registry host": re.compile(r"(?:py" + r"pi\.org|files\.python" + r"hosted|--(?:extra-)?index" + r"-url\s+http)"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names_a_machine_a_person_or_a_registry(what: str) -> None:
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in FORBIDDEN[what].finditer(text)]
    assert found == []


def test_the_top_of_the_repository_is_fixed() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked_files()} <= TOP


def test_what_the_pages_have_one_make_is_no_part_of_the_repository() -> None:
    """Whoever follows the pages may add everything: no key, no database and no plan goes in with it."""
    made = {"paigong-data/admin.key", "branch.xlsx"}
    for page in (page for page in PAGES if page.startswith(("README", "docs/"))):
        made |= set(re.findall(r"(?:--out|--json|--data|cp -r \S+) ([a-z][\w./-]*)", text_of(page)))
    assert {"my-branch", "branch.json", "out/draft"} <= made
    ignoring = ["git", "check-ignore", "--no-index", "--stdin", "-z"]
    # A name alone may be a folder.
    asked = "\0".join(name if "." in name else f"{name}/any" for name in sorted(made))
    listing = subprocess.run(ignoring, cwd=ROOT, input=asked, capture_output=True, check=False, text=True)
    assert listing.stdout.strip("\0").split("\0") == asked.split("\0")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$|^ {4}.*?$", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", text_of(page))
    inside = [link for link in links if not link.startswith("https://")]
    assert [link for link in inside if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("README", "CONTRIBUTING", "docs/"))])
def test_a_path_that_a_page_names_is_there(page: str) -> None:
    tops = "|".join(("optimizer", "api", "data", "benchmarks", "tests", "deploy", "docs", r"\.ci", r"\.github"))
    paths = re.findall(rf"`((?:{tops})/[\w./-]*)`", without_code(text_of(page)))
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_page_on_the_architecture_names_every_file_of_the_search() -> None:
    rows = re.findall(r"^\| ((?:`\w+\.py`,? ?)+)\|", text_of("docs/architecture.md"), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+\.py)`", row)]
    files = {path.name for path in modules("optimizer/engine/search")} - {"__init__.py"}
    assert sorted(named) == sorted(files)


@pytest.mark.parametrize("page", TWICE)
def test_the_chinese_page_has_the_same_parts(page: str) -> None:
    both = (text_of(page), text_of(page.removesuffix(".md") + ".zh.md"))
    parts = [re.findall(r"^(#+ |\| `|- \*\*|```|!\[)", text, re.MULTILINE) for text in both]
    assert parts[0] == parts[1]


def test_the_pages_for_users_are_there_in_both_languages() -> None:
    pages = ["editing", "integrating", "operating", "service", "using", "whatif"]
    assert ["README.md", *(f"docs/{page}.md" for page in pages)] == TWICE


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_a_readme_is_read_in_five_minutes(page: str) -> None:
    # A Chinese word has two characters, as a rule.
    text = text_of(page)
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
    assert len(re.sub(r"[\u3000-\u9fff\uff00-\uffef]", " ", text).split()) + chinese / 2 <= MOST_WORDS


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_a_headline_figure_stands_on_the_page_that_it_links_to(page: str) -> None:
    rows = re.findall(
        r"^\|.*?\| ([\d.]+)(?: %)? \|.*?\((benchmarks/results/[\w.-]+)\) \|$", text_of(page), re.MULTILINE
    )
    assert len(rows) == 3
    for figure, source in rows:
        assert re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d)", text_of(source)), (figure, source)


@pytest.mark.parametrize("page", ["docs/using.md", "docs/using.zh.md"])
def test_every_option_of_a_plan_is_on_the_page_for_users(page: str) -> None:
    command = typer.main.get_command(app).commands["plan"]  # type: ignore[attr-defined]
    options = {name for option in command.params for name in option.opts if name.startswith("--")}
    named = set(re.findall(r"^\| `(?:--no-)?-*([\w-]+)", text_of(page), re.MULTILINE))
    assert {name.removeprefix("--") for name in options} <= named


def test_no_module_is_called_after_nothing() -> None:
    names = {path.name for path in modules("optimizer", "api", "benchmarks", "tests")}
    assert names.isdisjoint({"utils.py", "helpers.py", "common.py", "misc.py"})


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|X" + r"XX)\b|NotImplemented" + "Error")
    left = [path.name for path in modules("optimizer", "api", "benchmarks") if marks.search(path.read_text("utf-8"))]
    assert left == []
