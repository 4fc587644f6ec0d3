"""HTTP as people expect: packed answers, weak ETags, HEAD, other origins, preferences, addresses and moments."""

from __future__ import annotations

import gzip
import json
import re
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import TimeoutError as NoConnectionError

from api.access.doorkeeper import make_key
from api.main import create_app
from api.plans.etags import is_asked_for, is_known
from api.readers import upload
from api.requests.carriage import takes_gzip
from api.settings import Settings
from api.statuses import Role
from api.store.engine import Store, migrate
from api.webhooks import AddressGuard
from tests.api.conftest import BRANCH, Server
from tests.api.test_document import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx2 import Response

JSON = {"Content-Type": upload.JSON}
REVISION = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def plan(server: Server) -> str:
    """A plan of a branch of its own, which the tests below only look at."""
    job_id = server.submit(branch("HTTP"), iterations=50)
    assert server.ended(job_id)["status"] == "solved"
    return job_id


def branch(branch_id: str) -> bytes:
    document = json.loads(BRANCH)
    document["branch"]["branch_id"] = branch_id
    return json.dumps(document).encode()


@contextmanager
def asking(folder: Path, **settings: Any) -> Iterator[TestClient]:
    """Give a client of a service in this process, with an admin's key."""
    made = Settings(data=folder, workers=0, clerks=1, **settings)
    store = Store(made.database_url)
    migrate(store)
    with store.write() as tx:
        key = make_key(tx, Role.ADMIN, branches=None, label="")
    app = create_app(made, store)
    with TestClient(app, headers={"Authorization": f"Bearer {key}"}) as client:
        app.state.service.guard = AddressGuard((), lambda host, port: ["93.184.215.14"])
        yield client


# --- packed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip", True),
        ("deflate, GZIP", True),
        ("br;q=1, gzip;q=0.2", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("xgzip", False),
    ],
)
def test_who_takes_gzip(accepted: str, expected: bool) -> None:
    assert takes_gzip(accepted) is expected


def raw(server: Server, path: str, accepted: str) -> tuple[Response, bytes]:
    """Return an answer and its bytes as they came."""
    with server.http.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        return answer, b"".join(answer.iter_raw())


def test_an_answer_is_packed_for_who_takes_that(server: Server, plan: str) -> None:
    plain, content = raw(server, f"/v1/plans/{plan}", "identity")
    packed, packed_content = raw(server, f"/v1/plans/{plan}", "gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed_content) == content
    assert 2 * len(packed_content) < len(content)
    assert int(packed.headers["content-length"]) == len(packed_content)
    for answer in (plain, packed):
        assert {"Accept-Encoding", "Accept-Language"} <= set(re.split(r",\s*", answer.headers["vary"]))
    assert plain.headers["etag"] == packed.headers["etag"]


def test_streams_and_workbooks_are_not_packed(server: Server, plan: str) -> None:
    for paper in ("events", "route-sheets.xlsx"):
        answer, _ = raw(server, f"/v1/plans/{plan}/{paper}", "gzip")
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers


# --- what was looked at ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        f'W/"{REVISION}.en"',
        f'"{REVISION}"',
        f'W/"{REVISION}.en-gzip"',
        f'"{REVISION}.en;gzip"',
        f'"{REVISION}--gzip"',
        f'"other" , W/"{REVISION}.en"',
        REVISION,
        "*",
    ],
)
def test_a_revision_is_known_in_whatever_form_it_comes_back(header: str) -> None:
    assert is_asked_for(header, REVISION)
    assert is_known(header, REVISION, "en")


def test_another_revision_is_another_and_so_is_another_language() -> None:
    for header in (None, "", '"x"', f'"{REVISION[::-1]}"', f'"{REVISION}0"'):
        assert not is_asked_for(header, REVISION)
        assert not is_known(header, REVISION, "en")
    assert not is_known(f'W/"{REVISION}.zh"', REVISION, "en")
    assert is_asked_for(f'W/"{REVISION}.zh"', REVISION)


def test_a_known_plan_is_not_sent_again_in_its_language(server: Server, plan: str) -> None:
    path = f"/v1/plans/{plan}"
    answer = server.http.get(path, headers={"Accept-Language": "en"})
    tag = answer.headers["etag"]
    assert tag == f'W/"{answer.json()["etag"]}.en"'
    for known in (tag, tag.removeprefix("W/"), f'{tag[:-1]}-gzip"', f'"x", {tag}'):
        again = server.http.get(path, headers={"If-None-Match": known, "Accept-Language": "en"})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert server.http.get(path, headers={"If-None-Match": tag, "Accept-Language": "zh"}).status_code == 200


