"""The OpenAPI document and the server say the same, whatever is sent: schemathesis over every operation.

`PAIGONG_CASES` says how many requests are made over all operations: 300 by default, at least 2000 before a release.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from api import upload
from api.errors import MEDIA_TYPE
from api.fault_texts import FAULT_TEXTS
from api.main import create_app
from api.openapi import branch_schema, example_branch
from api.settings import Settings
from api.store.engine import Store
from api.webhooks import AddressGuard
from tests.api.conftest import PATIENCE_S, ROOT, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import APIOperation, Case, CheckContext, Response, SerializationContext

#: One server for all of this file, also when tests run side by side.
pytestmark = pytest.mark.xdist_group("contract")

CASES = int(os.environ.get("PAIGONG_CASES", "300"))
#: Shares of the cases; every other operation has one.
SHARES = {"POST /v1/plans": 6, "POST /v1/plans/judge": 4, "POST /v1/webhooks": 2}
DOCUMENT: dict[str, Any] = create_app(Settings(), Store("sqlite:///never-opened.db")).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
SMALL = example_branch()

#: How a job may have ended; these come in a job's `failure`, not as an answer.
FAULTS_OF_JOBS = {"LOCKS_CONFLICT", "TIME_TOO_SHORT", "SOLVER_DEFECT", "WORKER_LOST"}
#: What any address may answer: to a request that is no HTTP or meets no operation, by a defect, at the end.
FAULTS_OF_HTTP = {"BAD_REQUEST", "METHOD_NOT_ALLOWED", "INTERNAL", "SHUTTING_DOWN"}


# --- the checks -----------------------------------------------------------------------------------------------------


def faults_are_documented(_ctx: CheckContext, response: Response, case: Case) -> None:
    """Check that a refusal is problem details, with a code that the operation lists under its status."""
    if response.status_code < 400 or "problem+json" not in response.headers.get("content-type", [""])[0]:
        assert response.status_code < 400 or case.path == "/readyz"
        return
    problem = response.json()
    listed = OPERATIONS[case.operation.label]["responses"].get(str(response.status_code), {})
    examples = listed.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
    assert problem["code"] in {*examples, *FAULTS_OF_HTTP}, problem
    assert problem["status"] == response.status_code
    assert problem["cause"]
    assert problem["action"]


def answers_are_guarded(_ctx: CheckContext, response: Response, _case: Case) -> None:
    """Check that every answer has its request's id and the safe headers."""
    assert response.headers["x-request-id"][0]
    assert response.headers["x-content-type-options"] == ["nosniff"]
    assert "default-src 'none'" in response.headers["content-security-policy"][0]


#: Left out: `positive_data_acceptance`, because what makes a branch valid (ids that exist, dates that follow each
#: other) is beyond a schema; `missing_required_header`, because no header but the key is required, and
#: `ignored_auth` sends none; `use_after_free`, `ensure_resource_availability`, because nothing here is deleted, and
#: `object_level_authorization`, because test_access.py has two branches for that.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
    checks.unsupported_method,
    checks.allow_header_conformance,
    faults_are_documented,
    answers_are_guarded,
]

#: What is no operation here is one of a plan that is called `judge`: it is refused as a wrong id.
NOT_FOR = {"POST /v1/plans/judge": (checks.unsupported_method, checks.allow_header_conformance)}


@schemathesis.serializer(upload.WORKBOOK, upload.ARCHIVE)
def as_it_is(_ctx: SerializationContext, value: Any) -> dict[str, Any]:
    """Send drawn bytes as a body of these types."""
    return {"data": value if isinstance(value, bytes) else str(value).encode()}


# --- the server -----------------------------------------------------------------------------------------------------


