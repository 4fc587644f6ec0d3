"""The life of a plan over HTTP: submitted, watched, looked at, stopped, printed, published, handed out."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import time
import zipfile
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from sqlalchemy import update

from api.access.doorkeeper import make_key
from api.plans.documents import pack, unpack
from api.readers import upload
from api.settings import Settings
from api.statuses import Role
from api.store import plans
from api.store import tables as stored
from api.store.engine import Store
from api.webhooks import is_signed
from optimizer.domain.problem import MOST_DAYS
from optimizer.faults.decoding import MAX_DEPTH, MAX_JSON_INT
from optimizer.ingest.cells.values import MAX_TEXT
from optimizer.ingest.plans.plan_file import read_plan
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.travel.matrix_document import MOST_PLACES
from tests.api.conftest import BRANCH, ROOT, Server, town, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from httpx2 import Response

JSON = {"Content-Type": upload.JSON}
HANGZHOU = sorted((ROOT / "data/hangzhou").glob("*.csv"))
SETTINGS = {"webhook_networks": '["127.0.0.0/8"]', "max_solve_plan_s": 5, "wait_s": 60}


def branch(branch_id: str, **more: Any) -> bytes:
    """Return the example branch under another id: T1 has to do O1, T2 has to do O3."""
    document = json.loads(BRANCH)
    document["branch"]["branch_id"] = branch_id
    document["skills"].append({"technician_id": "T2", "skill": "boiler", "level": 1})
    document["orders"][2]["skills"] = [{"skill": "boiler", "min_level": 1}]
    return json.dumps(document | more).encode()


# --- the house and who listens to it --------------------------------------------------------------------------------


@dataclass
class Heard:
    headers: Message
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)


class Receiver(ThreadingHTTPServer):
    """A receiver of webhooks on loopback."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.heard: list[Heard] = []

    def events(self, branch_id: str) -> list[str]:
        """Return what was heard of a branch, in its order."""
        return [heard.event["event"] for heard in self.heard if heard.event["branch_id"] == branch_id]


class _Hook(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.heard.append(Heard(self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@dataclass
class House:
    """A server, the receiver of its events, and the secret that they share."""

    server: Server
    receiver: Receiver
    secret: str

    def __post_init__(self) -> None:
        self.http = self.server.http

    def post(self, content: bytes, media_type: str = upload.JSON, lang: str = "en", **query: Any) -> Response:
        headers = {"Content-Type": media_type, "Accept-Language": lang}
        return self.http.post("/v1/plans", params=query, content=content, headers=headers)

    def solved(self, content: bytes, media_type: str = upload.JSON, **query: Any) -> str:
        """Return the id of a job that was solved, the same way each time."""
        answer = self.post(content, media_type, **{"iterations": 300} | query)
        assert answer.status_code == 202, answer.text
        job_id = str(answer.json()["id"])
        assert self.server.ended(job_id)["status"] == "solved"
        return job_id

    def etag(self, job_id: str) -> str:
        return str(self.http.get(f"/v1/plans/{job_id}").headers["etag"])

    def publish(self, job_id: str, etag: str | None = None, lang: str = "en", **query: Any) -> Response:
        headers = {"Accept-Language": lang} | ({} if etag is None else {"If-Match": etag})
        return self.http.post(f"/v1/plans/{job_id}/publish", params=query, headers=headers)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[House]:
    server = Server(tmp_path_factory.mktemp("house"), **SETTINGS)
    try:
        server.start()
        hook = server.http.post("/v1/webhooks", json={"url": f"http://127.0.0.1:{receiver.server_address[1]}/hook"})
        assert hook.status_code == 201, hook.text
        yield House(server, receiver, hook.json()["secret"])
    finally:
        server.stop()


@pytest.fixture(scope="module")
def plan(house: House) -> str:
    """A draft that stays one."""
    return house.solved(branch("DRAFT"))


@pytest.fixture(scope="module")
def planless(house: House) -> str:
    """A job that was stopped while it waited: it has no plan."""
    first = house.post(town(40, branch_id="PLANLESS"), seconds=60).json()["id"]
    second = house.post(town(40, branch_id="PLANLESS"), seconds=60).json()["id"]
    for job_id in (second, first):
        house.http.delete(f"/v1/plans/{job_id}")
    house.server.ended(first)
    return str(second)


# --- submitted ------------------------------------------------------------------------------------------------------


def test_a_plan_is_accepted_with_its_address_and_is_on_disk(house: House) -> None:
    answer = house.post(branch("ACCEPTED"), seconds=3, seed=7, stage="draft")
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == job["links"]["self"] == f"/v1/plans/{job['id']}"
    store = Store(f"sqlite:///{house.server.data / 'paigong.db'}")
    with store.read() as tx:
        assert plans.job(tx, job["id"], None) is not None
    store.close()
    assert (job["status"], job["state"], job["failure"]) == ("queued", None, None)
    assert (job["branch_id"], job["first_day"], job["days"], job["as_of"]) == (
        "ACCEPTED", "2026-11-30", 1, "2026-11-27T16:00:00+08:00",
    )  # fmt: skip
    assert (job["seconds"], job["seed"], job["stage"], job["visits"], job["technicians"]) == (3, 7, "draft", 3, 2)
    assert house.http.get(answer.headers["location"]).json()["id"] == job["id"]
    house.http.delete(answer.headers["location"])


def test_who_prefers_to_wait_gets_the_plan(house: House) -> None:
    headers = JSON | {"Prefer": "respond-async, wait=60"}
    answer = house.http.post("/v1/plans?iterations=300", content=branch("WAITED"), headers=headers)
    assert answer.status_code == 200
    job = answer.json()
    assert (job["status"], job["state"]) == ("solved", "draft")
    assert sorted(stop["visit"] for route in job["plan"]["routes"] for stop in route["stops"]) == ["O1", "O2", "O3"]
    assert answer.headers["etag"] == house.etag(job["id"])
    house.server.check_plan(job["id"])


def test_who_cannot_wait_long_enough_gets_the_address(house: House) -> None:
    headers = JSON | {"Prefer": "wait=1"}
    answer = house.http.post("/v1/plans?seconds=60", content=town(40, branch_id="IMPATIENT"), headers=headers)
    assert answer.status_code == 202
    house.http.delete(answer.headers["location"])


def test_a_dry_run_says_what_the_branch_holds_and_leaves_nothing(house: House) -> None:
    late = json.loads(BRANCH)["orders"][0] | {"order_id": "O9", "received": "2026-11-28T09:00:00+08:00"}
    content = branch("DRY", orders=[*json.loads(BRANCH)["orders"], late])
    for lang, cause in (("en", "is received after the moment of planning"), ("zh", "晚于")):
        answer = house.post(content, lang=lang, dry_run=True)
        assert answer.status_code == 200
        found = answer.json()
        warning = found.pop("warnings")[0]
        assert found == {
            "branch_id": "DRY", "first_day": "2026-11-30", "days": 1, "as_of": "2026-11-27T16:00:00+08:00", "visits": 3,
            "technicians": 2, "warning_count": 1,
        }  # fmt: skip
        assert (warning["code"], warning["path"]) == ("ORDER_TO_COME", "/orders/3/received")
        assert cause in warning["cause"]
    assert house.http.get("/v1/plans", params={"branch": "DRY"}).json()["items"] == []


def test_a_role_has_its_seconds(house: House) -> None:
    store = Store(f"sqlite:///{house.server.data / 'paigong.db'}")
    with store.write() as tx:
        keys = {role: make_key(tx, role, branches=None, label="") for role in (Role.PLAN, Role.PUBLISH)}
    store.close()

    def ask(role: Role, seconds: float) -> Response:
        headers = JSON | {"Authorization": f"Bearer {keys[role]}"}
        query = {"seconds": seconds, "dry_run": True}
        return house.http.post("/v1/plans", params=query, content=BRANCH, headers=headers)

    assert ask(Role.PLAN, 5).status_code == 200
    refused = ask(Role.PLAN, 5.5)
    assert (refused.status_code, refused.json()["code"]) == (422, "SECONDS_OVER_LIMIT")
    assert refused.json()["cause"] == "seconds is 5.5, the limit for the role plan is 5."
    assert ask(Role.PUBLISH, 3600).status_code == 200
    assert ask(Role.PUBLISH, 3600.5).json()["code"] == "SECONDS_OVER_LIMIT"


def test_the_same_work_gives_the_same_plan(house: House, plan: str) -> None:
    again = house.solved(branch("DRAFT"))
    first, second = house.server.job(plan), house.server.job(again)
    assert first["id"] != second["id"]
    assert first["plan"] == second["plan"]
    assert first["progress"]["cost_cents"] == second["progress"]["cost_cents"]


# --- workbooks and archives -----------------------------------------------------------------------------------------


def tables() -> dict[str, list[list[str]]]:
    """Return the rows of the demo branch by sheet."""
    return {path.stem: list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))) for path in HANGZHOU}


