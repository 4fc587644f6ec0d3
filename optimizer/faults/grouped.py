"""Equal issues drawn together, so that one slip in a column of seventy cells is one line and not seventy.

What was read as something that the cell does not say in full is told with each cell: only equal ones are one line.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from optimizer.faults.table import FAULTS
from optimizer.text.catalogue import translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.faults.issues import Issue

#: Rows that a line names, the rest is counted: a cell that is quoted is found by what stands in it.
SHOWN_ROWS = 3
#: Stretches of rows that a line names where it quotes no cell: by what else is one found?
SHOWN_STRETCHES = 20
#: Lines of one kind in one column that differ by what stands in the cell; the rest is one line more.
SHOWN_ALIKE = 8
#: What tells how a cell was read, or which row it is like: each says something else, however many there are.
EACH_TOLD = frozenset({"READ_AS", "REF_NAME", "PLACE_APPROXIMATE", "PLACE_IN_SEVERAL", "GEOCODED", "ORDER_ALIKE"})


@dataclass(frozen=True, slots=True)
class Group:
    """Issues that say the same of several rows.

    Parameters
    ----------
    issues
        In the order of a report, at least one.
    is_rest
        They say the same as issues before them, of other values.
    """

    issues: tuple[Issue, ...]
    is_rest: bool = False

    def line(self, lang: str) -> str:
        """Return the group as a line of a report."""
        first = self.issues[0]
        if len(self.issues) == 1:
            return first.line(lang)
        t = translator(lang)
        told = t("The same as above, with other values.") if self.is_rest else first.told(lang)
        return first.graded(f"{self._location(lang)}{told}", lang)

    def _location(self, lang: str) -> str:
        t, first = translator(lang), self.issues[0]
        places = list(dict.fromkeys(issue.path or issue.row for issue in self.issues))
        if len(places) == 1:
            return first.where(t)
        shown, more = _shown(places, is_quoted=_quotes(first.code))
        names = {
            "file": first.file,
            "places": ("、" if lang == "zh" else ", ").join(shown),
            "column": first.column,
            "count": more,
        }
        if more > 0:
            if first.path:
                return t("{file} at {places} and {count} more: ", **names)
            if not first.column:
                return t("{file} rows {places} and {count} more: ", **names)
            return t("{file} rows {places} and {count} more, column '{column}': ", **names)
        if first.path:
            return t("{file} at {places}: ", **names)
        if not first.column:
            return t("{file} rows {places}: ", **names)
        return t("{file} rows {places}, column '{column}': ", **names)


def _shown(places: Sequence[int | str | None], *, is_quoted: bool) -> tuple[list[str], int]:
    """Return the places that a line names, and how many others there are.

    >>> _shown([2, 3, 4, 5, 8], is_quoted=False), _shown([2, 3, 4, 5, 8], is_quoted=True)
    ((['2-5', '8'], 0), (['2', '3', '4'], 2))
    """
    rows = [place for place in places if isinstance(place, int)]
    if is_quoted or len(rows) < len(places):
        return [str(place) for place in places[:SHOWN_ROWS]], max(len(places) - SHOWN_ROWS, 0)
    stretches: list[list[int]] = []
    for row in rows:
        if stretches and row == stretches[-1][-1] + 1:
            stretches[-1].append(row)
        else:
            stretches.append([row])
    shown, rest = stretches[:SHOWN_STRETCHES], stretches[SHOWN_STRETCHES:]
    named = [[f"{one[0]}-{one[-1]}"] if len(one) > 2 else [str(row) for row in one] for one in shown]
    return list(chain.from_iterable(named)), sum(map(len, rest))


def _quotes(code: str) -> bool:
    """Return whether the sentence of an issue shows what stands in the cell."""
    return "{value}" in FAULTS[code].cause + FAULTS[code].action


def draw_together(issues: Iterable[Issue]) -> list[Group]:
    """Return issues by what they say, each group where its first one stands."""
    same: dict[tuple[object, ...], list[Issue]] = defaultdict(list)
    kinds: dict[tuple[object, ...], int] = defaultdict(int)
    for issue in issues:
        kind: tuple[object, ...] = (
            issue.code,
            issue.file,
            issue.column if not issue.path else issue.order,
            issue.is_aside,
        )
        if issue.row is None:
            key: tuple[object, ...] = (*kind, len(same))  # about a whole file
        else:
            said = tuple(sorted((name, str(detail)) for name, detail in issue.details.items()))
            quoted = (issue.value, issue.length) if _quotes(issue.code) else ()
            key = (*kind, *quoted, said)
            if key not in same:
                kinds[kind] += 1
                if kinds[kind] > SHOWN_ALIKE and issue.code not in EACH_TOLD:
                    key = (*kind, "rest")
        same[key].append(issue)
    return [Group(tuple(found), is_rest=key[-1] == "rest") for key, found in same.items()]
