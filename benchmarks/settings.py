"""What a configuration file may say: ways of running the optimizer, and the small checks of such files."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from glob import escape, glob
from pathlib import Path
from typing import Any

from benchmarks.errors import FormatError
from benchmarks.solver import Budget
from optimizer.engine.search.parameters import parameter_values

#: The settings of a configuration and what they must be.
SETTINGS: dict[str, tuple[type, ...]] = {
    "seconds": (int, float),
    "iterations": (int,),
    "threads": (int,),
    "islands": (int,),
    "use_master": (bool,),
    "parameters": (dict,),
    # What `parameters` was called before.
    "dials": (dict,),
}


@dataclass(frozen=True, slots=True)
class Config:
    """One way of running the optimizer, by name."""

    name: str = "default"
    seconds: float | None = None
    iterations: int | None = None
    threads: int = 1
    islands: int | None = None
    use_master: bool = True
    parameters: dict[str, int] = field(default_factory=dict)

    def budget(self, seed: int) -> Budget:
        """Return what a run with this seed may use; ten seconds where no limit is named."""
        seconds = 10.0 if self.seconds is None and self.iterations is None else self.seconds
        return Budget(seconds, self.iterations, seed, self.threads, self.islands, self.use_master, self.parameters)


def read_toml(path: Path) -> dict[str, Any]:
    """Return a configuration file's table.

    Raises
    ------
    FormatError
        When it is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise FormatError(f"{path.name}: {fault}") from fault


def matches(folder: Path, pattern: str) -> list[Path]:
    """Return what a pattern names, beside the configuration or anywhere on the machine."""
    return sorted(Path(name) for name in glob(os.path.join(escape(str(folder)), pattern), recursive=True))


def config_of(entry: dict[str, Any], number: int, *, where: str) -> Config:
    """Return the configuration that a table describes.

    Raises
    ------
    FormatError
        When it has an unknown setting, or a value that cannot be.
    """
    where = f"{where}, config {number}"
    only_known(entry, {"name", *SETTINGS}, where=where)
    for name, types in SETTINGS.items():
        if name in entry and type(entry[name]) not in types:
            raise FormatError(f"{where}: {name} is {entry[name]!r}; expected {types[-1].__name__}")
    for name in ("seconds", "iterations", "threads", "islands"):
        if entry.get(name, 1) <= 0:
            raise FormatError(f"{where}: {name} is {entry[name]}; expected more than 0")
    parameters = entry.get("dials", {}) | entry.get("parameters", {})
    try:
        parameter_values(parameters)
    except (TypeError, ValueError) as fault:
        raise FormatError(f"{where}: parameters: {fault}") from fault
    return Config(**{name: value for name, value in entry.items() if name != "dials"} | {"parameters": parameters})


def only_known(entry: dict[str, Any], known: set[str], *, where: str) -> None:
    """Refuse a table with a setting that nobody reads."""
    unknown = sorted(set(entry) - known)
    if unknown:
        raise FormatError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")


def list_of(value: Any, kind: type, name: str, *, where: str) -> list[Any]:
    """Return a list whose items are all of one kind, and refuse anything else."""
    if not isinstance(value, list) or not all(type(item) is kind for item in value):
        raise FormatError(f"{where}: {name} is {value!r}; expected a list of {kind.__name__}")
    return value
