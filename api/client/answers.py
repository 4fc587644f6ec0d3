"""What the service answers, as typed values, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from api.statuses import ENDED, State, Status

if TYPE_CHECKING:
    from collections.abc import Mapping


JsonObject: TypeAlias = dict[str, Any]

#: Faults that the text of an error lists.
LISTED = 10

#: The words around a fault, by language.
WORDS = {
    "en": {"row": " row {row}", "column": ", column '{column}'", "path": " at {path}", "end": ": ", "gap": " ",
           "more": "… and {count} more.", "request": "Request {request_id}."},
    "zh": {"row": " 第 {row} 行", "column": "，“{column}”列", "path": " 的 {path}", "end": "：", "gap": "",
           "more": "……另有 {count} 条。", "request": "请求编号 {request_id}。"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault or doubt of what was sent.

    Parameters
    ----------
    place
        Where it is, in words: `orders.csv row 14, column 'ready'`; empty when it has no place.
    is_warning
        Whether the data can be used all the same.
    raw
        All that the service says of it.
    """

    code: str
    cause: str
    action: str
    place: str
    is_warning: bool
    raw: JsonObject = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """Why something was not done (RFC 9457), in the client's language.

    Parameters
    ----------
    status
        The HTTP status.
    code
        Stable name, such as `INPUT_FAULTS`.
    errors
        The single faults, the first 200 of them; `error_count` says how many there are.
    request_id
        What an operator finds the request by; empty for a failed job.
    """

    status: int
    code: str
    title: str
    cause: str
    action: str
    errors: tuple[Fault, ...] = ()
    error_count: int = 0
    request_id: str = ""
    lang: str = "en"

    def text(self) -> str:
        """Return it for people: what, why, what to do, the first faults."""
        words = WORDS[self.lang]
        faults = [fault for fault in self.errors if not fault.is_warning]
        unlisted = len(faults[LISTED:]) + max(0, self.error_count - len(self.errors))
        lines = [self.title + words["end"] + words["gap"].join((self.cause, self.action)).strip()]
        for fault in faults[:LISTED]:
            place = fault.place + words["end"] if fault.place else ""
            lines.append("  " + place + words["gap"].join((fault.cause, fault.action)).strip())
        if unlisted:
            lines.append("  " + words["more"].format(count=unlisted))
        if self.request_id:
            lines.append(words["request"].format(request_id=self.request_id))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Progress:
    """How a solve stands: the best plan so far, or that of the end.

    Parameters
    ----------
    served
        Visits that it serves.
    bound_cents
        Proven lower bound; `None` while none is computed.
    """

    cost_cents: int | None
    served: int | None
    bound_cents: int | None
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Job:
    """A plan as a job.

    Parameters
    ----------
    state
        How its plan stands; `None` while there is none.
    days
        How many days are planned, from `first_day` on.
    visits, technicians
        How many the branch has.
    failure
        Why there is no plan, once the job has ended without one.
    plan
        Routes, visits left out with reasons, costs by rule, key figures. `None` while there is no plan, and in the
        answers that never carry it: those of `submit`, `stop` and `plans`.
    etag
        Names what was looked at, for `publish`; empty in these answers and in that of `acknowledge`.
    raw
        All that the service says of it.
    """

    id: str
    status: Status
    state: State | None
    branch_id: str
    first_day: date
    days: int
    visits: int
    technicians: int
    progress: Progress
    warnings: tuple[Fault, ...]
    failure: ProblemDetails | None
    plan: JsonObject | None = field(repr=False, hash=False)
    etag: str
    raw: JsonObject = field(repr=False, hash=False)

    @property
    def has_ended(self) -> bool:
        """Return whether no better plan will come."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a job.

    Parameters
    ----------
    number
        Its place among the job's events, from 1.
    kind
        `status`, `progress` or `acknowledgement`.
    data
        Of a `progress`: `cost_cents`, `served`, `visits`, `bound` (cents), `elapsed_s`.
    """

    number: int
    kind: str
    data: JsonObject = field(hash=False)


