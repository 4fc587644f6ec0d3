"""The same request twice is done once: an Idempotency-Key is kept with its answer, in the transaction of the deed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError
from starlette.responses import Response

from api.refusals.refusal import Refusal
from api.store import access

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from starlette.requests import Request

    from api.access.doorkeeper import Caller
    from api.store.engine import Store

LONGEST = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to a request that was done.

    Parameters
    ----------
    is_replay
        Whether it was done before, and this is the answer of then.
    """

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    is_replay: bool = False

    def response(self) -> Response:
        """Return it as a response."""
        headers = self.headers | ({"Idempotency-Replayed": "true"} if self.is_replay else {})
        content = json.dumps(self.body, ensure_ascii=False)
        return Response(content, status_code=self.status, headers=headers, media_type="application/json")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asks for, as far as it tells one request from another.

    Parameters
    ----------
    key
        The Idempotency-Key; `None` when there is none, and then nothing is kept.
    """

    caller: Caller
    key: str | None
    digest: str

    @classmethod
    def of(cls, request: Request, caller: Caller, body_sha: str) -> Asked:
        """Return what a request with this body asks for."""
        key = request.headers.get("idempotency-key")
        if key is not None and not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
            raise Refusal("IDEMPOTENCY_KEY_INVALID")
        query = sorted(request.query_params.multi_items())
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        meant = json.dumps([request.method, request.url.path, query, media_type, body_sha])
        return cls(caller, key, hashlib.sha256(meant.encode()).hexdigest())


def recall(store: Store, asked: Asked) -> Answer | None:
    """Return the answer to the same request of before; `None` when there was none.

    Raises
    ------
    Refusal
        When the key was used for something else.
    """
    if asked.key is None:
        return None
    with store.read() as tx:
        row = access.answer(tx, asked.caller.key_id, asked.key)
    if row is None:
        return None
    if row["asked"] != asked.digest:
        raise Refusal("IDEMPOTENCY_KEY_REUSED")
    return Answer(row["status"], json.loads(row["content"]), row["headers"], is_replay=True)


def once(store: Store, asked: Asked, do: Callable[[Connection], Answer]) -> Answer:
    """Do a deed and keep its answer in one transaction, unless it was done before: then return the answer of then."""
    try:
        with store.write() as tx:
            if asked.key is not None and access.answer(tx, asked.caller.key_id, asked.key) is not None:
                raise _DoneMeanwhileError
            answer = do(tx)
            if asked.key is not None:
                content = json.dumps(answer.body, ensure_ascii=False).encode()
                access.keep_answer(
                    tx, asked.caller.key_id, asked.key, asked.digest,
                    status=answer.status, headers=answer.headers, content=content,
                )  # fmt: skip
            return answer
    except (_DoneMeanwhileError, IntegrityError):
        earlier = recall(store, asked)
        if earlier is None:
            raise
        return earlier


class _DoneMeanwhileError(Exception):
    """Another request with the same key was faster."""
