"""The same request twice is done once: the same answer again, one job, one publish, one webhook."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from api.access.doorkeeper import make_key
from api.statuses import Role
from api.store.engine import Store
from tests.api.conftest import BRANCH, Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

JSON = {"Content-Type": "application/json"}
#: Nothing listens there, and nothing of the branches below is told to it.
HOOK = {"url": "https://93.184.215.14/", "branches": ["NOWHERE"]}


def branch(branch_id: str) -> bytes:
    document = json.loads(BRANCH)
    document["branch"]["branch_id"] = branch_id
    return json.dumps(document).encode()


def submit(server: Server, key: str, content: bytes = BRANCH, **query: Any) -> Response:
    headers = JSON | {"Idempotency-Key": key}
    return server.http.post("/v1/plans", params={"iterations": 0, **query}, content=content, headers=headers)


def jobs_of(server: Server, branch_id: str) -> list[str]:
    items = server.http.get("/v1/plans", params={"branch": branch_id, "limit": 200}).json()["items"]
    return [job["id"] for job in items]


def check_replay(first: Response, again: Response) -> None:
    """Check that the second answer is the first one, and says so."""
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.status_code == first.status_code
    assert again.json() == first.json()
    assert again.headers.get("location") == first.headers.get("location")


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that solves nothing: what is submitted waits."""
    made = Server(tmp_path_factory.mktemp("idle"), workers=0).start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def solved(server: Server) -> str:
    answer = submit(server, "solved", branch("SOLVED-ONCE"), iterations=50)
    assert server.ended(answer.json()["id"])["status"] == "solved"
    return str(answer.json()["id"])


# --- submitting -----------------------------------------------------------------------------------------------------


def test_the_same_request_again_is_answered_as_the_first_time(idle: Server) -> None:
    first = submit(idle, "again", branch("AGAIN"))
    assert first.status_code == 202
    assert idle.http.delete(first.headers["location"]).json()["status"] == "stopped"
    # The answer is the one of then, although the job has moved on.
    check_replay(first, submit(idle, "again", branch("AGAIN")))
    assert jobs_of(idle, "AGAIN") == [first.json()["id"]]


def test_without_a_key_the_same_request_is_another_one(idle: Server) -> None:
    ids = {idle.submit(branch("NO-KEY"), iterations=0) for _ in range(2)}
    assert set(jobs_of(idle, "NO-KEY")) == ids
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("content", "query", "headers"),
    [
        (branch("OTHER"), {}, {}),
        (BRANCH + b" ", {}, {}),
        (BRANCH, {"seed": 1}, {}),
        (BRANCH, {"dry_run": "true"}, {}),
        (BRANCH, {}, {"Content-Type": "application/zip"}),
    ],
    ids=["another branch", "another byte", "another seed", "a dry run", "another media type"],
)
def test_another_request_with_the_same_key_is_refused(
    idle: Server, content: bytes, query: dict[str, Any], headers: dict[str, str]
) -> None:
    assert submit(idle, "used").status_code == 202
    sent = JSON | {"Idempotency-Key": "used"} | headers
    answer = idle.http.post("/v1/plans", params={"iterations": 0} | query, content=content, headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


def test_the_order_of_options_and_what_a_media_type_adds_make_no_other_request(idle: Server) -> None:
    sent = JSON | {"Idempotency-Key": "order"}
    first = idle.http.post("/v1/plans?iterations=0&seed=3", content=BRANCH, headers=sent)
    sent["Content-Type"] = "Application/JSON; charset=utf-8"
    check_replay(first, idle.http.post("/v1/plans?seed=3&iterations=0", content=BRANCH, headers=sent))


def test_another_caller_has_keys_of_his_own(idle: Server) -> None:
    store = Store(f"sqlite:///{idle.data / 'paigong.db'}")
    with store.write() as tx:
        other = make_key(tx, Role.PLAN, branches=None, label="")
    store.close()
    first = submit(idle, "mine", branch("MINE"))
    sent = JSON | {"Idempotency-Key": "mine", "Authorization": f"Bearer {other}"}
    theirs = idle.http.post("/v1/plans", params={"iterations": 0}, content=branch("MINE"), headers=sent)
    assert theirs.status_code == 202
    assert "idempotency-replayed" not in theirs.headers
    assert set(jobs_of(idle, "MINE")) == {first.json()["id"], theirs.json()["id"]}


def test_twenty_at_once_are_one_job(idle: Server) -> None:
    start = Barrier(20)

    def one(_: int) -> Response:
        start.wait()
        return submit(idle, "twenty", branch("TWENTY"))

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert jobs_of(idle, "TWENTY") == [answers[0].json()["id"]]


def test_who_hung_up_before_the_answer_finds_it_later(idle: Server) -> None:
    content = branch("HUNG-UP")
    host, port = idle.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/plans?iterations=0 HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: {idle.http.headers['authorization']}\r\nIdempotency-Key: hung up\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    # The first hangs up in the middle: nothing is done, and it is no defect.
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + content[:100])
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + content)
        wait_until(lambda: len(jobs_of(idle, "HUNG-UP")) == 1)
    again = submit(idle, "hung up", content)
    assert again.status_code == 202
    assert again.headers["idempotency-replayed"] == "true"
    assert jobs_of(idle, "HUNG-UP") == [again.json()["id"]]
    assert idle.logged("request_failed") == []


