"""A day as a dispatch system drives it: drafted, published, somebody falls ill, an order comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.schemas.bodies import example_branch

if TYPE_CHECKING:
    from tests.api.conftest import Server

DAY = "2026-11-30"
WORK = {"iterations": 300}


def published(server: Server, job: dict[str, Any]) -> None:
    answer = server.http.post(f"/v1/plans/{job['id']}/publish", params={"etag": job["etag"]})
    assert answer.status_code == 200, answer.text


def patched(server: Server, job_id: str, patch: dict[str, Any], **query: str) -> dict[str, Any]:
    answer = server.http.post(f"/v1/plans/{job_id}/patch", json=patch, params=WORK | query)
    assert answer.status_code == 202, answer.text
    return server.ended(answer.json()["id"])


def routes(job: dict[str, Any]) -> dict[str, list[str]]:
    return {route["technician"]: [stop["visit"] for stop in route["stops"]] for route in job["plan"]["routes"]}


def test_a_day_goes_on_by_patches(server: Server) -> None:
    document = example_branch()
    document["branch"]["branch_id"] = "A-DAY"
    answer = server.http.post("/v1/plans", json=document, params=WORK)
    draft = server.ended(answer.json()["id"])
    assert routes(draft) == {"T1": ["O2", "O1", "O3"]}
    published(server, draft)

    # Who falls ill is a row of a sheet without keys.
    ill = {"technician_id": "T1", "date": DAY, "reported": f"{DAY}T07:40:00+08:00"}
    morning = patched(server, draft["id"], {"upsert": {"absences": [ill]}}, stage="open")
    assert set(routes(morning)) == {"T2"}
    assert {"O2", "O3"} <= {change["visit"] for change in morning["changes"]}
    published(server, morning)

    # At ten an order comes in; what starts soon is to stay as it is, and T2 cannot be there in time any more.
    call = {"order_id": "O9", "customer_id": "C1", "lat": 30.28, "lon": 120.17, "service": "PT30M",
            "received": f"{DAY}T09:40:00+08:00", "urgency": "urgent"}  # fmt: skip
    done = {"order_id": "O3", "result": "done", "at": f"{DAY}T09:30:00+08:00", "technician_id": "T2"}
    patch = {"upsert": {"orders": [call], "results": [done]}, "branch": {"as_of": f"{DAY}T10:00:00+08:00"}}
    until = {"start_from": morning["id"], "freeze_before": f"{DAY}T10:30+08:00"}
    at_ten = patched(server, morning["id"], patch, stage="open", as_of=f"{DAY}T10:00+08:00", **until)
    assert at_ten["status"] == "solved", at_ten["failure"]
    assert {"O2", "O9"} <= set(routes(at_ten)["T2"])
    warnings = {one["code"]: one["cause"] for one in at_ten["warnings"]}
    assert warnings["START_NOT_KEPT"].startswith("The start of O2 was to be kept")
    server.check_plan(at_ten["id"])
