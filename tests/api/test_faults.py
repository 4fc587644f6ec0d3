"""What goes wrong around the service: processes are killed and paused, disks are full, clients leave, bodies are bad.

Real processes on loopback, nothing is replaced by a double. Each test ends with the same question: has every job that
was accepted ended once, with a plan that the judge finds clean, in a database that is whole?
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import resource
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import httpx2
import openpyxl
import pytest

from api.access.doorkeeper import Doorkeeper, make_key
from api.refusals.refusal import Refusal
from api.settings import Settings
from api.solving.sweeper import Sweeper
from api.statuses import Role
from api.store import access, engine, jobs, plans
from api.store.engine import Store, migrate
from tests.api.conftest import BRANCH, KILLS, ROOT, Server, town, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Servers and databases that are started and killed: minutes.
pytestmark = pytest.mark.night

JSON = "application/json"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ARCHIVE = "application/zip"
TOWN = town()
#: Tests ask often, and from one address.
UNHURRIED = {"requests_per_s": 10_000, "burst": 10_000}


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server whose workers and clients are treated badly; it itself goes on."""
    settings = {"workers": 4, "streams": 3, "body_s": 1.0, **UNHURRIED}
    made = Server(tmp_path_factory.mktemp("rough"), **settings)
    try:
        yield made.start()
    finally:
        made.stop()


