"""Who may do what: every route with every kind of key, branches that do not see each other, the pace, the keys' CLI."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.access.doorkeeper import REMEMBERED_S, Caller, Doorkeeper, make_key, open_session
from api.cli import app as command_line
from api.main import create_app
from api.refusals.refusal import Refusal
from api.settings import Settings
from api.statuses import Role
from api.store import access
from api.store.engine import Store, migrate
from tests.api.conftest import BRANCH, Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

#: The least role of every route; `None` needs no key. A new route has to be added here.
NEEDED: dict[str, Role | None] = {
    "POST /v1/plans": Role.PLAN,
    "GET /v1/plans": Role.READ,
    "POST /v1/plans/judge": Role.READ,
    "GET /v1/plans/{job_id}": Role.READ,
    "DELETE /v1/plans/{job_id}": Role.PLAN,
    "PATCH /v1/plans/{job_id}": Role.PLAN,
    "POST /v1/plans/{job_id}/patch": Role.PLAN,
    "GET /v1/plans/{job_id}/details.json": Role.READ,
    "GET /v1/plans/{job_id}/compared-with/{other_id}": Role.READ,
    "GET /v1/plans/{job_id}/technicians/{technician_id}/route-sheet.html": Role.READ,
    "GET /v1/branches/{branch_id}/days/{day}/plan": Role.READ,
    "DELETE /v1/branches/{branch_id}/customers/{customer_id}": Role.ADMIN,
    "GET /v1/plans/{job_id}/events": Role.READ,
    "GET /v1/plans/{job_id}/plan.json": Role.READ,
    "GET /v1/plans/{job_id}/route-sheets.xlsx": Role.READ,
    "GET /v1/plans/{job_id}/route-sheets.html": Role.READ,
    "POST /v1/plans/{job_id}/edits": Role.PLAN,
    "GET /v1/plans/{job_id}/revisions": Role.READ,
    "POST /v1/plans/{job_id}/undo": Role.PLAN,
    "POST /v1/plans/{job_id}/reoptimise": Role.PLAN,
    "POST /v1/plans/{job_id}/publish": Role.PUBLISH,
    "POST /v1/plans/{job_id}/acknowledgements": Role.PUBLISH,
    "POST /v1/session": Role.READ,
    "GET /v1/session": Role.READ,
    "DELETE /v1/session": Role.READ,
    "GET /v1/limits": Role.READ,
    "GET /v1/audit": Role.ADMIN,
    "POST /v1/webhooks": Role.ADMIN,
    "GET /v1/webhooks": Role.ADMIN,
    "GET /v1/webhooks/{webhook_id}": Role.ADMIN,
    "DELETE /v1/webhooks/{webhook_id}": Role.ADMIN,
    "POST /v1/webhooks/{webhook_id}/ping": Role.ADMIN,
    "POST /v1/webhooks/{webhook_id}/rotate": Role.ADMIN,
    "GET /v1/webhooks/{webhook_id}/deliveries": Role.ADMIN,
    "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": Role.ADMIN,
    "GET /metrics": Role.READ,
    "GET /healthz": None,
    "GET /readyz": None,
}
NOBODYS = {
    "{delivery_id}": "0" * 32,
    "{other_id}": "0" * 32,
    "{technician_id}": "T1",
    "{branch_id}": "NOBODYS",
    "{customer_id}": "NOBODY",
    "{day}": "2026-11-30",
    "{job_id}": "0" * 32,
    "{webhook_id}": "0" * 16,
}
UNKNOWN = "pg_" + "0" * 12 + "_" + "0" * 48


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class House:
    """The application in this process, with a key of every kind."""

    app: FastAPI
    client: TestClient
    store: Store
    keys: dict[str, str]

    def ask(self, route: str, key: str | None, **more: Any) -> Any:
        """Ask for a route, of nobody's plan or webhook, with a key in the usual header."""
        method, path = route.split()
        for name, value in NOBODYS.items():
            path = path.replace(name, value)
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self.client.cookies.clear()  # of a session that was begun before
        return self.client.request(method, path, headers=headers | more.pop("headers", {}), **more)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = Settings(data=tmp_path_factory.mktemp("house"), workers=0, clerks=1)
    store = Store(settings.database_url)
    migrate(store)
    with store.write() as tx:
        keys = {str(role): make_key(tx, role, branches=None, label="") for role in Role}
        keys["revoked"] = make_key(tx, Role.ADMIN, branches=None, label="")
        access.revoke_key(tx, keys["revoked"].split("_")[1])
    keys["unknown"] = UNKNOWN
    keys["wrong"] = keys["admin"][:-1] + ("0" if keys["admin"][-1] != "0" else "1")
    app = create_app(settings, store)
    with TestClient(app) as client:
        wait_until(lambda: client.get("/readyz").status_code == 200)
        yield House(app, client, store, keys)