@dataclass(frozen=True, slots=True)
class Validated:
    """What a branch holds that can be planned.

    Parameters
    ----------
    as_of
        The moment of planning, local time of the branch.
    warnings
        What a person should look at.
    raw
        All that the service says of it.
    """

    branch_id: str
    first_day: date
    days: int
    as_of: str
    visits: int
    technicians: int
    warnings: tuple[Fault, ...]
    raw: JsonObject = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the service allows.

    Parameters
    ----------
    max_seconds
        The longest solve, by the role of the key.
    default_seconds
        The solve that names no time.
    body_bytes
        The largest branch.
    visits, technicians, days
        The most of one plan.
    raw
        Every limit.
    """

    max_seconds: Mapping[str, float] = field(hash=False)
    default_seconds: float
    body_bytes: int
    visits: int
    technicians: int
    days: int
    raw: JsonObject = field(repr=False, hash=False)


def job_of(found: Mapping[str, Any], etag: str, lang: str) -> Job:
    """Return a job as the service shows it."""
    progress, failure = found["progress"], found["failure"]
    return Job(
        id=found["id"],
        status=Status(found["status"]),
        state=None if found["state"] is None else State(found["state"]),
        branch_id=found["branch_id"],
        first_day=date.fromisoformat(found["first_day"]),
        days=found["days"],
        visits=found["visits"],
        technicians=found["technicians"],
        progress=Progress(progress["cost_cents"], progress["served"], progress["bound"], progress["elapsed_s"]),
        warnings=tuple(fault_of(entry, lang) for entry in found["warnings"]),
        failure=None if failure is None else details_of(failure, lang),
        plan=found.get("plan"),
        etag=etag,
        raw=dict(found),
    )


def validated_of(found: Mapping[str, Any], lang: str) -> Validated:
    """Return what a dry run found."""
    return Validated(
        branch_id=found["branch_id"],
        first_day=date.fromisoformat(found["first_day"]),
        days=found["days"],
        as_of=found["as_of"],
        visits=found["visits"],
        technicians=found["technicians"],
        warnings=tuple(fault_of(entry, lang) for entry in found["warnings"]),
        raw=dict(found),
    )


def limits_of(found: Mapping[str, Any]) -> Limits:
    """Return the limits."""
    return Limits(
        max_seconds={role: limits["max_seconds"] for role, limits in found["roles"].items()},
        default_seconds=found["default_seconds"],
        body_bytes=found["body_bytes"],
        visits=found["visits"],
        technicians=found["technicians"],
        days=found["days"],
        raw=dict(found),
    )


def details_of(found: Mapping[str, Any], lang: str) -> ProblemDetails:
    """Return problem details."""
    return ProblemDetails(
        status=found["status"],
        code=found["code"],
        title=found["title"],
        cause=found["cause"],
        action=found["action"],
        errors=tuple(fault_of(entry, lang) for entry in found["errors"]),
        error_count=found["error_count"],
        request_id=found.get("request_id", ""),
        lang=lang,
    )


def fault_of(entry: Mapping[str, Any], lang: str) -> Fault:
    """Return a fault of the data, of a parameter, or of a lock, which has a message alone."""
    words = WORDS[lang]
    place = str(entry.get("file") or "")
    if entry.get("path"):
        place += words["path"].format(path=entry["path"]) if place else str(entry["path"])
    else:
        place += words["row"].format(row=entry["row"]) if entry.get("row") is not None else ""
        place += words["column"].format(column=entry["column"]) if entry.get("column") else ""
    return Fault(
        code=str(entry.get("code") or entry.get("rule") or ""),
        cause=str(entry.get("cause") or entry.get("message") or ""),
        action=str(entry.get("action") or ""),
        place=place,
        is_warning=entry.get("severity") == "warning",
        raw=dict(entry),
    )