def query(server: Server, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask the database itself, beside the service."""
    with closing(sqlite3.connect(server.data / "paigong.db", timeout=30)) as connection:
        return connection.execute(statement, values).fetchall()


def pause(server: Server, pid: int) -> None:
    """Pause a worker where it does not hold the database: no other process could write while it does."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        with closing(sqlite3.connect(server.data / "paigong.db", timeout=1, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.05)


def check_database(server: Server) -> None:
    assert query(server, "PRAGMA integrity_check") == [("ok",)]
    assert query(server, "PRAGMA foreign_key_check") == []


def holder(server: Server, job_id: str) -> int | None:
    """Return the pid of the worker that holds a job; `None` when the job is in nobody's hands."""
    [(owner,)] = query(server, "SELECT owner FROM jobs WHERE job_id = ?", job_id)
    pids = (entry["pid"] for entry in server.logged("worker_started") if entry["owner"] == owner)
    return next(pids, None)


def told_cents(server: Server, job_id: str) -> int | None:
    return server.job(job_id)["progress"]["cost_cents"]


# --- kills --------------------------------------------------------------------------------------------------------


def test_worker_killed_while_it_solves(rough: Server) -> None:
    rng = Random(20261129)
    before = rough.listed()
    submitted: list[str] = []
    given_up = 0
    for _ in range(KILLS):
        pair = [rough.submit(TOWN, seconds=4) for _ in range(2)]
        submitted += pair
        victim = pair[rng.randrange(2)]
        wait_until(partial(told_cents, rough, victim))
        time.sleep(rng.uniform(0, 0.3))
        pid = holder(rough, victim)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for job_id in pair:
            rough.check_plan(job_id)
        given_up += rough.statuses(victim).count("solving") - 1
    print(f"{given_up} of {KILLS} kills met the job before its end")
    assert given_up > 0
    assert sorted(rough.listed()) == sorted(before + submitted)
    check_database(rough)
    # The killed workers' solvers have ended, too.
    wait_until(lambda: not rough.solvers())


def test_resumed_solve_is_no_worse_than_what_was_told(rough: Server) -> None:
    job_id = rough.submit(TOWN, seconds=6)
    wait_until(lambda: told_cents(rough, job_id) is not None)
    pid = holder(rough, job_id)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    rough.check_plan(job_id)
    events = rough.events(job_id)
    [given_up] = [number for number, _, data in events if data["status"] == "queued" and number > 1]
    told = [data["cost_cents"] for number, kind, data in events if kind == "progress" and number < given_up]
    assert rough.job(job_id)["progress"]["cost_cents"] <= min(told)


def test_server_killed_between_accept_and_start(new_server: Callable[..., Server]) -> None:
    server = new_server(workers=0, **UNHURRIED).start()
    rng = Random(20261130)
    accepted: list[str] = []
    for number in range(KILLS):
        accepted.append(server.submit(iterations=50))
        # One more is on its way in when the server dies; asked for again it is there once.
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(submit_once, server, f"retry-{number}")
            time.sleep(rng.uniform(0, 0.15))
            server.kill()
            with suppress(httpx2.TransportError):
                answer.result()
        check_database(server)
        server.settings["workers"] = 2 if number == KILLS - 1 else 0
        server.start(ready=False)
        again = submit_once(server, f"retry-{number}")
        assert submit_once(server, f"retry-{number}") == again
        accepted.append(again)
        assert sorted(server.listed()) == sorted(accepted)
    # Once more while workers solve: they keep what they have, and the next server's workers do the rest.
    wait_until(lambda: bool(query(server, "SELECT 1 FROM jobs WHERE status = 'solving'")))
    server.kill()
    server.start(ready=False)
    assert sorted(server.listed()) == sorted(accepted)
    for job_id in accepted:
        server.check_plan(job_id)
    check_database(server)


def submit_once(server: Server, key: str) -> str:
    answer = post(server, BRANCH, params={"iterations": 50}, headers={"Idempotency-Key": key})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def test_server_killed_while_it_publishes(new_server: Callable[..., Server]) -> None:
    server = new_server(workers=2, clerks=1, **UNHURRIED).start()
    drafts = [server.submit(town(2, 1, branch_id=f"B{number}"), iterations=50) for number in range(KILLS + 2)]
    usual_s = []
    for number, job_id in enumerate(drafts):
        server.ended(job_id)
        if number % 2:
            # It has been printed then, and publishing it is little more than a transaction.
            server.check_plan(job_id)
        if number < 2:
            began_s = time.monotonic()
            publish(server, job_id)
            usual_s.append(time.monotonic() - began_s)
    server.settings["workers"] = 0
    rng = Random(20261201)
    landed = 0
    for number, job_id in enumerate(drafts[2:]):
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(publish, server, job_id)
            time.sleep(rng.uniform(0, 0.5 * usual_s[number % 2]))
            server.kill()
            with suppress(httpx2.TransportError):
                answer.result()
        server.start(ready=False)
        assert server.job(job_id)["state"] == ("published" if publications(server, job_id) else "draft")
        landed += publications(server, job_id)
        for _ in range(2):
            assert publish(server, job_id)["state"] == "published"
            assert publications(server, job_id) == 1
        server.check_plan(job_id)
        check_database(server)
    print(f"{landed} of {KILLS} publications had landed before the kill; usually one takes {usual_s} s")
    assert sorted(server.listed()) == sorted(drafts)


def publish(server: Server, job_id: str) -> dict[str, Any]:
    answer = server.http.post(f"/v1/plans/{job_id}/publish", headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def publications(server: Server, job_id: str) -> int:
    """Return how often a plan was published; every trace that it leaves says the same."""
    [(published,)] = query(server, "SELECT count(*) FROM published WHERE job_id = ?", job_id)
    [(heads,)] = query(server, "SELECT count(*) FROM heads WHERE published_job_id = ?", job_id)
    [(noted,)] = query(server, "SELECT count(*) FROM audit WHERE action = 'publish' AND subject = ?", job_id)
    [(dated,)] = query(server, "SELECT count(published_at) FROM jobs WHERE job_id = ?", job_id)
    told = sum(data.get("state") == "published" for _, _, data in server.events(job_id))
    assert published == heads == noted == dated == told
    return int(published)


def test_solver_killed(rough: Server) -> None:
    job_id = rough.submit(TOWN, seconds=4)
    wait_until(partial(told_cents, rough, job_id))
    [solver] = rough.solvers()
    os.kill(solver, signal.SIGKILL)
    rough.check_plan(job_id)
    job = rough.job(job_id)
    assert job["status"] == "solved"
    assert job["progress"]["served"] > 0
    assert "-9" in job["run"]["note"]
    assert rough.statuses(job_id).count("solving") == 1


def test_paused_worker_is_given_up_and_cannot_write_any_more(rough: Server) -> None:
    wait_until(lambda: len(rough.worker_pids()) == 4)
    early, late = rough.submit(TOWN, seconds=4), rough.submit(TOWN, seconds=4)
    wait_until(lambda: all(rough.job(job_id)["status"] == "solving" for job_id in (early, late)))
    paused = {job_id: pid for job_id in (early, late) if (pid := holder(rough, job_id)) is not None}
    assert len(paused) == 2
    for pid in paused.values():
        pause(rough, pid)
    wait_until(lambda: all(logged(rough, "solve_began", job_id) >= 2 for job_id in paused))
    # One wakes up while another worker solves its job, the other when its job has ended long ago.
    os.kill(paused[early], signal.SIGCONT)
    for job_id in paused:
        rough.check_plan(job_id)
        assert rough.statuses(job_id) == ["queued", "solving", "queued", "solving", "solved"]
    kept = query(rough, "SELECT job_id, content FROM plans ORDER BY job_id")
    os.kill(paused[late], signal.SIGCONT)
    wait_until(lambda: all(logged(rough, "solve_ended", job_id) >= 2 for job_id in paused))
    for job_id in paused:
        assert logged(rough, "solve_ended", job_id, is_lost=True) == 1
        rough.check_plan(job_id)
    assert query(rough, "SELECT job_id, content FROM plans ORDER BY job_id") == kept
    check_database(rough)


def logged(server: Server, event: str, job_id: str, **values: object) -> int:
    """Return how often an event of a job is in the log, with these values."""
    wanted = {"job_id": job_id, **values}
    return sum(wanted.items() <= entry.items() for entry in server.logged(event))


# --- disks --------------------------------------------------------------------------------------------------------


def test_full_disk(rough: Server, new_server: Callable[..., Server]) -> None:
    solved = solved_jobs(rough)
    server = copied(rough, new_server(workers=0, **UNHURRIED))

    def fill_disk() -> None:
        # No file may grow beyond this: the write-ahead log takes a few transactions, then it is full.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

    server.start(preexec=fill_disk, ready=False)
    accepted = []
    for _ in range(20):
        answer = post(server, BRANCH, params={"iterations": 50})
        if answer.status_code != 202:
            break
        accepted.append(answer.json()["id"])
    for body in (BRANCH, BRANCH, b" " * 200_000 + BRANCH):
        answer = post(server, body)
        assert (answer.status_code, answer.json()["code"]) == (503, "STORE_UNAVAILABLE"), answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
    assert server.http.get("/readyz").json()["parts"]["database"] is False
    assert server.listed() == [*reversed(accepted), *rough.listed()]
    for job_id in solved:
        assert server.job(job_id)["plan"]
        assert server.http.get(f"/v1/plans/{job_id}/plan.json").status_code == 200
    check_database(server)
    server.stop()

    server.settings["workers"] = 2
    server.start()
    for job_id in (*accepted[:1], server.submit(iterations=50)):
        server.check_plan(job_id)
    assert len(server.listed()) == len(rough.listed()) + len(accepted) + 1
    check_database(server)


def test_read_only_database(rough: Server, new_server: Callable[..., Server]) -> None:
    solved = solved_jobs(rough)
    server = copied(rough, new_server(workers=1, **UNHURRIED))
    server.start("--database", f"sqlite:///file:{server.data / 'paigong.db'}?mode=ro&uri=true", ready=False)
    assert server.listed() == rough.listed()
    for job_id in solved:
        assert server.job(job_id)["plan"]
        assert server.http.get(f"/v1/plans/{job_id}/route-sheets.html").status_code == 200
    answer = post(server, BRANCH)
    assert (answer.status_code, answer.json()["code"]) == (503, "STORE_UNAVAILABLE")
    readiness = server.http.get("/readyz")
    assert readiness.status_code == 503
    assert readiness.json()["status"] == "not_ready"
    assert readiness.json()["parts"]["database"] is False


def solved_jobs(server: Server) -> list[str]:
    """Return two jobs that have a plan: one whose plan file was printed, one of which no paper was."""
    printed, unprinted = server.submit(iterations=50), server.submit(iterations=50)
    server.check_plan(printed)
    assert server.ended(unprinted)["state"] == "draft"
    return [printed, unprinted]


def copied(source: Server, server: Server) -> Server:
    """Give a server, not yet started, a copy of another one's database, made while that one works."""
    server.data.mkdir()
    (server.data / "admin.key").write_bytes((source.data / "admin.key").read_bytes())
    names = (source.data / "paigong.db", server.data / "paigong.db")
    with closing(sqlite3.connect(names[0])) as old, closing(sqlite3.connect(names[1])) as new:
        old.backup(new)
    return server


# --- clients ------------------------------------------------------------------------------------------------------


def test_clients_that_leave_a_stream_are_forgotten(rough: Server) -> None:
    pids = rough.worker_pids()
    for pid in pids:
        pause(rough, pid)
    try:
        job_id = rough.submit(iterations=50)
        for _ in range(30):
            # Three streams at once are allowed: a fourth comes through only when one of those before was forgotten.
            wait_until(partial(opened, rough, job_id))
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    rough.check_plan(job_id)


def opened(server: Server, job_id: str) -> bool:
    """Open a stream, read its first event and leave without a word; return whether it was given."""
    with connect(server) as stream:
        stream.sendall(head(server, f"GET /v1/plans/{job_id}/events"))
        answer = b""
        while b"event: status" not in answer and b"TOO_MANY_STREAMS" not in answer:
            piece = stream.recv(65_536)
            assert piece, answer
            answer += piece
    return b"event: status" in answer


def test_fifty_clients_at_once(rough: Server) -> None:
    before = rough.listed()
    start = threading.Barrier(50)

    def client(number: int) -> str:
        with httpx2.Client(base_url=rough.url, headers=rough.http.headers, timeout=90) as http:
            start.wait()
            answer = http.post("/v1/plans", params={"iterations": 50}, content=BRANCH, headers={"Content-Type": JSON})
            assert answer.status_code == 202, answer.text
            job_id = answer.json()["id"]
            assert http.get(f"/v1/plans/{job_id}").status_code == 200
            assert http.get("/v1/plans", params={"limit": 5}).status_code == 200
            if number % 10:
                assert http.delete(f"/v1/plans/{job_id}").status_code in (200, 202)
            return str(job_id)

    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(client, range(50)))
    assert len(set(made)) == 50
    assert sorted(rough.listed()) == sorted(before + made)
    for number, job_id in enumerate(made):
        job = rough.ended(job_id)
        assert job["status"] in (("stopped", "solved") if number % 10 else ("solved",)), job["failure"]
    check_database(rough)


def test_body_that_comes_too_slowly(rough: Server) -> None:
    with connect(rough) as stream:
        stream.sendall(head(rough, "POST /v1/plans", f"Content-Type: {JSON}", "Content-Length: 1000"))
        stream.sendall(b"{")
        status, answer = answer_of(stream)
    assert (status, answer["code"]) == (408, "BODY_TOO_SLOW")


# --- clocks -------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'paigong.db'}")
    migrate(made)
    yield made
    made.close()


def test_clock_that_steps_back_an_hour(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    beside_s = [1000.0]
    sweeper = Sweeper(store, Settings(lease_s=10.0, attempts=5), clock=lambda: beside_s[0])
    door = Doorkeeper(store, requests_per_s=1.0, burst=3, clock=lambda: beside_s[0])
    with store.write() as tx:
        key = make_key(tx, Role.PLAN, branches=None, label="")
        submit(tx, "first")
        claim = jobs.claim(tx, "worker")
    assert claim is not None
    assert sweeper.sweep() == []
    for _ in range(3):
        door.admit(key)

    class EarlierDatetime(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) - timedelta(hours=1)

    monkeypatch.setattr(engine, "datetime", EarlierDatetime)
    with store.write() as tx:
        submit(tx, "second")
        assert jobs.heartbeat(tx, "first", claim.fencing_token) is False
    with store.read() as tx:
        created = [row["created_at"] for row in plans.listing(tx, None, before=None, limit=10)]
        assert created == sorted(created)
        assert [row["job_id"] for row in plans.listing(tx, None, before=None, limit=10)] == ["second", "first"]

    # The lease is over when the sweeper's own clock has gone on for so long, and not before.
    assert sweeper.sweep() == []
    beside_s[0] += 9.9
    assert sweeper.sweep() == []
    beside_s[0] += 0.2
    assert sweeper.sweep() == ["first"]
    with store.write() as tx:
        # It is taken again before what came after it, and its first taker's word counts no more.
        again = jobs.claim(tx, "worker")
        assert again is not None
        assert (again.job_id, again.fencing_token) == ("first", claim.fencing_token + 2)
        assert jobs.heartbeat(tx, "first", claim.fencing_token) is None
        events = jobs.events_after(tx, "first", 0)
    assert [event["number"] for event in events] == [1, 2, 3, 4]
    assert [event["data"]["status"] for event in events] == ["queued", "solving", "queued", "solving"]

    # Ten seconds have passed on the doorkeeper's clock: its bucket is full again, with three and no more.
    for _ in range(3):
        door.admit(key)
    with pytest.raises(Refusal, match="TOO_MANY_REQUESTS"):
        door.admit(key)


def submit(tx: Any, job_id: str) -> None:
    values = {
        "job_id": job_id, "key_id": "k", "branch_id": "HZ", "first_day": "2026-11-30", "days": 1, "as_of": "",
        "visits": 3, "technicians": 2, "options": {}, "input_sha": "0" * 64, "warnings": {}, "request_id": "r",
        "created_at": engine.now(),
    }  # fmt: skip
    jobs.submit(tx, values, media_type=JSON, content=b"{}")


# --- bodies -------------------------------------------------------------------------------------------------------

#: How many bad visits one body has; a release tries the most that is read.
MANY = 240_000 if KILLS >= 20 else 30_000
#: Stands in every hostile body; it comes back as the value that a fault names, cut, or not at all.
MARKER = "MARKER-5150"


def quantity(number: bytes) -> bytes:
    return BRANCH.replace(b'"quantity": 1', b'"quantity": ' + number).replace("皮带".encode(), MARKER.encode())


def customer(name: bytes) -> bytes:
    return BRANCH.replace("东方印染".encode(), MARKER.encode() + name)


def orders(item: bytes, count: int) -> bytes:
    return (
        b'{"format":"paigong.problem/1","x":"' + MARKER.encode() + b'","orders":[' + b",".join([item] * count) + b"]}"
    )


def archive(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return target.getvalue()


def workbook(name: str, content: bytes) -> bytes:
    """Return a workbook with a part more."""
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    with zipfile.ZipFile(made) as file:
        members = {member: file.read(member) for member in file.namelist()}
    return archive(members | {name: content})


#: Name -> media type, body, status, code, and the code of the first single fault. Made one at a time: some are large.
HOSTILE: dict[str, tuple[str, Callable[[], bytes], int, str, str]] = {
    "empty": (JSON, lambda: b"", 422, "INPUT_FAULTS", "JSON_SYNTAX"),
    "blank": (JSON, lambda: b" \n" * 50, 422, "INPUT_FAULTS", "JSON_SYNTAX"),
    "null": (JSON, lambda: b"null", 422, "INPUT_FAULTS", "JSON_SHAPE"),
    "number": (JSON, lambda: b"1", 422, "INPUT_FAULTS", "JSON_SHAPE"),
    "text": (JSON, lambda: f'"{MARKER}"'.encode(), 422, "INPUT_FAULTS", "JSON_SHAPE"),
    "array": (JSON, lambda: b"[]", 422, "INPUT_FAULTS", "JSON_SHAPE"),
    "object": (JSON, lambda: b"{}", 422, "INPUT_FAULTS", "JSON_FORMAT"),
    "other format": (JSON, lambda: f'{{"format":"{MARKER}"}}'.encode(), 422, "INPUT_FAULTS", "JSON_FORMAT"),
    "more behind": (JSON, lambda: BRANCH + MARKER.encode(), 422, "INPUT_FAULTS", "JSON_SYNTAX"),
    "cut": (JSON, lambda: customer(b"")[:-20], 422, "INPUT_FAULTS", "JSON_SYNTAX"),
    "comment": (JSON, lambda: f"// {MARKER}\n".encode() + BRANCH, 422, "INPUT_FAULTS", "JSON_SYNTAX"),
    "nested arrays": (JSON, lambda: b"[" * 10_000 + b"]" * 10_000, 422, "INPUT_FAULTS", "JSON_TOO_DEEP"),
    "nested objects": (JSON, lambda: b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 422, "INPUT_FAULTS", "JSON_TOO_DEEP"),
    "brackets only": (JSON, lambda: b"[" * 24_000_000, 422, "INPUT_FAULTS", "JSON_TOO_DEEP"),
    "NaN": (JSON, lambda: quantity(b"NaN"), 422, "INPUT_FAULTS", "JSON_NOT_FINITE"),
    "Infinity": (JSON, lambda: quantity(b"Infinity"), 422, "INPUT_FAULTS", "JSON_NOT_FINITE"),
    "-Infinity": (JSON, lambda: quantity(b"-Infinity"), 422, "INPUT_FAULTS", "JSON_NOT_FINITE"),
    "1e999": (JSON, lambda: quantity(b"1e999"), 422, "INPUT_FAULTS", "JSON_NOT_FINITE"),
    "400 digits": (JSON, lambda: quantity(b"9" * 400), 422, "INPUT_FAULTS", "JSON_INT"),
    "20 million digits": (JSON, lambda: quantity(b"9" * 20_000_000), 422, "INPUT_FAULTS", "JSON_INT"),
    "half a character": (JSON, lambda: customer(rb"\ud800"), 422, "INPUT_FAULTS", "JSON_SURROGATE"),
    "other half": (JSON, lambda: customer(rb"\udc00\ud800"), 422, "INPUT_FAULTS", "JSON_SURROGATE"),
    "NUL": (JSON, lambda: customer(b"\x00"), 422, "INPUT_FAULTS", "JSON_SYNTAX"),
    "NUL escaped": (JSON, lambda: customer(rb"\u0000"), 422, "INPUT_FAULTS", "TEXT_NUL"),
    "no UTF-8": (JSON, lambda: customer(b"\xc3\x28"), 422, "INPUT_FAULTS", "FILE_ENCODING"),
    "UTF-16": (JSON, lambda: customer(b"").decode().encode("utf-16"), 422, "INPUT_FAULTS", "FILE_UTF16"),
    "doubled keys": (JSON, lambda: BRANCH.replace(b'"on_hand"', b'"name": "M", "on_hand"'), 422, "INPUT_FAULTS",
                     "JSON_DUPLICATE_KEY"),
    "many doubled keys": (JSON, lambda: b"{" + b",".join(b'"%x":1' % (n % 4_999) for n in range(5_000)) + b"}", 422,
                          "INPUT_FAULTS", "JSON_DUPLICATE_KEY"),
    "long text": (JSON, lambda: customer(b"x" * 24_000_000), 422, "INPUT_FAULTS", "TEXT_TOO_LONG"),
    "control characters": (JSON, lambda: BRANCH.replace(b'"O1"', rb'"\u001b[2J\u202eMARKER-5150' + b'"'), 422,
                           "INPUT_FAULTS", ""),
    "million visits": (JSON, lambda: orders(b'{"a":1}', 1_000_000), 422, "TOO_MANY_OBJECTS", ""),
    "million larger visits": (JSON, lambda: orders(b'{"order_id":"123456789"}', 1_000_000), 413, "BODY_TOO_LARGE", ""),
    "many visits": (JSON, lambda: orders(b'{"order_id":"O","customer_id":"MARKER-5150"}', MANY), 422,
                                    "INPUT_FAULTS", "KEY_MISSING"),
    "many numbers": (JSON, lambda: orders(b"1", 50 * MANY), 422, "INPUT_FAULTS", "KEY_MISSING"),
    "6000 visits": (JSON, lambda: town(6_000, 300), 422, "TOO_MANY_VISITS", ""),
    "600 technicians": (JSON, lambda: town(10, 600), 422, "TOO_MANY_TECHNICIANS", ""),
    "gzip as JSON": (JSON, lambda: gzip.compress(BRANCH)[:-20], 422, "INPUT_FAULTS", "FILE_ENCODING"),
    "zip bomb": (ARCHIVE, lambda: archive({"orders.csv": bytes(150_000_000)}), 422, "ARCHIVE_REFUSED", ""),
    "zip of many": (ARCHIVE, lambda: archive({f"{n}.csv": b"" for n in range(3_000)}), 422, "ARCHIVE_REFUSED", ""),
    "zip within": (ARCHIVE, lambda: archive({"a.zip": archive({"orders.csv": b""})}), 422, "INPUT_FAULTS",
                   "FILE_MISSING"),
    "zip cut": (ARCHIVE, lambda: archive({"orders.csv": Random(1).randbytes(1_000)})[:500], 422, "ARCHIVE_REFUSED", ""),
    "zip of nothing": (ARCHIVE, lambda: archive({}), 422, "ARCHIVE_REFUSED", ""),
    "zip climbing": (ARCHIVE, lambda: archive({"../../orders.csv": MARKER.encode()}), 422, "INPUT_FAULTS", ""),
    "no zip": (ARCHIVE, lambda: customer(b""), 422, "ARCHIVE_REFUSED", ""),
    "workbook bomb": (WORKBOOK, lambda: workbook("xl/worksheets/sheet2.xml", b" " * 150_000_000), 422, "INPUT_FAULTS",
                      "WORKBOOK_INFLATES"),
    "workbook with macros": (WORKBOOK, lambda: workbook("xl/vbaProject.bin", MARKER.encode()), 422, "INPUT_FAULTS",
                             "SHEET_MISSING"),
    "workbook of entities": (WORKBOOK, lambda: workbook("xl/a.xml", b'<!DOCTYPE a [<!ENTITY b "MARKER-5150">]><a/>'),
                             422, "INPUT_FAULTS", "WORKBOOK_DOCTYPE"),
    "workbook of old": (WORKBOOK, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), 422, "INPUT_FAULTS",
                        "WORKBOOK_OLD"),
    "no workbook": (WORKBOOK, lambda: customer(b""), 422, "INPUT_FAULTS", "WORKBOOK_KIND"),
    "empty workbook": (WORKBOOK, lambda: b"", 422, "INPUT_FAULTS", "WORKBOOK_KIND"),
    "plain text": ("text/plain", lambda: customer(b""), 415, "MEDIA_TYPE", ""),
    "form": ("application/x-www-form-urlencoded", lambda: customer(b""), 415, "MEDIA_TYPE", ""),
    "no type": ("", lambda: customer(b""), 415, "MEDIA_TYPE", ""),
}  # fmt: skip


def test_hostile_bodies_are_refused_by_name_and_cost_little(server: Server) -> None:
    before = memory_mb(server)
    jobs_before = server.listed()
    for name, (media_type, body, status, code, fault) in HOSTILE.items():
        check_refusal(server, name, "/v1/plans", body(), media_type, (status, code, fault))
    answer = post(server, gzip.compress(BRANCH)[:-20], headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (415, "CONTENT_ENCODING")
    assert memory_mb(server) - before < 150
    assert server.listed() == jobs_before
    # The readers are in order again, whatever was given to them.
    server.check_plan(server.submit(town(2, 1, branch_id="AFTER"), iterations=50))


def test_hostile_plans_are_refused(server: Server) -> None:
    before = memory_mb(server)
    job_id = server.submit(iterations=50)
    server.check_plan(job_id)
    plan = server.http.get(f"/v1/plans/{job_id}/plan.json").json()
    for name, rows in {"text": [[[MARKER] * 9] * 9], "much text": [[[MARKER] * 1_000] * 1_500]}.items():
        body = json.dumps(plan | {"matrix": plan["matrix"] | {"seconds": rows}}).encode()
        check_refusal(
            server, f"matrix of {name}", "/v1/plans/judge", body, JSON, (422, "INPUT_FAULTS", "PLAN_MATRIX_SHAPE")
        )
    for name in ("empty", "nested arrays", "brackets only", "cut", "no UTF-8", "NaN", "400 digits", "half a character"):
        media_type, make, *wanted = HOSTILE[name]
        check_refusal(server, f"plan: {name}", "/v1/plans/judge", make(), media_type, tuple(wanted))
    check_refusal(server, "plan: branch", "/v1/plans/judge", BRANCH, JSON, (422, "INPUT_FAULTS", "PLAN_SHAPE"))
    assert memory_mb(server) - before < 150


@pytest.mark.parametrize("path", ["/v1/webhooks", "/v1/plans/{job_id}/acknowledgements"])
def test_hostile_small_bodies_are_refused(server: Server, path: str) -> None:
    job_id = server.submit(iterations=50)
    path = path.format(job_id=job_id)
    for name in ("empty", "nested arrays", "NaN", "half a character", "NUL", "doubled keys", "no UTF-8", "cut", "text"):
        media_type, make, status, code, fault = HOSTILE[name]
        if name in ("text",):
            code, fault = "PARAMETER_INVALID", ""
        check_refusal(server, f"small: {name}", path, make(), media_type, (status, code, fault))
    check_refusal(server, "small: large", path, b" " * 100_000, JSON, (413, "BODY_TOO_LARGE", ""))
    check_refusal(server, "small: type", path, b"{}", "text/plain", (415, "MEDIA_TYPE", ""))


def test_hostile_patches_are_refused_as_uploads_are(server: Server) -> None:
    path, before = f"/v1/plans/{server.submit(iterations=50)}/patch", memory_mb(server)
    names = ["empty", "nested arrays", "brackets only", "NaN", "20 million digits", "half a character", "NUL"]
    for name in [*names, "doubled keys", "no UTF-8", "cut", "million visits", "million larger visits", "plain text"]:
        media_type, make, *wanted = HOSTILE[name]
        check_refusal(server, f"patch: {name}", path, make(), media_type, tuple(wanted))
    for name, body in (("text", b'"x"'), ("other keys", BRANCH), ("rows", b'{"upsert": {"orders": [1]}}')):
        check_refusal(server, f"patch: {name}", path, body, JSON, (422, "PARAMETER_INVALID", ""))
    unknown = b'{"remove": {"orders": ["O99"]}}'
    check_refusal(server, "patch: unknown row", path, unknown, JSON, (422, "INPUT_FAULTS", "PATCH_ROW"))
    assert memory_mb(server) - before < 150


@pytest.mark.parametrize("length", ["Content-Length: 200000000", "Transfer-Encoding: chunked"])
def test_body_of_200_megabytes(server: Server, length: str) -> None:
    before = memory_mb(server)
    piece = MARKER.encode() * 100_000
    if "chunked" in length:
        piece = b"%x\r\n%s\r\n" % (len(piece), piece)
    sent = 0
    with connect(server) as stream:
        stream.sendall(head(server, "POST /v1/plans", f"Content-Type: {JSON}", length))
        # The server answers before all is sent and closes the connection.
        with suppress(ConnectionError):
            while sent < 200_000_000:
                stream.sendall(piece)
                sent += len(piece)
        status, answer = answer_of(stream)
    assert (status, answer["code"]) == (413, "BODY_TOO_LARGE")
    assert sent < 100_000_000
    assert memory_mb(server) - before < 150


def test_client_that_asks_before_it_sends_is_told_at_once(server: Server) -> None:
    with connect(server) as stream:
        expected = ("Content-Length: 200000000", "Expect: 100-continue")
        stream.sendall(head(server, "POST /v1/plans", f"Content-Type: {JSON}", *expected))
        status, answer = answer_of(stream)
    assert (status, answer["code"]) == (413, "BODY_TOO_LARGE")


def check_refusal(server: Server, name: str, path: str, body: bytes, media_type: str, wanted: tuple[Any, ...]) -> None:
    began_s = time.monotonic()
    headers = {"Content-Type": media_type} if media_type else {}
    answer = server.http.post(path, content=body, headers=headers)
    print(f"{name}: {time.monotonic() - began_s:.2f} s, {memory_mb(server)} MB")
    status, code, fault = wanted
    assert answer.status_code == status, (name, answer.text[:1000])
    assert answer.headers["Content-Type"] == "application/problem+json", name
    found = answer.json()
    assert found["code"] == code, (name, answer.text[:1000])
    assert len(found["errors"]) <= min(200, found["error_count"]), name
    if fault:
        assert found["errors"][0]["code"] == fault, (name, found["errors"][:3])
    assert len(answer.content) < 200_000, name
    check_echo(name, found)


def check_echo(name: str, found: dict[str, Any]) -> None:
    """Check that nothing of a body comes back but, cut and harmless, the value that a fault names."""
    rest = {key: value for key, value in found.items() if key != "errors"}
    assert MARKER not in json.dumps(rest), (name, rest)
    for fault in found["errors"]:
        for key, text in fault.items():
            if isinstance(text, str):
                assert len(text) < 500, (name, key, text)
                assert text.isprintable(), (name, key, text)
                if key not in ("value", "cause", "action"):
                    assert MARKER not in text, (name, key, text)


def post(server: Server, body: bytes, *, params: Any = None, headers: Any = None) -> httpx2.Response:
    return server.http.post("/v1/plans", params=params, content=body, headers={"Content-Type": JSON, **(headers or {})})


def connect(server: Server) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def head(server: Server, line: str, *headers: str) -> bytes:
    key = server.http.headers["Authorization"]
    return "\r\n".join([f"{line} HTTP/1.1", "Host: test", f"Authorization: {key}", *headers, "", ""]).encode()


def answer_of(stream: socket.socket) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON of an answer after which the connection is closed."""
    answer = b""
    with suppress(ConnectionError):
        while piece := stream.recv(65_536):
            answer += piece
    top, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in top, answer[:1000]
    return int(top.split()[1]), json.loads(body)


def memory_mb(server: Server) -> int:
    """Return the most memory that the server has held so far."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) // 1024


# --- start and end ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["the server", "all"])
def test_shutdown_puts_solves_back_and_leaves_nothing_running(new_server: Callable[..., Server], who: str) -> None:
    server = new_server(workers=1, **UNHURRIED).start()
    solving, waiting = server.submit(TOWN, seconds=600), server.submit(TOWN, seconds=600)
    wait_until(partial(told_cents, server, solving))
    process = server.process
    assert process is not None
    assert len(server.children()) >= 3
    # A service manager signals the server alone, or all processes of the service at once.
    for pid in {process.pid} if who == "the server" else {process.pid, *server.children()}:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    assert process.wait(30) in (0, -signal.SIGTERM)
    assert server.children() == {}
    assert not [path for kind in ("*.part", "server-*", "reader-*", "worker-*") for path in server.data.glob(kind)]

    server.settings["workers"] = 0
    server.start()
    job = server.job(solving)
    assert (job["status"], job["state"], job["queue"]["position"]) == ("queued", None, 1)
    assert job["progress"]["served"] > 0
    assert server.job(waiting)["status"] == "queued"
    # Asked to end now, it is not without the plan that it had.
    assert server.http.delete(f"/v1/plans/{solving}").status_code == 202
    assert server.http.delete(f"/v1/plans/{waiting}").status_code == 200
    server.stop()
    server.settings["workers"] = 1
    server.start()
    server.check_plan(solving)
    assert server.statuses(solving) == ["queued", "solving", "queued", "solving", "stopped"]
    check_database(server)


def test_draining_takes_no_more_jobs_and_the_next_start_does(new_server: Callable[..., Server]) -> None:
    server = new_server(workers=1, **UNHURRIED).start()
    solving = server.submit(TOWN, seconds=2)
    wait_until(lambda: server.job(solving)["status"] == "solving")
    command = [sys.executable, "-m", "api.cli", "drain", "--data", str(server.data), "--lang", "en"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert server.job(solving)["status"] == "solved"
    assert server.http.get("/readyz").status_code == 503
    late = server.submit(iterations=50)
    assert server.worker_pids() == []
    assert server.job(late)["status"] == "queued"
    server.stop()
    server.start()
    server.check_plan(late)


def is_refused(server: Server, headers: dict[str, str]) -> bool:
    """Ask once more; return whether the log has a key that was refused."""
    assert server.http.get("/v1/plans", headers=headers).status_code in (200, 401)
    return bool(server.logged("key_refused"))


def test_a_revoked_key_ends_its_streams(rough: Server) -> None:
    store = Store(f"sqlite:///{rough.data / 'paigong.db'}")
    with store.write() as tx:
        key = make_key(tx, Role.READ, branches=None, label="")
    pids = rough.worker_pids()
    for pid in pids:
        pause(rough, pid)
    try:
        job_id = rough.submit(iterations=50)
        headers = {"Authorization": f"Bearer {key}"}
        with rough.http.stream("GET", f"/v1/plans/{job_id}/events", headers=headers) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "id: 1"
            with store.write() as tx:
                assert access.revoke_key(tx, key.split("_")[1])
            assert "event: progress" not in list(lines)
        assert rough.http.get(f"/v1/plans/{job_id}/events", headers=headers).status_code == 401
        # The door remembers the key as in force; the end of the stream and the refusal are in the log all the same.
        wait_until(lambda: len(rough.logged("key_refused")) >= 2)
        # A key is remembered for a moment; then it is as unknown as any other.
        wait_until(lambda: is_refused(rough, headers))
        assert rough.job(job_id)["status"] == "queued"
    finally:
        store.close()
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    refused = rough.logged("key_refused")
    assert {entry["tried"] for entry in refused} == {key.split("_")[1]}
    assert {entry["client"] for entry in refused} == {"127.0.0.1"}
    assert key.split("_")[2] not in "".join(rough.log)
    rough.check_plan(job_id)


def test_beyond_loopback_it_listens_with_keys_only(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "serve",
        "--port",
        "0",
        "--data",
        str(tmp_path / "data"),
        "--lang",
        "en",
    ]
    refused = subprocess.run([*command, "--host", "0.0.0.0"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "needs keys first: paigong key add --role admin" in refused.stderr
    assert not (tmp_path / "data/admin.key").exists()


def test_first_key_is_for_its_owner_alone(server: Server) -> None:
    assert stat.S_IMODE((server.data / "admin.key").stat().st_mode) == 0o600
