"""A plan by hand over HTTP: tried, refused, applied, undone, planned anew around what people decided, published."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from api.access.doorkeeper import Caller
from api.plans import editing
from api.plans.documents import name_of, pack
from api.readers import editing as in_reader
from api.readers import upload
from api.routes import plans as routes
from api.schemas.answered import Deliveries
from api.schemas.details import Details, PlansCompared
from api.schemas.editing import EditAnswer, Revisions
from api.statuses import Role
from optimizer.ingest.plans.plan_file import routes_to_json
from optimizer.ingest.read import problem_from_json
from optimizer.ingest.write import problem_to_json
from optimizer.judge.verdict import time_routes
from optimizer.travel.provider import travel_for
from tests.api.conftest import BRANCH, ROOT, Server, town, wait_until
from tests.event_loops import run_apart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response


def branch() -> bytes:
    """Return the example branch: T1 alone has the skill for O1; O2 and O3 may be anybody's."""
    document = json.loads(BRANCH)
    document["branch"]["branch_id"] = "HAND"
    return json.dumps(document).encode()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("editing"), webhook_networks='["127.0.0.0/8"]')
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="module")
def job_id(house: Server) -> str:
    found = house.submit(branch(), iterations=50)
    assert house.ended(found)["status"] == "solved"
    return found


def ask(
    house: Server, job_id: str, edits: list[dict[str, Any]], *, tag: str = "", lang: str = "en", **query: Any
) -> Response:
    headers = {"Accept-Language": lang} | ({"If-Match": tag} if tag else {})
    return house.http.post(f"/v1/plans/{job_id}/edits", json={"edits": edits}, params=query, headers=headers)


def etag(house: Server, job_id: str) -> str:
    return str(house.http.get(f"/v1/plans/{job_id}").headers["etag"])


def served_by(house: Server, job_id: str) -> dict[str, str]:
    routes = house.job(job_id)["plan"]["routes"]
    return {stop["visit"]: route["technician"] for route in routes for stop in route["stops"]}


def test_a_plan_is_edited_undone_and_planned_anew(house: Server, job_id: str) -> None:
    before, tag = served_by(house, job_id), etag(house, job_id)
    other = {"T1": "T2", "T2": "T1"}[before["O2"]]
    move = {"edit": "move", "visit": "O2", "technician": other}

    # Tried: nothing changes, and what changes is said.
    tried = ask(house, job_id, [move], dry_run=True)
    assert tried.status_code == 200, tried.text
    EditAnswer.model_validate(tried.json())
    assert (tried.json()["applied"], tried.json()["violations"], tried.headers["etag"]) == (False, [], tag)
    assert [change["visit"] for change in tried.json()["changes"] if change["kind"].startswith("technician")] == ["O2"]
    assert (served_by(house, job_id), etag(house, job_id)) == (before, tag)

    # Applied: with the ETag that was looked at, once.
    assert ask(house, job_id, [move]).json()["code"] == "IF_MATCH_MISSING"
    done = ask(house, job_id, [move, {"edit": "lock", "visit": "O2"}], tag=tag)
    assert (done.status_code, done.json()["applied"], done.json()["revision"]) == (200, True, 1)
    assert done.json()["cost_change_cents"] == tried.json()["cost_change_cents"]
    stale = ask(house, job_id, [move], tag=tag, dry_run=True)
    assert (stale.status_code, stale.json()["code"], stale.headers["etag"]) == (412, "EDIT_STALE", done.headers["etag"])
    job = house.job(job_id)
    assert (served_by(house, job_id)["O2"], job["revision"]) == (other, 1)
    assert job["progress"]["cost_cents"] == done.json()["cost_cents"] == sum(job["plan"]["costs"].values())
    house.check_plan(job_id)

    # Undone, and done again.
    undone = house.http.post(f"/v1/plans/{job_id}/undo", headers={"If-Match": etag(house, job_id)})
    assert (undone.status_code, undone.json()["revision"], served_by(house, job_id)) == (200, 0, before)
    nothing = house.http.post(f"/v1/plans/{job_id}/undo", headers={"If-Match": etag(house, job_id)})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "NO_SUCH_REVISION")
    again = house.http.post(f"/v1/plans/{job_id}/undo", params={"to": 1}, headers={"If-Match": etag(house, job_id)})
    assert (again.status_code, served_by(house, job_id)["O2"]) == (200, other)
    listed = house.http.get(f"/v1/plans/{job_id}/revisions").json()
    Revisions.model_validate(listed)
    assert [(one["number"], one["parent"], one["in_use"]) for one in listed["items"]] == [
        (0, None, False),
        (1, 0, True),
    ]
    assert listed["items"][1]["edits"][0] == move

    # The rest planned anew: a draft of its own, in which O2 stays where it was put.
    anew = house.http.post(f"/v1/plans/{job_id}/reoptimise", params={"iterations": 50})
    assert anew.status_code == 202, anew.text
    rest = house.ended(anew.json()["id"])
    assert (rest["status"], served_by(house, rest["id"])["O2"]) == ("solved", other)
    pinned = {stop["visit"] for route in rest["plan"]["routes"] for stop in route["stops"] if stop["pinned"]}
    assert pinned == {"O2"}
    house.check_plan(rest["id"])

    # Published: it is what is found for its day, no longer edited, but tried.
    day = f"/v1/branches/HAND/days/{job['first_day']}/plan"
    nothing = house.http.get(day)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "NOTHING_PUBLISHED")
    assert house.http.post(f"/v1/plans/{job_id}/publish", headers={"If-Match": etag(house, job_id)}).status_code == 200
    found = house.http.get(day)
    assert (found.status_code, found.json()["id"], found.json()["state"]) == (200, job_id, "published")
    assert house.http.get(day, headers={"If-None-Match": found.headers["etag"]}).status_code == 304
    told = ask(house, job_id, [{"edit": "unassign", "visit": "O3"}], tag=etag(house, job_id))
    assert (told.status_code, told.json()["code"]) == (409, "PLAN_TOLD")
    assert ask(house, job_id, [{"edit": "unassign", "visit": "O3"}], dry_run=True).status_code == 200


