"""A day by a client that openapi-python-client made: submitted, waited for, read, published, acknowledged.

Run with the address of a server, its key and a file with a branch; prints what it saw as JSON.
"""

import json
import sys
import time
from pathlib import Path

from paigong_generated import AuthenticatedClient
from paigong_generated.api.health import get_health
from paigong_generated.api.plans import get_plan, get_workbook, judge_plan, list_plans, submit_plan, watch_plan
from paigong_generated.api.publishing import acknowledge_route, publish_plan
from paigong_generated.models import Branch, Job, JobWithPlan, PlanToJudge, Problem, Receipt, State, Status


def main(url: str, key: str, file: str) -> None:
    document = json.loads(Path(file).read_text(encoding="utf-8"))
    client = AuthenticatedClient(base_url=url, token=key, timeout=600.0)
    assert get_health.sync(client=client).status == "ok"
    job = submit_plan.sync(client=client, body=Branch.from_dict(document), iterations=50)
    assert isinstance(job, Job), job
    while job.status in (Status.QUEUED, Status.SOLVING):
        time.sleep(0.2)
        job = get_plan.sync(job.id, client=client)
    assert isinstance(job, JobWithPlan), job
    assert (job.status, job.state) == (Status.SOLVED, State.DRAFT)
    assert job.as_of.utcoffset() is not None
    stops = [stop for route in job.plan.routes for stop in route.stops]
    assert all(stop.arrive <= stop.start < stop.end for stop in stops)
    assert "event: status" in watch_plan.sync(job.id, client=client)
    assert get_workbook.sync(job.id, client=client).payload.read(2) == b"PK"
    asked = PlanToJudge.from_dict({"routes": {"T1": ["O1"]}, "problem": document})
    verdict = judge_plan.sync(client=client, body=asked)
    listed = list_plans.sync(client=client, branch=job.branch_id)
    assert job.id in [one.id for one in listed.items]
    refused = publish_plan.sync(job.id, client=client, etag="0" * 32)
    assert isinstance(refused, Problem), refused
    published = publish_plan.sync(job.id, client=client, etag=job.etag)
    assert isinstance(published, JobWithPlan), published
    for technician in published.unacknowledged:
        done = acknowledge_route.sync(job.id, client=client, body=Receipt(technician_id=technician))
    seen = {
        "refused": refused.code, "served": len(stops), "clean": verdict.clean, "published": published.state,
        "state": done.state,
    }  # fmt: skip
    print(json.dumps(seen))


main(*sys.argv[1:])