def test_a_plan_is_published_by_the_etag_in_its_body(server: Server) -> None:
    first, second = (server.submit(branch("TAGS"), iterations=50, seed=seed) for seed in range(2))
    assert server.ended(first)["status"] == server.ended(second)["status"] == "solved"
    missing = server.http.post(f"/v1/plans/{first}/publish")
    assert (missing.status_code, missing.json()["code"]) == (428, "IF_MATCH_MISSING")
    seen, old = server.job(first)["etag"], server.job(second)["etag"]
    assert server.http.post(f"/v1/plans/{first}/publish", params={"etag": old}).status_code == 412
    # A proxy has made something of the ETag: what the body says counts.
    done = server.http.post(
        f"/v1/plans/{first}/publish", params={"etag": seen}, headers={"If-Match": '"made-by-a-proxy"'}
    )
    assert (done.status_code, done.json()["state"]) == (200, "published")
    assert done.json()["etag"] == server.job(first)["etag"] != seen
    stale = server.http.post(f"/v1/plans/{second}/publish", params={"etag": old})
    assert (stale.status_code, stale.json()["code"]) == (412, "PLAN_STALE")
    tag = server.http.get(f"/v1/plans/{second}").headers["etag"]
    again = server.http.post(f"/v1/plans/{second}/publish", headers={"If-Match": f'{tag[:-1]}-gzip"'})
    assert again.status_code == 200, again.text


# --- HEAD -----------------------------------------------------------------------------------------------------------

GETS = [label.partition(" ")[2] for label in OPERATIONS if label.startswith("GET")]
#: What is another number each time.
OF_THE_MOMENT = ("x-request-id", "date", "content-length")


@pytest.mark.parametrize("path", [*GETS, "/openapi.json", "/docs"])
def test_head_is_answered_as_get_is_without_the_body(server: Server, plan: str, path: str) -> None:
    path = re.sub(r"\{\w+\}", plan, path).replace("webhooks/" + plan, "webhooks/" + plan[:16])
    got, head = server.http.get(path), server.http.head(path)
    assert head.content == b""
    assert head.status_code == got.status_code
    for answer in (got, head):
        for name in OF_THE_MOMENT:
            answer.headers.pop(name, None)
    assert head.headers == got.headers


def test_head_tells_the_length_and_does_not_wait_for_the_end_of_a_stream(tmp_path: Path) -> None:
    with asking(tmp_path) as client:
        limits = client.get("/v1/limits", headers={"Accept-Encoding": "identity"})
        head = client.head("/v1/limits", headers={"Accept-Encoding": "identity"})
        assert int(head.headers["content-length"]) == len(limits.content)
        queued = client.post("/v1/plans", content=BRANCH, headers=JSON).json()["id"]
        stream = client.head(f"/v1/plans/{queued}/events")
        assert (stream.status_code, stream.content) == (200, b"")
        assert stream.headers["content-type"].startswith("text/event-stream")
        refused = client.request("PUT", "/v1/limits")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


# --- pages of other origins -----------------------------------------------------------------------------------------

BOARD = "https://board.example.com"
PREFLIGHT = {
    "Origin": BOARD,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, idempotency-key, if-match",
}


def test_a_page_of_an_allowed_origin_may_ask(tmp_path: Path) -> None:
    with asking(tmp_path, cors_origins=(BOARD,)) as client:
        preflight = client.options("/v1/plans", headers=PREFLIGHT)
        assert preflight.status_code == 200, preflight.text
        assert preflight.headers["access-control-allow-origin"] == BOARD
        answer = client.get("/v1/limits", headers={"Origin": BOARD})
        assert answer.headers["access-control-allow-origin"] == BOARD
        assert "ETag" in answer.headers["access-control-expose-headers"]
        other = client.get("/v1/limits", headers={"Origin": "https://else.example.com"})
        assert "access-control-allow-origin" not in other.headers
        assert client.options("/v1/plans", headers=PREFLIGHT | {"Origin": "https://else.example.com"}).is_error


def test_without_the_setting_no_other_page_may(tmp_path: Path) -> None:
    with asking(tmp_path) as client:
        assert client.options("/v1/plans", headers=PREFLIGHT).status_code == 405
        assert "access-control-allow-origin" not in client.get("/v1/limits", headers={"Origin": BOARD}).headers


@pytest.mark.parametrize("origin", ["board.example.com", "https://board.example.com/", "null"])
def test_what_is_no_origin_is_no_setting(origin: str) -> None:
    with pytest.raises(ValueError, match="cors_origins"):
        Settings(cors_origins=(origin,))


# --- preferences and addresses --------------------------------------------------------------------------------------


def test_what_was_preferred_and_done_is_said(tmp_path: Path) -> None:
    with asking(tmp_path, wait_s=0.2) as client:
        for prefer, applied in (("wait=0.1, return=minimal", None), ("wait=30", "wait=0.2"), ("", None)):
            answer = client.post("/v1/plans", content=BRANCH, headers=JSON | {"Prefer": prefer})
            assert answer.status_code == 202, answer.text
            assert answer.headers.get("preference-applied") == applied, prefer


def test_a_location_answers_also_behind_a_proxy(tmp_path: Path) -> None:
    with asking(tmp_path, root_path="/dispatch") as client:
        hook = client.post("/v1/webhooks", json={"url": "https://hooks.example.com/paigong"})
        job = client.post("/v1/plans", content=BRANCH, headers=JSON)
        for made in (hook, job):
            location = made.headers["location"]
            assert location.startswith("/dispatch/v1/")
            found = client.get(location.removeprefix("/dispatch"))
            assert (found.status_code, found.json()["id"]) == (200, made.json()["id"])
        assert found.json().get("secret") is None


