"""Mutants: small faults in the source of the judge, each a single edit of a syntax tree.

A mutant is known by where it is and what it changes, not by its line, so that a name lasts while code around it moves.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

JUDGE = Path(__file__).parents[2] / "optimizer/judge"

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.Add: "+", ast.Sub: "-", ast.BitOr: "|",
    ast.BitAnd: "&", ast.And: "and", ast.Or: "or",
}  # fmt: skip
_OTHER_CALL = {"min": "max", "max": "min", "any": "all", "all": "any"}
#: Calls that are taken away, so that what they are given is left.
_DROPPED_CALLS = {"abs", "reversed"}
#: What a function returns instead, by the beginning of what it says that it returns.
_EMPTY = {
    "list[": "[]", "Moments": "[]", "dict[": "{}", "set[": "set()", "frozenset[": "frozenset()", "int": "0",
    "str": "''", "DrawnParts": "()",
}  # fmt: skip
#: Texts for people are not mutated: what they say is nobody's verdict.
_NO_CODE = (ast.JoinedStr, ast.Assert)


class Edit(NamedTuple):
    """One edit of a tree: `put()` makes it; `line` to `last_line` are those that run differently."""

    what: str
    where: str
    put: Callable[[], None]
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault in one function, or in a table of a module.

    Parameters
    ----------
    function
        Qualified name; of a table its name alone, with `is_table`.
    tree
        The module's syntax tree; `edit.put()` changes it.
    """

    module: str
    function: str
    edit: Edit
    tree: ast.Module
    number: int = 1
    is_table: bool = False

    @property
    def name(self) -> str:
        """The mutant in words."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.module}.{self.function}: {self.edit.what} in `{self.edit.where}`{again}"

    def is_among(self, share: float) -> bool:
        """Say whether the mutant belongs to such a share of all; its name decides, whatever others there are."""
        return int(hashlib.sha256(self.name.encode()).hexdigest()[:8], 16) < share * 2**32


def mutants_of(folder: Path = JUDGE) -> Iterator[Mutant]:
    """Yield every mutant of the modules of a folder, in order."""
    for path in sorted(folder.glob("*.py")):
        yield from mutants_in(path.read_text(encoding="utf-8"), path.stem)


def mutants_in(source: str, module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    tree = ast.parse(source)
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            yield from _in_function(statement, statement.name, module, tree)
        elif isinstance(statement, ast.ClassDef):
            for method in statement.body:
                if isinstance(method, ast.FunctionDef):
                    yield from _in_function(method, f"{statement.name}.{method.name}", module, tree)
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            yield from _in_table(statement, module, tree)


def _in_function(function: ast.FunctionDef, name: str, module: str, tree: ast.Module) -> Iterator[Mutant]:
    returns = "" if function.returns is None else ast.unparse(function.returns)
    edits = [edit for statement in _without_docstring(function) for edit in _Edits(returns).of(statement)]
    yield from _numbered(edits, name, module, tree, is_table=False)


def _in_table(statement: ast.Assign | ast.AnnAssign, module: str, tree: ast.Module) -> Iterator[Mutant]:
    target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
    value = statement.value
    if not isinstance(target, ast.Name) or target.id.startswith("__") or value is None:
        return
    edits = list(_Edits("").of(statement))
    if isinstance(value, ast.Tuple):
        edits += [_drop(value.elts, n, statement) for n in range(len(value.elts))]
    yield from _numbered(edits, target.id, module, tree, is_table=True)


def _drop(entries: list[ast.expr], n: int, statement: ast.stmt) -> Edit:
    def put() -> None:
        del entries[n]

    return Edit("dropped", _text(entries[n]), put, statement.lineno, statement.end_lineno or statement.lineno)


def _numbered(edits: Sequence[Edit], name: str, module: str, tree: ast.Module, *, is_table: bool) -> Iterator[Mutant]:
    seen: Counter[tuple[str, str]] = Counter()
    for edit in edits:
        seen[edit.what, edit.where] += 1
        yield Mutant(module, name, edit, tree, seen[edit.what, edit.where], is_table)


def _without_docstring(function: ast.FunctionDef) -> list[ast.stmt]:
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return function.body[1:] if has_docstring else function.body


def _text(node: ast.AST) -> str:
    """Return source on one line, cut short; of a compound statement its head."""
    text = ast.unparse(node).partition("\n")[0]
    return text if len(text) <= 70 else text[:67] + "..."


# --- edits ----------------------------------------------------------------------------------------------------------


class _Edits:
    """Collects the edits of a statement and of all that is in it.

    Parameters
    ----------
    returns
        What the function says that it returns.
    """

    def __init__(self, returns: str) -> None:
        self.returns = returns
        self.found: list[Edit] = []

    def of(self, statement: ast.stmt) -> list[Edit]:
        """Return the edits in the order of the source."""
        self._visit(statement, statement, statement)
        return self.found

    def _visit(self, node: ast.AST, above: ast.AST, statement: ast.stmt) -> None:
        if isinstance(node, _NO_CODE):
            return
        for field, value in ast.iter_fields(node):
            if field in (
                "annotation",
                "returns",
                "type_comment",
                "decorator_list",
                "args" * isinstance(node, ast.FunctionDef),
            ):
                continue
            entries = value if isinstance(value, list) else [value]
            for n, child in enumerate(entries):
                if not isinstance(child, ast.AST) or isinstance(child, ast.expr_context):
                    continue
                if isinstance(child, ast.keyword) and child.arg == "strict":
                    continue
                inside = child if isinstance(child, ast.stmt) else statement
                place = (node, field, n if isinstance(value, list) else None)
                self._edit(child, node, place, inside)
                self._visit(child, node, inside)
        if node is statement and node is above:
            self._edit_statement_itself(statement)

    def _edit_statement_itself(self, statement: ast.stmt) -> None:
        """Edit a function's own statement: it stands in a list that is not part of the walk."""
        for what, new in _statements_instead(statement, self.returns):
            self._add(what, statement, statement, lambda new=new: _become(statement, new))

    def _edit(self, node: ast.AST, above: ast.AST, place: tuple[ast.AST, str, int | None], statement: ast.stmt) -> None:
        if isinstance(node, ast.stmt):
            for what, new in _statements_instead(node, self.returns):
                self._add(what, node, node, lambda new=new: _put(place, new))
        elif isinstance(node, ast.expr):
            for what, new in _expressions_instead(node, above):
                self._add(
                    what, above if isinstance(node, ast.Constant) else node, statement, lambda new=new: _put(place, new)
                )

    def _add(self, what: str, where: ast.AST, statement: ast.stmt, put: Callable[[], None]) -> None:
        lines = _lines(where, statement)
        self.found.append(Edit(what, _text(where), put, *lines))