@pytest.mark.parametrize(
    ("lang", "cause", "action"),
    [
        ("en", "compressor", "Edit the plan otherwise: nobody can allow this."),
        ("zh", "差 1 级。", "请另作调整：这一条谁也不能批准。"),
    ],
)
def test_an_edit_that_breaks_a_rule_is_answered_in_words(
    house: Server, job_id: str, lang: str, cause: str, action: str
) -> None:
    move = [{"edit": "move", "visit": "O1", "technician": "T2"}]
    tried = ask(house, job_id, move, lang=lang, dry_run=True).json()
    (violation,) = (one for one in tried["violations"] if one["rule"] == "skill")
    assert cause in violation["text"]
    assert (violation["action"], violation["allow"]) == (action, None)
    assert tried["routes"]


def test_what_cannot_be_done_is_a_fault_with_its_place(house: Server, job_id: str) -> None:
    answer = ask(house, job_id, [{"edit": "unassign", "visit": "O9"}], dry_run=True)
    assert (answer.status_code, answer.json()["code"]) == (422, "INPUT_FAULTS")
    assert [(one["code"], one["path"]) for one in answer.json()["errors"]] == [("EDIT_VISIT", "/edits/0/visit")]
    wrong = ask(house, job_id, [{"edit": "swap", "visit": "O1"}], dry_run=True)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "PARAMETER_INVALID")


@pytest.mark.parametrize("page", ["docs/editing.md", "docs/editing.zh.md"])
def test_the_edits_of_the_documentation_are_taken(house: Server, job_id: str, page: str) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    answer = ask(house, job_id, json.loads(shown)["edits"], dry_run=True)
    assert (answer.status_code, answer.json()["violations"]) == (200, [])


def test_jobs_are_found_by_label_state_and_day(house: Server, job_id: str) -> None:
    def listed(**query: str) -> list[str]:
        return [one["id"] for one in house.http.get("/v1/plans", params={"branch": "HAND", **query}).json()["items"]]

    path = f"/v1/plans/{job_id}"
    said = house.http.patch(path, json={"labels": ["night", "a_b"], "metadata": {"ticket": "4711"}})
    assert (said.status_code, said.json()["labels"], said.json()["metadata"]) == (
        200,
        ["night", "a_b"],
        {"ticket": "4711"},
    )
    assert house.http.patch(path, json={"labels": ["a_b"]}).json()["metadata"] == {"ticket": "4711"}
    assert listed(label="a_b") == [job_id]
    assert listed(label="a%b") == listed(label="A_B") == listed(label="night") == []
    day = house.job(job_id)["first_day"]
    assert job_id in listed(day=day)
    assert listed(day="2026-11-29") == listed(day="2026-12-01") == []
    assert job_id in [*listed(state="draft"), *listed(state="published")]
    assert listed(state="handed_out") == []


