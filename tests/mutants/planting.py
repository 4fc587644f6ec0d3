"""Putting a mutant into the modules that run: a function gets the mutant's code, a table the mutant's value.

Everybody who has imported the function or the table has the mutant, so that tests that were loaded long before meet it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.mutants.making import Mutant


def plant(mutant: Mutant, package: str = "optimizer.judge") -> None:
    """Edit the mutant's tree, and let the running process have it; there is no way back."""
    mutant.edit.put()
    module = importlib.import_module(f"{package}.{mutant.module}")
    if mutant.is_table:
        _plant_table(mutant, module)
        return
    code = compile(mutant.tree, str(module.__file__), "exec", dont_inherit=True)
    [changed] = [one for one in _codes(code) if one.co_qualname == mutant.function]
    function_of(module, mutant.function).__code__ = changed


def function_of(module: ModuleType, qualname: str) -> FunctionType:
    """Return a function, a method, one of a class or the getter of a property."""
    found: object = module
    for name in qualname.split("."):
        found = inspect.getattr_static(found, name)
    if isinstance(found, classmethod):
        found = found.__func__
    if isinstance(found, property):
        found = found.fget
    assert isinstance(found, FunctionType), qualname
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _plant_table(mutant: Mutant, module: ModuleType) -> None:
    [statement] = [s for s in mutant.tree.body if s.lineno == mutant.edit.line]
    assert isinstance(statement, ast.Assign | ast.AnnAssign)
    assert statement.value is not None
    value = eval(compile(ast.Expression(statement.value), "table", "eval"), vars(module))
    before = getattr(module, mutant.function)
    for other in list(sys.modules.values()):
        if getattr(other, mutant.function, None) is before:
            setattr(other, mutant.function, value)
