"""What the service costs: answers while it works, a solve's deadline seen from outside, many small solves.

A real `paigong serve` on loopback with its own data folder; the instance is sent as a dispatch system would send it.
"""

from __future__ import annotations

import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.readers.pool import processor_s
from optimizer import read_branch, solve
from optimizer.ingest.read import problem_from_json
from optimizer.running.machine import usable_cores

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Moves of a small solve: about half of its time is the start of its process.
SMALL_MOVES = 2_000
#: Between two looks at a job.
PAUSE_S = 0.02


@dataclass
class Served:
    """A server under measurement, and what it has written to its log."""

    url: str
    key: str
    data: Path
    pid: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, path: str, content: bytes | None = None) -> tuple[dict[str, Any], float]:
        """Return an answer and the seconds until it was there."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=content, headers=headers)
        began_s = time.perf_counter()
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        return json.loads(body), time.perf_counter() - began_s

    def ended(self, job_id: str, *, within_s: float = math.inf, pause_s: float = PAUSE_S) -> dict[str, Any]:
        """Return a job when it has ended.

        Raises
        ------
        TimeoutError
            When that takes longer.
        """
        until_s = time.perf_counter() + within_s
        while time.perf_counter() < until_s:
            job, _ = self.ask(f"/v1/plans/{job_id}")
            if job["status"] not in ("queued", "solving"):
                return job
            time.sleep(pause_s)
        raise TimeoutError(job_id)

    def stop(self, job_id: str) -> None:
        """Ask for the end of a job."""
        headers = {"Authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(f"{self.url}/v1/plans/{job_id}", headers=headers, method="DELETE")
        with urllib.request.urlopen(request) as answer:
            answer.read()


@contextmanager
def serving(workers: int) -> Iterator[Served]:
    """Run a server with a data folder of its own, and give it when it is ready."""
    with tempfile.TemporaryDirectory(prefix="paigong-") as data:
        command = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--data", data, "--lang", "en"]
        env = os.environ | {"PAIGONG_WORKERS": str(workers), "PAIGONG_REQUESTS_PER_S": "100000"}
        env["PAIGONG_BURST"] = "100000"
        process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        served = Served("", "", Path(data), process.pid)
        for line in process.stderr:
            found = re.search(r"Serving (http://\S+);", line)
            if found:
                served.url = found[1]
                break
        served.key = (Path(data) / "admin.key").read_text().strip()

        def listen() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith("{"):
                    served.log.append(json.loads(line))

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            while not _is_ready(served):
                time.sleep(0.1)
            yield served
        finally:
            process.terminate()
            process.wait()
            listener.join()
            process.stderr.close()


def _is_ready(served: Served) -> bool:
    try:
        return served.ask("/readyz")[0]["status"] == "ready"
    except OSError:
        return False


def measure_service(instance: dict[str, Any], *, seconds: float, small: Path, count: int) -> dict[str, Any]:
    """Return every figure.

    Parameters
    ----------
    instance
        A branch in the wire form, sent for the answers and for the long solve.
    seconds
        Time of the long solve.
    small, count
        A branch for the small solves, and how many of them.
    """
    content = json.dumps(instance, ensure_ascii=False).encode()
    return {
        **_answers(content),
        **_deadline(content, seconds),
        **_throughput(small, count),
        "cores": len(usable_cores()),
    }


def _answers(content: bytes) -> dict[str, Any]:
    """Measure how long handing in takes, while nothing else is done."""
    with serving(workers=0) as served:
        # Each is another body, by a space: what was read before is not read again.
        took_s = sorted(served.ask("/v1/plans?iterations=1", content + b" " * n)[1] for n in range(30))
    return {"hand_in_median_ms": _ms(statistics.median(took_s)), "hand_in_p95_ms": _ms(_p95(took_s))}


def _deadline(content: bytes, seconds: float) -> dict[str, Any]:
    """Measure one solve from outside: first event, end, and what reading and keeping took."""
    with serving(workers=1) as served:
        began_s = time.perf_counter()
        job, _ = served.ask(f"/v1/plans?seconds={seconds:g}", content)
        headers = {"Authorization": f"Bearer {served.key}"}
        request = urllib.request.Request(f"{served.url}{job['links']['events']}", headers=headers)
        first_s: dict[str, float] = {}
        with urllib.request.urlopen(request) as stream:
            for line in stream:
                if line.startswith(b"data: "):
                    status = json.loads(line[6:])["status"]
                    first_s.setdefault("any", time.perf_counter() - began_s)
                    if b"cost_cents" in line:
                        first_s.setdefault("plan", time.perf_counter() - began_s)
        ended_s = time.perf_counter() - began_s
        packed = urllib.request.Request(
            f"{served.url}{job['links']['self']}", headers={**headers, "Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(packed) as answer:
            plan_bytes = len(answer.read())
    [told] = [entry for entry in served.log if entry["event"] == "solve_ended"]
    return {
        "plan_gzip_kb": round(plan_bytes / 1000, 1),
        "status": status,
        "first_event_s": round(first_s["any"], 3),
        "first_plan_s": round(first_s["plan"], 3),
        "asked_s": seconds,
        "ended_s": round(ended_s, 3),
        "reading_and_keeping_s": round(told["read_s"] + told["keeping_s"], 3),
    }


def _throughput(small: Path, count: int) -> dict[str, Any]:
    """Measure many small solves through the service, and the same by hand, as many side by side."""
    cores = len(usable_cores())
    from optimizer.ingest.write import problem_to_json

    problem = problem_from_json(problem_to_json(read_branch(small)))
    content = json.dumps(problem_to_json(problem), ensure_ascii=False).encode()
    solve(problem, iterations=SMALL_MOVES, seconds=None)  # what solves once has loaded what all need
    began_s, used_s = time.perf_counter(), processor_s(os.getpid()) or math.nan
    with ThreadPoolExecutor(cores) as pool:
        for future in [pool.submit(solve, problem, iterations=SMALL_MOVES, seconds=None) for _ in range(count)]:
            future.result()
    by_hand_s, by_hand_cpu_s = time.perf_counter() - began_s, (processor_s(os.getpid()) or math.nan) - used_s
    with serving(workers=cores) as served:
        looks_s: list[float] = []
        for job_id in [served.ask(f"/v1/plans?iterations={SMALL_MOVES}", content)[0]["id"] for _ in range(cores)]:
            served.ended(job_id)
        began_s, used_s = time.perf_counter(), processor_s(served.pid) or math.nan
        ids = [served.ask(f"/v1/plans?iterations={SMALL_MOVES}", content)[0]["id"] for _ in range(count)]
        # A dispatch system that looks four times a second, at a plan and at the queue in turn.
        while any(served.ask(f"/v1/plans?status={status}&limit=1")[0]["items"] for status in ("queued", "solving")):
            looks_s.append(served.ask(f"/v1/plans/{ids[len(looks_s) % count]}")[1])
            time.sleep(0.25)
        served_s, served_cpu_s = time.perf_counter() - began_s, (processor_s(served.pid) or math.nan) - used_s
        solved = sum(served.ended(job_id)["status"] == "solved" for job_id in ids)
        told = [entry for entry in served.log if entry["event"] == "solve_ended"][-count:]
    return {
        "small_solves": solved,
        "by_hand_cpu_each_s": round(by_hand_cpu_s / count, 3),
        "through_the_service_cpu_each_s": round(served_cpu_s / count, 3),
        "throughput_ratio_by_cpu": round(by_hand_cpu_s / served_cpu_s, 3),
        "by_hand_s": round(by_hand_s, 1),
        "through_the_service_s": round(served_s, 1),
        "throughput_ratio": round(by_hand_s / served_s, 3),
        "reading_and_keeping_each_s": round(statistics.mean(one["read_s"] + one["keeping_s"] for one in told), 3),
        "get_p95_ms": _ms(_p95(sorted(looks_s))),
    }


def _p95(ordered: list[float]) -> float:
    return ordered[int(0.95 * (len(ordered) - 1))]


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