# --- moments and unknown keys ---------------------------------------------------------------------------------------

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
#: What a warning quotes of the input stays as it was typed.
AS_TYPED = re.compile(r"/warnings/\d+/value$")


def texts_in(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and text of every text in JSON."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts_in(part, f"{path}/{key}")


def test_every_moment_that_is_answered_has_its_offset(server: Server, plan: str) -> None:
    paths = (f"/v1/plans/{plan}", f"/v1/plans/{plan}/plan.json", "/v1/plans", "/v1/audit", "/v1/webhooks")
    answers = [server.http.get(path).json() for path in paths]
    answers.append(server.http.post("/v1/plans", params={"dry_run": True}, content=BRANCH, headers=JSON).json())
    texts = [entry for answer in answers for entry in texts_in(answer) if not AS_TYPED.search(entry[0])]
    found = [(path, text) for path, text in texts if MOMENT.fullmatch(text)]
    assert {"/as_of", "/created_at", "/plan/routes/0/depart"} <= {path for path, _ in found}
    assert [entry for entry in found if not re.search(r"(Z|[+-]\d{2}:\d{2})$", entry[1])] == []
    assert answers[-1]["as_of"] == "2026-11-27T16:00:00+08:00"


def dry_run(server: Server, document: dict[str, Any], **query: Any) -> Response:
    query = {"dry_run": True, **query}
    return server.http.post("/v1/plans", params=query, content=json.dumps(document), headers=JSON)


def test_a_moment_without_an_offset_is_local_and_a_warning(server: Server) -> None:
    document = json.loads(BRANCH)
    for order in document["orders"]:
        order["received"] = order["received"].removesuffix("+08:00")
    document["orders"][0]["promised"] = [{"open": "2026-11-30T09:00:00", "close": "2026-11-30T11:00:00"}]
    warnings = dry_run(server, document).json()["warnings"]
    told = [(one["code"], one["path"], one["cause"]) for one in warnings if one["code"] == "MOMENT_NAIVE"]
    assert [path for _, path, _ in told] == ["/orders/0/received", "/orders/0/promised"]
    assert "the branch's local time. Moments of the column like that: 3." in told[0][2]
    assert "like that: 2." in told[1][2]


@pytest.mark.parametrize(
    ("asked", "as_of"),
    [
        ("2026-11-27T16:05+08:00", "2026-11-27T16:05:00+08:00"),
        ("2026-11-27T08:05Z", "2026-11-27T16:05:00+08:00"),
        ("2026-11-27T08:05:00Z", "2026-11-27T16:05:00+08:00"),
        # A plus that was not escaped is a space.
        ("2026-11-27T16:05 08:00", "2026-11-27T16:05:00+08:00"),
    ],
)
def test_the_moment_of_planning_may_have_any_offset(server: Server, asked: str, as_of: str) -> None:
    found = dry_run(server, json.loads(BRANCH), as_of=asked).json()
    assert (found["as_of"], found["warning_count"]) == (as_of, 0)


def test_the_moment_of_planning_without_an_offset_is_a_warning(server: Server) -> None:
    found = dry_run(server, json.loads(BRANCH), as_of="2026-11-27T16:05").json()
    assert (found["as_of"], found["warning_count"]) == ("2026-11-27T16:05:00+08:00", 1)
    assert (found["warnings"][0]["code"], found["warnings"][0]["path"]) == ("MOMENT_NAIVE", "/query/as_of")


def test_a_stage_is_at_its_hour_of_the_branch_whatever_the_offset_of_the_branchs_moment(server: Server) -> None:
    document = json.loads(BRANCH)
    document["branch"]["as_of"] = "2026-11-27T08:00:00Z"
    assert dry_run(server, document, stage="settle").json()["as_of"] == "2026-11-27T18:00:00+08:00"


@pytest.mark.parametrize("name", ["lenient", "allow_unknown"])
def test_a_key_that_nobody_knows_is_refused_or_with_lenient_a_warning(server: Server, name: str) -> None:
    document = json.loads(BRANCH)
    document["orders"][0]["colour"] = "red"
    refused = dry_run(server, document)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "KEY_UNKNOWN")
    taken = dry_run(server, document, **{name: True})
    assert [one["code"] for one in taken.json()["warnings"]] == ["KEY_UNKNOWN"]


# --- the database is not to be had ----------------------------------------------------------------------------------


def test_a_request_that_gets_no_connection_is_asked_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asking(tmp_path) as client, ExitStack() as held:
        engine = client.app.state.service.store.engine  # type: ignore[attr-defined]
        monkeypatch.setattr(engine.pool, "_timeout", 0.01)
        with suppress(NoConnectionError):
            while True:
                held.enter_context(engine.connect())
        for answer in (client.get("/v1/plans"), client.post("/v1/plans", content=BRANCH, headers=JSON)):
            told = answer.json()
            assert (answer.status_code, told["code"]) == (503, "STORE_UNAVAILABLE")
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/healthz").status_code == 200
        held.close()
        assert client.get("/v1/plans").json()["items"] == []