def add_key(server: Server, role: Role, *branches: str) -> str:
    """Make a key in the database of a server that runs."""
    store = Store(f"sqlite:///{server.data / 'paigong.db'}")
    with store.write() as tx:
        key = make_key(tx, role, branches=list(branches) or None, label="")
    store.close()
    return key


# --- every route with every kind of key -----------------------------------------------------------------------------


def test_the_table_has_every_route(house: House) -> None:
    paths = house.app.openapi()["paths"]
    assert set(NEEDED) == {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}


@pytest.mark.parametrize("who", ["nobody", "unknown", "wrong", "revoked", *Role])
@pytest.mark.parametrize("route", NEEDED)
def test_a_route_is_for_who_may(house: House, route: str, who: str) -> None:
    needed = NEEDED[route]
    answer = house.ask(route, house.keys.get(who))
    if needed is None:
        assert answer.status_code == 200
    elif who == "nobody":
        assert (answer.status_code, answer.json()["code"]) == (401, "KEY_MISSING")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    elif who not in list(Role):
        assert (answer.status_code, answer.json()["code"]) == (401, "KEY_UNKNOWN")
        assert "invalid_token" in answer.headers["www-authenticate"]
    elif Role(who).may(needed):
        assert answer.status_code not in (401, 403)
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_TOO_LOW")
        assert f"needs the role {needed}; the key has the role {who}" in answer.json()["cause"]


@pytest.mark.parametrize("route", ["POST /v1/plans", "POST /v1/plans/judge", "POST /v1/webhooks"])
def test_who_may_not_is_told_so_before_the_body_is_looked_at(house: House, route: str) -> None:
    answer = house.ask(route, UNKNOWN, content=b"\xff" * 100, headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_the_reference_needs_no_key_and_can_be_left_out(house: House, path: str) -> None:
    assert house.client.get(path).status_code == 200
    closed = create_app(Settings(docs=False), house.store)
    # Without its lifespan: an address that does not exist needs no service.
    assert TestClient(closed).get(path).status_code == 404


def test_the_other_header_is_as_good(house: House) -> None:
    key = house.keys["read"]
    assert house.client.get("/v1/limits", headers={"X-API-Key": key}).status_code == 200
    assert house.client.get("/v1/limits", headers={"X-API-Key": UNKNOWN}).status_code == 401
    assert house.client.get("/v1/audit", headers={"X-API-Key": key}).status_code == 403
    # With both it is Authorization that counts.
    both = {"X-API-Key": key, "Authorization": f"Bearer {UNKNOWN}"}
    assert house.client.get("/v1/limits", headers=both).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer ", "Basic {key}", "Bearer pg_", "{key}", "Bearer {key}x", "Bearer {key} {key}",
        "Bearer pg_%00%00", "Bearer " + "x" * 10_000, "Bearer {upper}",
    ],
)  # fmt: skip
def test_what_is_no_key_lets_nobody_in(house: House, header: str) -> None:
    key = house.keys["admin"]
    header = header.format(key=key, upper=key.upper())
    answer = house.client.get("/v1/limits", headers={"Authorization": header})
    assert answer.status_code == 401
    assert key not in answer.text


def test_a_key_is_kept_as_a_digest_only(house: House) -> None:
    with house.store.read() as tx:
        kept = json.dumps([dict(row) for row in access.all_keys(tx)])
    for name in Role:
        _, key_id, secret = house.keys[name].split("_")
        assert key_id in kept
        assert secret not in kept


def test_the_first_key_is_its_owners_alone(server: Server) -> None:
    path = server.data / "admin.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert server.http.get("/v1/audit").status_code == 200


# --- browsers -------------------------------------------------------------------------------------------------------


def begin_session(house: House, who: str) -> dict[str, Any]:
    """Begin a session; the client keeps its cookie."""
    answer = house.ask("POST /v1/session", house.keys[who])
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert house.keys[who] not in cookie
    found: dict[str, Any] = answer.json()
    return found


def test_a_browser_that_has_shown_a_key_needs_it_no_more(house: House) -> None:
    begun = begin_session(house, "plan")
    assert (begun["role"], begun["branches"]) == ("plan", None)
    assert house.client.get("/v1/plans").status_code == 200
    assert house.client.get("/v1/audit").json()["code"] == "ROLE_TOO_LOW"
    # A page that was loaded anew finds its token again.
    assert house.client.get("/v1/session").json() == begun


