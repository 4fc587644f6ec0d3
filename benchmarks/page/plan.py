"""The file that describes a results page: sections of instances and runs, and the bars that they are held to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.compare import label_of
from benchmarks.errors import FormatError
from benchmarks.peers import PEERS
from benchmarks.records import Row, budgeted
from benchmarks.run import SOLVER
from benchmarks.settings import SETTINGS, Config, config_of, list_of, matches, only_known, read_toml

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

#: What a bar may measure, with what else it must name.
FIGURES: Mapping[str, tuple[str, ...]] = {
    "mean gap": (),
    "largest gap": (),
    "share of gaps": ("gap",),
    "ratio": ("to",),
    "spread": (),
}


@dataclass(frozen=True, slots=True)
class Runs:
    """One solver with one configuration and its seeds, on every instance of a section."""

    solver: str
    config: Config
    seeds: tuple[int, ...]

    @property
    def is_ours(self) -> bool:
        """Say whether the optimizer runs, and not a peer."""
        return self.solver == SOLVER

    @property
    def label(self) -> str:
        """How tables and bars name it."""
        return label_of(self.head(self.seeds[0]))

    def head(self, seed: int) -> Row:
        """Return the part of a row that tells this run from others on the same instance."""
        return {"solver": self.solver, "config": self.config.name} | budgeted(self.config.budget(seed))


@dataclass(frozen=True, slots=True)
class Days:
    """Benchmark days that a generator makes: one size, several seeds."""

    techs: int
    orders: int
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a section is held to.

    Parameters
    ----------
    says
        The bar in words.
    figure
        One of `FIGURES`: mean or largest gap to the best known over the instances in percent; share of the instances
        with a gap of at most `gap`, in percent; geometric mean of the ratios to the runs `to`; largest spread over
        seeds in percent of the mean.
    of
        The label of the runs that are measured.
    at_most, at_least
        What the figure may be.
    below
        A label instead: the figure must be less than that of these runs, on the same instances.
    only
        Patterns of instance names; empty for all.
    """

    says: str
    figure: str
    of: str
    at_most: float | None = None
    at_least: float | None = None
    below: str | None = None
    to: str | None = None
    gap: float | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the page: instances, by patterns in the data folder or generated, with what runs on them."""

    name: str
    title: str
    runs: tuple[Runs, ...]
    note: str = ""
    patterns: tuple[str, ...] = ()
    days: Days | None = None
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page.

    Parameters
    ----------
    generator, load
        The script that makes days, from the data folder, and how full it makes them.
    note, elsewhere
        What stands before the sections, and what is said of measurements that are not on this page.
    """

    title: str
    sections: tuple[Section, ...]
    generator: str = "days/gen_trsp.py"
    load: float = 1.0
    note: str = ""
    elsewhere: str = ""

    def some(self, names: Collection[str] | None) -> tuple[Section, ...]:
        """Return the sections of these names, or all.

        Raises
        ------
        FormatError
            When there is no section of some name.
        """
        known = {section.name: section for section in self.sections}
        unknown = sorted(set(names or ()) - set(known))
        if unknown:
            raise FormatError(f"no section {', '.join(unknown)}; there are {', '.join(known)}")
        return tuple(section for section in self.sections if not names or section.name in names)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where instances are read from, and where days, rows, plans and the page are written."""

    data: Path
    out: Path

    @property
    def plans(self) -> Path:
        """Where each plan of ours is kept."""
        return self.out / "plans"

    def rows_of(self, worker: int, workers: int) -> Path:
        """Return the file that one of several workers appends to."""
        return self.out / f"rows-{worker}-of-{workers}.jsonl"

    def all_rows(self) -> list[Path]:
        """Return the rows files of all workers."""
        return sorted(self.out.glob("rows-*-of-*.jsonl"))

    def paths_of(self, section: Section, load: float) -> tuple[Path, ...]:
        """Return a section's instance files; those of days need not be there yet.

        Raises
        ------
        FormatError
            When two instances have one name.
        """
        if section.days is not None:
            size = f"t{section.days.techs}_n{section.days.orders}"
            days = self.out / "days" / f"load-{load:g}"
            return tuple(days / f"{size}_s{seed}.json" for seed in section.days.seeds)
        paths: list[Path] = []
        for pattern in section.patterns:
            paths += [path for path in sorted(matches(self.data, pattern), key=_natural) if path not in paths]
        names = [path.stem for path in paths]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise FormatError(f"section {section.name}: two instances are called {', '.join(twice)}")
        return tuple(paths)

    def empty_patterns(self, section: Section) -> list[str]:
        """Return the patterns that name no file."""
        return [pattern for pattern in section.patterns if not matches(self.data, pattern)]


def _natural(path: Path) -> list[tuple[int, str]]:
    """Order 75_2 before 75_10."""
    return [(int(word), "") if word.isdecimal() else (0, word) for word in re.split(r"(\d+)", path.name)]


# --- reading the file -----------------------------------------------------------------------------------------------


def read_page(path: Path) -> Page:
    """Read the file that describes a page.

    Raises
    ------
    FormatError
        When it breaks its form.
    """
    table = read_toml(path)
    only_known(table, {"title", "note", "elsewhere", "generator", "load", "section"}, where=path.name)
    sections = tuple(_section(entry, where=path.name) for entry in _needed(table, "section", list, where=path.name))
    names = [section.name for section in sections]
    if len(set(names)) < len(names):
        raise FormatError(f"{path.name}: two sections have the same name")
    return Page(
        title=_needed(table, "title", str, where=path.name),
        sections=sections,
        generator=table.get("generator", "days/gen_trsp.py"),
        load=float(table.get("load", 1.0)),
        note=table.get("note", ""),
        elsewhere=table.get("elsewhere", ""),
    )


def _section(entry: Mapping[str, Any], *, where: str) -> Section:
    name = _needed(entry, "name", str, where=where)
    where = f"{where}, section {name}"
    only_known(dict(entry), {"name", "title", "note", "instances", "days", "run", "bar"}, where=where)
    if ("days" in entry) == ("instances" in entry):
        raise FormatError(f"{where}: name either instances or days")
    runs = tuple(_runs(run, k, where=where) for k, run in enumerate(_needed(entry, "run", list, where=where), start=1))
    labels = [run.label for run in runs]
    if not runs or len(set(labels)) < len(labels):
        raise FormatError(f"{where}: two runs are called the same, or there is none: {', '.join(labels)}")
    return Section(
        name=name,
        title=_needed(entry, "title", str, where=where),
        runs=runs,
        note=entry.get("note", ""),
        patterns=tuple(list_of(entry.get("instances", []), str, "instances", where=where)),
        days=_days(entry["days"], where=where) if "days" in entry else None,
        bars=tuple(_bar(bar, labels, where=where) for bar in entry.get("bar", [])),
    )


def _runs(entry: dict[str, Any], number: int, *, where: str) -> Runs:
    seeds = tuple(list_of(entry.get("seeds", [1]), int, "seeds", where=where))
    if not seeds:
        raise FormatError(f"{where}, run {number}: the list of seeds is empty")
    peer = entry.get("peer")
    settings = {name: value for name, value in entry.items() if name not in ("peer", "seeds")}
    if peer is None:
        if "seconds" not in settings and "iterations" not in settings:
            raise FormatError(f"{where}, run {number}: name seconds or iterations")
        return Runs(SOLVER, config_of(settings, number, where=where), seeds)
    if peer not in PEERS:
        raise FormatError(f"{where}, run {number}: no peer {peer!r}; there are {', '.join(PEERS)}")
    only_known(settings, {"seconds"}, where=f"{where}, run {number}")
    _needed(settings, "seconds", SETTINGS["seconds"], where=f"{where}, run {number}")
    return Runs(peer, config_of(settings, number, where=where), seeds)


def _days(entry: Mapping[str, Any], *, where: str) -> Days:
    only_known(dict(entry), {"techs", "orders", "seeds"}, where=f"{where}, days")
    seeds = tuple(list_of(entry.get("seeds"), int, "seeds", where=f"{where}, days"))
    return Days(_needed(entry, "techs", int, where=where), _needed(entry, "orders", int, where=where), seeds)


def _bar(entry: dict[str, Any], labels: Collection[str], *, where: str) -> Bar:
    where = f"{where}, bar {entry.get('says', '')!r}"
    only_known(entry, set(Bar.__dataclass_fields__), where=where)
    figure = _needed(entry, "figure", str, where=where)
    if figure not in FIGURES:
        raise FormatError(f"{where}: no figure {figure!r}; there are {', '.join(FIGURES)}")
    for name in FIGURES[figure]:
        _needed(entry, name, (str, int, float), where=where)
    if sum(name in entry for name in ("at_most", "at_least", "below")) != 1:
        raise FormatError(f"{where}: name one of at_most, at_least, below")
    unknown = {entry.get("of"), entry.get("to", entry.get("of")), entry.get("below", entry.get("of"))} - set(labels)
    if unknown:
        raise FormatError(f"{where}: no runs {', '.join(map(repr, unknown))}; there are {'; '.join(labels)}")
    only = tuple(list_of(entry.get("only", []), str, "only", where=where))
    return Bar(**(entry | {"says": _needed(entry, "says", str, where=where), "only": only}))


def _needed(entry: Mapping[str, Any], name: str, kind: Any, *, where: str) -> Any:
    if not isinstance(entry.get(name), kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        said = " or ".join(item.__name__ for item in kinds)
        raise FormatError(f"{where}: {name} is {entry.get(name)!r}; expected {said}")
    return entry[name]
