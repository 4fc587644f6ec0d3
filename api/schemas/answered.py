"""The wire models of what is answered: jobs, verdicts, limits, the audit trail, webhooks, faults."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from api.schemas.asked import ID_PATTERN
from api.schemas.plan import Change, LocalMoment, PlanPart
from api.statuses import Role, State, Status
from optimizer.domain.planning_context import Stage

Moment = Annotated[
    str,
    Field(
        examples=["2026-11-27T08:00:00.000Z"], description="UTC, ISO 8601", json_schema_extra={"format": "date-time"}
    ),
]
Date = Annotated[str, Field(examples=["2026-11-30"], json_schema_extra={"format": "date"})]


class Given(BaseModel):
    """A body that is answered; clients pass over fields that a later version adds."""


class Fault(Given):
    """One fault: where it is, what it is, what to do."""

    model_config = ConfigDict(extra="allow")

    code: str | None = None
    severity: Literal["error", "warning"] | None = None
    file: str | None = None
    row: int | None = None
    column: str | None = None
    path: Annotated[str | None, Field(description="JSON pointer to it")] = None
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


class QueuePlace(Given):
    """Where a job that waits stands."""

    position: Annotated[int, Field(description="1 is the next one; keys and their branches take turns")]
    expected_start: Annotated[
        Moment | None, Field(description="an estimate: each job before it takes all the seconds it asks for")
    ]


class ReceiptGiven(Given):
    """When a technician acknowledged his route."""

    technician_id: str
    at: Moment


class Job(Given):
    """A plan as a job: how it stands, and the plan when there is one."""

    id: Annotated[str, Field(pattern=ID_PATTERN)]
    status: Status
    state: Annotated[State | None, Field(description="of the plan; null while there is none")]
    revision: Annotated[int, Field(description="which one of the plan is in use; 0 is the solver's")] = 0
    branch_id: str
    first_day: Date
    days: int
    as_of: LocalMoment
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
    queue: Annotated[QueuePlace | None, Field(description="while it waits")]
    labels: list[str] = []
    metadata: Annotated[dict[str, str], Field(description="as it was submitted")] = {}
    progress: Progress
    warnings: Annotated[list[Fault], Field(description="the first 200")]
    warning_count: int
    failure: Problem | None
    links: dict[str, str]


class JobWithPlan(Job):
    """A job with its plan."""

    etag: Annotated[
        str,
        Field(pattern=ID_PATTERN, description="names what is shown, for publishing and editing: as the header ETag"),
    ]
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
    as_of: LocalMoment
    visits: int
    technicians: int
    warnings: Annotated[list[Fault], Field(description="the first 200")]
    warning_count: int


class Submitted(RootModel[JobWithPlan | Validated]):
    """The plan, where it was waited for; or what a dry run found."""


class Violation(Given):
    """A rule that a plan breaks."""

    rule: str
    amount: int
    unit: str
    technician: str
    visit: str
    message: str
    by: Annotated[str, Field(description="of what an exception allows: who allows it")] = ""
    why: str = ""


class Statement(Given):
    """A statement of a plan file that nobody can check."""

    path: Annotated[str, Field(examples=["/run"], description="JSON pointer to it")]
    why: Annotated[str, Field(description="why it is not judged")]


class Difference(Given):
    """A fact of the branch that is another now and concerns the plan."""

    sheet: Annotated[str, Field(examples=["orders"], description="its sheet; or policy, travel")]
    key: Annotated[str, Field(examples=["O1"], description="what names the row in its sheet")]
    column: Annotated[str, Field(examples=["service"], description="empty where the whole row is new or gone")]
    before: Any
    after: Any
    text: Annotated[str, Field(examples=["order O1: service 30 -> 60 min"])]


class Comparison(Given):
    """A plan with the branch as it is now."""

    differences: Annotated[list[Difference], Field(description="what differs from its facts and concerns it")]
    violations: Annotated[list[Violation], Field(description="what it breaks with the facts of now")]


class Verdict(Given):
    """What the judge says of a plan."""

    format: Annotated[str, Field(examples=["paigong.plan/2"], description="the plan file's: judged by its rules")]
    clean: Annotated[bool, Field(description="nothing is broken, nor with the branch of now")]
    violations: list[Violation]
    accepted: list[Violation]
    costs: dict[str, int]
    cost_cents: int
    assumptions: Annotated[list[str], Field(description="what was taken for granted")]
    not_judged: Annotated[list[Statement], Field(description="what the plan file states and nobody can check")]
    branch: Annotated[Comparison | None, Field(description="with the branch as it is now; null where none was sent")]


class Erasure(Given):
    """What became of the wish to be forgotten."""

    branch_id: str
    plans: Annotated[int, Field(description="plans that named the customer; 0 where none does any more")]


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
    matrix_places: int
    days: int
    body_seconds: float
    reading_seconds: float
    wait_seconds: float
    queued: int
    queued_per_key: int
    queued_seconds_per_key: float
    reads_per_key: int
    connections_per_address: int
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


class Session(Given):
    """What a browser may do, until when, and what its page has to say of itself."""

    role: Role
    branches: list[str] | None
    csrf_token: Annotated[str, Field(description="for the header X-CSRF-Token of what changes something")]
    expires_at: Moment


class Webhook(Given):
    """A receiver of events; deliveries are signed with its secret, which is shown when it is made."""

    id: str
    url: str
    branches: list[str] | None
    events: Annotated[list[str] | None, Field(description="null is every event")] = None
    created_at: Moment
    secret: Annotated[str | None, Field(description="only when it is made or changed")] = None


class Delivery(Given):
    """An event that was sent, or is to be sent, to a webhook."""

    id: str
    event: str
    state: Annotated[Literal["waiting", "delivered", "given_up"], Field(description="waiting: for its next attempt")]
    attempts: int
    last_answer: Annotated[str | None, Field(description="the receiver's status, or why it was not reached")]
    created_at: Moment


class Deliveries(Given):
    """What was sent to a webhook, the newest first."""

    items: list[Delivery]


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
