"""A kill loop: the service's processes are killed, and asked to end, under load; then every job is asked how it went.

A real `paigong serve` on loopback with a data folder of its own. Clients hand in plans, each with an Idempotency-Key
and until it is accepted, as a dispatch system would; meanwhile somebody ends a process of some kind every few seconds.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer import InputWarning, read_branch
from optimizer.ingest.write import problem_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: What is ended, and how, in this order again and again.
KINDS: tuple[tuple[str, int], ...] = (
    ("worker", signal.SIGKILL),
    ("server", signal.SIGTERM),
    ("reader", signal.SIGKILL),
    ("all", signal.SIGKILL),
    ("worker", signal.SIGTERM),
    ("server", signal.SIGKILL),
    ("all", signal.SIGTERM),
    ("reader", signal.SIGTERM),
)
#: What the command line of each kind of process holds; the server forks what solves, under another name.
MARKS = {"server": "api.cli serve", "worker": "api.solving.worker", "reader": "api.readers.child"}
#: Seconds between two kills: long enough for a solve to be under way, short enough to meet most solves once.
PAUSES_S = (0.5, 3.0)
#: A plan whose search was shorter than this share of what was asked for was cut off.
WHOLE_SHARE = 0.95
#: How long everything may take to end after the last kill.
PATIENCE_S = 900.0
#: How much of the log is told where it took longer.
LAST_LINES = 40
#: How the environment of each process of one service names its data folder.
_FOLDER = "PAIGONG_DATA"


@dataclass
class House:
    """One service that is started again whenever it has ended."""

    data: Path
    database: str = ""
    workers: int = 2
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    #: What it said last of whether it takes work.
    stands: str = ""

    @property
    def url(self) -> str:
        """Where it answers, after every start."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; it takes the port that it had before."""
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
        settings = {
            "data": self.data, "database": self.database, "workers": self.workers, "beat_s": 0.2, "lease_s": 3,
            "requests_per_s": 100_000, "burst": 100_000, "broker": self.data / "cores",
        }  # fmt: skip
        env = os.environ | {f"PAIGONG_{name.upper()}": str(value) for name, value in settings.items()}
        (self.data / "cores").mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.data / "log").open("ab") as log:
            command = [sys.executable, "-m", "api.cli", "serve", "--port", str(self.port), "--lang", "en"]
            self.process = subprocess.Popen(command, env=env, stderr=log, start_new_session=True)
        self.starts += 1

    def keep_running(self) -> None:
        """Start it if it has ended."""
        if self.process is None or self.process.poll() is not None:
            self.start()

    def pids(self, kind: str) -> list[int]:
        """Return the processes of a kind; of `all`, every one that the service has started, or one of these."""
        mark = f"{_FOLDER}={self.data}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            with suppress(OSError):
                if folder.name.isdecimal() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    if kind == "all" or MARKS[kind] in line:
                        found.append(int(folder.name))
        return found

    def end(self) -> None:
        """End it and all that is left of it."""
        for pid in self.pids("all"):
            _send(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def ask(self, path: str, *, content: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        key = (self.data / "admin.key").read_text().strip()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        about = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **named}
        request = urllib.request.Request(self.url + path, data=content, headers=about)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def json(self, path: str) -> dict[str, Any]:
        """Return what is answered, asked for until it is."""
        while True:
            with suppress(OSError):
                status, body = self.ask(path)
                if status not in (429, 503):
                    found: dict[str, Any] = json.loads(body)
                    return found
            time.sleep(0.2)


@dataclass
class Found:
    """What came of it; a promise that was broken is in one of the lists."""

    kills: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    cut_short: list[str] = field(default_factory=list)
    without_plan: list[str] = field(default_factory=list)
    blamed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    begun_again: int = 0

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept, and something was tried."""
        broken = (self.lost, self.doubled, self.cut_short, self.without_plan, self.blamed, self.failed)
        return not any(broken) and self.accepted > 0

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "kills": dict(self.kills), "accepted": self.accepted, "ended": dict(self.ended),
            "begun_again": self.begun_again, "lost": self.lost, "doubled": self.doubled, "cut_short": self.cut_short,
            "without_plan": self.without_plan, "blamed": self.blamed, "failed": self.failed,
        }  # fmt: skip


def kill_loop(
    branch: Path,
    data: Path,
    *,
    kills: int,
    database: str = "",
    seconds: float = 3.0,
    clients: int = 3,
    seed: int = 1,
    kinds: Sequence[tuple[str, int]] = KINDS,
    say: Callable[[str], None] = lambda _: None,
) -> Found:
    """Kill so often under load, wait for every job, and return what came of it.

    Parameters
    ----------
    branch
        What is handed in.
    data
        A folder for the service, new or empty.
    database
        Its address; by default SQLite in that folder.
    seconds
        Of search, of each job.
    """
    with warnings.catch_warnings(category=InputWarning, action="ignore"):
        content = json.dumps(problem_to_json(read_branch(branch)), ensure_ascii=False).encode()
    house = House(data.resolve(), database)
    data.mkdir(parents=True, exist_ok=True)
    house.start()
    found, ids = Found(), dict[str, str]()
    is_over = threading.Event()
    try:
        _restart_until(house, lambda: _is_up(house))
        threads = [
            threading.Thread(target=_hand_in, args=(house, content, seconds, number, ids, found, is_over))
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        for number, (kind, how) in enumerate(_planned(kills, kinds)):
            _kill(house, kind, how, random.Random(seed * 1_000 + number), found)
            say(f"{number + 1} of {kills}: {kind} {signal.Signals(how).name}, {len(ids)} jobs accepted")
        is_over.set()
        _restart_until(house, lambda: not any(thread.is_alive() for thread in threads))
        _look_at_all(house, ids, seconds, found)
    finally:
        is_over.set()
        house.end()
    return found


def _planned(kills: int, kinds: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    for number in range(kills):
        yield kinds[number % len(kinds)]


def _kill(house: House, kind: str, how: int, rng: random.Random, found: Found) -> None:
    """Wait until there is something to end, and a moment; end it; see to it that the service runs again."""
    _restart_until(house, lambda: _is_up(house) and bool(house.pids(kind)) and _is_solving(house))
    time.sleep(rng.uniform(*PAUSES_S))
    house.keep_running()
    pids = house.pids(kind)
    # Of several of a kind one is hit; of all, all at once.
    for pid in pids if kind == "all" else rng.sample(pids, min(1, len(pids))):
        _send(pid, how)
    found.kills[f"{kind} {signal.Signals(how).name}"] += 1
    if kind in ("server", "all") and house.process is not None:
        house.process.wait()
    house.keep_running()


def _hand_in(
    house: House,
    content: bytes,
    seconds: float,
    number: int,
    ids: dict[str, str],
    found: Found,
    is_over: threading.Event,
) -> None:
    """Hand in one plan after another, each until it is accepted, the next when a worker has taken it."""
    count = 0
    while not is_over.is_set():
        key = f"client-{number}-{count}"
        while key not in ids:
            with suppress(OSError):
                status, body = house.ask(f"/v1/plans?seconds={seconds:g}", content=content, Idempotency_Key=key)
                if status == 202:
                    ids[key] = json.loads(body)["id"]
                elif status not in (429, 503):
                    found.blamed.append(f"{key}: {status} {body.decode(errors='replace')[:300]}")
                    break
            time.sleep(0.2)
        count += 1
        # Something always waits, so that every worker is at work when it is killed.
        while key in ids and not is_over.is_set() and _is_queued(house, ids[key]):
            is_over.wait(0.3)


def _is_queued(house: House, job_id: str) -> bool:
    """Return whether a job waits; while the service is away, nobody can have taken it."""
    with suppress(OSError, ValueError):
        status, body = house.ask(f"/v1/plans/{job_id}")
        return status != 200 or json.loads(body)["status"] == "queued"
    return True


def _look_at_all(house: House, ids: dict[str, str], seconds: float, found: Found) -> None:
    """Ask how each job went, once it has ended."""
    found.accepted = len(ids)
    until_s = time.monotonic() + PATIENCE_S
    listed: Counter[str] = Counter(_listed(house))
    found.doubled += sorted(job_id for job_id in listed if job_id not in set(ids.values()))
    found.doubled += sorted(job_id for job_id, count in Counter(ids.values()).items() if count > 1)
    for key, job_id in ids.items():
        job = house.json(f"/v1/plans/{job_id}")
        while job.get("status") in ("queued", "solving") and time.monotonic() < until_s:
            time.sleep(0.25)
            house.keep_running()
            job = house.json(f"/v1/plans/{job_id}")
        status = job.get("status", "gone")
        found.ended[status] += 1
        about = f"{key}: {job_id} {status}"
        if status in ("gone", "queued", "solving"):
            found.lost.append(about)
            continue
        _look_at(house, job, seconds, found, about)


def _look_at(house: House, job: dict[str, Any], seconds: float, found: Found, about: str) -> None:
    status, code = job["status"], (job["failure"] or {}).get("code")
    if status == "invalid" or code in ("INPUT_FAULTS", "LOCKS_CONFLICT"):
        found.blamed.append(f"{about} {code}")
    elif status == "failed":
        found.failed.append(f"{about} {code}")
    else:
        if job["state"] is None or not job["plan"] or not job["plan"]["routes"]:
            found.without_plan.append(about)
        run = job["run"] or {}
        searched_s = run.get("search_s", 0.0) + run.get("searched_before_s", 0.0)
        # Nobody asked for an end.
        if status == "stopped" or searched_s < WHOLE_SHARE * seconds:
            found.cut_short.append(f"{about} {searched_s:.2f} of {seconds:g} s, {run.get('stopped')} {run.get('note')}")
    told = [data["status"] for kind, data in _events(house, job["id"]) if kind == "status"]
    found.begun_again += told.count("solving") - 1
    if sum(one not in ("queued", "solving") for one in told) != 1:
        found.doubled.append(f"{about}: {told}")


def _events(house: House, job_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return kind and data of every event of a job that has ended."""
    _, body = house.ask(f"/v1/plans/{job_id}/events")
    blocks = [block.split("\n") for block in body.decode().split("\n\n") if block.startswith("id: ")]
    return [(block[1].removeprefix("event: "), json.loads(block[2].removeprefix("data: "))) for block in blocks]


def _listed(house: House) -> Iterator[str]:
    path = "/v1/plans?limit=200"
    while True:
        page = house.json(path)
        yield from (job["id"] for job in page["items"])
        if page["next_cursor"] is None:
            return
        path = f"/v1/plans?limit=200&cursor={page['next_cursor']}"


def _is_up(house: House) -> bool:
    house.stands = "no answer"
    with suppress(OSError):
        status, body = house.ask("/readyz")
        house.stands = body.decode(errors="replace")
        return status == 200
    return False


def _is_solving(house: House) -> bool:
    """Return whether a solve is under way, which a kill would meet."""
    with suppress(OSError, ValueError, KeyError):
        return bool(json.loads(house.ask("/v1/plans?status=solving&limit=1")[1])["items"])
    return False


def _restart_until(house: House, is_so: Callable[[], bool]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while True:
        house.keep_running()
        if is_so():
            return
        if time.monotonic() > until_s:
            last = (house.data / "log").read_text(errors="replace").splitlines()[-LAST_LINES:]
            raise TimeoutError("\n".join([f"the service does not come back: {house.stands}", *last]))
        time.sleep(0.1)


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
