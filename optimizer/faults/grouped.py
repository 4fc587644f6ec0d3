"""Equal issues drawn together, so that one slip in a column of seventy cells is one line and not seventy."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.text.catalogue import translator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.faults.issues import Issue

#: Rows that a line names; the rest is counted.
SHOWN_ROWS = 3
#: Lines of one kind in one column that differ by what stands in the cell; the rest is one line more.
SHOWN_ALIKE = 8


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
        shown, more = places[:SHOWN_ROWS], len(places) - SHOWN_ROWS
        names = {
            "file": first.file,
            "places": ("、" if lang == "zh" else ", ").join(map(str, shown)),
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
            key = (*kind, issue.value, issue.length, said)
            if key not in same:
                kinds[kind] += 1
                if kinds[kind] > SHOWN_ALIKE:
                    key = (*kind, "rest")
        same[key].append(issue)
    return [Group(tuple(found), is_rest=key[-1] == "rest") for key, found in same.items()]