def as_workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def as_archive(sheets: dict[str, list[list[str]]], folder: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            archive.writestr(f"{folder}{name}.csv", text.getvalue())
    return content.getvalue()


def test_workbook_and_archive_hold_the_same_branch(house: House) -> None:
    found = []
    for content, media_type in (
        (as_workbook(tables()), upload.WORKBOOK),
        (as_archive(tables()), upload.ARCHIVE),
        (as_archive(tables(), "hangzhou/"), upload.ARCHIVE),
    ):
        answer = house.post(content, media_type, dry_run=True)
        assert answer.status_code == 200, answer.text
        warnings = answer.json().pop("warnings")
        found.append(answer.json() | {"warnings": [(w["code"], w["row"], w["column"]) for w in warnings]})
    assert found[0] == found[1] == found[2]
    assert (found[0]["branch_id"], found[0]["visits"], found[0]["technicians"]) == ("HZ01", 62, 10)


def test_an_archive_is_planned(house: House) -> None:
    job_id = house.solved(as_archive(tables()), upload.ARCHIVE)
    house.server.check_plan(job_id)
    assert house.server.job(job_id)["progress"]["served"] > 50


@pytest.mark.parametrize(
    ("lang", "cause", "action"),
    [
        ("en", "'soon' is not a number of minutes.", "Write minutes, as in 45, or hours, as in 1.5h."),
        ("zh", "“soon”不是分钟数。", "请写分钟数，例如 45，或写小时，例如 1.5小时。"),
    ],
)
def test_a_fault_has_its_place_and_its_way_out(house: House, lang: str, cause: str, action: str) -> None:
    sheets = tables()
    column = sheets["orders"][0].index("service_min")
    sheets["orders"][13][column] = "soon"
    for content, media_type, file in (
        (as_archive(sheets), upload.ARCHIVE, "orders.csv"),
        (as_workbook(sheets), upload.WORKBOOK, "branch.xlsx [orders]"),
    ):
        answer = house.post(content, media_type, lang, dry_run=True)
        assert answer.status_code == 422
        assert answer.headers["content-language"] == lang
        problem = answer.json()
        assert (problem["code"], problem["error_count"]) == ("INPUT_FAULTS", 1)
        (fault,) = (fault for fault in problem["errors"] if fault["severity"] == "error")
        assert (fault["file"], fault["row"], fault["column"]) == (file, 14, "service_min")
        assert (fault["cause"], fault["action"]) == (cause, action)


def test_an_archive_that_is_damaged_or_odd_is_refused_in_words(house: House) -> None:
    whole = as_archive(tables())
    directory = whole.index(b"PK\x01\x02")
    for content, en, zh in (
        (whole[: directory + 16] + b"\0\0\0\0" + whole[directory + 20 :], "it is broken", "文件已损坏"),
        (whole[: directory + 8] + b"\x20" + whole[directory + 9 :], "it is broken", "文件已损坏"),
        (whole[: directory + 8] + b"\x01" + whole[directory + 9 :], "it is encrypted", "已加密"),
        (as_archive({"派" * 150: [], **tables()}), "a name in it is too long", "其中有文件名过长"),
        (b"orders", "it is no zip archive", "不是 zip 压缩包"),
    ):
        causes = []
        for lang in ("en", "zh"):
            answer = house.post(content, upload.ARCHIVE, lang, dry_run=True)
            assert (answer.status_code, answer.json()["code"]) == (422, "ARCHIVE_REFUSED"), answer.text
            causes.append(answer.json()["cause"])
        assert causes == [f"The archive is not read: {en}.", f"压缩包未读取：{zh}。"]


def test_all_faults_come_at_once(house: House) -> None:
    document = json.loads(branch("FAULTS"))
    document["orders"][0]["service"] = "an hour"
    document["orders"][1]["customer_id"] = "C9"
    document["shifts"][0]["end"] = "25:00"
    problem = house.post(json.dumps(document).encode()).json()
    places = {fault["path"] for fault in problem["errors"]}
    assert places == {"/orders/0/service", "/orders/1/customer_id", "/shifts/0/end"}
    assert problem["error_count"] == 3


def test_orders_with_faults_can_be_left_out(house: House) -> None:
    document = json.loads(branch("SKIP"))
    document["orders"][1]["service"] = "an hour"
    content = json.dumps(document).encode()
    assert house.post(content, dry_run=True).status_code == 422
    assert house.post(content, dry_run=True, skip_bad=True).json()["visits"] == 2


def test_keys_that_nobody_knows_are_refused_unless_allowed(house: House) -> None:
    orders = json.loads(BRANCH)["orders"]
    content = branch("UNKNOWN", orders=[orders[0], {**orders[1], "promissed": []}, *orders[2:]])
    for query in ({}, {"dry_run": True}):
        refused = house.post(content, **query)
        assert refused.status_code == 422
        [fault] = refused.json()["errors"]
        assert (fault["code"], fault["severity"], fault["path"]) == ("KEY_UNKNOWN", "error", "/orders/1/promissed")
        assert "Maybe 'promised' is meant." in fault["action"]
    taken = house.post(content, dry_run=True, lenient=True)
    assert taken.status_code == 200
    assert [warning["code"] for warning in taken.json()["warnings"]] == ["KEY_UNKNOWN"]


# --- watched --------------------------------------------------------------------------------------------------------


def stream(house: House, job_id: str, after: str | bytes | None = None) -> list[tuple[int, str, dict[str, Any]]]:
    """Return the events of a stream to its end."""
    headers = {} if after is None else {"Last-Event-ID": after}
    answer = house.http.get(f"/v1/plans/{job_id}/events", headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = re.findall(r"id: (\d+)\nevent: (\w+)\ndata: (.*)\n\n", answer.text)
    return [(int(number), kind, json.loads(data)) for number, kind, data in found]


def test_events_come_in_order_and_are_resumed(house: House, plan: str) -> None:
    events = stream(house, plan)
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    assert [data["status"] for _, kind, data in events if kind == "status"] == ["queued", "solving", "solved"]
    ended = house.server.job(plan)["progress"]
    assert events[-1][2]["cost_cents"] == ended["cost_cents"]
    for number, _, _ in events:
        assert stream(house, plan, str(number)) == events[number:]
    # What is no number of ours starts from the beginning.
    for odd in ("0", "x", "-1", "1e3", "9" * 30, "٣"):
        assert stream(house, plan, odd.encode()) == events


def test_a_solve_is_watched_while_it_runs_and_stopped_with_its_best(house: House) -> None:
    job_id = house.post(town(40, branch_id="STOPPED"), seconds=60).json()["id"]
    seen = []
    with house.http.stream("GET", f"/v1/plans/{job_id}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line.removeprefix("data: ")))
                if seen[-1].get("served"):
                    break
    assert seen[-1].keys() >= {"status", "cost_cents", "served", "visits", "bound", "elapsed_s"}
    assert (seen[-1]["status"], seen[-1]["visits"]) == ("solving", 40)
    answer = house.http.delete(f"/v1/plans/{job_id}")
    assert (answer.status_code, answer.json()["id"]) == (202, job_id)
    job = house.server.ended(job_id)
    assert (job["status"], job["state"]) == ("stopped", "draft")
    # It is the best until then, not what one second of it had.
    assert job["progress"]["cost_cents"] <= seen[-1]["cost_cents"]
    house.server.check_plan(job_id)
    # To stop what has ended changes nothing.
    answer = house.http.delete(f"/v1/plans/{job_id}")
    assert (answer.status_code, answer.json()["status"]) == (200, "stopped")


def test_what_waits_is_stopped_at_once_and_has_no_plan(house: House, planless: str) -> None:
    job = house.server.job(planless)
    assert (job["status"], job["state"], job["plan"], job["started_at"]) == ("stopped", None, None, None)
    assert [data["status"] for _, _, data in stream(house, planless)] == ["queued", "stopped"]


# --- looked at ------------------------------------------------------------------------------------------------------


def test_plans_are_listed_page_by_page(house: House) -> None:
    content = branch("LISTED")
    ids = [house.post(content, iterations=0).json()["id"] for _ in range(5)]
    for job_id in ids:
        house.http.delete(f"/v1/plans/{job_id}")
    seen: list[str] = []
    query: dict[str, Any] = {"branch": "LISTED", "limit": 2}
    while query.get("cursor", "") is not None:
        page = house.http.get("/v1/plans", params=query).json()
        assert len(page["items"]) <= 2
        seen += [job["id"] for job in page["items"]]
        query["cursor"] = page["next_cursor"]
        if len(seen) == 2:
            # What is submitted meanwhile moves no page.
            house.http.delete(f"/v1/plans/{house.post(content, iterations=0).json()['id']}")
    assert seen == ids[::-1]


def test_plans_are_listed_by_status_and_branch(house: House, plan: str, planless: str) -> None:
    def listed(**query: str) -> list[str]:
        return [job["id"] for job in house.http.get("/v1/plans", params={"limit": 200, **query}).json()["items"]]

    assert plan in listed(status="solved")
    assert plan in listed(branch="DRAFT", status="solved")
    assert plan not in listed(branch="PLANLESS")
    assert planless in listed(status="stopped")
    assert planless not in listed(status="solved")
    assert listed(branch="nowhere") == listed(status="failed") == []


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"status": "done"}, {"page": 1}])
def test_a_listing_that_is_none_is_refused(house: House, query: dict[str, Any]) -> None:
    answer = house.http.get("/v1/plans", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "PARAMETER_INVALID")
    (name,) = query
    assert [fault["path"] for fault in answer.json()["errors"]] == [f"/query/{name}"]


