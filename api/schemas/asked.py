"""The wire models of what is asked: queries, and the small bodies that are taken."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.statuses import State, Status
from optimizer.domain.planning_context import Stage
from optimizer.domain.policy import BrokenLocks

#: Ids of ours: 128 random bits.
ID_PATTERN = "^[0-9a-f]{32}$"
#: Text without control characters: they are in no branch's ids, and some databases cannot hold them.
TEXT_PATTERN = r"^[^\x00-\x1f\x7f]*$"


def _moment(text: str | None) -> str | None:
    """Return the text of a moment; 31 September has the form of one, and a plus in an address arrives as a space."""
    if text is None:
        return None
    text = text.replace(" ", "+")
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("moment_unknown", "there is no such moment") from None
    return text


class Taken(BaseModel):
    """A body that is taken: no name beside these."""

    model_config = ConfigDict(extra="forbid", strict=True)


#: A moment of planning as a parameter.
AsOf = Annotated[
    str | None,
    Field(
        pattern=r"^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
        r"T([01]\d|2[0-3]):[0-5]\d(:00)?(Z|[ +-][01]\d:[0-5]\d)?$",
        description="the moment of planning; without an offset it is local time of the branch, and a warning",
        examples=["2026-11-27T16:00+08:00"],
    ),
    AfterValidator(_moment),
]


#: A date as a parameter; one that no calendar has is in no plan.
DATE_PATTERN = r"^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"


def _day(text: str | None) -> str | None:
    """Return the text of a date; 31 September has the form of one."""
    try:
        date.fromisoformat(text or "2000-01-01")
    except ValueError:
        raise PydanticCustomError("moment_unknown", "there is no such moment") from None
    return text


def _notes(text: str | None) -> str | None:
    """Return the text of a JSON object with texts as values; an empty parameter is none."""
    try:
        found = json.loads(text or "{}")
        # Half of a character, `\ud800`, is a text to JSON and can be written nowhere.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise PydanticCustomError("notes_shape", "no object of texts")
    return text or None


#: A label of a job.
Label = Annotated[str, Field(min_length=1, max_length=64, pattern=TEXT_PATTERN, examples=["monday"])]
Labels = Annotated[list[Label], Field(max_length=20)]


class PlanQuery(BaseModel):
    """How a plan is made."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[
        float | None,
        Field(
            gt=0,
            le=86_400,
            allow_inf_nan=False,
            description="time of the search, beside starting and reading; GET /v1/limits says how much is allowed",
        ),
    ] = None
    iterations: Annotated[
        int | None,
        Field(ge=0, le=1_000_000_000, description="work instead of time: the same data and seed give the same plan"),
    ] = None
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    stage: Annotated[Stage, Field(description="draft at 16:00, settle at 18:00, open at 08:00")] = Stage.DRAFT
    as_of: AsOf = None
    days: Annotated[int | None, Field(ge=1, le=7, description="days to plan in one go")] = None
    skip_bad: Annotated[bool, Field(description="plan without the orders that have faults; they stay listed")] = False
    lenient: Annotated[
        bool, Field(description="take columns and keys that nobody knows as warnings: what stands there is not read")
    ] = False
    allow_unknown: Annotated[
        bool, Field(description="the earlier name of `lenient`", json_schema_extra={"deprecated": True})
    ] = False
    broken_locks: Annotated[BrokenLocks | None, Field(description="locks that break a rule: refuse, or keep")] = None
    label: Annotated[Labels, Field(description="a label to find the job by; may be given several times")] = []
    metadata: Annotated[
        str | None,
        Field(max_length=4_000, description="a JSON object of texts that comes back with the job, unread"),
        AfterValidator(_notes),
    ] = None
    start_from: Annotated[
        str | None, Field(pattern=ID_PATTERN, description="a plan of the branch whose routes the search begins from")
    ] = None
    freeze_before: Annotated[
        AsOf,
        Field(
            description="with `start_from`: visits that start before this moment there keep technician and start, "
            "or technician and day where nobody can be there by then any more"
        ),
    ] = None
    dry_run: Annotated[bool, Field(description="validate only")] = False


