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

from api.client.answers import (
    LISTED,
    Event,
    Fault,
    Job,
    JsonObject,
    Limits,
    ProblemDetails,
    Progress,
    Validated,
)
from api.client.branches import BranchSource
from api.client.client import Client
from api.client.errors import JobFailedError, NotEndedError, PlanStaleError, ServiceError, UnreachableError

__all__ = [
    "LISTED",
    "BranchSource",
    "Client",
    "Event",
    "Fault",
    "Job",
    "JobFailedError",
    "JsonObject",
    "Limits",
    "NotEndedError",
    "PlanStaleError",
    "ProblemDetails",
    "Progress",
    "ServiceError",
    "UnreachableError",
    "Validated",
]