def test_what_changes_something_needs_the_token_of_the_session(house: House) -> None:
    other = begin_session(house, "plan")["csrf_token"]
    token = begin_session(house, "plan")["csrf_token"]
    path = "/v1/plans/" + "0" * 32
    for wrong in ({}, {"X-CSRF-Token": other}, {"X-CSRF-Token": "ä"}):
        headers = {name: value.encode() for name, value in wrong.items()}
        answer = house.client.delete(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_INVALID")
    assert house.client.delete(path, headers={"X-CSRF-Token": token}).json()["code"] == "NOT_FOUND"
    # Who sends a key is no page of others: nobody can make a browser send that.
    assert house.ask("DELETE /v1/plans/{job_id}", house.keys["plan"]).json()["code"] == "NOT_FOUND"


def test_a_session_ends_by_request_with_its_time_and_with_its_key(house: House) -> None:
    token = begin_session(house, "read")["csrf_token"]
    cookie = house.client.cookies["paigong_session"]
    assert house.client.delete("/v1/session", headers={"X-CSRF-Token": token}).status_code == 204

    def asked(secret: str) -> str:
        house.client.cookies.clear()
        answer = house.client.get("/v1/limits", headers={"Cookie": f"paigong_session={secret}"})
        return "in" if answer.status_code == 200 else str(answer.json()["code"])

    assert asked(cookie) == "SESSION_OVER"
    assert asked("nonsense") == "SESSION_OVER"
    keeper = Doorkeeper(house.store, requests_per_s=100, burst=100)
    with house.store.write() as tx:
        key = make_key(tx, Role.READ, branches=["HZ"], label="")
        caller = Doorkeeper(house.store, requests_per_s=100, burst=100)
        key_id = key.split("_")[1]
        past = open_session(tx, Caller(key_id, Role.READ, ("HZ",)), "2026-01-01T00:00:00.000Z")
        open_ = open_session(tx, Caller(key_id, Role.READ, ("HZ",)), "2999-01-01T00:00:00.000Z")
    assert asked(past) == "SESSION_OVER"
    assert keeper.admit_session(open_, None, changes=False).branches == ("HZ",)
    with house.store.write() as tx:
        access.revoke_key(tx, key_id)
    with pytest.raises(Refusal) as refused:
        caller.admit_session(open_, None, changes=False)
    assert refused.value.code == "SESSION_OVER"


# --- branches -------------------------------------------------------------------------------------------------------


def branch(branch_id: str) -> bytes:
    document = json.loads(BRANCH)
    document["branch"]["branch_id"] = branch_id
    return json.dumps(document).encode()


@dataclass
class TwoBranches:
    """Branch A with nothing, branch B with a published plan and a webhook."""

    server: Server
    a: dict[str, str]
    b: dict[str, str]
    plan: str
    plan_file: bytes
    webhook: str


@pytest.fixture(scope="module")
def two(server: Server) -> TwoBranches:
    a, b = ({"Authorization": f"Bearer {add_key(server, Role.ADMIN, name)}"} for name in ("ACCESS-A", "ACCESS-B"))
    plan = server.submit(branch("ACCESS-B"), seconds=60, iterations=50)
    assert server.ended(plan)["status"] == "solved"
    published = server.http.post(f"/v1/plans/{plan}/publish", params={"anyway": True}, headers=b)
    assert published.status_code == 200, published.text
    plan_file = server.http.get(f"/v1/plans/{plan}/plan.json", headers=b).content
    # An address that is public and needs no resolver; nothing is ever sent to it: no event of B comes after this.
    made = server.http.post("/v1/webhooks", json={"url": "https://93.184.215.14/"}, headers=b)
    assert made.status_code == 201, made.text
    assert made.json()["branches"] == ["ACCESS-B"]
    return TwoBranches(server, a, b, plan, plan_file, made.json()["id"])


@pytest.mark.parametrize("route", [route for route in NEEDED if "{job_id}" in route])
def test_another_branchs_plan_is_not_there(two: TwoBranches, route: str) -> None:
    method, path = route.split()
    bodies = {
        "acknowledgements": {"technician_id": "T1"},
        "edits": {"edits": [{"edit": "unassign", "visit": "O1"}]},
        "patch": {},
    }
    body = {} if method == "PATCH" else bodies.get(path.rpartition("/")[2])
    more: dict[str, Any] = {} if body is None else {"json": body}

    def ask(headers: dict[str, str], job_id: str) -> Any:
        where = path.replace("{job_id}", job_id).replace("{other_id}", two.plan).replace("{technician_id}", "T1")
        return two.server.http.request(method, where, headers=headers, **more)

    theirs, nobodys = ask(two.a, two.plan), ask(two.a, "0" * 32)
    assert (theirs.status_code, theirs.json()["code"]) == (404, "NOT_FOUND")
    # Whether there is one cannot be told from the answer.
    assert theirs.json() | {"request_id": ""} == nobodys.json() | {"request_id": ""}
    assert ask(two.b, two.plan).status_code not in (401, 403, 404)


def test_another_branchs_plans_are_not_listed(two: TwoBranches) -> None:
    def listed(headers: dict[str, str], **query: str) -> list[str]:
        return [job["id"] for job in two.server.http.get("/v1/plans", params=query, headers=headers).json()["items"]]

    assert listed(two.a) == listed(two.a, branch="ACCESS-B") == listed(two.a, status="solved") == []
    # Beside it stands what was planned anew from it.
    assert listed(two.b)[-1:] == listed(two.b, branch="ACCESS-B")[-1:] == [two.plan]
    assert listed(two.b, branch="ACCESS-A") == []


@pytest.mark.parametrize("query", [{}, {"dry_run": "true"}])
def test_another_branch_cannot_be_handed_in(two: TwoBranches, query: dict[str, str]) -> None:
    headers = two.a | {"Content-Type": "application/json"}
    answer = two.server.http.post("/v1/plans", params=query, content=branch("ACCESS-B"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "BRANCH_FORBIDDEN")
    own = two.server.http.post("/v1/plans", params={"dry_run": "true"}, content=branch("ACCESS-A"), headers=headers)
    assert own.status_code == 200


def test_another_branchs_plan_file_is_not_judged(two: TwoBranches) -> None:
    for headers, status in ((two.a, 403), (two.b, 200)):
        json_headers = headers | {"Content-Type": "application/json"}
        answer = two.server.http.post("/v1/plans/judge", content=two.plan_file, headers=json_headers)
        assert answer.status_code == status


def test_another_branchs_webhooks_are_not_there(two: TwoBranches) -> None:
    http = two.server.http
    assert http.get("/v1/webhooks", headers=two.a).json()["items"] == []
    assert [hook["id"] for hook in http.get("/v1/webhooks", headers=two.b).json()["items"]] == [two.webhook]
    assert http.delete(f"/v1/webhooks/{two.webhook}", headers=two.a).status_code == 404
    for branches in (["ACCESS-B"], ["ACCESS-A", "ACCESS-B"]):
        asked = {"url": "https://93.184.215.14/", "branches": branches}
        assert http.post("/v1/webhooks", json=asked, headers=two.a).json()["code"] == "BRANCH_FORBIDDEN"


@pytest.mark.parametrize("path", ["/v1/audit", "/metrics"])
def test_what_is_of_all_branches_is_for_keys_of_all_branches(two: TwoBranches, path: str) -> None:
    answer = two.server.http.get(path, headers=two.b)
    assert (answer.status_code, answer.json()["code"]) == (403, "BRANCH_FORBIDDEN")
    assert two.server.http.get(path).status_code == 200


# --- the pace -------------------------------------------------------------------------------------------------------


def test_a_key_that_asks_too_often_waits_and_others_do_not(house: House) -> None:
    clock = Clock()
    usual = house.app.state.service.doorkeeper
    house.app.state.service.doorkeeper = Doorkeeper(house.store, requests_per_s=0.5, burst=3, clock=clock)
    try:
        statuses = [house.ask("GET /v1/limits", house.keys["read"]).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        answer = house.ask("GET /v1/limits", house.keys["read"])
        assert answer.json()["code"] == "TOO_MANY_REQUESTS"
        assert "more often than 0.5 times a second" in answer.json()["cause"]
        # One comes back every two seconds.
        assert answer.headers["retry-after"] == "2"
        assert house.ask("GET /v1/limits", house.keys["plan"]).status_code == 200
        clock.now_s += 2.0
        statuses = [house.ask("GET /v1/limits", house.keys["read"]).status_code for _ in range(2)]
        assert statuses == [200, 429]
    finally:
        house.app.state.service.doorkeeper = usual


def test_a_key_that_was_silent_for_long_has_no_more_than_its_burst(house: House) -> None:
    clock = Clock()
    doorkeeper = Doorkeeper(house.store, requests_per_s=2, burst=3, clock=clock)
    for _ in range(2):
        for _ in range(3):
            doorkeeper.admit(house.keys["read"])
        with pytest.raises(Refusal, match="TOO_MANY_REQUESTS") as refused:
            doorkeeper.admit(house.keys["read"])
        assert refused.value.headers == {"Retry-After": "1"}
        clock.now_s += 3600


def test_who_waits_as_long_as_told_is_let_in(house: House) -> None:
    clock = Clock()
    doorkeeper = Doorkeeper(house.store, requests_per_s=0.3, burst=1, clock=clock)
    doorkeeper.admit(house.keys["read"])
    for _ in range(5):
        with pytest.raises(Refusal) as refused:
            doorkeeper.admit(house.keys["read"])
        clock.now_s += int(refused.value.headers["Retry-After"])
        doorkeeper.admit(house.keys["read"])


def test_a_revoked_key_is_refused_as_soon_as_it_is_no_longer_remembered(house: House) -> None:
    clock = Clock()
    doorkeeper = Doorkeeper(house.store, requests_per_s=100, burst=100, clock=clock)
    with house.store.write() as tx:
        key = make_key(tx, Role.READ, branches=None, label="")
    assert doorkeeper.admit(key).role == Role.READ
    with house.store.write() as tx:
        assert access.revoke_key(tx, key.split("_")[1])
    clock.now_s += REMEMBERED_S
    with pytest.raises(Refusal, match="KEY_UNKNOWN"):
        doorkeeper.admit(key)


# --- the keys' command line -----------------------------------------------------------------------------------------


def restore_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without settings in the environment, and have whatever is set until the end taken out again."""
    for name in Settings.model_fields:
        monkeypatch.setenv(f"PAIGONG_{name.upper()}", "")
        monkeypatch.delenv(f"PAIGONG_{name.upper()}")


def test_what_a_command_sets_ends_with_its_test(tmp_path: Path) -> None:
    before = dict(os.environ)
    with pytest.MonkeyPatch.context() as patch:
        restore_settings(patch)
        assert run("settings", "--data", str(tmp_path), "--database", "sqlite://", "--lang", "en")[0] == 0
        assert {"PAIGONG_DATA", "PAIGONG_DATABASE"} <= set(os.environ)
    assert dict(os.environ) == before


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder; what the commands put into the environment is taken out again."""
    restore_settings(monkeypatch)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command_line, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("lang", "titles", "unknown"),
    [
        ("en", ("Key", "Role", "Branches", "Label", "Made", "Revoked"), "There is no key 000000000000 in force."),
        ("zh", ("密钥", "角色", "网点", "说明", "生成时间", "撤销时间"), "没有有效的密钥 000000000000"),
    ],
)
def test_keys_are_made_listed_and_revoked(data: Path, lang: str, titles: tuple[str, ...], unknown: str) -> None:
    where = ("--data", str(data), "--lang", lang)
    code, printed = run(
        "key", "add", "--role", "publish", "--branch", "HZ", "--branch", "NB", "--label", "王芳", *where
    )
    assert code == 0
    _, key_id, secret = printed.strip().split("_")
    store = Store(f"sqlite:///{data / 'paigong.db'}")
    doorkeeper = Doorkeeper(store, requests_per_s=100, burst=100, clock=Clock())
    caller = doorkeeper.admit(printed.strip())
    assert (caller.role, caller.branches) == (Role.PUBLISH, ("HZ", "NB"))
    assert run("key", "add", "--role", "read", *where)[0] == 0

    code, listed = run("key", "list", *where)
    assert code == 0
    for text in (*titles, key_id, "publish", "HZ, NB", "王芳", "read", "*"):
        assert text in listed
    assert secret not in listed

    assert run("key", "revoke", key_id, *where) == (0, "")
    with pytest.raises(Refusal, match="KEY_UNKNOWN"):
        Doorkeeper(store, requests_per_s=100, burst=100).admit(printed.strip())
    with store.read() as tx:
        revoked_at = next(row["revoked_at"] for row in access.all_keys(tx) if row["key_id"] == key_id)
    assert revoked_at in run("key", "list", *where)[1]
    store.close()
    # It is no longer in force, and neither is one that never was.
    assert run("key", "revoke", key_id, *where)[0] == 2
    code, said = run("key", "revoke", "0" * 12, *where)
    assert code == 2
    assert unknown in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_there_is_no_such_role(data: Path, lang: str) -> None:
    code, said = run("key", "add", "--role", "owner", "--data", str(data), "--lang", lang)
    assert code == 2
    assert "owner" in said
    assert "read, plan, publish, admin" in said


@pytest.mark.parametrize(("lang", "said"), [("en", "needs keys first"), ("zh", "必须先有密钥")])
def test_nobody_listens_to_the_world_without_keys(data: Path, lang: str, said: str) -> None:
    code, printed = run("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(data), "--lang", lang)
    assert code == 2
    assert said in printed
    assert not (data / "admin.key").exists()
