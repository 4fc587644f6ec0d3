"""Imports at run time go one way: no circle among files or folders, and every module stands in a contract.

Imports for type checkers alone do not count, those inside functions do.
"""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[1]
#: The packages that ship.
PACKAGES = ("optimizer", "api")


def files() -> dict[str, Path]:
    """Return every module with its file."""
    found = {}
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        found[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = path
    return found


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield what a file imports at run time, `a.b` for both `import a.b` and `from a import b`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield from imported(node)


@cache
def graph() -> dict[str, set[str]]:
    """Return the modules that each module imports."""
    known = files()
    edges: dict[str, set[str]] = {}
    for name, path in known.items():
        edges[name] = set()
        for target in imported(ast.parse(path.read_text(encoding="utf-8"))):
            # The last part may be a name in the module.
            module = target if target in known else target.rpartition(".")[0]
            if module in known and module != name:
                edges[name].add(module)
    return edges


def circle(edges: dict[str, set[str]]) -> list[str]:
    """Return the nodes of one circle, nothing when there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_circle_among_files() -> None:
    assert circle(graph()) == []


@pytest.mark.parametrize(
    "folder", sorted({name.rpartition(".")[0] for name in files() if "." in name}), ids=lambda name: name
)
def test_no_circle_among_what_lies_in_a_folder(folder: str) -> None:
    """Files and folders side by side: a folder imports what any file in it does."""
    depth = folder.count(".") + 2
    edges: dict[str, set[str]] = {}
    for name, targets in graph().items():
        if name.startswith(f"{folder}."):
            inside = {target for target in targets if target.startswith(f"{folder}.")}
            beside = {".".join(target.split(".")[:depth]) for target in inside}
            here = ".".join(name.split(".")[:depth])
            edges.setdefault(here, set()).update(beside - {here})
    assert circle(edges) == []


def outside(modules: Iterable[str], contracts: list[dict[str, list[str]]]) -> list[str]:
    """Return the modules that no contract names, as a source or a layer: by themselves, or by a folder of theirs.

    A whole package beside others says nothing of what is in it.
    """
    named = set()
    for contract in contracts:
        for entry in [*contract.get("source_modules", []), *contract.get("modules", []), *contract.get("layers", [])]:
            named |= {part.strip() for part in entry.split("|")}
    named -= set(PACKAGES)
    return [name for name in modules if not any(name == one or name.startswith(f"{one}.") for one in named)]


def test_a_module_without_a_contract_is_found() -> None:
    contracts = [{"layers": ["api", "optimizer.cli | optimizer.text"]}, {"source_modules": ["api.client"]}]
    modules = ["api.client.wire", "api.loose", "optimizer.cli", "optimizer.loose", "optimizer.text.files"]
    assert outside(modules, contracts) == ["api.loose", "optimizer.loose"]


def test_every_module_stands_in_a_contract() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        contracts = tomllib.load(stream)["tool"]["importlinter"]["contracts"]
    assert [name for name in outside(files(), contracts) if name not in PACKAGES] == []
