"""The door and the queue under strain: half-open connections, invented methods, and keys of unequal greed.

Everything is on loopback and bounded: so many sockets, so many requests, so many seconds.
"""

from __future__ import annotations

import json
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.access.doorkeeper import make_key
from api.statuses import Role
from api.store.engine import Store
from api.store.turns import Turns, Waiting, in_order
from benchmarks.service import serving
from optimizer import read_branch
from optimizer.ingest.write import problem_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.service import Served

#: Holds connections open with half a head each, in a process of its own, and opens those anew that are ended.
HALF_OPEN = """
import resource, socket, sys, time
port, count, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 100)), hard))
def opened():
    one = socket.create_connection(("127.0.0.1", port), timeout=10)
    one.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\nX-Slow: ")
    one.setblocking(False)
    return one
def is_ended(one):
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
held = [opened() for _ in range(count)]
print("held", flush=True)
until, again = time.monotonic() + seconds, 0
while time.monotonic() < until:
    for place, one in enumerate(held):
        if is_ended(one):
            one.close()
            held[place] = opened()
            again += 1
    time.sleep(0.5)
print(again, flush=True)
"""
#: Between two looks at the service's health.
LOOK_S = 0.05
#: Methods that nobody has heard of.
INVENTED = 60


def measure_half_open(*, count: int, seconds: float) -> dict[str, Any]:
    """Hold so many half-open connections for so long; return how others fare, and what it does to the figures."""
    with serving(workers=0) as served:
        port = int(served.url.rpartition(":")[2])
        served.ask("/v1/plans")
        lines = _metrics(served).count("\n")
        health_s: list[float] = []
        others_s: list[float] = []
        failures = 0
        words = [sys.executable, "-c", HALF_OPEN, str(port), str(count), str(seconds)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as attack:
            assert attack.stdout is not None
            while attack.poll() is None:
                for path, took in (("/healthz", health_s), ("/v1/plans", others_s)):
                    try:
                        took.append(served.ask(path)[1])
                    except OSError:
                        failures += 1
                time.sleep(LOOK_S)
            told = attack.stdout.read().split()
        for number in range(INVENTED):
            _send(port, f"INVENTED{number}")
        after = _metrics(served)
        # Figures of an answer that nobody had before are those of the invented methods, together.
        added = after.count("\n") - lines
        [shed] = re.findall(r"^paigong_connections_shed_total (\S+)", after, re.MULTILINE)
    return {
        "half_open": count,
        "seconds": seconds,
        "opened_again": int(told[-1]),
        "shed": float(shed),
        "health_looks": len(health_s),
        "health_p50_ms": _ms(statistics.median(health_s)),
        "health_p99_ms": _ms(_p99(health_s)),
        "others_p99_ms": _ms(_p99(others_s)),
        "failures": failures,
        "metrics_lines_added_by_invented_methods": added,
    }


def measure_fairness(branch: Path, *, plans: Mapping[str, int], seconds: float) -> dict[str, Any]:
    """Let keys hand in so many plans each, at once, to one worker; compare the waiting with that of fair turns.

    Returns
    -------
    dict
        By key, how long its last plan took from first to last as a share of what fair turns would have taken, by what
        each solve really took.
    """
    content = json.dumps(problem_to_json(read_branch(branch)), ensure_ascii=False).encode()
    with serving(workers=1) as served:
        keys = _keys(served, plans)
        ids: dict[str, list[str]] = {}
        # The greediest comes first, with all that it has.
        for name in sorted(plans, key=lambda one: -plans[one]):
            ids[name] = [_hand_in(served, keys[name], content, seconds) for _ in range(plans[name])]
        jobs = {job_id: served.ended(job_id) for name in ids for job_id in ids[name]}
    begins = {job_id: _moment(job["started_at"]) for job_id, job in jobs.items()}
    ends = {job_id: _moment(job["finished_at"]) for job_id, job in jobs.items()}
    origin = min(_moment(job["created_at"]) for job in jobs.values())
    fair = _fair_ends({job_id: ends[job_id] - begins[job_id] for job_id in jobs}, ids)
    ratios = {name: max((ends[job_id] - origin) / fair[job_id] for job_id in ids[name]) for name in ids}
    return {"plans": dict(plans), "seconds": seconds, "waiting_of_fair": {k: round(v, 2) for k, v in ratios.items()}}


def _fair_ends(took_s: Mapping[str, float], ids: Mapping[str, list[str]]) -> dict[str, float]:
    """Return when each plan would end if keys took turns, each solve taking what it took."""
    count = 0
    waiting = []
    for name, job_ids in ids.items():
        for job_id in job_ids:
            waiting.append(Waiting(job_id, count, (name, ""), took_s[job_id], is_urgent=False))
            count += 1
    ends, moment_s = {}, 0.0
    for job in in_order(waiting, Turns()):
        moment_s += job.asked_s
        ends[job.job_id] = moment_s
    return ends


def _keys(served: Served, names: Mapping[str, int]) -> dict[str, str]:
    """Make a key for each name, in the database of the server."""
    store = Store(f"sqlite:///{served.data / 'paigong.db'}")
    with store.write() as tx:
        made = {name: make_key(tx, Role.PLAN, branches=None, label=name) for name in names}
    store.close()
    return made


def _hand_in(served: Served, key: str, content: bytes, seconds: float) -> str:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{served.url}/v1/plans?seconds={seconds:g}", data=content, headers=headers)
    with urllib.request.urlopen(request) as answer:
        found: str = json.loads(answer.read())["id"]
        return found


def _metrics(served: Served) -> str:
    request = urllib.request.Request(f"{served.url}/metrics", headers={"Authorization": f"Bearer {served.key}"})
    with urllib.request.urlopen(request) as answer:
        text: str = answer.read().decode()
        return text


def _send(port: int, method: str) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as one:
        one.sendall(f"{method} /v1/plans HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        while one.recv(65_536):
            pass


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _p99(took: list[float]) -> float:
    return sorted(took)[int(0.99 * (len(took) - 1))]


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
