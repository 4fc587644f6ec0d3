"""Faults of a day that is closed: results that are missing or contradict, and what is to be looked at tomorrow."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.faults.fault import Fault, warning

if TYPE_CHECKING:
    from collections.abc import Mapping

FAULTS_OF_CLOSING: Mapping[str, Fault] = MappingProxyType(
    {
        "RESULT_MISSING": Fault(
            "The order '{value}' was planned on {day}, and nobody has said how it ended.",
            "Ask, and add a row to results: done, or why it is not.",
        ),
        "RESULT_AFTER_DONE": Fault(
            "The order '{value}' was done on {done} already.", "Delete this row, or correct what says that it was done."
        ),
        "RESULT_DONE_NEXT": Fault(
            "The order is done and has a next visit on {value}.", "Delete the next visit, or say why it is not done."
        ),
        "RESULT_NEXT_PAST": Fault(
            "The next visit on {value} is not after the day of the report, {day}.", "Correct the date."
        ),
        "RESULT_BEFORE": Fault(
            "The result of {value} is from before the order came in ({received}).", "Correct one of the two moments."
        ),
        "RESULT_NOT_PLANNED": warning(
            "No published plan has the order '{value}', and a result is reported.",
            "Nothing is to be done if somebody went there all the same; else correct the number.",
        ),
        "RESULTS_TO_COME": warning(
            "{value} order(s) of the day have no result yet: they go on as under way.",
            "Report them in results of the next day's folder.",
        ),
        "DAY_NOT_PUBLISHED": warning(
            "No plan was published for {value}: no part was taken from the stock and no work was added to the ledger.",
            "Publish the plan that was carried out, and close the day again.",
        ),
        "ROSTER_REPEATED": warning(
            "Nobody has a shift on {value}: those of {day} are repeated.", "Correct shifts in the next day's folder."
        ),
        "MAPPING_ARCHIVED": warning(
            "mapping.toml is kept in the archive alone: the next day's sheets have our columns.",
            "Copy it back to go on with files of your own.",
        ),
        "CLOSE_FORM": Fault(
            "'{value}' is one JSON file; a day is closed in a folder or a workbook.",
            "Write its sheets into a folder, or close the day where the file comes from.",
        ),
        "CLOSE_AS_OF": Fault(
            "{value} is before {day} begins: nothing of that day has happened.", "Name a later moment with --as-of."
        ),
        "CLOSE_NEXT_DAY": Fault("{value} is not after {day}, the day that is closed.", "Name a later day with --day."),
    }
)