@pytest.mark.parametrize(
    ("role", "changes", "is_opened"),
    [
        (Role.PLAN, {}, True),
        (Role.READ, {}, False),
        (Role.ADMIN, {"state": "published"}, False),
        (Role.ADMIN, {"visits": editing.LARGE - 1}, False),
        (Role.ADMIN, {"job_id": "k"}, False),
    ],
)
def test_a_large_draft_is_opened_ahead_for_who_may_edit_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: Role, changes: dict[str, Any], is_opened: bool
) -> None:
    opened: list[str] = []

    def do(task: dict[str, Any], **_: object) -> dict[str, Any]:
        opened.append(f"{task['task']} {task['base'][:2]}")
        assert Path(task["content"]).read_bytes() == b"c"
        return {}

    service: Any = SimpleNamespace(
        readers=SimpleNamespace(may_open=lambda base: base == name_of("j", b"c", b"p"), do=do),
        store=SimpleNamespace(read=nullcontext),
        spool=SimpleNamespace(path=tmp_path),
        settings=SimpleNamespace(paper_s=1.0),
    )
    monkeypatch.setattr(editing.plans, "plan", lambda *_: {"content": b"c", "problem": b"p"})
    monkeypatch.setattr(editing.plans, "source", lambda *_: {"content": b"f", "media_type": "application/json"})
    row: Any = {"job_id": "j", "state": "draft", "visits": editing.LARGE, "input_sha": "s"} | changes
    editing.open_ahead(service, Caller("k", role, None), row)
    assert opened == (["open j-"] if is_opened else [])


def test_a_plan_that_is_waited_for_is_opened_as_one_that_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"job_id": "j", "status": "solved"}
    monkeypatch.setattr(routes, "_check_in_force", lambda *_: None)
    monkeypatch.setattr(routes.view, "find", lambda *_: row)
    monkeypatch.setattr(routes.view, "with_plan", lambda *_: {"etag": "x"})
    service: Any = SimpleNamespace(store=SimpleNamespace(read=nullcontext))
    caller = Caller("k", Role.PLAN, None)
    answer = run_apart(lambda: routes._ended_within(service, caller, "j", 1.0, "en"))
    assert answer is not None
    later: Any = answer.background
    assert (later.func, later.args) == (editing.open_ahead, (service, caller, row))


def test_what_an_edit_made_stays_open_and_is_edited_as_if_it_was_read(tmp_path: Path) -> None:
    def task(name: str, visit: str, folder: Path, **more: Any) -> dict[str, Any]:
        files = {part: str(folder / part) for part in ("content", "problem", "out")} | {"file": str(tmp_path / "file")}
        edits = [{"edit": "move", "visit": visit, "technician": "T2"}]
        return {"base": name, "job_id": "j", "media_type": upload.JSON, "edits": edits, "is_dry": True} | files | more

    (tmp_path / "file").write_bytes(branch())
    problem = problem_from_json(json.loads(branch()))
    matrix = travel_for(problem, tmp_path / "file")
    plan = time_routes(problem, matrix, {("T1", 0): ("O1", "O2", "O3")})
    made = {"plan": routes_to_json(plan, problem), "changes": []}
    (tmp_path / "content").write_bytes(pack(made))
    (tmp_path / "problem").write_bytes(pack(problem_to_json(problem)))
    out = tmp_path / "out"
    out.mkdir()
    name = in_reader.edit(task("first", "O2", tmp_path, is_dry=False))["opened"]
    assert name == name_of("j", (out / "content").read_bytes(), (out / "problem").read_bytes())
    is_open = in_reader.edit(task(name, "O3", tmp_path / "nowhere"))
    assert is_open == in_reader.edit(task("read", "O3", out))
    assert [route["technician"] for route in is_open["routes"]] == ["T1", "T2"]


def test_a_large_plan_that_is_looked_at_can_be_edited(house: Server) -> None:
    found = house.submit(town(editing.LARGE, 6, branch_id="HAND"), iterations=1)
    assert house.ended(found)["status"] == "solved"
    visit = next(iter(served_by(house, found)))
    assert ask(house, found, [{"edit": "unassign", "visit": visit}], dry_run=True).status_code == 200
    assert not house.logged("request_failed")
    assert not house.logged("reader_replaced")


def test_a_job_is_submitted_with_labels_and_notes(house: Server) -> None:
    query = {"label": ["one", "two"], "metadata": '{"from": "desk"}', "iterations": 0}
    headers = {"Content-Type": "application/json"}
    made = house.http.post("/v1/plans", params=query, content=branch(), headers=headers).json()
    assert (made["labels"], made["metadata"]) == (["one", "two"], {"from": "desk"})
    # A form that leaves the field empty says nothing; half of a character can be written nowhere.
    empty = house.http.post("/v1/plans", params=query | {"metadata": ""}, content=branch(), headers=headers)
    assert (empty.status_code, empty.json()["metadata"]) == (202, {})
    for metadata in ('{"from": 7}', '{"from": "\\ud800"}'):
        wrong = house.http.post("/v1/plans", params={"metadata": metadata}, content=branch(), headers=headers)
        assert [one["cause"] for one in wrong.json()["errors"]] == ["It is no JSON object of texts."]