@dataclass
class World:
    """A server with jobs in every state, none of which moves on: it has no worker any more."""

    server: Server
    operations: dict[str, APIOperation[Any, Any, Any, Any]]
    draft: str
    published: str
    queued: str
    #: For those operations that change a job.
    doomed: str
    to_publish: str
    webhooks: list[str]
    plan_file: dict[str, Any]
    seen: Counter[int] = field(default_factory=Counter)

    def check(self, case: Case) -> None:
        """Send a case and hold the answer against the document."""
        response = case.call_and_validate(
            base_url=self.server.url,
            headers={"Authorization": self.server.http.headers["authorization"]},
            checks=[check for check in CHECKS if check not in NOT_FOR.get(case.operation.label, ())],
            timeout=PATIENCE_S,
        )
        self.seen[response.status_code] += 1

    def ids(self, label: str) -> list[dict[str, str]]:
        """Return path parameters of what is there, for an operation."""
        if "{webhook_id}" in label:
            return [{"webhook_id": webhook_id} for webhook_id in self.webhooks]
        if "{job_id}" not in label:
            return []
        known = [self.draft, self.published, self.queued]
        if label.startswith("DELETE"):
            known = [self.draft, self.published, self.doomed]
        elif label.endswith("/publish"):
            known = [self.to_publish, self.published, self.queued]
        elif label.endswith("/events"):
            # The stream of a job that waits for ever has no end.
            known = [self.draft, self.published]
        return [{"job_id": job_id} for job_id in known]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    server = Server(
        tmp_path_factory.mktemp("contract"), requests_per_s=1e6, burst=10**6, queued=10**6, queued_per_key=10**6,
        wait_s=0.2, default_solve_s=1, webhook_networks='["127.0.0.0/8"]',
    )  # fmt: skip
    try:
        server.start()
        jobs = [server.submit(seconds=60, iterations=50, seed=seed) for seed in range(3)]
        for job_id in jobs:
            assert server.ended(job_id)["status"] == "solved"
        answer = server.http.post(f"/v1/plans/{jobs[1]}/publish", params={"anyway": True})
        assert answer.status_code == 200, answer.text
        plan_file = server.http.get(f"/v1/plans/{jobs[0]}/plan.json").json()
        server.stop()
        server.settings["workers"] = 0
        server.start()
        schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
        assert schema.raw_schema["paths"] == DOCUMENT["paths"]
        schema.config.generation.update(deterministic=True, with_security_parameters=False)
        schema.config.checks.update(included_check_names=[])
        hook = {"url": "http://127.0.0.1:9/hook"}
        made = World(
            server=server,
            operations={found.ok().label: found.ok() for found in schema.get_all_operations()},
            draft=jobs[0],
            published=jobs[1],
            to_publish=jobs[2],
            queued=server.submit(),
            doomed=server.submit(),
            webhooks=[server.http.post("/v1/webhooks", json=hook).json()["id"] for _ in range(3)],
            plan_file=plan_file,
        )
        yield made
        print(f"{made.seen.total()} cases: {dict(sorted(made.seen.items()))}")
    finally:
        server.stop()


# --- what is sent ---------------------------------------------------------------------------------------------------


def systematic(world: World, label: str, count: int) -> list[Case]:
    """Return some of schemathesis's systematic cases: of each kind (a missing name, a wrong type, ...) in turn."""
    operation = world.operations[label]
    generation = operation.schema.config.generation_for(operation=operation, phase="coverage")
    kinds: defaultdict[str, list[Case]] = defaultdict(list)
    for case in operation.schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=generation
    ):
        assert case.meta is not None
        kinds[case.meta.phase.data.scenario].append(case)
    rng = Random(label)
    for cases in kinds.values():
        rng.shuffle(cases)
    in_turn = [case for case in chain(*zip_longest(*kinds.values())) if case is not None]
    known = world.ids(label)
    for number, case in enumerate(in_turn[:count]):
        if known and not case.meta.is_negative_at(ParameterLocation.PATH):
            case.path_parameters = dict(known[number % len(known)])
    return in_turn[:count]


@st.composite
def drawn(draw: st.DrawFn, world: World, label: str) -> Case:
    """Draw a case: valid or not, about what is there or not, with the bodies that lead farthest most of the time."""
    operation = world.operations[label]
    known = world.ids(label)
    mode = draw(st.sampled_from(GenerationMode))
    fixed = {"path_parameters": draw(st.sampled_from(known))} if known and draw(st.integers(0, 4)) else {}
    documents = {
        "POST /v1/plans": [SMALL],
        "POST /v1/plans/judge": [world.plan_file, {"routes": {"T1": ["O1", "O2"], "T2": ["O3"]}, "problem": SMALL}],
        "POST /v1/webhooks": [{"url": "http://127.0.0.1:9/hook"}, {"url": "http://127.0.0.1:9/", "branches": ["HZ"]}],
        "POST /v1/plans/{job_id}/acknowledgements": [{"technician_id": who} for who in ("T1", "T2")],
    }.get(label)
    if documents is None or draw(st.integers(0, 4)) == 0:
        return draw(operation.as_strategy(generation_mode=mode, **fixed))
    document = draw(st.sampled_from(documents))
    case = draw(operation.as_strategy(body=deepcopy(document), media_type=upload.JSON, **fixed))
    kind = draw(st.sampled_from(("same", "changed", "changed", "changed", "broken")))
    if kind == "changed":
        case.body = draw(changed(document))
    if kind == "broken":
        content = draw(broken(json.dumps(document).encode()))
        return operation.Case(
            body=content, media_type=upload.JSON, path_parameters=case.path_parameters, query=case.query,
        )  # fmt: skip
    return case


