"""Every refusal of the service: its status, its cause and the way out.

Keys of the catalogue, like every sentence: `{named}` places are filled with what the refusal is about. Faults of the
data themselves (a sheet, a row, a column) are in `optimizer.faults.table`; they come as a list below `INPUT_FAULTS`.
"""

from __future__ import annotations

from typing import NamedTuple


class RefusalText(NamedTuple):
    """A refusal in words."""

    status: int
    title: str
    cause: str
    action: str


REFUSAL_TEXTS: dict[str, RefusalText] = {
    # --- who asks
    "KEY_MISSING": RefusalText(
        401,
        "No key",
        "The request has no API key.",
        "Send the header Authorization: Bearer <key>; an operator makes keys with `paigong key add`.",
    ),
    "KEY_UNKNOWN": RefusalText(
        401,
        "Unknown key",
        "The API key is not known, or it was revoked.",
        "Check that the key is whole; an operator makes a new one with `paigong key add`.",
    ),
    "SESSION_OVER": RefusalText(
        401,
        "Session over",
        "The session of this browser is over, or its key was revoked.",
        "POST /v1/session with the key to begin another one.",
    ),
    "CSRF_INVALID": RefusalText(
        403,
        "No proof of the page",
        "A browser's request that changes something lacks the header X-CSRF-Token, or it is another session's.",
        "Send the csrf_token that /v1/session answers.",
    ),
    "ROLE_TOO_LOW": RefusalText(
        403,
        "Not allowed",
        "This needs the role {needed}; the key has the role {role}.",
        "Use a key with that role.",
    ),
    "BRANCH_FORBIDDEN": RefusalText(
        403,
        "Another branch",
        "The key is not for the branch {branch}.",
        "Use a key of that branch, or correct branch_id.",
    ),
    "TOO_MANY_REQUESTS": RefusalText(
        429,
        "Too many requests",
        "The key asks more often than {limit} times a second.",
        "Ask again after the seconds in Retry-After; wait for events instead of asking often.",
    ),
    "QUEUE_FULL": RefusalText(
        429,
        "Queue full",
        "{waiting} plans are waiting, the limit is {limit}.",
        "Hand the plan in again after the seconds in Retry-After.",
    ),
    "QUEUE_FULL_OF_SECONDS": RefusalText(
        429,
        "Queue full",
        "The plans of this key that wait ask for {waiting} seconds of search, the limit is {limit}.",
        "Hand the plan in again when some of them are made, or ask for less.",
    ),
    "TOO_MANY_READS": RefusalText(
        429,
        "Too many uploads at once",
        "{waiting} uploads of this key are being read, the limit is {limit}.",
        "Hand it in again after the seconds in Retry-After.",
    ),
    "TOO_MANY_CONNECTIONS": RefusalText(
        503,
        "Too many connections",
        "There are more connections from this address than the service takes at a time: {limit}.",
        "Close some and try again after the seconds in Retry-After.",
    ),
    "TOO_MANY_STREAMS": RefusalText(
        429,
        "Too many streams",
        "{limit} event streams are open.",
        "Close streams that are no longer read, or ask for the plan itself.",
    ),
    # --- what is asked for
    "NOT_FOUND": RefusalText(
        404,
        "Not found",
        "There is nothing here for this key.",
        "Check the address and the id; GET /v1/plans lists the plans.",
    ),
    "METHOD_NOT_ALLOWED": RefusalText(
        405,
        "Wrong method",
        "This address does not take {method}.",
        "The header Allow says what it takes; /docs describes every address.",
    ),
    "PARAMETER_INVALID": RefusalText(
        422,
        "Wrong parameter",
        "Parameters or fields that cannot be used: {count}.",
        "Correct them as listed below.",
    ),
    "SECONDS_OVER_LIMIT": RefusalText(
        422,
        "Too long a solve",
        "seconds is {value}, the limit for the role {role} is {limit}.",
        "Ask for less; GET /v1/limits lists the limits.",
    ),
    "IDEMPOTENCY_KEY_INVALID": RefusalText(
        422,
        "Wrong Idempotency-Key",
        "The header Idempotency-Key is empty, longer than 255 characters or not plain ASCII.",
        "Send a random text, a UUID for instance, and the same one when you repeat the request.",
    ),
    "IDEMPOTENCY_KEY_REUSED": RefusalText(
        409,
        "Idempotency-Key used before",
        "This Idempotency-Key was used for another request.",
        "Use a new one for a new request.",
    ),
    # --- bodies
    "BODY_TOO_LARGE": RefusalText(
        413,
        "Body too large",
        "The body is larger than {limit} bytes.",
        "Hand in fewer days or branches at a time; GET /v1/limits lists the limits.",
    ),
    "BODY_TOO_SLOW": RefusalText(
        408,
        "Body too slow",
        "The body had not arrived after {limit} seconds.",
        "Send it again over a better connection.",
    ),
    "MEDIA_TYPE": RefusalText(
        415,
        "Wrong media type",
        "The body's media type is '{value}'.",
        "Send Content-Type: {known}.",
    ),
    "CONTENT_ENCODING": RefusalText(
        415,
        "Packed body",
        "The body is packed ({value}).",
        "Send it as it is; a zip archive of the CSV files has the media type application/zip.",
    ),
    "INPUT_FAULTS": RefusalText(
        422,
        "Faults in the data",
        "Faults found: {count}.",
        "Correct them as listed below and hand the data in again.",
    ),
    "BODY_TOO_COSTLY": RefusalText(
        422,
        "Cannot be read in time",
        "Reading the body took more than {limit} seconds of work, or more memory than a reader has.",
        "Look for stray cells or files in it, or hand in fewer days at a time.",
    ),
    "TOO_MANY_OBJECTS": RefusalText(
        422,
        "Too many rows",
        "The body holds {value} objects, the limit is {limit}.",
        "Hand in fewer days or branches at a time; nothing is dropped on our side.",
    ),
    "TOO_MANY_VISITS": RefusalText(
        422,
        "Too many visits",
        "The branch has {value} visits, the limit is {limit}.",
        "Plan fewer days at a time, or ask the operator to raise PAIGONG_MAX_VISITS.",
    ),
    "TOO_MANY_TECHNICIANS": RefusalText(
        422,
        "Too many technicians",
        "The branch has {value} technicians, the limit is {limit}.",
        "Plan one branch at a time, or ask the operator to raise PAIGONG_MAX_TECHNICIANS.",
    ),
    "ARCHIVE_REFUSED": RefusalText(
        422,
        "Archive refused",
        "The archive is not read: {reason}.",
        "Send a zip archive of the branch's CSV files, unencrypted, without folders in folders.",
    ),
    # --- plans
    "NO_PLAN_YET": RefusalText(
        409,
        "No plan yet",
        "The job is {status}; there is no plan to take.",
        "Wait for the end of its events, or stop it to take its best plan.",
    ),
    "IF_MATCH_MISSING": RefusalText(
        428,
        "If-Match missing",
        "This needs the ETag of the plan that you looked at.",
        "GET the plan and send its etag as ?etag=, or its header ETag as If-Match.",
    ),
    "PLAN_STALE": RefusalText(
        412,
        "The plan is stale",
        "{reason}",
        "Look at the plan again; then publish with its new etag, publish all the same with ?anyway=true, hand in "
        "the orders of now for a new plan, or leave it.",
    ),
    "PLAN_BREAKS_NOW": RefusalText(
        409,
        "The plan breaks rules now",
        "With the orders that were handed in last, the plan breaks rules: {count}.",
        "Plan again with the orders of now; listed are the rules and what differs.",
    ),
    "EDIT_STALE": RefusalText(
        412,
        "The plan has changed",
        "{reason}",
        "Look at the plan again, and edit what it is now.",
    ),
    "EDIT_BREAKS_RULES": RefusalText(
        409,
        "The edit breaks rules",
        "With the edits the plan would break rules: {count}. Nothing was changed.",
        "Edit otherwise; what a house limit forbids, an exception by name among the edits allows.",
    ),
    "PLAN_TOLD": RefusalText(
        409,
        "The plan is published",
        "Customers and technicians have been told this plan; it is no longer edited.",
        "POST to its address with /reoptimise for a draft that begins from it, and edit that.",
    ),
    "NO_SUCH_REVISION": RefusalText(
        409,
        "No such revision",
        "The plan has no revision to go back to.",
        "GET its revisions, and name one of them with ?to=.",
    ),
    "NOT_SUBMITTED": RefusalText(
        409,
        "Nothing to compare with",
        "No orders were handed in for {days}.",
        "Hand them in, or send the branch itself with the plan.",
    ),
    "BRANCHES_DIFFER": RefusalText(
        409,
        "Two branches",
        "The two plans are of two branches; there is nothing to compare.",
        "Compare plans of one branch.",
    ),
    "INPUT_NO_JSON": RefusalText(
        409,
        "Nothing to patch",
        "The plan was made from a workbook or an archive, whose rows cannot be patched.",
        "Submit the whole branch, or submit it as JSON from now on.",
    ),
    "NOTHING_PUBLISHED": RefusalText(
        404,
        "Nothing published",
        "No plan is published for {day}.",
        "Publish one; GET /v1/plans?day= lists the plans that have the day.",
    ),
    "NOT_PUBLISHED": RefusalText(
        409,
        "Not published",
        "The plan is a draft; nobody has been told it.",
        "Publish it first.",
    ),
    "TECHNICIAN_HAS_NO_ROUTE": RefusalText(
        422,
        "No route",
        "Technician {technician} has no route in this plan.",
        "Check technician_id; the plan lists the routes.",
    ),
    "NOTHING_PLANNED": RefusalText(
        409,
        "Nothing planned",
        "The solver made no plan of this job: nobody is visited in it.",
        "Plan again with more seconds, and publish that plan.",
    ),
    "PLAN_BREAKS_RULES": RefusalText(
        409,
        "The plan breaks rules",
        "The judge refuses the plan: {reason}",
        "This is a defect of Paigong; plan again, and report it.",
    ),
    # --- how a job ended
    "LOCKS_CONFLICT": RefusalText(
        422,
        "Locks conflict",
        "What is locked cannot be kept together with the other rules.",
        "{remedy}",
    ),
    "TIME_TOO_SHORT": RefusalText(
        503,
        "No plan in time",
        "The solver ended before there was a plan that could be judged.",
        "The machine is overloaded: hand it in again when it is less busy.",
    ),
    "SOLVER_DEFECT": RefusalText(
        500,
        "Defect",
        "The solve ended by a defect of Paigong: {reason}",
        "Hand it in again; report it with the request id.",
    ),
    "WORKER_LOST": RefusalText(
        500,
        "Worker lost",
        "The job was begun {attempts} times, and each time its worker was lost.",
        "The machine may lack memory; ask the operator, and hand it in again.",
    ),
    # --- webhooks
    "URL_REFUSED": RefusalText(
        422,
        "Address refused",
        "The address cannot be called. {reason}",
        "Give a public https address; private networks are allowed by PAIGONG_WEBHOOK_NETWORKS.",
    ),
    # --- the service itself
    "STORE_UNAVAILABLE": RefusalText(
        503,
        "Database unavailable",
        "The database cannot be written or read now; nothing of this request was kept.",
        "Try again after the seconds in Retry-After; the operator looks at the disk and the database.",
    ),
    "READERS_BUSY": RefusalText(
        503,
        "Readers busy",
        "All readers of uploads are at work.",
        "Try again after the seconds in Retry-After.",
    ),
    "READERS_SLOW": RefusalText(
        503,
        "Readers slow",
        "The machine is too busy: a reader did not get the time to finish.",
        "Try again after the seconds in Retry-After; nothing is wrong with what you sent.",
    ),
    "READER_LOST": RefusalText(
        503,
        "Reader lost",
        "The process that reads and prints ended, and so did a fresh one.",
        "Try again after the seconds in Retry-After; if it stays so, give the operator the request id.",
    ),
    "PAPER_FAILED": RefusalText(
        503,
        "Papers not printed",
        "The papers could not be printed within {limit} seconds.",
        "Try again; very large plans have their JSON form.",
    ),
    "SHUTTING_DOWN": RefusalText(
        503,
        "Shutting down",
        "The service is shutting down and takes no more work.",
        "Try again after the seconds in Retry-After.",
    ),
    "INTERNAL": RefusalText(
        500,
        "Defect",
        "The request met a defect of Paigong.",
        "Report it with the request id.",
    ),
    "BAD_REQUEST": RefusalText(
        400,
        "Bad request",
        "The request cannot be understood.",
        "Check its form; /docs describes every address.",
    ),
}
