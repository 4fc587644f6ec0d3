"""The wire models: what is answered, documented and checked; and the small bodies that are taken."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.plan_schemas import Change, PlanPart
from api.statuses import Role, State, Status
from optimizer.domain.planning_context import Stage
from optimizer.domain.policy import BrokenLocks

#: Ids of ours: 128 random bits.
ID_PATTERN = "^[0-9a-f]{32}$"
#: Text without control characters: they are in no branch's ids, and some databases cannot hold them.
TEXT_PATTERN = r"^[^\x00-\x1f\x7f]*$"

Moment = Annotated[str, Field(examples=["2026-11-27T08:00:00.000Z"], description="UTC, ISO 8601")]
Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-11-30"])]


def _moment(text: str | None) -> str | None:
    """Return the text of a moment; 31 September has the form of one."""
    try:
        datetime.fromisoformat(text or "2000-01-01")
    except ValueError:
        raise PydanticCustomError("moment_unknown", "there is no such moment") from None
    return text


class Taken(BaseModel):
    """A body that is taken: no name beside these."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Given(BaseModel):
    """A body that is answered."""

    model_config = ConfigDict(extra="forbid")


# --- what is asked ------------------------------------------------------------------------------------------------


class PlanQuery(BaseModel):
    """How a plan is made."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[
        float | None,
        Field(
            gt=0,
            le=86_400,
            allow_inf_nan=False,
            description="time for the solve; GET /v1/limits says how much is allowed",
        ),
    ] = None
    iterations: Annotated[
        int | None,
        Field(ge=0, le=1_000_000_000, description="work instead of time: the same data and seed give the same plan"),
    ] = None
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    stage: Annotated[Stage, Field(description="draft at 16:00, settle at 18:00, open at 08:00")] = Stage.DRAFT
    as_of: Annotated[
        str | None,
        Field(
            pattern=r"^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$",
            description="the moment of planning, local time of the branch",
            examples=["2026-11-27T16:00"],
        ),
        AfterValidator(_moment),
    ] = None
    days: Annotated[int | None, Field(ge=1, le=7, description="days to plan in one go")] = None
    skip_bad: Annotated[bool, Field(description="plan without the orders that have faults; they stay listed")] = False
    broken_locks: Annotated[BrokenLocks | None, Field(description="locks that break a rule: refuse, or keep")] = None
    dry_run: Annotated[bool, Field(description="validate only")] = False


class ListQuery(BaseModel):
    """Which plans are listed."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str | None, Field(pattern=r"^[0-9]{1,15}$", description="`next_cursor` of the page before")] = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    branch: Annotated[str | None, Field(max_length=200, pattern=TEXT_PATTERN)] = None
    status: Status | None = None


class TrailQuery(BaseModel):
    """Which part of the audit trail is listed."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str | None, Field(pattern=r"^[0-9]{1,15}$")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class PublishQuery(BaseModel):
    """How a plan is published."""

    model_config = ConfigDict(extra="forbid")

    anyway: Annotated[bool, Field(description="publish although orders or the published plan have changed")] = False


class Receipt(Taken):
    """A technician has received a route."""

    technician_id: Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT_PATTERN, examples=["T1"])]


class NewWebhook(Taken):
    """Where to send events."""

    url: Annotated[str, Field(min_length=1, max_length=2000, examples=["https://dispatch.example.com/hooks/paigong"])]
    branches: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT_PATTERN)]] | None,
        Field(max_length=100, description="only events of these branches; null is those that the key is for"),
    ] = None


# --- what is answered ---------------------------------------------------------------------------------------------


class Fault(Given):
    """One fault: where it is, what it is, what to do."""

    model_config = ConfigDict(extra="allow")

    code: str | None = None
    cause: str | None = None
    action: str | None = None


class Problem(Given):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(examples=["INPUT_FAULTS"])]
    cause: str
    action: str
    errors: Annotated[list[Fault], Field(description="every fault at once, the first 200 listed")]
    error_count: int
    request_id: str = ""


class Progress(Given):
    """How a solve stands."""

    cost_cents: int | None
    served: int | None
    bound: Annotated[int | None, Field(description="proven lower bound in cents; null while none is computed")]
    elapsed_s: float


class ReceiptGiven(Given):
    """When a technician acknowledged his route."""

    technician_id: str
    at: Moment


class Job(Given):
    """A plan as a job: how it stands, and the plan when there is one."""

    id: Annotated[str, Field(pattern=ID_PATTERN)]
    status: Status
    state: Annotated[State | None, Field(description="of the plan; null while there is none")]
    branch_id: str
    first_day: Date
    days: int
    as_of: str
    stage: Stage
    seconds: float
    iterations: int | None
    seed: int
    visits: int
    technicians: int
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    published_at: Moment | None
    progress: Progress
    warnings: Annotated[list[Fault], Field(description="the first 200")]
    warning_count: int
    failure: Problem | None
    links: dict[str, str]


class JobWithPlan(Job):
    """A job with its plan."""

    plan: PlanPart | None
    changes: Annotated[list[Change], Field(description="what differs from the published plan, and until when to call")]
    released: Annotated[list[str], Field(description="visits whose told window could not be kept")]
    assumptions: list[str]
    run: Annotated[dict[str, Any] | None, Field(description="seed, moves, elapsed seconds, versions")]
    acknowledgements: list[ReceiptGiven]
    unacknowledged: Annotated[list[str], Field(description="technicians with a route and no receipt; once published")]


class JobPage(Given):
    """Jobs, the newest first."""

    items: list[Job]
    next_cursor: str | None


class Validated(Given):
    """What a dry run found."""

    branch_id: str
    first_day: Date
    days: int
    as_of: str
    visits: int
    technicians: int
    warnings: Annotated[list[Fault], Field(description="the first 200")]
    warning_count: int


class Violation(Given):
    """A rule that a plan breaks."""

    rule: str
    amount: int
    unit: str
    technician: str
    visit: str
    message: str


class Verdict(Given):
    """What the judge says of a plan."""

    clean: bool
    violations: list[Violation]
    accepted: list[Violation]
    costs: dict[str, int]
    cost_cents: int


class RoleLimits(Given):
    """Limits of one role."""

    max_seconds: float


class Limits(Given):
    """Every limit; what goes beyond one is refused by name, never cut."""

    roles: dict[Role, RoleLimits]
    default_seconds: float
    body_bytes: int
    small_body_bytes: int
    json_depth: int
    json_integer: int
    json_objects: int
    text_characters: int
    visits: int
    technicians: int
    days: int
    body_seconds: float
    reading_seconds: float
    wait_seconds: float
    queued: int
    queued_per_key: int
    requests_per_second: float
    burst: int
    event_streams: int
    draft_days: int
    idempotency_hours: int


class TrailEntry(Given):
    """One deed in the audit trail."""

    at: Moment
    key_id: str
    action: str
    branch_id: str | None
    subject: str
    detail: dict[str, Any]
    request_id: str


class Trail(Given):
    """The audit trail, the newest first."""

    items: list[TrailEntry]
    next_cursor: str | None


class Webhook(Given):
    """A receiver of events; deliveries are signed with its secret, which is shown when it is made."""

    id: str
    url: str
    branches: list[str] | None
    created_at: Moment
    secret: Annotated[str | None, Field(description="only when it is made")] = None


class Webhooks(Given):
    """Every webhook that the key may see."""

    items: list[Webhook]


class Health(Given):
    """That the process answers."""

    status: Literal["ok"]


class Readiness(Given):
    """Whether work can be taken, part by part."""

    status: Literal["ready", "not_ready"]
    parts: dict[str, bool]