def test_a_patched_branch_begins_from_the_plan_of_before(house: Server, job_id: str) -> None:
    before = house.job(job_id)["plan"]
    first = min((stop for route in before["routes"] for stop in route["stops"]), key=lambda stop: str(stop["start"]))
    query = {"iterations": 20, "start_from": job_id, "freeze_before": first["start"][:11] + "23:59"}
    received = {"received": "2026-11-27T09:00:00+08:00", "service": "PT10M"}
    order = {"order_id": "O9", "customer_id": "C1", "lat": 30.27, "lon": 120.17, **received}
    body = {"upsert": {"orders": [order]}}
    answer = house.http.post(f"/v1/plans/{job_id}/patch", params=query, json=body)
    assert answer.status_code == 202, answer.text
    made = house.ended(answer.json()["id"])
    assert (made["status"], made["visits"]) == ("solved", 4)

    def told(plan: dict[str, Any]) -> dict[str, tuple[str, str]]:
        return {s["visit"]: (r["technician"], s["start"]) for r in plan["routes"] for s in r["stops"]}

    # Frozen: whoever is on a route of before stays there, to the second; O9 comes in where it fits.
    assert told(made["plan"]) | told(before) == told(made["plan"])
    house.check_plan(made["id"])
    nobodys = house.http.post(f"/v1/plans/{job_id}/patch", params={"start_from": "0" * 32}, json=body)
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "NOT_FOUND")


def test_a_plan_is_looked_at_in_detail_and_beside_another(house: Server, job_id: str) -> None:
    found = house.http.get(f"/v1/plans/{job_id}/details.json")
    assert found.status_code == 200, found.text
    shown, plan = Details.model_validate(found.json()), house.job(job_id)["plan"]
    assert [[stop.visit for stop in route.stops] for route in shown.routes] == [
        [stop["visit"] for stop in route["stops"]] for route in plan["routes"]
    ]
    assert all(route.travel_m > 0 for route in shown.routes)
    other = house.ended(house.submit(branch(), iterations=0))["id"]
    compared = house.http.get(f"/v1/plans/{job_id}/compared-with/{other}")
    assert compared.status_code == 200, compared.text
    sides = PlansCompared.model_validate(compared.json())
    assert (sides.before, sides.after) == (other, job_id)
    assert sides.cost_cents.after == sum(plan["costs"].values())
    same = house.http.get(f"/v1/plans/{job_id}/compared-with/{job_id}").json()
    assert (same["costs"], same["figures"], same["changes"]) == ({}, {}, [])


def test_a_technician_sees_the_own_sheet_alone(house: Server, job_id: str) -> None:
    served = served_by(house, job_id)
    who = served["O1"]
    page = house.http.get(f"/v1/plans/{job_id}/technicians/{who}/route-sheet.html")
    assert page.status_code == 200, page.text
    assert all((visit in page.text) == (technician == who) for visit, technician in served.items())
    assert "unsafe" not in page.headers["content-security-policy"]
    nobody = house.http.get(f"/v1/plans/{job_id}/technicians/T9/route-sheet.html")
    assert (nobody.status_code, nobody.json()["code"]) == (422, "TECHNICIAN_HAS_NO_ROUTE")


def test_a_webhook_is_tried_chosen_numbered_and_sent_again(house: Server) -> None:
    """Its address refuses every connection: what is sent waits for its next attempt."""
    wanted = {"url": "http://127.0.0.1:9/hook", "branches": ["HOOKED"], "events": ["plan.published"]}
    hook = house.http.post("/v1/webhooks", json=wanted).json()
    assert hook["events"] == ["plan.published"]
    path = f"/v1/webhooks/{hook['id']}"
    assert house.http.post(f"{path}/ping").json()["event"] == "ping"
    changed = house.http.post(f"{path}/rotate").json()
    assert (changed["id"], changed["secret"] != hook["secret"]) == (hook["id"], True)
    wait_until(lambda: house.http.get(f"{path}/deliveries").json()["items"][0]["attempts"] > 0)
    (listed,) = Deliveries.model_validate(house.http.get(f"{path}/deliveries").json()).items
    assert (listed.event, bool(listed.last_answer)) == ("ping", True)
    assert house.http.get(f"{path}/deliveries", params={"state": "delivered"}).json()["items"] == []
    again = house.http.post(f"{path}/deliveries/{listed.id}/redeliver")
    assert (again.status_code, again.json()["id"], again.json()["attempts"]) == (202, listed.id, 0)
    nothing = house.http.post(f"{path}/deliveries/{'0' * 32}/redeliver")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "NOT_FOUND")
    # Solved is not what it asked for.
    document = json.loads(branch())
    document["branch"]["branch_id"] = "HOOKED"
    house.ended(house.submit(json.dumps(document).encode(), iterations=0))
    assert [one["event"] for one in house.http.get(f"{path}/deliveries").json()["items"]] == ["ping"]
    assert house.http.delete(path).status_code == 204