#: What is put where something else is expected.
ODD = st.sampled_from(
    (
        None, True, 0, -1, 1, 3, 10**9, 10**10, 1.5, -0.0, 90.0, 1e308, "", " ", "x", "O1", "T1", "T2", "C2", "P1",
        "HZ", "2026-11-30", "2026-12-01", "2026-02-31", "31.11.2026", "25:00", "08:30", "08:30-17:30", "PT1H", "-PT1H",
        "PT9999H", "2026-11-30T09:00:00+08:00", "2026-11-30T09:00:00", "person", "car", "\x00", "=1+1", "𝕏" * 300,
        [], {}, [[]], [{}], ["T1"], ["T1", "T1"], [{"part_id": "P1", "quantity": 1}],
        [{"open": "2026-11-30T09:00:00+08:00", "close": "2026-11-30T08:00:00+08:00"}],
    )
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """Draw a document with a few changes, most of them small: the reader's checks lie deep."""
    made = deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = list(places_of(made))
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        deed = draw(st.sampled_from(("replace", "leave out", "double", "exchange", "fill", "fill", "fill")))
        if deed == "replace":
            container[key] = deepcopy(draw(ODD))
        elif deed == "leave out":
            del container[key]
        elif deed == "double" and isinstance(container, list):
            container.insert(key, deepcopy(container[key]))
        elif deed == "exchange":
            other, there = draw(st.sampled_from(places))
            container[key], other[there] = deepcopy(other[there]), deepcopy(container[key])
        else:
            _fill(draw, made.get("problem", made))
    return made


def _fill(draw: st.DrawFn, branch: Any) -> None:
    """Set a column that the schema knows, in a row of a sheet, perhaps a new one."""
    sheets = {name: sheet for name, sheet in branch_schema()["properties"].items() if name not in ("format", "policy")}
    name = draw(st.sampled_from(sorted(sheets)))
    if not isinstance(branch, dict):
        return
    rows = branch.setdefault(name, [])
    rows = [rows] if name == "branch" else rows
    if not isinstance(rows, list):
        return
    if not rows or draw(st.booleans()):
        rows.append({})
    row = rows[-1] if draw(st.booleans()) else rows[0]
    columns = sheets[name]["properties"] if name == "branch" else sheets[name]["items"]["properties"]
    for column in draw(st.lists(st.sampled_from(sorted(columns)), min_size=1, max_size=4)):
        if isinstance(row, dict):
            row[column] = deepcopy(draw(ODD))


def places_of(document: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container of a document with every key in it."""
    keys = list(document) if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for key in keys:
        yield document, key
        yield from places_of(document[key])


@st.composite
def broken(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw a text that is no JSON any more, or JSON of a kind that readers disagree about."""
    place = draw(st.integers(0, len(content) - 1))
    return draw(
        st.sampled_from(
            (
                b"",
                content[:place],
                content[:place] + b"\xff" + content[place:],
                content[:place] + b"\x00" + content[place + 1 :],
                content[:place] + b'{"a":' + content[place:],
                b"\xef\xbb\xbf" + content,
                content.decode().encode("utf-16"),
                content.replace(b"1", b"NaN", 1),
                content.replace(b"1", b"1e999", 1),
                content.replace(b"1", b"1" * 5000, 1),
                content[:-1] + b', "format": "paigong.problem/1"}',
                b"[" * 100_000,
                b'"\\ud800"',
                content + content,
            )
        )
    )


# --- every operation, whatever is sent ------------------------------------------------------------------------------


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_answers_as_it_is_documented(world: World, label: str) -> None:
    unit = CASES / (len(OPERATIONS) + sum(share - 1 for share in SHARES.values()))
    count = max(4, round(unit * SHARES.get(label, 1)))
    done = systematic(world, label, count // 2)
    for case in done:
        world.check(case)

    @given(case=drawn(world, label))
    @settings(
        max_examples=count - len(done), derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def check(case: Case) -> None:
        world.check(case)

    check()
