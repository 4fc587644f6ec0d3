"""What goes wrong between a client and the service, each with the way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from api.client.answers import Job, ProblemDetails, details_of
from optimizer.errors import PaigongError

if TYPE_CHECKING:
    from api.client.reply import Reply


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


def error_of(answer: Reply, lang: str) -> ServiceError:
    """Return the error that an answer is."""
    try:
        details = details_of(json.loads(answer.content), lang)
    except (ValueError, LookupError, TypeError, AttributeError):
        return not_ours(answer, lang)
    kind = PlanStaleError if details.code == "PLAN_STALE" else ServiceError
    return kind(details, retry_after_s=answer.retry_after_s, etag=answer.headers.get("ETag", ""))


def not_ours(answer: Reply, lang: str) -> ServiceError:
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
