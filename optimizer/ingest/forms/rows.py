"""Rows of sheets: a class declares its columns, each with the kind of its cells, and reads them one by one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, wraps
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from optimizer.ingest.cells.kinds import Kind
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.cells.values import CellFault, fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NoReturn, Self

#: What is wrong with a cell that must not be empty and is.
EMPTY = fault("CELL_EMPTY")
#: Cells that hardly ever say what another one says, and may be of persons: they are not remembered.
_OWN = (Shape.TEXT, Shape.ID)
#: So many different texts of a column are remembered.
MOST_KEPT = 1_024


@dataclass(frozen=True, slots=True)
class _Declared:
    """What a class says of a column beside its kind."""

    example: str
    meaning: str
    default: Any


def column(example: str, meaning: str, *, default: Any = ...) -> Any:
    """Declare a column: what a cell may look like, what it means, and what an empty cell stands for."""
    return _Declared(example, meaning, default)


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """A column as its class declares it; `parse` reads a cell, and raises a `CellFault`."""

    name: str
    parse: Callable[[object], Any]
    kind: Kind
    is_required: bool
    default: Any
    example: str
    meaning: str


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(column,))
class Row:
    """One row of a sheet; what a cell is made of is not checked here, but by `read`."""

    _columns: ClassVar[Mapping[str, DeclaredColumn]]
    _defaults: ClassVar[Mapping[str, Any]]

    def __init__(self, **cells: Any) -> None:
        self.columns()
        self.__dict__.update(self._defaults)
        self.__dict__.update(cells)

    @classmethod
    def read(cls, cells: Mapping[str, object]) -> tuple[Self, dict[str, CellFault]]:
        """Return the row of cells, and what is wrong with them by column, in the order of the columns.

        A wrong cell is as an empty one in the row: `None` where it may not be empty, else its default.
        """
        columns, right, wrong = cls.columns(), {}, {}
        for name, cell in cells.items():
            try:
                right[name] = columns[name].parse(cell)
            except CellFault as error:
                wrong[name] = error
        for name, known in columns.items():
            if known.is_required and name not in cells:
                wrong[name] = EMPTY
        return cls(**right), {name: wrong[name] for name in columns if name in wrong} if wrong else wrong

    @classmethod
    def columns(cls) -> Mapping[str, DeclaredColumn]:
        """Return the columns by name, in order; the annotations are read when they are first asked for."""
        if "_columns" not in vars(cls):
            kinds = get_annotations(cls, eval_str=True)
            columns = {name: _declared(name, kind, vars(cls)[name]) for name, kind in kinds.items()}
            # Last what says that all is there: another thread may ask meanwhile.
            cls._defaults = {name: known.default for name, known in columns.items()}
            cls._columns = columns
        return cls._columns

    def but(self, **cells: Any) -> Self:
        """Return the row with other values for some cells."""
        return type(self)(**{**self.__dict__, **cells})

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a row is not changed: {name}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={cell!r}' for name, cell in self.__dict__.items())})"


def _declared(name: str, hint: Any, said: _Declared) -> DeclaredColumn:
    parse, kind = _kind_in(hint)
    if kind.shape not in _OWN:
        parse = _remembering(parse)
    is_required = said.default is ...
    default = None if is_required else said.default
    return DeclaredColumn(name, parse, kind, is_required, default, said.example, said.meaning)


def _remembering(parse: Callable[[object], Any]) -> Callable[[object], Any]:
    """Return a parser that remembers the texts that it has read: a column repeats its words and figures."""
    known = lru_cache(maxsize=MOST_KEPT)(parse)

    @wraps(parse)
    def read(cell: object) -> Any:
        return known(cell) if isinstance(cell, str) else parse(cell)

    return read


def _kind_in(hint: Any) -> tuple[Callable[[object], Any], Kind]:
    """Return parser and kind of an annotation, also inside `Kind | None`."""
    for option in (hint, *getattr(hint, "__args__", ())):
        match getattr(option, "__metadata__", ()):
            case (parse, Kind() as kind):
                return parse, kind
    raise TypeError(f"{hint} is no kind of cell")
