"""A client of the service, for analysts and other systems; it needs the standard library alone.

    from pathlib import Path
    from api.client import Client
    with Client("http://127.0.0.1:8000", Path("paigong-data/admin.key").read_text()) as paigong:
        job = paigong.wait(paigong.submit("data/hangzhou", seconds=20).id)
        Path("route-sheets.xlsx").write_bytes(paigong.workbook(job.id))

*call → request (repeated while that helps) → answer → typed value, or an error that says what to do.*

    PaigongError
    ├── ServiceError        the service refuses, with its code, its cause, the way out, and every fault of the data
    │   ├── PlanStaleError  orders, plan or published plan have changed since: look again, then decide
    │   └── JobFailedError  the job has ended without a plan; `job` says how it stands
    ├── NotEndedError       the job goes on beyond the time that one wanted to wait: wait again, or stop it
    └── UnreachableError    no answer came, also not to repeated requests

A branch that is no branch (another kind of file, a folder without CSV files) and an address that is none are a
`ValueError`; a file that is not there is a `FileNotFoundError`.
"""

from __future__ import annotations

import http.client
import io
import json
import math
import os
import random
import socket
import ssl
import threading
import time
import uuid
import zipfile
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from api.statuses import ENDED, State, Status
from optimizer.errors import PaigongError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from datetime import datetime
    from types import TracebackType

    from optimizer.domain.problem import Problem

#: A branch: its JSON form, a `Problem`, or the path of a .json, .xlsx or .zip file or of a folder of CSV files.
BranchSource: TypeAlias = "Mapping[str, Any] | Problem | str | os.PathLike[str]"
JsonObject: TypeAlias = dict[str, Any]
T = TypeVar("T")

#: The longest that a busy service thinks about an answer: a clerk is waited for, then it prints.
TIMEOUT_S = 90.0
#: How long failures of one request are borne: a service that is started anew is back by then.
RETRY_S = 15.0
CONNECT_S = 10.0
#: The service breaks the silence of a stream every 15 seconds; three missed are a cut connection.
SILENCE_S = 45.0
#: The service closes a connection that was idle for 30 seconds.
IDLE_S, MOST_IDLE = 20.0, 8
#: Jobs of one page; the most that the service gives.
PAGE = 200
#: Faults that the text of an error lists.
LISTED = 10

_JSON = "application/json"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ARCHIVE = "application/zip"
_MEDIA_TYPES = {".json": _JSON, ".xlsx": _WORKBOOK, ".zip": _ARCHIVE}
#: What of a folder is a branch: sheets, a policy's profile, a travel matrix.
_SHEET_SUFFIXES = (".csv", ".toml", ".npz")

_WORDS = {
    "en": {"row": " row {row}", "column": ", column '{column}'", "path": " at {path}", "end": ": ", "gap": " ",
           "more": "… and {count} more.", "request": "Request {request_id}."},
    "zh": {"row": " 第 {row} 行", "column": "，“{column}”列", "path": " 的 {path}", "end": "：", "gap": "",
           "more": "……另有 {count} 条。", "request": "请求编号 {request_id}。"},
}  # fmt: skip


# --- what is answered ---------------------------------------------------------------------------------------------


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
        words = _WORDS[self.lang]
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
        Names what was looked at, for `publish`; empty in the same answers.
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
        """Say whether no better plan will come."""
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


class ServiceError(PaigongError):
    """The service refuses; `str()` of it is for people, in the client's language.

    Parameters
    ----------
    details
        What it says; `status`, `code`, `cause`, `action`, `errors` and `request_id` are at hand here too.
    retry_after_s
        How long it wants not to be asked again; `None` when it does not say.
    etag
        Of the plan as it stands now, when the plan is stale.
    """

    def __init__(self, details: ProblemDetails, *, retry_after_s: float | None = None, etag: str = "") -> None:
        super().__init__(details)
        self.details = details
        self.status, self.code = details.status, details.code
        self.cause, self.action = details.cause, details.action
        self.errors, self.request_id = details.errors, details.request_id
        self.retry_after_s = retry_after_s
        self.etag = etag

    def __str__(self) -> str:
        return self.details.text()