class PatchQuery(PlanQuery):
    """How the plan of a patched branch is made."""

    dry_run: Literal[False] = False


class JudgeQuery(BaseModel):
    """How a plan file is judged."""

    model_config = ConfigDict(extra="forbid")

    as_of: Annotated[
        AsOf,
        Field(
            description="what the branch in the body reports after this moment is not seen; the plan's own moment "
            "where none is stated"
        ),
    ] = None


class ListQuery(BaseModel):
    """Which plans are listed."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str | None, Field(pattern=r"^[0-9]{1,15}$", description="`next_cursor` of the page before")] = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    branch: Annotated[str | None, Field(max_length=200, pattern=TEXT_PATTERN)] = None
    status: Status | None = None
    state: Annotated[State | None, Field(description="how the plan stands")] = None
    day: Annotated[
        str | None, Field(pattern=DATE_PATTERN, description="plans that have this day"), AfterValidator(_day)
    ] = None
    label: Label | None = None


class JobNotes(Taken):
    """What those who submitted a job say of it; what is not given stays."""

    labels: Annotated[Labels | None, Field(examples=[["monday", "night"]])] = None
    metadata: Annotated[
        dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=1_000)]] | None,
        Field(max_length=50, examples=[{"ticket": "4711"}]),
    ] = None


class TrailQuery(BaseModel):
    """Which part of the audit trail is listed."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str | None, Field(pattern=r"^[0-9]{1,15}$")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


#: What a caller has seen, as a parameter: a proxy that packs answers rewrites the header.
LookedAt = Annotated[
    str | None,
    Field(pattern=ID_PATTERN, description="`etag` of the plan that was looked at; in its place If-Match is taken"),
]


class PublishQuery(BaseModel):
    """How a plan is published."""

    model_config = ConfigDict(extra="forbid")

    etag: LookedAt = None
    anyway: Annotated[
        bool,
        Field(
            description="publish although orders or the published plan have changed; "
            "a plan that breaks rules with the orders of now is refused all the same"
        ),
    ] = False


class EditQuery(BaseModel):
    """How edits are taken."""

    model_config = ConfigDict(extra="forbid")

    dry_run: Annotated[bool, Field(description="say what would break and what it costs, and change nothing")] = False
    etag: LookedAt = None


class UndoQuery(BaseModel):
    """Which revision is used again."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[
        int | None, Field(ge=0, le=1_000_000, description="its number; without it the one before the present one")
    ] = None
    etag: LookedAt = None


class ReoptimiseQuery(BaseModel):
    """How the rest of a plan is planned anew."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[
        float | None,
        Field(gt=0, le=86_400, allow_inf_nan=False, description="time of the search; GET /v1/limits says how much"),
    ] = None
    iterations: Annotated[
        int | None, Field(ge=0, le=1_000_000_000, description="work instead of time: the same plan each time")
    ] = None
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    freeze_before: Annotated[
        AsOf, Field(description="visits that start before this moment, local time of the branch, keep their start")
    ] = None


class Receipt(Taken):
    """A technician has received a route."""

    technician_id: Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT_PATTERN, examples=["T1"])]


#: What a webhook may be told.
EventName = Literal[
    "plan.solved", "plan.stopped", "plan.failed", "plan.invalid", "plan.edited", "plan.published", "plan.handed_out"
]


class NewWebhook(Taken):
    """Where to send events."""

    url: Annotated[str, Field(min_length=1, max_length=2000, examples=["https://dispatch.example.com/hooks/paigong"])]
    branches: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT_PATTERN)]] | None,
        Field(max_length=100, description="only events of these branches; null is those that the key is for"),
    ] = None
    events: Annotated[
        list[EventName] | None, Field(min_length=1, description="only these events; null is all of them")
    ] = None


class DeliveriesQuery(BaseModel):
    """Which deliveries are listed."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    state: Literal["waiting", "delivered", "given_up"] | None = None