def _lines(node: ast.AST, statement: ast.stmt) -> tuple[int, int]:
    """Return first and last line of a simple statement, or of the part of a compound one."""
    if isinstance(statement, ast.If | ast.While | ast.For | ast.With | ast.FunctionDef):
        own = node if hasattr(node, "lineno") and not isinstance(node, ast.stmt) else statement
        last = statement.lineno if own is statement else own.end_lineno
        return own.lineno, last or own.lineno
    return statement.lineno, statement.end_lineno or statement.lineno


def _put(place: tuple[ast.AST, str, int | None], new: ast.AST) -> None:
    owner, field, n = place
    if n is None:
        setattr(owner, field, ast.fix_missing_locations(ast.copy_location(new, getattr(owner, field))))
    else:
        entries = getattr(owner, field)
        entries[n] = ast.fix_missing_locations(ast.copy_location(new, entries[n]))


def _become(statement: ast.stmt, new: ast.stmt) -> None:
    """Turn a statement into another one in place."""
    ast.fix_missing_locations(ast.copy_location(new, statement))
    statement.__class__ = type(new)
    statement.__dict__.clear()
    statement.__dict__.update(new.__dict__)


def _statements_instead(node: ast.stmt, returns: str) -> Iterator[tuple[str, ast.stmt]]:
    if isinstance(node, ast.Continue | ast.Break):
        yield f"skipped {type(node).__name__.lower()}", ast.Pass()
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
        # Never, but the function still yields.
        yield "dropped", ast.If(ast.Constant(value=False), [ast.Expr(node.value)], [])
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "dropped", ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        empty = _empty(returns, node.value)
        if empty is not None:
            yield "returned empty", ast.Return(empty)
    elif isinstance(node, ast.AugAssign) and type(node.op) in _OPERATORS and not _is_row(node.value):
        other = _OPERATORS[type(node.op)]
        what = f"{_SYMBOLS[type(node.op)]}= to {_SYMBOLS[other]}="
        yield what, ast.AugAssign(node.target, other(), node.value)