class PlanStaleError(ServiceError):
    """Orders, plan or published plan have changed since the plan was looked at; `etag` is of now."""


class JobFailedError(ServiceError):
    """A job has ended without a plan.

    Parameters
    ----------
    job
        How it stands.
    """

    def __init__(self, job: Job) -> None:
        assert job.failure is not None
        super().__init__(job.failure)
        self.args = (job,)
        self.job = job


class NotEndedError(PaigongError):
    """A job goes on beyond the time that one wanted to wait.

    Parameters
    ----------
    job
        How it stands.
    """

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.job = job

    def __str__(self) -> str:
        return f"Job {self.job.id} is still {self.job.status}. Wait again, or stop it to take its best plan."


class UnreachableError(PaigongError):
    """No answer came, so that what was asked for may have been done, or not.

    Parameters
    ----------
    url
        Of the service.
    reason
        What went wrong last.
    idempotency_key
        With it the same request is safe to send again; empty for what needs none.
    """

    def __init__(self, url: str, reason: str, idempotency_key: str = "") -> None:
        super().__init__(url, reason, idempotency_key)
        self.url = url
        self.reason = reason
        self.idempotency_key = idempotency_key

    def __str__(self) -> str:
        key = self.idempotency_key
        again = f" With idempotency_key={key!r} the same request is done once, also when repeated." if key else ""
        return f"{self.url} gives no answer: {self.reason}. Check the address and whether the service runs.{again}"


# --- the client ---------------------------------------------------------------------------------------------------


