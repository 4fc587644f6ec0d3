"""A real server process on loopback, as an operator starts it, and a client that speaks HTTP to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from tests.processes import is_forked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
BRANCH = (ROOT / "api/examples/branch.json").read_bytes()
#: When a test that waits for what has to come gives up: no measure of speed, on a busy machine nothing is fast.
PATIENCE_S = 600.0
#: Every kind of kill is repeated so often; a release repeats each twenty times.
KILLS = int(os.environ.get("PAIGONG_KILLS", "2"))


class Server:
    """One `paigong serve` with its data folder; it can be killed, paused and started again on the same data."""

    def __init__(self, data: Path, **settings: object) -> None:
        self.data = data
        # What reads and prints may take as long as a busy machine needs.
        patience = {"clerk_s": PATIENCE_S, "paper_s": PATIENCE_S}
        self.settings = {"workers": 1, "clerks": 1, "beat_s": 0.2, "lease_s": 3.0, **patience, **settings}
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.log: list[str] = []
        self.http = httpx2.Client()

    def start(self, *arguments: str, preexec: Callable[[], None] | None = None, ready: bool = True) -> Server:
        """Start the process; return when it takes work."""
        env = os.environ | {f"PAIGONG_{name.upper()}": str(value) for name, value in self.settings.items()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--data", str(self.data), "--lang", "en",
             *arguments],
            cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True, preexec_fn=preexec, start_new_session=True,
        )  # fmt: skip
        self.log = []
        started = threading.Event()
        threading.Thread(target=self._listen, args=(self.process, started), daemon=True).start()
        assert started.wait(PATIENCE_S), self.log
        self.http.close()
        key = (self.data / "admin.key").read_text().strip() if (self.data / "admin.key").exists() else ""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S)
        if ready:
            wait_until(self._is_ready)
        return self

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        return self.http.get("/readyz").status_code == 200

    def _listen(self, process: subprocess.Popen[str], started: threading.Event) -> None:
        assert process.stderr is not None
        with process.stderr as stream:
            for line in stream:
                self.log.append(line.rstrip())
                found = re.search(r"Serving (http://\S+);", line)
                if found:
                    self.url = found[1]
                    started.set()
        started.set()

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log's entries of an event."""
        entries = [json.loads(line) for line in self.log if line.startswith("{")]
        return [entry for entry in entries if entry["event"] == event]

    def worker_pids(self) -> list[int]:
        """Return the workers that run now."""
        pids = [entry["pid"] for entry in self.logged("worker_started")]
        return [pid for pid in pids if _runs(pid)]

    def kill(self) -> None:
        """Kill the process, as a machine that loses its power would; its workers end when they notice."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End the process and all that it started."""
        self.http.close()
        if self.process is not None:
            workers = self.worker_pids()
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                try:
                    self.process.wait(30)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait()
            for pid in workers:
                if _runs(pid):
                    os.kill(pid, signal.SIGKILL)

    # --- what tests ask most ---

    def submit(self, content: bytes = BRANCH, **query: Any) -> str:
        """Submit a branch; return the job's id."""
        headers = {"Content-Type": "application/json"}
        answer = self.http.post("/v1/plans", params={"seconds": 2, **query}, content=content, headers=headers)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as it stands."""
        answer = self.http.get(f"/v1/plans/{job_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ended(self, job_id: str) -> dict[str, Any]:
        """Return a job when it has ended."""
        wait_until(lambda: self.job(job_id)["status"] in ("solved", "stopped", "failed", "invalid"))
        return self.job(job_id)

    def listed(self) -> list[str]:
        """Return the ids of all jobs, page by page, the newest first."""
        ids: list[str] = []
        query: dict[str, Any] = {"limit": 200}
        while True:
            page = self.http.get("/v1/plans", params=query).json()
            ids += [job["id"] for job in page["items"]]
            if page["next_cursor"] is None:
                return ids
            query["cursor"] = page["next_cursor"]

    def events(self, job_id: str) -> list[tuple[int, str, dict[str, Any]]]:
        """Return number, kind and data of every event of a job that has ended."""
        text = self.http.get(f"/v1/plans/{job_id}/events").text
        found = re.findall(r"id: (\d+)\nevent: (\w+)\ndata: (.*)\n\n", text)
        return [(int(number), kind, json.loads(data)) for number, kind, data in found]

    def statuses(self, job_id: str) -> list[str]:
        """Return how a job that has ended went: queued, solving, ..."""
        return [data["status"] for _, kind, data in self.events(job_id) if kind == "status" and "state" not in data]

    def check_plan(self, job_id: str) -> None:
        """Check that a job ended once, with a plan that the judge finds clean, and that no event is lost or doubled."""
        job = self.ended(job_id)
        assert job["status"] in ("solved", "stopped"), job["failure"]
        assert job["state"] is not None, job
        plan_file = self.http.get(f"/v1/plans/{job_id}/plan.json")
        assert plan_file.status_code == 200, plan_file.text
        headers = {"Content-Type": "application/json"}
        verdict = self.http.post("/v1/plans/judge", content=plan_file.content, headers=headers)
        assert verdict.status_code == 200, verdict.text
        assert verdict.json()["clean"], verdict.text
        assert verdict.json()["cost_cents"] == job["progress"]["cost_cents"]
        assert [number for number, _, _ in self.events(job_id)] == list(range(1, len(self.events(job_id)) + 1))
        ended = [status for status in self.statuses(job_id) if status not in ("queued", "solving")]
        assert ended == [job["status"]]

    def children(self) -> dict[int, str]:
        """Return pid and command line of the processes that it or one of those started and that run, dead parents'
        children too: each has the data folder in its environment."""
        mark = f"PAIGONG_DATA={self.data}".encode()
        found = {}
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdecimal() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
            except OSError:
                continue
        return {pid: line for pid, line in found.items() if _runs(pid)}

    def solvers(self) -> list[int]:
        """Return the processes that solve now, dead parents' children too."""
        return [pid for pid, line in self.children().items() if "optimizer.running.child" in line or is_forked(pid)]


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(is_so: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until something is so; a test fails that waits in vain."""
    until_s = time.monotonic() + patience_s
    while time.monotonic() < until_s:
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def town(visits: int = 40, technicians: int = 4, *, branch_id: str = "HZ") -> bytes:
    """Return a branch with more work than the example has, at places drawn at random, the same each time."""
    rng = Random(1)
    branch = json.loads(BRANCH)
    orders = [
        {
            "order_id": f"O{number}",
            "customer_id": "C1",
            "lat": round(30.27 + rng.uniform(-0.15, 0.15), 5),
            "lon": round(120.16 + rng.uniform(-0.15, 0.15), 5),
            "service": "PT20M",
            "received": "2026-11-27T09:00:00+08:00",
        }
        for number in range(visits)
    ]
    people = [f"T{number}" for number in range(technicians)]
    shifts = [{"technician_id": who, "date": "2026-11-30", "start": "08:30", "end": "17:30"} for who in people]
    made = {
        "format": branch["format"],
        "branch": branch["branch"] | {"branch_id": branch_id},
        "customers": branch["customers"],
        "orders": orders,
        "technicians": [{"technician_id": who, "name": who} for who in people],
        "shifts": shifts,
    }
    return json.dumps(made).encode()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for tests that leave it as it is."""
    made = Server(tmp_path_factory.mktemp("service"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Make servers of one's own, not yet started, on one data folder."""
    made: list[Server] = []

    def make(**settings: object) -> Server:
        made.append(Server(tmp_path / "data", **settings))
        return made[-1]

    yield make
    for one in made:
        one.stop()
