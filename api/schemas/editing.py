"""The wire models of edits: what is asked of a plan by hand, what becomes of it, its revisions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from api.schemas.answered import Date, Given, Moment
from api.schemas.asked import ID_PATTERN, TEXT_PATTERN, Taken
from api.schemas.plan import Accepted, Change, Route, UnassignedVisit

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT_PATTERN)]
Words: TypeAlias = Annotated[str, Field(min_length=1, max_length=500, pattern=TEXT_PATTERN)]


class MoveEdit(Taken):
    """A visit goes to a technician."""

    edit: Literal["move"]
    visit: Name
    technician: Name
    date: Annotated[Date | None, Field(description="the day; without it the one that the visit is planned on")] = None
    position: Annotated[
        int | None,
        Field(
            ge=0, le=10_000, description="its place among the route's visits, from 0; without it where it costs least"
        ),
    ] = None
    crew: Annotated[
        list[Name] | None,
        Field(max_length=50, description="who serves a visit of several people beside the technician"),
    ] = None


class LockEdit(Taken):
    """A visit is locked where it is: to its technician, to the day as well, or to its start."""

    edit: Literal["lock"]
    visit: Name
    level: Literal["person", "day", "start"] = "day"
    tolerance_minutes: Annotated[int, Field(ge=0, le=1_440, description="how far a locked start may move")] = 0


class UnlockEdit(Taken):
    """The locks of a visit go."""

    edit: Literal["unlock"]
    visit: Name


class ForbidEdit(Taken):
    """A technician may not serve a visit; where he does, it goes out of the plan."""

    edit: Literal["forbid"]
    visit: Name
    technician: Name


class UnassignEdit(Taken):
    """A visit goes out of the plan; a later solve may plan it again."""

    edit: Literal["unassign"]
    visit: Name


class AllowEdit(Taken):
    """A named person lets a visit exceed a house limit."""

    edit: Literal["allow"]
    visit: Name
    rule: Literal["travel", "overtime", "area", "visits", "told"]
    amount: Annotated[int, Field(ge=1, le=100_000, description="by how many minutes or visits at most; 1 for an area")]
    by: Annotated[Words, Field(description="who allows it")]
    why: Words
    technician: Annotated[
        Name | None, Field(description="whose limit it is; without it of whoever serves the visit")
    ] = None


Edit: TypeAlias = Annotated[
    MoveEdit | LockEdit | UnlockEdit | ForbidEdit | UnassignEdit | AllowEdit, Field(discriminator="edit")
]


class Edits(Taken):
    """Edits of a plan: all of them are applied, or none."""

    edits: Annotated[
        list[Edit],
        Field(
            min_length=1,
            max_length=200,
            examples=[[{"edit": "move", "visit": "O1", "technician": "T1"}, {"edit": "lock", "visit": "O1"}]],
        ),
    ]

    def rows(self) -> list[dict[str, Any]]:
        """Return the edits as they are kept: without what is not stated."""
        return [edit.model_dump(exclude_none=True) for edit in self.edits]


class AllowedBy(Given):
    """The edit that would allow what is broken, as soon as somebody puts a name (`by`) and a reason (`why`) to it."""

    edit: Literal["allow"]
    visit: str
    rule: str
    amount: int
    technician: str


class EditViolation(Given):
    """A rule that a plan breaks with its edits."""

    rule: str
    amount: int
    unit: str
    technician: str
    visit: str
    message: Annotated[str, Field(description="the judge's own words, in English")]
    by: str = ""
    why: str = ""
    text: Annotated[str, Field(description="what is broken, in the reader's language")]
    action: Annotated[str, Field(description="the way out, in the reader's language")]
    allow: Annotated[AllowedBy | None, Field(description="null where nobody can allow it")]


class EditAccepted(Accepted):
    """What an exception allows, or a kept lock breaks."""

    text: Annotated[str, Field(description="the same in the reader's language")]


class Emptied(Given):
    """A route that has lost its last visit."""

    technician: str
    date: Date


class EditAnswer(Given):
    """What edits make of a plan."""

    applied: bool
    revision: Annotated[int, Field(description="the one in use now; of a dry run the one that was edited")]
    etag: Annotated[str, Field(pattern=ID_PATTERN, description="of the plan as it is now, for the next edit")]
    violations: Annotated[list[EditViolation], Field(description="what would break; nothing of what is applied does")]
    accepted: list[EditAccepted]
    cost_cents: int
    cost_change_cents: int
    cost_changes: Annotated[dict[str, int], Field(description="cents by rule, as far as they differ")]
    served: int
    changes: Annotated[list[Change], Field(description="the visits that are served otherwise than before")]
    routes: Annotated[list[Route], Field(description="the routes that change, as they are then")]
    emptied: list[Emptied]
    left_out: Annotated[list[UnassignedVisit], Field(description="the visits that no route has any more")]


class Revision(Given):
    """A plan as it was at one time."""

    number: Annotated[int, Field(description="0 is the solver's plan")]
    parent: Annotated[int | None, Field(description="the revision that was edited")]
    in_use: Annotated[bool, Field(description="it is what is shown, printed and published")]
    edits: list[dict[str, Any]]
    cost_cents: int
    served: int
    key_id: Annotated[str, Field(description="whose key made it")]
    created_at: Moment


class Revisions(Given):
    """The revisions of a plan, the solver's first."""

    items: list[Revision]
