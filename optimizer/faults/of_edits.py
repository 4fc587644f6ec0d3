"""Faults of edits: what is asked of a plan by hand and cannot be done with it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.faults.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

FAULTS_OF_EDITS: Mapping[str, Fault] = MappingProxyType(
    {
        "EDIT_SHAPE": Fault("Expected {expected}.", "The page on editing a plan shows every edit."),
        "EDIT_VISIT": Fault("The plan's problem has no visit '{value}'.", "Correct the id."),
        "EDIT_TECHNICIAN": Fault("The plan's problem has no technician '{value}'.", "Correct the id."),
        "EDIT_DAY": Fault("The plan is not for the day {value}.", "Name one of its days: {days}."),
        "EDIT_NO_SHIFT": Fault("{technician} does not work on {day}.", "Choose another day or another technician."),
        "EDIT_POSITION": Fault(
            "The route has no position {value}; it has {count} other visit(s).", "Count from 0, or leave it out."
        ),
        "EDIT_LEFT_OUT": Fault("The visit '{value}' is in no route.", "Move it to a technician first."),
        "EDIT_BEGUN": Fault("The visit '{value}' has begun.", "What has begun stays where it is."),
        "EDIT_CREW": Fault(
            "The visit '{value}' is served by {size} people, and {count} are named.",
            "Name in crew who comes along beside the technician.",
        ),
        "EDIT_ONE_PERSON": Fault("The visit '{value}' is served by one person.", "Leave crew out."),
        "PATCH_ROW": Fault("There is no row '{value}' in {sheet}.", "Correct its key."),
        "EDIT_NO_NAME": Fault(
            "The exception does not say who allows it, or why.", "Fill in by and why: both are shown."
        ),
        "EDIT_AMOUNT": Fault("The exception has no amount.", "Write by how many minutes or visits at most."),
        "EDIT_BARRED": Fault(
            "The policy lets nobody make an exception to '{value}'.", "Leave it out, or edit the plan otherwise."
        ),
        "EDIT_BAND": Fault(
            "The exception goes further ({value}) than the policy lets anybody go ({most}).",
            "Write {most} at most, or edit the plan otherwise.",
        ),
    }
)