def test_a_key_survives_a_kill(idle: Server) -> None:
    first = submit(idle, "killed", branch("KILLED"))
    assert first.status_code == 202
    idle.kill()
    idle.start()
    check_replay(first, submit(idle, "killed", branch("KILLED")))
    assert jobs_of(idle, "KILLED") == [first.json()["id"]]


# --- what else is sent ----------------------------------------------------------------------------------------------


def test_a_request_that_waits_finds_the_job_of_the_first(server: Server, solved: str) -> None:
    headers = JSON | {"Idempotency-Key": "solved", "Prefer": "wait=60"}
    again = server.http.post("/v1/plans?iterations=50", content=branch("SOLVED-ONCE"), headers=headers)
    assert again.status_code == 200, again.text
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.json()["id"], again.json()["status"]) == (solved, "solved")


def test_a_dry_run(idle: Server) -> None:
    first = submit(idle, "dry", branch("DRY"), dry_run="true")
    assert first.status_code == 200
    check_replay(first, submit(idle, "dry", branch("DRY"), dry_run="true"))
    assert jobs_of(idle, "DRY") == []


def test_a_judgement(server: Server, solved: str) -> None:
    content = server.http.get(f"/v1/plans/{solved}/plan.json").content
    sent = JSON | {"Idempotency-Key": "judge"}
    first, again = (server.http.post("/v1/plans/judge", content=content, headers=sent) for _ in range(2))
    assert first.json()["clean"]
    check_replay(first, again)
    # The same key, the same body, another path.
    assert server.http.post("/v1/plans", content=content, headers=sent).json()["code"] == "IDEMPOTENCY_KEY_REUSED"


def test_a_publish_and_a_receipt(server: Server, solved: str) -> None:
    plan = f"/v1/plans/{solved}"
    sent = {"Idempotency-Key": "publish"}
    # A refusal is not remembered: the way out that it names may be taken with the same key.
    refused = server.http.post(f"{plan}/publish", headers=sent)
    assert (refused.status_code, refused.json()["code"]) == (428, "IF_MATCH_MISSING")
    sent["If-Match"] = server.http.get(plan).headers["etag"]
    first, again = (server.http.post(f"{plan}/publish", headers=sent) for _ in range(2))
    assert first.status_code == 200, first.text
    check_replay(first, again)
    assert first.headers["etag"] == again.headers["etag"]
    other = server.http.post(f"{plan}/publish", params={"anyway": True}, headers=sent)
    assert other.json()["code"] == "IDEMPOTENCY_KEY_REUSED"

    who = first.json()["unacknowledged"][0]
    sent = {"Idempotency-Key": "receipt"}
    first, again = (
        server.http.post(f"{plan}/acknowledgements", json={"technician_id": who}, headers=sent) for _ in range(2)
    )
    assert [receipt["technician_id"] for receipt in first.json()["acknowledgements"]] == [who]
    check_replay(first, again)

    trail = [entry for entry in server.http.get("/v1/audit").json()["items"] if entry["subject"] == solved]
    assert [entry["action"] for entry in trail] == ["acknowledge", "publish"]


def test_a_webhook_keeps_its_secret(idle: Server) -> None:
    sent = {"Idempotency-Key": "webhook"}
    first, again = (idle.http.post("/v1/webhooks", json=HOOK, headers=sent) for _ in range(2))
    assert first.status_code == 201, first.text
    check_replay(first, again)
    assert first.json()["secret"].startswith("whsec_")
    hooks = [hook["id"] for hook in idle.http.get("/v1/webhooks").json()["items"]]
    assert hooks.count(first.json()["id"]) == 1
    assert idle.http.delete(first.headers["location"]).status_code == 204


# --- keys and refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "x" * 256, "é".encode("latin-1"), "派工".encode(), b"a\tb"])
@pytest.mark.parametrize("path", ["/v1/plans", "/v1/plans/judge", "/v1/webhooks"])
def test_a_key_that_is_none_is_refused(idle: Server, path: str, key: str | bytes) -> None:
    content = json.dumps(HOOK).encode() if path.endswith("webhooks") else BRANCH
    answer = idle.http.post(path, content=content, headers=JSON | {"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_INVALID")


@pytest.mark.parametrize("key", ["x" * 255, "a b", "!~{}'\";--"])
def test_any_other_text_is_a_key(idle: Server, key: str) -> None:
    first, again = (submit(idle, key, dry_run="true") for _ in range(2))
    assert first.status_code == 200
    check_replay(first, again)


def test_a_refusal_is_not_remembered(idle: Server) -> None:
    document = json.loads(branch("MENDED"))
    document["orders"][0]["service"] = "an hour"
    for _ in range(2):
        refused = submit(idle, "mended", json.dumps(document).encode())
        assert (refused.status_code, refused.json()["code"]) == (422, "INPUT_FAULTS")
        assert "idempotency-replayed" not in refused.headers
    first = submit(idle, "mended", branch("MENDED"))
    assert first.status_code == 202
    check_replay(first, submit(idle, "mended", branch("MENDED")))