def _empty(returns: str, value: ast.expr) -> ast.expr | None:
    if returns == "bool":
        return ast.UnaryOp(ast.Not(), value)
    if returns.endswith("| None"):
        empty = "None"
    elif returns.startswith("tuple[") and returns.endswith("...]"):
        empty = "()"
    else:
        empty = next((empty for start, empty in _EMPTY.items() if returns.startswith(start)), "")
    if not empty or ast.unparse(value) == empty:
        return None
    return ast.parse(empty, mode="eval").body


def _is_row(node: ast.expr) -> bool:
    """Say whether an expression makes a list, a tuple or a text, from which nothing can be taken away."""
    return isinstance(node, ast.List | ast.Tuple | ast.ListComp | ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _expressions_instead(node: ast.expr, above: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Compare):
        for n, op in enumerate(node.ops):
            other = _COMPARE[type(op)]
            ops = [*node.ops[:n], other(), *node.ops[n + 1 :]]
            yield f"{_SYMBOLS[type(op)]} to {_SYMBOLS[other]}", ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.Constant):
        yield from _constants_instead(node, above)
    elif isinstance(node, ast.BinOp):
        if type(node.op) in _OPERATORS and not _is_row(node.left) and not _is_row(node.right):
            other_op = _OPERATORS[type(node.op)]
            what = f"{_SYMBOLS[type(node.op)]} to {_SYMBOLS[other_op]}"
            yield what, ast.BinOp(node.left, other_op(), node.right)
    elif isinstance(node, ast.BoolOp):
        other_bool = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{_SYMBOLS[type(node.op)]} to {_SYMBOLS[other_bool]}", ast.BoolOp(other_bool(), node.values)
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            yield "dropped not", node.operand
        elif not isinstance(above, ast.Subscript):
            yield "dropped minus", node.operand
        elif ast.unparse(node) == "-1":
            yield "last to first", ast.Constant(value=0)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        name = node.func.id
        if name in _OTHER_CALL:
            yield (
                f"{name} to {_OTHER_CALL[name]}",
                ast.Call(ast.Name(_OTHER_CALL[name], ast.Load()), node.args, node.keywords),
            )
        elif name in _DROPPED_CALLS:
            yield f"dropped {name}", node.args[0]
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Rule":
        names = [rule.name for rule in Rule]
        if node.attr in names:
            other_rule = names[(names.index(node.attr) + 1) % len(names)]
            yield f"Rule.{node.attr} to Rule.{other_rule}", ast.Attribute(node.value, other_rule, ast.Load())


def _constants_instead(node: ast.Constant, above: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node.value, bool):
        yield f"{node.value} to {not node.value}", ast.Constant(value=not node.value)
    elif isinstance(node.value, int):
        if isinstance(above, ast.Subscript) and node.value == 0:
            yield "first to last", ast.UnaryOp(ast.USub(), ast.Constant(value=1))
        elif not (isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.USub)):
            yield f"{node.value} to {node.value + 1}", ast.Constant(value=node.value + 1)