def test_what_has_not_changed_is_not_sent_again(house: House) -> None:
    job_id = house.post(branch("ETAG"), iterations=0).json()["id"]
    house.http.delete(f"/v1/plans/{job_id}")
    house.server.ended(job_id)
    path = f"/v1/plans/{job_id}"
    etag = house.etag(job_id)
    for known in (etag, f'"other", {etag}'):
        answer = house.http.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert house.http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    # Other orders for its day change what may be done with it.
    house.http.delete(house.post(branch("ETAG", parts=[]), iterations=0, skip_bad=True).headers["location"])
    assert house.http.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_the_plan_file_can_be_judged_alone(house: House, plan: str, tmp_path: Path) -> None:
    answer = house.http.get(f"/v1/plans/{plan}/plan.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="plan.json"'
    file = tmp_path / "plan.json"
    file.write_bytes(answer.content)
    problem, matrix, read = read_plan(file, time_routes=time_routes)
    judgement = judge_plan(problem, matrix, read)
    assert judgement.is_clean
    job = house.server.job(plan)
    assert judgement.cost_cents == job["progress"]["cost_cents"] == sum(job["plan"]["costs"].values())
    assert (problem.branch.branch_id, read.served) == ("DRAFT", 3)
    house.server.check_plan(plan)


def test_a_plan_that_breaks_a_rule_is_judged_so(house: House, plan: str) -> None:
    document = house.http.get(f"/v1/plans/{plan}/plan.json").json()
    routes = {"T1": ["O3", "O2"], "T2": ["O1"]}
    verdict = house.http.post("/v1/plans/judge", json={"routes": routes, "problem": document["problem"]}).json()
    assert not verdict["clean"]
    broken = {(violation["rule"], violation["technician"], violation["visit"]) for violation in verdict["violations"]}
    assert {("skill", "T1", "O3"), ("skill", "T2", "O1")} <= broken
    assert [one["path"] for one in verdict["not_judged"]] == ["/problem/branch/as_of", "/facts_sha256", "/matrix"]


def test_every_claim_of_a_plan_file_is_judged_or_listed(house: House, plan: str) -> None:
    document = house.http.get(f"/v1/plans/{plan}/plan.json").json()

    def judged(changes: dict[str, Any], lang: str = "en") -> dict[str, Any]:
        answer = house.http.post("/v1/plans/judge", json=document | changes, headers={"Accept-Language": lang})
        assert "Accept-Language" in answer.headers["vary"]
        found: dict[str, Any] = answer.json()
        return found

    right = judged({})
    assert (right["format"], right["clean"], right["assumptions"]) == ("paigong.plan/2", True, [])
    why = {one["path"]: one["why"] for one in right["not_judged"]}
    assert why["/run"] == "How the plan came about is taken as stated."
    assert {one["path"]: one["why"] for one in judged({}, "zh")["not_judged"]}["/run"] != why["/run"]
    costly = judged({"costs": document["costs"] | {"window": -1_500_000}})
    assert [(one["rule"], one["amount"]) for one in costly["violations"]] == [("window", 1_500_000)]
    kpis = judged({"kpis": document["kpis"] | {"visits_planned": 9}})
    assert [(one["rule"], one["amount"]) for one in kpis["violations"]] == [("once", 6)]
    assert judged({"format": "paigong.plan/1"})["assumptions"] != []
    del document["routes"][0]["stops"][0]["end"]
    refused = judged({})
    assert (refused["code"], [fault["code"] for fault in refused["errors"]]) == ("INPUT_FAULTS", ["PLAN_TIME_MISSING"])


def test_a_plan_file_is_judged_with_the_branch_as_it_is_now(house: House, plan: str) -> None:
    document = house.http.get(f"/v1/plans/{plan}/plan.json").json()
    now = json.loads(branch("DRAFT"))

    def judged(sent: Any, lang: str = "en", **query: str) -> dict[str, Any]:
        headers = {"Accept-Language": lang}
        answer = house.http.post("/v1/plans/judge", params=query, json=document | {"branch": sent}, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    # Sent along: as it was, with an order that takes longer, and without a technician.
    assert judged(now)["branch"] == {"differences": [], "violations": []}
    now["orders"][0]["service"] = "PT75M"
    verdict = judged(now)
    (differing,) = verdict["branch"]["differences"]
    assert (differing["sheet"], differing["key"], differing["column"]) == ("orders", "O1", "service")
    assert (differing["before"], differing["after"]) == ("PT1H", "PT1H15M")
    assert differing["text"] == "order O1: service 60 -> 75 min"
    assert judged(now, "zh")["branch"]["differences"][0]["text"] == "派工单 O1：服务时长 60 -> 75 分钟"
    assert (verdict["clean"], verdict["violations"]) == (False, [])
    assert {("window", 900), ("shift", 900)} <= {
        (one["rule"], one["amount"]) for one in verdict["branch"]["violations"]
    }

    # What is reported after the plan's moment is seen when it is asked for.
    ill = json.loads(branch("DRAFT", absences=[
        {"technician_id": "T2", "date": "2026-11-30", "reported": "2026-11-27T17:00:00+08:00"}
    ]))  # fmt: skip
    assert judged(ill)["clean"]
    assert [one["rule"] for one in judged(ill, as_of="2026-11-27T17:00")["branch"]["violations"]] == ["shift"]

    # Named: what a job was made from, and what was submitted last.
    assert judged(plan)["branch"] == judged("newest")["branch"] == {"differences": [], "violations": []}
    longer = json.dumps(now).encode()
    other = house.post(longer, seconds=5).headers["location"].rpartition("/")[2]
    house.http.delete(f"/v1/plans/{other}")
    assert judged("newest")["branch"] == judged(other)["branch"] == verdict["branch"]
    house.http.delete(house.post(branch("DRAFT"), seconds=5).headers["location"])
    assert judged("newest")["clean"]


def test_a_branch_that_a_plan_cannot_be_judged_with_is_refused(house: House, plan: str) -> None:
    document = house.http.get(f"/v1/plans/{plan}/plan.json").json()

    def refused(sent: Any, **more: Any) -> tuple[int, str, list[str]]:
        answer = house.http.post("/v1/plans/judge", json=document | more | {"branch": sent})
        found = answer.json()
        return answer.status_code, found["code"], [fault["code"] for fault in found["errors"]]

    for odd in (7, [], True):
        assert refused(odd) == (422, "INPUT_FAULTS", ["PLAN_SHAPE"])
    for unknown in ("", "oldest", "newest\x00", "0" * 32, "0" * 32 + "\n"):
        assert refused(unknown) == (404, "NOT_FOUND", [])
    assert refused(json.loads(branch("OTHER"))) == (422, "INPUT_FAULTS", ["PLAN_OTHER_BRANCH"])
    later = json.loads(branch("DRAFT"))
    later["branch"]["plan_date"] = "2026-12-01"
    assert refused(later)[2] == ["PLAN_OTHER_DAYS"]
    faulty = json.loads(branch("DRAFT"))
    del faulty["technicians"]
    assert refused(faulty)[:2] == (422, "INPUT_FAULTS")
    nobody = json.loads(branch("NOBODY"))
    answer = house.http.post("/v1/plans/judge", json={"routes": {}, "problem": nobody, "branch": "newest"})
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_SUBMITTED")
    assert "2026-11-30" in answer.json()["cause"]


@pytest.mark.parametrize(("lang", "title"), [("en", "Route"), ("zh", "路线")])
def test_papers_are_printed_in_the_readers_language(house: House, plan: str, lang: str, title: str) -> None:
    headers = {"Accept-Language": lang}
    book = house.http.get(f"/v1/plans/{plan}/route-sheets.xlsx", headers=headers)
    page = house.http.get(f"/v1/plans/{plan}/route-sheets.html", headers=headers)
    for answer in (book, page):
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-language"] == lang
    assert book.headers["content-type"] == upload.WORKBOOK
    sheets = openpyxl.load_workbook(io.BytesIO(book.content))
    assert any(title in name for name in sheets.sheetnames), sheets.sheetnames
    cells = {str(cell) for sheet in sheets for row in sheet.values for cell in row if cell is not None}
    assert any("陈师傅" in cell for cell in cells)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'lang="{lang}' in page.text
    assert "陈师傅" in page.text
    assert "李师傅" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert ' style="' not in page.text.partition("<script>")[0]
    # A paper is printed once.
    assert house.http.get(f"/v1/plans/{plan}/route-sheets.xlsx", headers=headers).content == book.content


@pytest.mark.parametrize("paper", ["plan.json", "route-sheets.xlsx", "route-sheets.html"])
def test_without_a_plan_there_are_no_papers(house: House, planless: str, paper: str) -> None:
    answer = house.http.get(f"/v1/plans/{planless}/{paper}")
    assert (answer.status_code, answer.json()["code"]) == (409, "NO_PLAN_YET")
    assert "The job is stopped" in answer.json()["cause"]


def test_locks_that_conflict_make_a_job_invalid(house: House) -> None:
    # T2 has no compressor skill, and O1 is locked to T2.
    content = branch("LOCKS", locks=[{"visit_id": "O1", "level": "person", "technician_id": "T2"}])
    job_id = house.post(content, iterations=100).json()["id"]
    job = house.server.ended(job_id)
    assert (job["status"], job["state"], job["plan"]) == ("invalid", None, None)
    assert job["failure"]["code"] == "LOCKS_CONFLICT"
    assert "O1" in {fault["visit"] for fault in job["failure"]["errors"]}
    zh = house.http.get(f"/v1/plans/{job_id}", headers={"Accept-Language": "zh"}).json()
    assert zh["failure"]["title"] == "锁定有冲突"
    answer = house.publish(job_id, anyway=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "NO_PLAN_YET")
    kept = house.server.job(house.solved(content, broken_locks="keep"))
    assert [(item["rule"], item["visit"]) for item in kept["plan"]["accepted"]] == [("skill", "O1")]
    wait_until(lambda: house.receiver.events("LOCKS")[:1] == ["plan.invalid"])


def test_a_plan_that_no_solver_made_is_not_published(house: House) -> None:
    """Kept as `solved` by an earlier version, when the time was up before its solver had begun."""
    job_id = house.solved(branch("EMPTY"))
    store = Store(f"sqlite:///{house.server.data / 'paigong.db'}")
    with store.write() as tx:
        made = unpack(plans.plan(tx, job_id)["content"])
        made["run"]["marks"] = 0
        tx.execute(update(stored.plans).where(stored.plans.c.job_id == job_id).values(content=pack(made)))
        tx.execute(update(stored.jobs).where(stored.jobs.c.job_id == job_id).values(served=0))
    for lang, title in (("en", "Nothing planned"), ("zh", "没有排入任何服务")):
        answer = house.publish(job_id, house.etag(job_id), lang)
        assert (answer.status_code, answer.json()["code"], answer.json()["title"]) == (409, "NOTHING_PLANNED", title)
        assert answer.headers["content-type"] == "application/problem+json"
    assert house.publish(job_id, anyway=True).json()["code"] == "NOTHING_PLANNED"
    store.close()


def test_a_first_plan_that_was_not_improved_is_solved_with_a_warning(house: House) -> None:
    answer = house.post(branch("HURRY"), seconds=0.000001)
    job = house.server.ended(answer.json()["id"])
    assert (job["status"], job["run"]["stopped"], job["progress"]["served"] > 0) == ("solved", "first_plan", True)
    assert [(one["code"], one["cause"]) for one in job["warnings"][:1]] == [
        ("PLAN_NOT_IMPROVED", "The machine was too slow to improve the first plan.")
    ]
    assert job["warning_count"] == len(job["warnings"])
    zh = house.http.get(f"/v1/plans/{job['id']}", headers={"Accept-Language": "zh"}).json()
    assert zh["warnings"][0]["cause"] == "机器太慢，来不及改进初始计划。"


def test_a_moment_of_planning_that_is_decades_away_is_refused(house: House) -> None:
    answer = house.post(branch("DECADES"), as_of="2056-01-10T00:02", dry_run=True)
    assert (answer.status_code, answer.json().get("code")) == (422, "INPUT_FAULTS")
    errors = [fault for fault in answer.json()["errors"] if fault["severity"] == "error"]
    assert [(fault["code"], fault["column"]) for fault in errors] == [("DATE_FAR", "as_of")]


# --- published and handed out ---------------------------------------------------------------------------------------


def test_a_plan_is_published_stays_near_and_is_handed_out(house: House) -> None:
    first, second = (house.solved(branch("LIFE"), seed=seed) for seed in (0, 1))
    before = house.etag(second)

    # Only what was looked at is published.
    missing = house.publish(first)
    assert (missing.status_code, missing.json()["code"]) == (428, "IF_MATCH_MISSING")
    stale = house.publish(first, '"of another day"')
    assert (stale.status_code, stale.json()["code"]) == (412, "PLAN_STALE")
    assert stale.json()["cause"] == "The plan is not the one that you looked at."
    assert stale.headers["etag"] == house.etag(first)
    refused = house.http.post(f"/v1/plans/{first}/acknowledgements", json={"technician_id": "T1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_PUBLISHED")
    done = house.publish(first, f'"other", {house.etag(first)}')
    assert done.status_code == 200
    published = done.json()
    assert (published["state"], published["unacknowledged"]) == ("published", ["T1", "T2"])
    assert published["published_at"] is not None
    assert done.headers["etag"] == house.etag(first)

    # The second was looked at before the first was published.
    stale = house.publish(second, before)
    assert stale.status_code == 412
    assert stale.json()["cause"] == f"Another plan has been published for these days: {first}."
    assert first in house.publish(second, before, lang="zh").json()["cause"]

    # At 18:00 there is one more order; who was told something is told nothing else.
    orders = json.loads(branch("LIFE"))["orders"]
    more = branch("LIFE", orders=[*orders, orders[1] | {"order_id": "O4", "lat": 30.26, "parts": []}])
    settled = house.solved(more, stage="settle", as_of="2026-11-27T18:00")
    job = house.server.job(settled)
    assert [(change["visit"], change["kind"]) for change in job["changes"]] == [("O4", "added")]
    assert job["released"] == []

    def told(plan: dict[str, Any]) -> dict[str, tuple[str, Any]]:
        stops = ((route["technician"], stop) for route in plan["routes"] for stop in route["stops"])
        return {stop["visit"]: (technician, stop["window"]) for technician, stop in stops}

    known = told(published["plan"])
    assert {visit: at for visit, at in told(job["plan"]).items() if visit != "O4"} == known

    # The drafts of the old orders are stale now, whatever their ETag; anyway is anyway.
    stale = house.publish(second, house.etag(second))
    assert stale.status_code == 412
    assert stale.json()["cause"] == "Other orders have been handed in since for 2026-11-30."
    assert "2026-11-30" in house.publish(second, "*", lang="zh").json()["cause"]
    assert house.server.job(second)["state"] == "draft"
    assert house.publish(second, anyway=True).json()["state"] == "published"
    assert house.publish(settled, house.etag(settled)).status_code == 200
    # What is published stays so: to publish it once more changes nothing.
    again = house.publish(settled, '"of another day"')
    assert (again.status_code, again.json()["published_at"]) == (200, house.server.job(settled)["published_at"])

    # Each technician once; a stranger not; with the last one it is handed out.
    def receive(who: str) -> Response:
        return house.http.post(f"/v1/plans/{settled}/acknowledgements", json={"technician_id": who})

    assert receive("T9").json()["code"] == "TECHNICIAN_HAS_NO_ROUTE"
    one = receive("T2").json()
    assert (one["state"], one["unacknowledged"]) == ("published", ["T1"])
    assert receive("T2").json()["acknowledgements"] == one["acknowledgements"]
    both = receive("T1").json()
    assert (both["state"], both["unacknowledged"]) == ("handed_out", [])
    assert [receipt["technician_id"] for receipt in both["acknowledgements"]] == ["T1", "T2"]

    # The trail has every deed, once; the receivers are told every turn.
    trail = house.http.get("/v1/audit", params={"limit": 200}).json()["items"][::-1]
    deeds = [(entry["action"], entry["subject"], entry["detail"]) for entry in trail if entry["branch_id"] == "LIFE"]
    assert deeds == [
        ("publish", first, {"anyway": False, "before": []}),
        ("publish", second, {"anyway": True, "before": [first]}),
        ("publish", settled, {"anyway": False, "before": [second]}),
        ("acknowledge", settled, {"technician_id": "T2"}),
        ("acknowledge", settled, {"technician_id": "T1"}),
    ]
    expected = ["plan.solved"] * 2 + ["plan.published", "plan.solved"] + ["plan.published"] * 2 + ["plan.handed_out"]
    wait_until(lambda: len(house.receiver.events("LIFE")) >= len(expected))
    assert sorted(house.receiver.events("LIFE")) == sorted(expected)


def test_a_plan_is_judged_with_the_orders_of_now_before_it_is_published(house: House) -> None:
    document = json.loads(branch("NOW"))
    job_id = house.solved(json.dumps(document).encode())
    # T2, who has O3 and only can do it, left; O1 takes longer.
    gone = {name: [row for row in document[name] if row["technician_id"] != "T2"] for name in ("technicians", "shifts")}
    gone["skills"] = [row for row in document["skills"] if row["technician_id"] != "T2"]
    gone["orders"] = [row | ({"service": "PT75M"} if row["order_id"] == "O1" else {}) for row in document["orders"]]
    house.http.delete(house.post(json.dumps(document | gone).encode(), seconds=5).headers["location"])

    stale = house.publish(job_id, house.etag(job_id))
    assert (stale.status_code, stale.json()["code"]) == (412, "PLAN_STALE")
    listed = [(fault["code"], fault["cause"]) for fault in stale.json()["errors"]]
    assert ("PLAN_DIFFERS", "technician T2 left") in listed
    assert any(cause.startswith("order O1: service ") and cause.endswith(" -> 75 min") for _, cause in listed)
    assert {"PLAN_BREAKS_SHIFT", "PLAN_BREAKS_WINDOW"} <= {code for code, _ in listed}

    refused = house.publish(job_id, anyway=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "PLAN_BREAKS_NOW")
    assert len(refused.json()["errors"]) == len(listed)
    zh = house.publish(job_id, anyway=True, lang="zh").json()
    assert "上门工程师 T2 已离开" in [fault["cause"] for fault in zh["errors"]]
    assert zh["title"] == "计划现在违反规则"
    assert house.server.job(job_id)["state"] == "draft"

    # The orders as they were: nothing differs.
    again = house.post(json.dumps(document).encode(), seconds=5).headers["location"]
    house.http.delete(again)
    assert house.publish(job_id, house.etag(job_id)).json()["state"] == "published"


def two_days(branch_id: str) -> dict[str, Any]:
    """Return the example branch over two days: T1 alone can do O1, on Monday, and T2 alone O3, on Tuesday."""
    document: dict[str, Any] = json.loads(branch(branch_id))
    document["branch"]["days"] = 2
    document["shifts"] = [row | {"date": day} for row in document["shifts"] for day in ("2026-11-30", "2026-12-01")]
    document["orders"][2]["promised"] = [{"open": "2026-12-01T09:00:00+08:00", "close": "2026-12-01T11:00:00+08:00"}]
    return document


def test_every_day_of_a_plan_is_judged_with_the_orders_of_that_day(house: House) -> None:
    document = two_days("DAYS")
    job_id = house.solved(json.dumps(document).encode())
    dates = {route["technician"]: route["date"] for route in house.server.job(job_id)["plan"]["routes"]}
    assert dates["T2"] == "2026-12-01"

    # Tuesday alone is submitted anew, with the orders that are still open then; T2 is not there any more.
    tuesday = document | {
        "branch": document["branch"] | {"plan_date": "2026-12-01", "days": 1, "as_of": "2026-11-30T16:00:00+08:00"},
        "orders": document["orders"][2:],
    }
    house.http.delete(house.post(json.dumps(tuesday).encode(), seconds=5).headers["location"])
    stale = house.publish(job_id, house.etag(job_id))
    assert (stale.status_code, stale.json()["cause"]) == (
        412, "Other orders have been handed in since for 2026-12-01.",
    )  # fmt: skip
    assert stale.json()["errors"] == []
    gone = tuesday | {"shifts": [row for row in tuesday["shifts"] if row["technician_id"] != "T2"]}
    house.http.delete(house.post(json.dumps(gone).encode(), seconds=5).headers["location"])
    refused = house.publish(job_id, anyway=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "PLAN_BREAKS_NOW")
    assert [fault["cause"] for fault in refused.json()["errors"] if fault["code"] == "PLAN_DIFFERS"] == [
        "shift T2 2026-12-01 is gone"
    ]
    assert {fault["code"] for fault in refused.json()["errors"]} >= {"PLAN_BREAKS_SHIFT"}

    # A plan file is judged with the same.
    plan_file = house.http.get(f"/v1/plans/{job_id}/plan.json").json()
    verdict = house.http.post("/v1/plans/judge", json=plan_file | {"branch": "newest"}).json()
    assert [one["text"] for one in verdict["branch"]["differences"]] == ["shift T2 2026-12-01 is gone"]
    assert not verdict["clean"]

    # On Monday T1 is away, too: both days are named. With Tuesday as it was, Monday still is.
    monday = json.loads(json.dumps(document))
    monday["branch"]["days"] = 1
    monday["shifts"] = [row for row in monday["shifts"] if row["technician_id"] != "T1"]
    house.http.delete(house.post(json.dumps(monday).encode(), seconds=5).headers["location"])
    texts = [fault["cause"] for fault in house.publish(job_id, anyway=True).json()["errors"]]
    assert {"shift T1 2026-11-30 is gone", "shift T2 2026-12-01 is gone"} <= set(texts)
    house.http.delete(house.post(json.dumps(tuesday).encode(), seconds=5).headers["location"])
    texts = [fault["cause"] for fault in house.publish(job_id, anyway=True).json()["errors"]]
    assert "shift T1 2026-11-30 is gone" in texts
    assert "shift T2 2026-12-01 is gone" not in texts

    # All as it was.
    house.http.delete(house.post(json.dumps(document).encode(), seconds=5).headers["location"])
    assert house.publish(job_id, house.etag(job_id)).json()["state"] == "published"


def test_a_plan_stays_near_the_one_published_last(house: House) -> None:
    # The first is planned at 16:00, the second at 17:00; the second is published, then the first instead of it.
    tied = json.loads(branch("LAST"))
    free = json.loads(BRANCH) | {"branch": tied["branch"]}
    second = house.solved(json.dumps(tied).encode(), as_of="2026-11-27T17:00")
    first = house.solved(json.dumps(free).encode())
    for job_id in (second, first):
        assert house.publish(job_id, anyway=True).status_code == 200
    settled = house.solved(json.dumps(free).encode(), stage="settle", as_of="2026-11-27T18:00")

    def served(job_id: str) -> dict[str, str]:
        routes = house.server.job(job_id)["plan"]["routes"]
        return {stop["visit"]: route["technician"] for route in routes for stop in route["stops"]}

    assert (served(first)["O3"], served(second)["O3"]) == ("T1", "T2")
    assert served(settled) == served(first)


# --- for those who run it -------------------------------------------------------------------------------------------


def test_events_are_signed_and_say_what_they_are_about(house: House, plan: str) -> None:
    def told() -> list[Heard]:
        return [heard for heard in house.receiver.heard if heard.event["branch_id"] == "DRAFT"]

    wait_until(lambda: bool(told()))
    heard = next(heard for heard in told() if heard.event["id"] == plan)
    assert heard.event.items() >= {
        "event": "plan.solved", "id": plan, "status": "solved", "branch_id": "DRAFT", "first_day": "2026-11-30",
    }.items()  # fmt: skip
    signed = {
        "timestamp": heard.headers["Paigong-Timestamp"],
        "claimed": heard.headers["Paigong-Signature"],
        "now_s": time.time(),
    }
    assert is_signed(heard.body, secret=house.secret, **signed)
    assert not is_signed(heard.body + b" ", secret=house.secret, **signed)
    assert not is_signed(heard.body, secret="whsec_other", **signed)
    deliveries = [heard.headers["Paigong-Delivery"] for heard in house.receiver.heard]
    assert len(set(deliveries)) == len(deliveries)


def test_a_webhook_of_one_branch_hears_of_that_branch_only(house: House) -> None:
    other = Receiver()
    thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hook = {"url": f"http://127.0.0.1:{other.server_address[1]}/", "branches": ["ONE"]}
    made = house.http.post("/v1/webhooks", json=hook)
    try:
        for name in ("TWO", "ONE"):
            house.http.delete(house.post(branch(name), iterations=0).headers["location"])
        wait_until(lambda: bool(other.heard) and len(house.receiver.events("TWO")) == 1)
        assert {heard.event["branch_id"] for heard in other.heard} == {"ONE"}
        assert [hook["secret"] for hook in house.http.get("/v1/webhooks").json()["items"]] == [None, None]
    finally:
        assert house.http.delete(made.headers["location"]).status_code == 204
        other.shutdown()
        thread.join()
        other.server_close()
    assert house.http.delete(made.headers["location"]).status_code == 404


def test_the_limits_are_those_of_the_settings(house: House) -> None:
    settings = Settings(**{name: value for name, value in SETTINGS.items() if name != "webhook_networks"})
    limits = house.http.get("/v1/limits").json()
    roles = {role: limit["max_seconds"] for role, limit in limits.pop("roles").items()}
    assert roles == {"read": 0, "plan": 5, "publish": 3600, "admin": 3600}
    assert limits == {
        "default_seconds": settings.default_solve_s,
        "body_bytes": settings.max_body_bytes,
        "small_body_bytes": settings.max_small_body_bytes,
        "json_depth": MAX_DEPTH,
        "json_integer": MAX_JSON_INT,
        "json_objects": settings.max_objects,
        "text_characters": MAX_TEXT,
        "visits": settings.max_visits,
        "technicians": settings.max_technicians,
        "matrix_places": MOST_PLACES,
        "days": MOST_DAYS,
        "body_seconds": settings.body_s,
        "reading_seconds": house.server.settings["clerk_s"],
        "wait_seconds": settings.wait_s,
        "queued": settings.queued,
        "queued_per_key": settings.queued_per_key,
        "queued_seconds_per_key": settings.queued_seconds_per_key,
        "reads_per_key": settings.reads_per_key,
        "connections_per_address": settings.connections_per_address,
        "requests_per_second": settings.requests_per_s,
        "burst": settings.burst,
        "event_streams": settings.streams,
        "draft_days": settings.keep_days,
        "idempotency_hours": settings.idempotency_hours,
    }


def test_the_trail_says_who_asked_and_is_read_page_by_page(house: House) -> None:
    location = house.post(branch("TRAIL"), iterations=0).headers["location"]
    house.http.delete(location, headers={"X-Request-ID": "my-request.1"})
    (entry,) = (e for e in house.http.get("/v1/audit").json()["items"] if e["branch_id"] == "TRAIL")
    key_id = house.http.headers["authorization"].split("_")[1]
    assert (entry["action"], entry["subject"]) == ("stop", location.rpartition("/")[2])
    assert (entry["key_id"], entry["request_id"]) == (key_id, "my-request.1")
    whole = house.http.get("/v1/audit", params={"limit": 200}).json()["items"]
    paged: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = house.http.get("/v1/audit", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        paged += page["items"]
        cursor = page["next_cursor"]
    assert paged == whole