class Client:
    """Plans by HTTP. Threads may share one client.

    A request is repeated, for `retry_s` at most, after a connection that fails and after 429 and 503, not before the
    service's Retry-After; everything else is raised at once. Repeating is safe: what changes anything carries an
    Idempotency-Key. Proxies that the environment names are not used, redirects are not followed.

    Parameters
    ----------
    url
        Of the service, with the path that a proxy serves it under, if any.
    key
        API key; space around it is dropped, so that it may come straight from a file.
    lang
        Language of faults and papers: en or zh.
    timeout_s
        How long one answer may take.
    retry_s
        How long failures of one request are borne.
    tls
        Whom to trust; `None` trusts whom the machine trusts.

    Raises
    ------
    ValueError
        When the address, the key or the language is none.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        lang: str = "en",
        timeout_s: float = TIMEOUT_S,
        retry_s: float = RETRY_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if lang not in _WORDS:
            raise ValueError(f"lang is {lang!r}; expected one of {', '.join(_WORDS)}")
        self._wire = _Wire(url, key, lang=lang, timeout_s=timeout_s, retry_s=retry_s, tls=tls)
        self._lang = lang

    def __repr__(self) -> str:
        return f"Client({self._wire.url!r})"

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept; the client cannot be used any more."""
        self._wire.close()

    # --- handing in ---

    def submit(
        self,
        branch: BranchSource,
        *,
        seconds: float | None = None,
        iterations: int | None = None,
        seed: int = 0,
        stage: str = "draft",
        days: int | None = None,
        as_of: str | datetime | None = None,
        skip_bad: bool = False,
        broken_locks: str | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Hand a branch in to be planned; when this returns, the service has the job on disk.

        Parameters
        ----------
        branch
            Of a folder, the CSV files, profiles (.toml) and travel matrix (.npz) are sent, not its folder `published`:
            the service keeps what was published itself.
        seconds
            Time for the solve; `None` takes the service's default.
        iterations
            Work instead of time: the same data and seed give the same plan.
        stage
            draft (16:00), settle (18:00) or open (08:00).
        days
            Days to plan in one go; `None` takes the branch's own.
        as_of
            The moment of planning, local time of the branch without a zone, to the minute.
        skip_bad
            Plan without the orders that have faults; they are warnings then.
        broken_locks
            What becomes of locks that break a rule: refuse or keep.
        idempotency_key
            The same key and request again give the job of the first time. `None` makes one up.

        Raises
        ------
        ServiceError
            With every fault of the data.
        UnreachableError
            When it is not known whether the job was taken; `idempotency_key` of it makes another try safe.
        """
        content, media_type = _content_of(branch)
        query = _query(
            seconds=seconds, iterations=iterations, seed=seed, stage=stage, days=days, as_of=as_of, skip_bad=skip_bad,
            broken_locks=broken_locks,
        )  # fmt: skip
        return self._job_of(self._post("/v1/plans", query, content, media_type, idempotency_key=idempotency_key))

    def validate(
        self,
        branch: BranchSource,
        *,
        stage: str = "draft",
        days: int | None = None,
        as_of: str | datetime | None = None,
        skip_bad: bool = False,
        broken_locks: str | None = None,
    ) -> Validated:
        """Return what a branch holds; nothing is planned or kept.

        Raises
        ------
        ServiceError
            With every fault of the data.
        """
        content, media_type = _content_of(branch)
        query = _query(
            stage=stage, days=days, as_of=as_of, skip_bad=skip_bad, broken_locks=broken_locks, dry_run=True
        )  # fmt: skip
        headers = {"Content-Type": media_type}
        answer = self._wire.ask("POST", "/v1/plans", query=query, content=content, headers=headers)
        return self._read(answer, lambda found: _validated(found, self._lang))

    # --- watching -----------------------------------------------------------------------------------------------

    def job(self, job_id: str) -> Job:
        """Return how a job stands, with its plan when there is one."""
        return self._job_of(self._wire.ask("GET", _path(job_id)))

    def wait(self, job_id: str, timeout_s: float | None = None) -> Job:
        """Return a job with its plan when it has ended, also when it was stopped.

        The job's events are listened to; where that is not possible, it is looked at every few seconds.

        Raises
        ------
        JobFailedError
            When it ended without a plan, by faults of the data or of the service.
        NotEndedError
            When it has not ended after `timeout_s`.
        """
        until_s = math.inf if timeout_s is None else time.monotonic() + timeout_s
        try:
            for _ in self._watch(job_id, 0, until_s):
                pass
        except UnreachableError:
            pass  # A proxy may hold streams back; whether the service itself is there shows below.
        except ServiceError as error:
            if error.status in (401, 403, 404):
                raise
        pause_s = 0.5
        while not (job := self.job(job_id)).has_ended:
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                raise NotEndedError(job)
            time.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, 5.0)
        if job.failure is not None:
            raise JobFailedError(job)
        return job

    def events(self, job_id: str, after: int = 0) -> Iterator[Event]:
        """Give a job's events in their order, each once, as they happen, until the job has ended.

        Parameters
        ----------
        after
            Number of the last event that is known already.
        """
        return self._watch(job_id, after, math.inf)

    def plans(self, branch: str | None = None, status: str | None = None) -> Iterator[Job]:
        """Give the jobs that the key may see, the newest first, without their plans; pages are asked for as needed."""
        cursor: str | None = None
        while True:
            query = _query(branch=branch, status=status, cursor=cursor, limit=PAGE)
            answer = self._wire.ask("GET", "/v1/plans", query=query)
            page, cursor = self._read(
                answer, lambda found: ([_job(item, "", self._lang) for item in found["items"]], found["next_cursor"])
            )
            yield from page
            if cursor is None:
                return

    def stop(self, job_id: str) -> Job:
        """Ask a job to end with its best plan, and return at once; `wait` returns the plan a second or two later."""
        return self._job_of(self._wire.ask("DELETE", _path(job_id)))

    # --- papers ---

    def plan_file(self, job_id: str) -> JsonObject:
        """Return the plan with its problem and travel times (paigong.plan/1): it can be judged alone."""
        return self._read(self._wire.ask("GET", _path(job_id, "/plan.json")), dict)

    def workbook(self, job_id: str) -> bytes:
        """Return route sheets and papers as an .xlsx workbook, in the client's language."""
        return self._wire.ask("GET", _path(job_id, "/route-sheets.xlsx")).content

    def page(self, job_id: str) -> str:
        """Return route sheets and papers as one HTML page that needs nothing else, in the client's language."""
        return self._wire.ask("GET", _path(job_id, "/route-sheets.html")).content.decode("utf-8")

    def judge(self, document: Mapping[str, Any]) -> JsonObject:
        """Return what the judge finds in a plan file, wherever it was made.

        Parameters
        ----------
        document
            paigong.plan/1, as `plan_file` returns it.

        Returns
        -------
        dict
            `clean`, `violations`, `accepted`, `costs` (cents by rule) and `cost_cents`.
        """
        headers = {"Content-Type": _JSON}
        return self._read(self._wire.ask("POST", "/v1/plans/judge", content=_json(document), headers=headers), dict)

    # --- publishing ---

    def publish(self, job_id: str, etag: str | None = None, anyway: bool = False) -> Job:
        """Make a plan the one that customers and technicians are told, and that later plans stay near.

        Parameters
        ----------
        etag
            Of the job that a person looked at: what has changed since is then noticed. `None` looks now, and notices
            only that other orders were handed in.
        anyway
            Publish although orders or the published plan have changed.

        Raises
        ------
        PlanStaleError
            When they have.
        """
        if etag is None and not anyway:
            etag = self.job(job_id).etag
        headers = {} if etag is None else {"If-Match": etag}
        return self._job_of(self._post(_path(job_id, "/publish"), _query(anyway=anyway), headers=headers))

    def acknowledge(self, job_id: str, technician_id: str) -> Job:
        """Note that a technician has received the route; with the last one's the plan is handed out."""
        content = _json({"technician_id": technician_id})
        return self._job_of(self._post(_path(job_id, "/acknowledgements"), {}, content, _JSON))

    def limits(self) -> Limits:
        """Return what the service allows."""
        return self._read(self._wire.ask("GET", "/v1/limits"), _limits)

    # --- how ---

    def _post(
        self,
        path: str,
        query: dict[str, str],
        content: bytes = b"",
        media_type: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> _Answer:
        """Have something done once."""
        key = str(uuid.uuid4()) if idempotency_key is None else idempotency_key
        sent = {"Idempotency-Key": key, **(headers or {})} | ({"Content-Type": media_type} if media_type else {})
        try:
            return self._wire.ask("POST", path, query=query, content=content, headers=sent)
        except UnreachableError as error:
            raise UnreachableError(error.url, error.reason, key) from error

    def _watch(self, job_id: str, after: int, until_s: float) -> Iterator[Event]:
        """Give events until the job has ended or a moment has come; a cut stream is taken up where it was."""
        patience = self._wire.patience()
        has_ended = False
        while time.monotonic() < until_s:
            has_come, reason = False, "the event stream ends before the job"
            try:
                with closing(self._wire.events(_path(job_id, "/events"), after, until_s)) as stream:
                    for event in stream:
                        has_come, after = True, event.number
                        if event.kind == "status":
                            has_ended = event.data.get("status") in ENDED
                        yield event
                # Of a stream through a proxy a cut may look like an end; only one that brings nothing new is believed.
                if has_ended or (not has_come and self.job(job_id).has_ended):
                    return
            except _CUT as error:
                reason = _reason(error)
            if has_come:
                patience = self._wire.patience()
            if time.monotonic() < until_s and not patience.bears():
                raise UnreachableError(self._wire.url, reason)

    def _job_of(self, answer: _Answer) -> Job:
        return self._read(answer, lambda found: _job(found, answer.headers.get("ETag", ""), self._lang))

    def _read(self, answer: _Answer, make: Callable[[JsonObject], T]) -> T:
        """Return what an answer says."""
        try:
            return make(json.loads(answer.content))
        except (ValueError, LookupError, TypeError) as error:
            raise _not_ours(answer, self._lang) from error


# --- the wire -----------------------------------------------------------------------------------------------------

#: How a connection fails.
_CUT = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    reason: str
    headers: http.client.HTTPMessage
    content: bytes

    @classmethod
    def of(cls, response: http.client.HTTPResponse, content: bytes) -> _Answer:
        return cls(response.status, response.reason, response.headers, content)

    @property
    def retry_after_s(self) -> float | None:
        """How long the service wants not to be asked again."""
        stated = self.headers.get("Retry-After", "").strip()
        return float(stated) if stated.isdecimal() else None


class _Patience:
    """How long failures are borne: the first at once, the next ones after longer and longer waits.

    Parameters
    ----------
    budget_s
        Seconds in all.
    """

    def __init__(self, budget_s: float) -> None:
        self._left_s = budget_s
        self._next_s = 0.0

    def bears(self, *, at_least_s: float = 0.0, lost_s: float = 0.0) -> bool:
        """Wait before the next try, or say that there is none.

        Parameters
        ----------
        at_least_s
            What the service asks for.
        lost_s
            What was already waited in vain.
        """
        # Uneven waits: clients that were cut off together do not come back together.
        wait_s = max(self._next_s * random.uniform(0.5, 1.0), at_least_s)
        self._next_s = min(2 * self._next_s, 5.0) if self._next_s else 0.25
        if wait_s + lost_s > self._left_s:
            return False
        self._left_s -= wait_s + lost_s
        time.sleep(wait_s)
        return True


class _Wire:
    """Requests and answers over a few kept connections."""

    def __init__(
        self, url: str, key: str, *, lang: str, timeout_s: float, retry_s: float, tls: ssl.SSLContext | None
    ) -> None:
        parts = urlsplit(url.strip())
        # A password in an address is nobody's business: it is neither used nor shown.
        self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
            raise ValueError(f"url: {self.url!r} is no service's; expected http(s)://host[:port][/path]")
        key = key.strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("key is empty or has characters that no API key has; expected pg_..._...")
        self._host, self._port, self._root = parts.hostname, parts.port, parts.path.rstrip("/")
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._headers = {"Authorization": f"Bearer {key}", "Accept-Language": lang, "User-Agent": "paigong-client"}
        self._lang, self._timeout_s, self._retry_s = lang, timeout_s, retry_s
        self._lock = threading.Lock()
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []
        self._is_closed = False

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _Answer:
        """Return the whole answer to a request, which is repeated while that may help.

        Raises
        ------
        ServiceError
            When it is a refusal.
        UnreachableError
            When there is none.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        return self._repeated(lambda: self._exchange(method, target, content, headers or {}))

    def events(self, path: str, after: int, until_s: float) -> Generator[Event, None, None]:
        """Give the events of one stream until it ends or a moment has come; a cut is raised as it is."""
        with self._opened(path, {"Last-Event-ID": str(after)}) as (sock, response):
            if response.headers.get_content_type() != "text/event-stream":
                raise _not_ours(_Answer.of(response, b""), self._lang)
            fields: dict[str, str] = {}
            for line in _lines(sock, response, until_s):
                name, _, value = line.partition(":")
                if line:
                    fields[name] = value.removeprefix(" ")
                elif "id" in fields and "data" in fields:
                    event = Event(int(fields["id"]), fields.get("event", ""), json.loads(fields["data"]))
                    fields = {}
                    if event.number > after:
                        yield event

    def patience(self) -> _Patience:
        """Return a new patience with failures."""
        return _Patience(self._retry_s)

    def close(self) -> None:
        """Close what is idle; what is in use is closed by who uses it."""
        with self._lock:
            self._is_closed = True
        self._drop_idle()

    # --- one request ---

    def _repeated(self, do: Callable[[], T]) -> T:
        patience = self.patience()
        while True:
            began_s = time.monotonic()
            try:
                return do()
            except ServiceError as error:
                if error.status not in (429, 503) or not patience.bears(at_least_s=error.retry_after_s or 0.0):
                    raise
            except _CUT as error:
                # Kept connections of a service that was started anew are all dead.
                self._drop_idle()
                lost_s = time.monotonic() - began_s if isinstance(error, TimeoutError) else 0.0
                if _is_lasting(error) or not patience.bears(lost_s=lost_s):
                    raise UnreachableError(self.url, _reason(error)) from error

    def _exchange(self, method: str, target: str, content: bytes | None, headers: Mapping[str, str]) -> _Answer:
        connection = self._take()
        try:
            with self._send(connection, method, target, content, headers) as response:
                answer = _Answer.of(response, response.read())
                can_stay = not response.will_close
        except BaseException:
            connection.close()
            raise
        if can_stay:
            self._give_back(connection)
        else:
            connection.close()
        if answer.status >= 300:
            raise _error_of(answer, self._lang)
        return answer

    @contextmanager
    def _opened(
        self, target: str, headers: Mapping[str, str]
    ) -> Iterator[tuple[socket.socket, http.client.HTTPResponse]]:
        """Give an answer that is still coming, on a connection of its own."""

        def open_it() -> tuple[http.client.HTTPConnection, socket.socket, http.client.HTTPResponse]:
            connection = self._connected()
            sock = connection.sock
            try:
                response = self._send(connection, "GET", target, None, headers)
                if response.status < 300:
                    return connection, sock, response
                with response:
                    raise _error_of(_Answer.of(response, response.read()), self._lang)
            except BaseException:
                connection.close()
                raise

        connection, sock, response = self._repeated(open_it)
        try:
            yield sock, response
        finally:
            response.close()
            connection.close()

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        content: bytes | None,
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        # A service that refuses a large body answers before it has read all of it: that answer says why.
        with suppress(ConnectionError):
            connection.request(method, self._root + target, content, {**self._headers, **headers})
        return connection.getresponse()

    # --- connections ---

    def _connected(self) -> http.client.HTTPConnection:
        if self._is_closed:
            raise RuntimeError("this client is closed; make a new one")
        patience_s = min(CONNECT_S, self._timeout_s)
        connection = (
            http.client.HTTPConnection(self._host, self._port, timeout=patience_s)
            if self._tls is None
            else http.client.HTTPSConnection(self._host, self._port, timeout=patience_s, context=self._tls)
        )
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        connection.sock.settimeout(self._timeout_s)
        return connection

    def _take(self) -> http.client.HTTPConnection:
        """Return a connection that is kept and still young, or a new one."""
        while True:
            with self._lock:
                since_s, connection = self._idle.pop() if self._idle else (0.0, None)
            if connection is None:
                return self._connected()
            if time.monotonic() - since_s < IDLE_S:
                return connection
            connection.close()

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if not self._is_closed and len(self._idle) < MOST_IDLE:
                self._idle.append((time.monotonic(), connection))
                return
        connection.close()

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()


def _lines(sock: socket.socket, response: http.client.HTTPResponse, until_s: float) -> Iterator[str]:
    """Give the lines of an answer as they come.

    Raises
    ------
    TimeoutError
        When the moment has come, or nothing has for too long.
    """
    rest = b""
    while True:
        sock.settimeout(max(0.001, min(SILENCE_S, until_s - time.monotonic())))
        piece = response.read1(65_536)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode("utf-8")


def _is_lasting(error: BaseException) -> bool:
    """Say whether another try would fail in the same way: the certificate is not trusted, the name not known."""
    if isinstance(error, socket.gaierror):
        return error.errno != socket.EAI_AGAIN
    return isinstance(error, ssl.SSLCertVerificationError)


def _reason(error: BaseException) -> str:
    text = "the time for an answer is up" if isinstance(error, TimeoutError) else str(error)
    return text.rstrip(".") or type(error).__name__


# --- from the wire ------------------------------------------------------------------------------------------------


def _job(found: Mapping[str, Any], etag: str, lang: str) -> Job:
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
        warnings=tuple(_fault(entry, lang) for entry in found["warnings"]),
        failure=None if failure is None else _details(failure, lang),
        plan=found.get("plan"),
        etag=etag,
        raw=dict(found),
    )


def _validated(found: Mapping[str, Any], lang: str) -> Validated:
    return Validated(
        branch_id=found["branch_id"],
        first_day=date.fromisoformat(found["first_day"]),
        days=found["days"],
        as_of=found["as_of"],
        visits=found["visits"],
        technicians=found["technicians"],
        warnings=tuple(_fault(entry, lang) for entry in found["warnings"]),
        raw=dict(found),
    )


def _limits(found: Mapping[str, Any]) -> Limits:
    return Limits(
        max_seconds={role: limits["max_seconds"] for role, limits in found["roles"].items()},
        default_seconds=found["default_seconds"],
        body_bytes=found["body_bytes"],
        visits=found["visits"],
        technicians=found["technicians"],
        days=found["days"],
        raw=dict(found),
    )


def _details(found: Mapping[str, Any], lang: str) -> ProblemDetails:
    return ProblemDetails(
        status=found["status"],
        code=found["code"],
        title=found["title"],
        cause=found["cause"],
        action=found["action"],
        errors=tuple(_fault(entry, lang) for entry in found["errors"]),
        error_count=found["error_count"],
        request_id=found.get("request_id", ""),
        lang=lang,
    )


def _fault(entry: Mapping[str, Any], lang: str) -> Fault:
    """Return a fault of the data, of a parameter, or of a lock, which has a message alone."""
    words = _WORDS[lang]
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


def _error_of(answer: _Answer, lang: str) -> ServiceError:
    """Return the error that an answer is."""
    try:
        details = _details(json.loads(answer.content), lang)
    except (ValueError, LookupError, TypeError, AttributeError):
        return _not_ours(answer, lang)
    kind = PlanStaleError if details.code == "PLAN_STALE" else ServiceError
    return kind(details, retry_after_s=answer.retry_after_s, etag=answer.headers.get("ETag", ""))


def _not_ours(answer: _Answer, lang: str) -> ServiceError:
    """Return an error for what Paigong does not answer: a proxy's page, another program's."""
    leads = f", which leads to {answer.headers['Location']}" if answer.headers.get("Location") else ""
    details = ProblemDetails(
        status=answer.status,
        code=f"HTTP_{answer.status}",
        title="Not an answer of Paigong",
        cause=f"The address answers {answer.status} {answer.reason}{leads}.",
        action="Check the address; something between here and the service may have answered in its place.",
        request_id=answer.headers.get("X-Request-ID", ""),
        lang=lang,
    )
    return ServiceError(details, retry_after_s=answer.retry_after_s)


# --- to the wire --------------------------------------------------------------------------------------------------


def _path(job_id: str, rest: str = "") -> str:
    return f"/v1/plans/{quote(job_id, safe='')}{rest}"


def _query(**given: object) -> dict[str, str]:
    """Return parameters as the service takes them, without those that say nothing."""
    as_of = given.get("as_of")
    if as_of is not None and not isinstance(as_of, str):
        # A second or a zone that cannot be sent is refused by name, not cut off.
        given["as_of"] = as_of.isoformat().removesuffix(":00")  # type: ignore[attr-defined]
    said = {name: value for name, value in given.items() if value is not None and value is not False}
    return {name: "true" if value is True else str(value) for name, value in said.items()}


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _content_of(branch: BranchSource) -> tuple[bytes, str]:
    """Return a branch as it is sent, and its media type."""
    if isinstance(branch, (str, os.PathLike)):
        path = Path(branch)
        if path.is_dir():
            return _zipped(path), _ARCHIVE
        media_type = _MEDIA_TYPES.get(path.suffix.lower())
        if media_type is None:
            raise ValueError(f"branch: '{path}' is no branch; expected .json, .xlsx, .zip or a folder of CSV files")
        return path.read_bytes(), media_type
    if hasattr(branch, "keys"):
        return _json(branch), _JSON
    from optimizer.domain.problem import Problem
    from optimizer.ingest.write import problem_to_json

    if not isinstance(branch, Problem):
        raise TypeError(f"branch is a {type(branch).__name__}; expected a dict, a Problem or a path")
    return _json(problem_to_json(branch)), _JSON


def _zipped(folder: Path) -> bytes:
    """Return the files of a branch as an archive; the same files give the same bytes, as an Idempotency-Key asks.

    Raises
    ------
    ValueError
        When there is no CSV file.
    """
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _SHEET_SUFFIXES and not path.name.startswith((".", "~")) and path.is_file()
    )
    if not any(path.suffix.lower() == ".csv" for path in paths):
        raise ValueError(f"branch: the folder '{folder}' has no .csv file; expected a folder of a branch's CSV files")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return made.getvalue()
