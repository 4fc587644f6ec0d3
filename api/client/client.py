"""The client: a method a thing that can be asked of the service."""

from __future__ import annotations

import json
import math
import ssl
import time
import uuid
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from api.client.answers import WORDS, Event, Job, JsonObject, Limits, Validated, job_of, limits_of, validated_of
from api.client.branches import JSON, BranchSource, content_of, json_bytes, named_or_json, path_of, query_of
from api.client.errors import JobFailedError, NotEndedError, ServiceError, UnreachableError, not_ours
from api.client.reply import Reply
from api.client.wire import CUT, RETRY_S, Wire, reason_of
from api.statuses import ENDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from types import TracebackType

    from optimizer.domain.problem import Problem

T = TypeVar("T")

#: The longest that a busy service thinks about an answer: a reader is waited for, then it prints.
TIMEOUT_S = 90.0
#: Jobs of one page; the most that the service gives.
PAGE = 200


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
        if lang not in WORDS:
            raise ValueError(f"lang is {lang!r}; expected one of {', '.join(WORDS)}")
        self._wire = Wire(url, key, lang=lang, timeout_s=timeout_s, retry_s=retry_s, tls=tls)
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

    # --- submitting ---

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
        lenient: bool = False,
        broken_locks: str | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Submit a branch to be planned; when this returns, the service has the job on disk.

        Parameters
        ----------
        branch
            Of a folder, the CSV files, profiles (.toml) and travel matrix (.npz) are sent, not its folder `published`:
            the service keeps what was published itself.
        seconds
            Time of the search; `None` takes the service's default.
        iterations
            Work instead of time: the same data and seed give the same plan.
        stage
            draft (16:00), settle (18:00) or open (08:00).
        days
            Days to plan in one go; `None` takes the branch's own.
        as_of
            The moment of planning, to the minute; without an offset it is local time of the branch, and a warning.
        skip_bad
            Plan without the orders that have faults; they are warnings then.
        lenient
            Take columns and keys that nobody knows as warnings; the service refuses them.
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
        content, media_type = content_of(branch)
        query = query_of(
            seconds=seconds, iterations=iterations, seed=seed, stage=stage, days=days, as_of=as_of, skip_bad=skip_bad,
            lenient=lenient, broken_locks=broken_locks,
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
        lenient: bool = False,
        broken_locks: str | None = None,
    ) -> Validated:
        """Return what a branch holds; nothing is planned or kept.

        Raises
        ------
        ServiceError
            With every fault of the data.
        """
        content, media_type = content_of(branch)
        query = query_of(
            stage=stage, days=days, as_of=as_of, skip_bad=skip_bad, lenient=lenient,
            broken_locks=broken_locks, dry_run=True,
        )  # fmt: skip
        headers = {"Content-Type": media_type}
        answer = self._wire.ask("POST", "/v1/plans", query=query, content=content, headers=headers)
        return self._read(answer, lambda found: validated_of(found, self._lang))

    # --- watching -----------------------------------------------------------------------------------------------

    def job(self, job_id: str) -> Job:
        """Return how a job stands, with its plan when there is one."""
        return self._job_of(self._wire.ask("GET", path_of(job_id)))

    def wait(self, job_id: str, timeout_s: float | None = None) -> Job:
        """Return a job with its plan when it has ended; one that was stopped before its first plan has none.

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
            query = query_of(branch=branch, status=status, cursor=cursor, limit=PAGE)
            answer = self._wire.ask("GET", "/v1/plans", query=query)
            page, cursor = self._read(
                answer, lambda found: ([job_of(item, "", self._lang) for item in found["items"]], found["next_cursor"])
            )
            yield from page
            if cursor is None:
                return

    def stop(self, job_id: str) -> Job:
        """Ask a job to end with its best plan, and return at once; `wait` returns the plan a second or two later."""
        return self._job_of(self._wire.ask("DELETE", path_of(job_id)))

    # --- papers ---

    def plan_file(self, job_id: str) -> JsonObject:
        """Return the plan with its problem and travel times (paigong.plan/2): it can be judged alone."""
        return self._read(self._wire.ask("GET", path_of(job_id, "/plan.json")), dict)

    def workbook(self, job_id: str) -> bytes:
        """Return route sheets and papers as an .xlsx workbook, in the client's language."""
        return self._wire.ask("GET", path_of(job_id, "/route-sheets.xlsx")).content

    def page(self, job_id: str) -> str:
        """Return route sheets and papers as one HTML page that needs nothing else, in the client's language."""
        return self._wire.ask("GET", path_of(job_id, "/route-sheets.html")).content.decode("utf-8")

    def judge(
        self,
        document: Mapping[str, Any],
        *,
        branch: Mapping[str, Any] | Problem | str | None = None,
        as_of: str | datetime | None = None,
    ) -> JsonObject:
        """Return what the judge finds in a plan file, wherever it was made.

        Parameters
        ----------
        document
            paigong.plan/2, as `plan_file` returns it, or an older one.
        branch
            The branch as it is now, with which the plan is judged, too: in its JSON form or a `Problem`; the id of a
            job, for what that was made from; or `newest`, for what was submitted last for each day of the plan.
        as_of
            What a branch that is sent reports after this moment is not seen; the plan's own moment by default.

        Returns
        -------
        dict
            `format`, `clean`, `violations`, `accepted`, `costs` (cents by rule), `cost_cents`, `assumptions`,
            `not_judged` (`path` and `why` of each) and `branch`: the `differences` that concern the plan, each with
            its `text`, and the `violations` with the branch as it is now; `None` where none was named.
        """
        sent = dict(document) if branch is None else {**document, "branch": named_or_json(branch)}
        answer = self._wire.ask(
            "POST", "/v1/plans/judge", query=query_of(as_of=as_of), content=json_bytes(sent),
            headers={"Content-Type": JSON},
        )  # fmt: skip
        return self._read(answer, dict)

    # --- publishing ---

    def publish(self, job_id: str, etag: str | None = None, anyway: bool = False) -> Job:
        """Make a plan the one that customers and technicians are told, and that later plans stay near.

        Parameters
        ----------
        etag
            Of the job that a person looked at: what has changed since is then noticed. `None` looks now, and notices
            only that other orders were submitted.
        anyway
            Publish although orders or the published plan have changed; never a plan that breaks rules with the orders
            submitted last.

        Raises
        ------
        PlanStaleError
            When they have; its faults name what differs and what the plan breaks now.
        """
        seen = self.job(job_id).raw["etag"] if etag is None and not anyway else None
        headers = {} if etag is None else {"If-Match": etag}
        query = query_of(anyway=anyway, etag=seen)
        return self._job_of(self._post(path_of(job_id, "/publish"), query, headers=headers))

    def acknowledge(self, job_id: str, technician_id: str) -> Job:
        """Note that a technician has received the route; with the last one's the plan is handed out."""
        content = json_bytes({"technician_id": technician_id})
        return self._job_of(self._post(path_of(job_id, "/acknowledgements"), {}, content, JSON))

    def limits(self) -> Limits:
        """Return what the service allows."""
        return self._read(self._wire.ask("GET", "/v1/limits"), limits_of)

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
    ) -> Reply:
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
        has_ended, in_vain = False, 0
        while time.monotonic() < until_s:
            has_come, reason = False, "the event stream ends before the job"
            try:
                with closing(self._wire.events(path_of(job_id, "/events"), after, until_s)) as stream:
                    for event in stream:
                        has_come, after = True, event.number
                        if event.kind == "status":
                            has_ended = event.data.get("status") in ENDED
                        yield event
                # Of a stream through a proxy a cut may look like an end. Every job has a first event; beyond that, only
                # two streams in a row that bring nothing new are believed.
                in_vain = 0 if has_come else in_vain + 1
                if has_ended or (after > 0 and in_vain > 1 and self.job(job_id).has_ended):
                    return
            except CUT as error:
                reason = reason_of(error)
            if has_come:
                patience = self._wire.patience()
            if time.monotonic() < until_s and not patience.bears():
                raise UnreachableError(self._wire.url, reason)

    def _job_of(self, answer: Reply) -> Job:
        return self._read(answer, lambda found: job_of(found, answer.headers.get("ETag", ""), self._lang))

    def _read(self, answer: Reply, make: Callable[[JsonObject], T]) -> T:
        """Return what an answer says."""
        try:
            return make(json.loads(answer.content))
        except (ValueError, LookupError, TypeError) as error:
            raise not_ours(answer, self._lang) from error
