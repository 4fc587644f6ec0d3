"""What a function of the source leads to: whatever it names, and what these name in turn. Nothing is run.

A name means what its module defines or imports as it; `module.name` means that module's; any other attribute means
every method and field of that name, whosever it is. So something may be found that is never called, but nothing that
is called is missed.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "optimizer"
#: Where rules are; whatever else is named leads nowhere.
FOLDERS = ("domain", "judge", "engine", "explain", "report")

#: What a definition mentions, by full name; an attribute of an object is `.name`.
Mentions = frozenset[str]


def reached_from(root: str, *within: str) -> frozenset[str]:
    """Return what a definition leads to, by the name below `optimizer`, as `judge.costs.price_plan`.

    Parameters
    ----------
    root
        A function, by such a name.
    within
        The beginnings of the names that are followed; what has another one is found, and leads no further.
    """
    source, members = definitions(), _members()
    found: set[str] = set()
    left = [root]
    while left:
        name = left.pop()
        if name in found or name not in source:
            continue
        found.add(name)
        if name.startswith(within):
            for mentioned in source[name]:
                left += members.get(mentioned, ()) if mentioned.startswith(".") else [mentioned]
    return frozenset(found)


@cache
def definitions() -> dict[str, Mentions]:
    """Return what each function, class, method, field and table mentions."""
    found: dict[str, Mentions] = {}
    for path in sorted(path for folder in FOLDERS for path in (SOURCE / folder).rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = {name: f"{module}.{name}" for statement in tree.body for name in _names_of(statement)} | _imports(tree)
        for statement in tree.body:
            if isinstance(statement, ast.ClassDef):
                found |= _of_class(statement, f"{module}.{statement.name}", known)
            else:
                mentions = _mentions(statement, known)
                found |= {f"{module}.{name}": mentions for name in _names_of(statement)}
    return found


def _of_class(made: ast.ClassDef, name: str, known: dict[str, str]) -> dict[str, Mentions]:
    """Return what a class and its members mention; whoever names the class makes one."""
    members = {f"{name}.{own}": _mentions(s, known) for s in made.body for own in _names_of(s)}
    makers = frozenset(key for key in members if key.endswith((".__init__", ".__post_init__")))
    return {**members, name: makers}


def _names_of(statement: ast.stmt) -> list[str]:
    """Return what a statement defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    if isinstance(statement, ast.Assign):
        return [node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    return []


def _imports(tree: ast.Module) -> dict[str, str]:
    """Return what each name that a module imports from ours is in full."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}".removeprefix("optimizer.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _mentions(statement: ast.stmt, known: dict[str, str]) -> Mentions:
    """Return what a definition names, its annotations left out."""
    found: set[str] = set()
    left: list[ast.AST | None] = [statement]
    while left:
        node = left.pop()
        if isinstance(node, ast.Name):
            found.add(known.get(node.id, ""))
        elif isinstance(node, ast.Attribute):
            owner = known.get(node.value.id, "") if isinstance(node.value, ast.Name) else ""
            found |= {f".{node.attr}", f"{owner}.{node.attr}" if owner else ""}
            left.append(node.value)
        elif isinstance(node, ast.AnnAssign):
            left.append(node.value)
        elif isinstance(node, ast.FunctionDef):
            left += [*node.body, *node.decorator_list, *node.args.defaults, *node.args.kw_defaults]
        elif node is not None:
            left += ast.iter_child_nodes(node)
    return frozenset(found - {""})


@cache
def _members() -> dict[str, list[str]]:
    """Return the methods and fields of all classes, by `.name`."""
    found: dict[str, list[str]] = {}
    for name in definitions():
        *_, owner, own = name.split(".")
        if owner.lstrip("_")[:1].isupper():
            found.setdefault(f".{own}", []).append(name)
    return found
