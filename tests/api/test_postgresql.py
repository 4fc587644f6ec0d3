"""Two API processes and two work processes on a PostgreSQL server of the test's own: as a company runs the service."""

from __future__ import annotations

import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import psycopg
import pytest
from sqlalchemy import insert, select, update

from api.plans.documents import pack
from api.statuses import Status
from api.store import erasing, figures, jobs, tables, turns, upkeep
from api.store.engine import Store, migrate, now
from tests.api.conftest import BRANCH, KILLS, ROOT, Server, town, wait_until
from tests.api.filled_database import CASES, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Servers and databases that are started and killed: minutes.
pytestmark = pytest.mark.night

BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), default=None)
if BINARIES is None and os.environ.get("CI") != "true":
    pytest.skip("needs PostgreSQL's server below /usr/lib/postgresql", allow_module_level=True)

JSON = {"Content-Type": "application/json"}
TOWN = town()
#: After a restart connections are made anew; so long an answer may still say that the database is away.
RECOVERY_S = 5.0


class Cluster:
    """A PostgreSQL server with files of its own, on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        assert BINARIES is not None, "PostgreSQL's server is missing"
        self._binaries, self._folder = BINARIES, folder
        # PostgreSQL refuses to run as root.
        self._user = _other_user() if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(folder, self._user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self._folder}"
        # A slow disk makes the way back from a crash long; with this it is one call.
        options += " -c recovery_init_sync_method=syncfs"
        self._run("pg_ctl", "--wait", f"--log={self._folder / 'log'}", f"--options={options}", "start")

    def restart_at_once(self) -> None:
        """Restart without a word to those connected, as after a crash."""
        self._run("pg_ctl", "--wait", "--mode=immediate", f"--log={self._folder / 'log'}", "restart")

    def stop(self) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def database(self, name: str) -> str:
        """Make a database; return its address."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def dsn(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={name}"

    def query(self, name: str, statement: bytes) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn(name)) as connection:
            return connection.execute(statement).fetchall()

    def _run(self, program: str, *arguments: str) -> None:
        # The server outlives this call, so that it must not hold a pipe of it.
        subprocess.run(
            [self._binaries / program, "-D", self._folder / "data", *arguments],
            cwd=self._folder, user=self._user, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60,
            check=True,
        )  # fmt: skip


def _other_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


class Hands:
    """One `paigong work` with one worker, on the same database as others."""

    def __init__(self, folder: Path, database: str) -> None:
        folder.mkdir()
        self._folder, self._log = folder, folder / "log"
        self._command = [
            sys.executable, "-m", "api.cli", "work", "--data", str(folder), "--database", database, "--workers", "1",
            "--lang", "en",
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        with self._log.open("wb") as log:
            env = os.environ | {"PAIGONG_BEAT_S": "0.2", "PAIGONG_LEASE_S": "3"}
            self.process = subprocess.Popen(self._command, cwd=ROOT, env=env, stderr=log, start_new_session=True)
        wait_until(lambda: self.worker() is not None)

    def worker(self) -> tuple[int, str] | None:
        """Return pid and name of the worker that it started last."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        started = [(line["pid"], line["owner"]) for line in lines if line["event"] == "worker_started"]
        return started[-1] if started else None

    def kill_worker(self) -> None:
        worker = self.worker()
        if worker is not None:
            with suppress(ProcessLookupError):
                os.kill(worker[0], signal.SIGKILL)

    def kill(self) -> None:
        """Kill it and its worker, as a machine that loses its power would."""
        self.process.kill()
        self.process.wait()
        self.kill_worker()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0


class Company:
    """Two servers without workers, two work processes, one database."""

    def __init__(self, cluster: Cluster, folder: Path, ended: ExitStack) -> None:
        self.cluster = cluster
        self.address = cluster.database("company")
        settings = {"database": self.address, "workers": 0, "requests_per_s": 10_000, "burst": 10_000}
        self.servers = [Server(folder / name, **settings) for name in ("a", "b")]
        for server in self.servers:
            ended.callback(server.stop)
        self.servers[0].start()
        # The first start on a database makes the key; the second server is asked with the same.
        (folder / "b").mkdir()
        shutil.copy(folder / "a/admin.key", folder / "b")
        self.servers[1].start()
        self.hands = [Hands(folder / name, self.address) for name in ("c", "d")]
        for hands in self.hands:
            ended.callback(hands.stop)

    def submit(self, number: int, content: bytes = BRANCH, **options: object) -> str:
        """Submit to one server or the other."""
        return self.servers[number % 2].submit(content, **options)

    def check(self, job_ids: list[str]) -> None:
        """Check that jobs ended once each, begun once more for each time that they were given up."""
        for number, job_id in enumerate(job_ids):
            # Submitted here, looked at there.
            server = self.servers[(number + 1) % 2]
            server.check_plan(job_id)
            went = Counter(server.statuses(job_id))
            assert went["solving"] == went["queued"], went

    def has_told(self, job_id: str) -> bool:
        return self.servers[0].job(job_id)["progress"]["cost_cents"] is not None

    def holder(self, job_id: str) -> Hands | None:
        """Return who holds a job now."""
        [(owner,)] = self.cluster.query("company", f"SELECT owner FROM jobs WHERE job_id = '{job_id}'".encode())
        names = {worker[1]: hands for hands in self.hands if (worker := hands.worker()) is not None}
        return names.get(owner)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    # Not pytest's own folder, which the server's user could not enter.
    with tempfile.TemporaryDirectory(prefix="paigong-postgresql-") as folder:
        made = Cluster(Path(folder))
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def company(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with ExitStack() as ended:
        yield Company(cluster, tmp_path_factory.mktemp("company"), ended)


def cli(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "api.cli", *arguments, "--lang", "en"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_bring_one_database_up_to_date(cluster: Cluster, tmp_path: Path) -> None:
    address = cluster.database("fresh")
    started = [cli("key", "list", "--database", address, "--data", str(tmp_path / name)) for name in ("a", "b")]
    for process in started:
        _, errors = process.communicate(timeout=90)
        assert process.returncode == 0, errors
    assert len(cluster.query("fresh", b"SELECT version_num FROM alembic_version")) == 1
    assert cluster.query("fresh", b"SELECT count(*) FROM jobs") == [(0,)]


def test_turns_and_figures_are_those_of_the_other_database(cluster: Cluster) -> None:
    store = Store(cluster.database("turns"))
    migrate(store)
    for number, (key_id, asked_s) in enumerate((("a", 600.0), ("a", 600.0), ("b", 2.0))):
        values = {
            "job_id": f"j{number}", "key_id": key_id, "branch_id": "HZ", "first_day": "2026-11-30", "days": 1,
            "as_of": "x", "visits": 3, "technicians": 2, "options": {"stage": "draft"}, "input_sha": "s",
            "warnings": {}, "request_id": "r", "created_at": now(), "asked_s": asked_s,
        }  # fmt: skip
        with store.write() as tx:
            jobs.submit(tx, values, media_type="application/json", content=b"{}")
    with store.read() as tx:
        assert [turns.places(tx)[job_id].position for job_id in ("j0", "j2", "j1")] == [1, 2, 3]
    for expected in ("j0", "j2", "j1"):
        with store.write() as tx:
            claim = jobs.claim(tx, "w")
            assert claim is not None
            assert claim.job_id == expected
            told = {"cost_cents": 1, "served": 1}
            jobs.checkpoint(tx, expected, claim.fencing_token, told, elapsed_s=3, searched_s=2.0, incumbent=b"p")
            ended = {"elapsed_s": 4.0, "served": 3}
            jobs.finish(tx, expected, claim.fencing_token, Status.SOLVED, values=ended, plan=(b"", b""))
    with store.write() as tx:
        before = figures.all_figures(tx)
        later = datetime.now(UTC) + timedelta(days=99)
        assert upkeep.forget_old(tx, keep_days=60, idempotency_hours=48, at=later) == 3
        assert figures.all_figures(tx) == before
    assert (before["solves"], before["solve_s"], before["served"]) == (3, 12, 9)
    store.close()


def test_what_a_job_keeps_is_replaced_in_the_other_database(cluster: Cluster) -> None:
    store = Store(cluster.database("erased"))
    migrate(store)
    plan_file = json.loads((CASES / "plan-2.json").read_text(encoding="utf-8"))
    with store.write() as tx:
        for table, values in rows(plan_file):
            tx.execute(insert(table).values(**values))
        tx.execute(update(tables.jobs).values(notes={"who": "Ann"}))
    with store.write() as tx:
        erasing.hold(tx, "HZ")
        [(job_id, state)] = erasing.states(tx, "HZ").items()
        kept = erasing.kept(tx, job_id)
        assert {*kept.facts, *kept.plans} == {f"{k}-{of}" for k in ("facts", "plan") for of in ("in-use", "0", "start")}
        made = {name: pack({"left": name}) for name in (*kept.facts, *kept.plans)}
        erasing.replace(tx, job_id, made | {"published": pack({}), "input": b"{}"})
        erasing.replace_texts(tx, "HZ", lambda value: "x" if value == {"who": "Ann"} else value)
    with store.read() as tx:
        after = erasing.kept(tx, job_id)
        assert (after.facts | after.plans, after.published, after.input["content"]) == (made, pack({}), b"{}")
        assert erasing.states(tx, "HZ")[job_id] != state
        assert tx.execute(select(tables.heads.c.input_sha)).scalar() == after.input["sha256"]
        assert tx.execute(select(tables.inputs.c.sha256)).scalars().all() == [after.input["sha256"]]
        assert tx.execute(select(tables.papers)).all() == []
        assert tx.execute(select(tables.jobs.c.notes)).scalar() == "x"
    store.close()


def test_a_dump_is_put_back_with_the_commands_of_the_page(cluster: Cluster, tmp_path: Path) -> None:
    """What `docs/operating.md` says is what is done: a dump of a database of ours into an empty one."""
    address, empty = cluster.database("dumped"), cluster.database("restored")
    store = Store(address)
    migrate(store)
    key = cli("key", "add", "--role", "admin", "--database", address, "--data", str(tmp_path)).communicate()[0].strip()
    store.close()
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    commands = re.findall(r"^(?:pg_dump|pg_restore) .*$", page, re.MULTILINE)
    assert len(commands) == 2
    env = os.environ | {"PATH": f"{BINARIES}{os.pathsep}{os.environ['PATH']}"}
    env |= {"DSN": address.replace("+psycopg", ""), "EMPTY_DSN": empty.replace("+psycopg", "")}
    for command in commands:
        subprocess.run(["sh", "-c", command], cwd=tmp_path, env=env, check=True)
    for query in (b"SELECT * FROM keys", b"SELECT * FROM alembic_version"):
        assert cluster.query("restored", query) == cluster.query("dumped", query) != []
    assert key.split("_")[1] in str(cluster.query("restored", b"SELECT key_id FROM keys"))
    again = Store(empty)
    migrate(again)
    again.close()


def test_thirty_jobs_at_two_servers_are_each_done_once(company: Company) -> None:
    before = company.servers[0].listed()
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda number: company.submit(number, iterations=200), range(30)))
    assert len(set(made)) == 30
    company.check(made)
    for server in company.servers:
        assert sorted(server.listed()) == sorted(before + made)
    for job_id in made:
        assert company.servers[0].statuses(job_id) == ["queued", "solving", "solved"]


def test_worker_killed_while_it_solves(company: Company) -> None:
    rng = random.Random(20261202)
    before = company.servers[0].listed()
    made: list[str] = []
    for number in range(KILLS):
        pair = [company.submit(n, TOWN, seconds=4) for n in range(2)]
        made += pair
        wait_until(partial(company.has_told, pair[0]))
        time.sleep(rng.uniform(0, 0.3))
        hands = company.holder(pair[0])
        if hands is not None and number < KILLS - 1:
            hands.kill_worker()
        elif hands is not None:
            # The whole machine goes: the others find out by the heartbeats that do not come.
            hands.kill()
            company.check(pair)
            hands.start()
        company.check(pair)
    assert sorted(company.servers[1].listed()) == sorted(before + made)
    assert sum(company.servers[0].statuses(job_id).count("solving") > 1 for job_id in made) > 0


def test_database_that_restarts_under_load(company: Company) -> None:
    before = company.servers[0].listed()
    known = company.submit(0, iterations=50)
    is_over = threading.Event()
    gap_s = [0.0, 0.0]

    def read(server: Server) -> list[tuple[float, int]]:
        """Ask on and on; return when what was answered."""
        answers = []
        with httpx2.Client(base_url=server.url, headers=server.http.headers, timeout=60) as http:
            while not is_over.is_set():
                began_s = time.monotonic()
                answers.append((began_s, http.get(f"/v1/plans/{known}").status_code))
                time.sleep(0.02)
        return answers

    def submit(server: Server, name: str) -> list[str]:
        """Submit six plans, each until it is accepted."""
        made = []
        with httpx2.Client(base_url=server.url, headers=server.http.headers, timeout=60) as http:
            for number in range(6):
                headers = JSON | {"Idempotency-Key": f"{name}-{number}"}
                while True:
                    ask = partial(http.post, "/v1/plans", params={"iterations": 50}, content=BRANCH, headers=headers)
                    answer = ask()
                    assert answer.status_code in (202, 503), answer.text
                    if answer.status_code == 202:
                        break
                    time.sleep(0.1)
                made.append(answer.json()["id"])
                time.sleep(0.2)
        return made

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read, server) for server in company.servers]
        writers = [pool.submit(submit, server, f"load-{n}") for n, server in enumerate(company.servers)]
        time.sleep(0.7)
        gap_s[0] = time.monotonic()
        company.cluster.restart_at_once()
        gap_s[1] = time.monotonic()
        made = [job_id for writer in writers for job_id in writer.result()]
        wait_until(lambda: company.servers[0].http.get(f"/v1/plans/{known}").status_code == 200)
        time.sleep(1.0)
        is_over.set()
        answers = [answer for reader in readers for answer in reader.result()]
    assert {status for _, status in answers} <= {200, 503}
    away_s = [began_s for began_s, status in answers if status == 503]
    print(f"restart {gap_s[1] - gap_s[0]:.2f} s; {len(away_s)} of {len(answers)} answers were 503,"
          f" the last {max(away_s, default=gap_s[1]) - gap_s[1]:+.2f} s after it")  # fmt: skip
    assert all(gap_s[0] - 0.5 <= began_s <= gap_s[1] + RECOVERY_S for began_s in away_s)
    assert len(set(made)) == 12
    company.check([known, *made])
    for server in company.servers:
        assert sorted(server.listed()) == sorted([*before, known, *made])
        assert server.http.get("/readyz").status_code == 200


def ways_to_cut(cluster: Cluster, name: str, *, is_shut: bool) -> None:
    """End every connection to a database; while it is shut, nobody gets a new one."""
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {'false' if is_shut else 'true'}".encode())
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(ending, (name,))


def test_a_database_that_takes_no_connections_is_told_as_such_and_nothing_is_lost(company: Company) -> None:
    before = company.servers[0].listed()
    known = company.submit(0, TOWN, seconds=4)
    wait_until(partial(company.has_told, known))
    ways_to_cut(company.cluster, "company", is_shut=True)
    try:
        for server in company.servers:
            headers = JSON | {"Idempotency-Key": "shut"}
            asked = [
                server.http.get(f"/v1/plans/{known}"),
                server.http.get("/v1/plans"),
                server.http.post("/v1/plans", params={"iterations": 50}, content=BRANCH, headers=headers),
                server.http.post(f"/v1/plans/{known}/publish", headers={"If-Match": '"x"'}),
            ]
            for answer in asked:
                told = answer.json()
                assert (answer.status_code, told["code"]) == (503, "STORE_UNAVAILABLE"), answer.text
                assert answer.headers["content-type"].startswith("application/problem+json")
                assert int(answer.headers["retry-after"]) > 0
                assert "postgres" not in answer.text
            assert server.http.get("/healthz").status_code == 200
            assert server.http.get("/readyz").status_code == 503
    finally:
        ways_to_cut(company.cluster, "company", is_shut=False)
    for server in company.servers:
        wait_until(lambda server=server: server.http.get("/readyz").status_code == 200)  # type: ignore[misc]
    made = [company.submit(number, iterations=50) for number in range(4)]
    company.check([known, *made])
    assert sorted(company.servers[1].listed()) == sorted([*before, known, *made])


def test_connections_that_are_cut_again_and_again_fail_no_request_for_long(company: Company) -> None:
    before, made = company.servers[0].listed(), []
    for number in range(20):
        headers = JSON | {"Idempotency-Key": f"cut-{number}"}
        ways_to_cut(company.cluster, "company", is_shut=False)
        for _ in range(20):
            http = company.servers[number % 2].http
            answer = http.post("/v1/plans", params={"iterations": 50}, content=BRANCH, headers=headers)
            assert answer.status_code in (202, 503), answer.text
            if answer.status_code == 202:
                break
            assert answer.headers["retry-after"]
        made.append(answer.json()["id"])
    assert len(set(made)) == 20
    company.check(made)
    assert sorted(company.servers[0].listed()) == sorted([*before, *made])


def test_key_of_one_branch_sees_nothing_of_another(company: Company, tmp_path: Path) -> None:
    keys = {}
    for branch_id in ("NB", "SH"):
        process = cli("key", "add", "--role", "publish", "--branch", branch_id, "--database", company.address,
                      "--data", str(tmp_path))  # fmt: skip
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        keys[branch_id] = {"Authorization": f"Bearer {output.strip()}"}
    http = company.servers[0].http
    foreign = company.servers[1].http
    made = {}
    for branch_id, key in keys.items():
        body = town(2, 1, branch_id=branch_id)
        answer = http.post("/v1/plans", params={"iterations": 50}, content=body, headers=key | JSON)
        assert answer.status_code == 202, answer.text
        made[branch_id] = answer.json()["id"]
    company.check(list(made.values()))
    for branch_id, other_id in (("NB", "SH"), ("SH", "NB")):
        mine, theirs = keys[branch_id], f"/v1/plans/{made[other_id]}"
        listed = foreign.get("/v1/plans", headers=mine).json()["items"]
        assert [job["id"] for job in listed] == [made[branch_id]]
        asked = foreign.get("/v1/plans", params={"branch": other_id}, headers=mine)
        assert asked.status_code == 403 or asked.json()["items"] == []
        for method, path in (
            ("GET", ""), ("GET", "/events"), ("GET", "/plan.json"), ("GET", "/route-sheets.html"),
            ("GET", "/route-sheets.xlsx"), ("DELETE", ""), ("POST", "/publish?anyway=true"),
        ):  # fmt: skip
            answer = foreign.request(method, theirs + path, headers=mine)
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND"), (method, path)
        receipt = foreign.post(f"{theirs}/acknowledgements", json={"technician_id": "T0"}, headers=mine)
        assert receipt.status_code == 404
        answer = foreign.post("/v1/plans", content=town(2, 1, branch_id=other_id), headers=mine | JSON)
        assert (answer.status_code, answer.json()["code"]) == (403, "BRANCH_FORBIDDEN")
        plan = http.get(f"/v1/plans/{made[other_id]}/plan.json").content
        answer = foreign.post("/v1/plans/judge", content=plan, headers=mine | JSON)
        assert (answer.status_code, answer.json()["code"]) == (403, "BRANCH_FORBIDDEN")
        assert foreign.get("/metrics", headers=mine).status_code == 403
        assert foreign.get("/v1/audit", headers=mine).status_code == 403
    assert {http.get(f"/v1/plans/{job_id}").json()["state"] for job_id in made.values()} == {"draft"}


def test_what_is_kept_holds_together(company: Company) -> None:
    """Run last: no plan without its job's end, no end without its plan, no gap in the numbers of events."""
    for statement in (
        b"SELECT job_id FROM jobs WHERE (state IS NOT NULL) <> (job_id IN (SELECT job_id FROM plans))",
        b"SELECT job_id FROM jobs WHERE status NOT IN ('solved', 'stopped')",
        b"SELECT job_id FROM jobs JOIN events USING (job_id) GROUP BY job_id, event_count"
        b" HAVING count(*) <> event_count OR max(number) <> event_count OR min(number) <> 1",
    ):
        assert company.cluster.query("company", statement) == [], statement
