"""The OpenAPI document and the server say the same, whatever is sent: schemathesis over every operation.

`PAIGONG_CASES` says how many requests are made over all operations: 160 by default, at least 2000 before a release.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, zip_longest
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

from api.access.doorkeeper import make_key
from api.main import create_app
from api.readers import upload
from api.refusals.refusal import MEDIA_TYPE
from api.schemas.bodies import example_branch
from api.settings import Settings
from api.statuses import Role
from api.store.engine import Store, migrate
from api.webhooks import AddressGuard
from optimizer.ingest.forms.columns import SHEETS
from optimizer.ingest.write import problem_to_json
from tests.api.conftest import PATIENCE_S, ROOT, Server
from tests.api.test_document import COMPONENTS, DOCUMENT, FAULTS_OF_HTTP, OPERATIONS
from tests.random_problems import random_problem, random_whole_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schemathesis import APIOperation, Case, CheckContext, Response, SerializationContext

    from optimizer.domain.problem import Problem

#: Thousands of drawn requests: more than a minute.
pytestmark = pytest.mark.night

CASES = int(os.environ.get("PAIGONG_CASES", "160"))
#: Shares of the cases; every other operation has one.
SHARES = {"POST /v1/plans": 6, "POST /v1/plans/judge": 4, "POST /v1/webhooks": 2}
SMALL = example_branch()


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


def closed(schema: Any) -> Any:
    """Return a schema whose objects hold nothing but what it names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(part) for name, part in schema.items()}
    return (
        {"additionalProperties": False, **made} if schema.get("type") == "object" and "properties" in schema else made
    )


#: Clients pass over what they do not know; the service says nothing that it has not written down.
CLOSED = {"schemas": closed(COMPONENTS)}


@cache
def validator_of(label: str, status: int) -> Any:
    """Return what validates an answer strictly, where it is JSON."""
    content = OPERATIONS[label]["responses"].get(str(status), {}).get("content", {})
    return (
        None if upload.JSON not in content else validator_for(content[upload.JSON]["schema"] | {"components": CLOSED})
    )


def answers_hold_no_field_beside(_ctx: CheckContext, response: Response, case: Case) -> None:
    """Check that an answer holds no field that the document does not name."""
    validator = validator_of(case.operation.label, response.status_code)
    if validator is not None:
        validator.validate(response.json())


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
    answers_hold_no_field_beside,
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
    #: The one that is stopped.
    doomed: str
    #: Webhooks, each with the id of a delivery to it.
    webhooks: dict[str, str]
    plan_file: dict[str, Any]
    #: Operations and the statuses that they were answered with.
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)

    def check(self, case: Case) -> None:
        """Send a case and hold the answer against the document."""
        response = case.call_and_validate(
            base_url=self.server.url,
            headers={"Authorization": self.server.http.headers["authorization"]},
            checks=[check for check in CHECKS if check not in NOT_FOR.get(case.operation.label, ())],
            timeout=PATIENCE_S,
        )
        self.seen[case.operation.label, response.status_code] += 1

    def ids(self, label: str) -> list[dict[str, str]]:
        """Return path parameters of what is there, for an operation."""
        if "{webhook_id}" in label:
            has_delivery = "{delivery_id}" in label
            return [
                {"webhook_id": webhook_id} | ({"delivery_id": delivery_id} if has_delivery else {})
                for webhook_id, delivery_id in self.webhooks.items()
            ]
        if "{job_id}" not in label:
            return []
        third = self.doomed if label.startswith("DELETE") else self.queued
        known = [self.published, self.draft, third]
        if label.endswith("/events"):
            # The stream of a job that waits for ever has no end.
            known.remove(third)
        if label.endswith("/acknowledgements"):
            known.append(self.published)
        # What else is in an address, for those that have more than a job in it.
        others = {"other_id": self.draft, "technician_id": "T1"}
        more = {name: value for name, value in others.items() if f"{{{name}}}" in label}
        return [{"job_id": job_id, **more} for job_id in known]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    server = Server(
        tmp_path_factory.mktemp("contract"), requests_per_s=1e6, burst=10**6, queued=10**6, queued_per_key=10**6,
        wait_s=0.2, default_solve_s=1, webhook_networks='["127.0.0.0/8"]',
    )  # fmt: skip
    try:
        server.start()
        jobs = [server.submit(seconds=60, iterations=50, seed=seed) for seed in range(2)]
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
        hook = {"url": "http://127.0.0.1:9/hook"}
        webhooks = [server.http.post("/v1/webhooks", json=hook).json()["id"] for _ in range(3)]
        made = World(
            server=server,
            operations={found.ok().label: found.ok() for found in schema.get_all_operations()},
            draft=jobs[0],
            published=jobs[1],
            queued=server.submit(),
            doomed=server.submit(),
            webhooks={one: server.http.post(f"/v1/webhooks/{one}/ping").json()["id"] for one in webhooks},
            plan_file=plan_file,
        )
        yield made
        statuses = Counter(status for _, status in made.seen.elements())
        print(f"{made.seen.total()} cases: {dict(sorted(statuses.items()))}")
        for label in OPERATIONS:
            found = {status: count for (of, status), count in sorted(made.seen.items()) if of == label}
            print(f"  {label}: {found}")
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
        "POST /v1/plans/judge": [
            world.plan_file,
            {"routes": {"T1": ["O1", "O2"], "T2": ["O3"]}, "problem": SMALL},
            world.plan_file | {"branch": "newest"},
            {"routes": {"T1": ["O1"]}, "problem": SMALL, "branch": SMALL},
        ],
        "POST /v1/webhooks": [{"url": "http://127.0.0.1:9/hook"}, {"url": "http://127.0.0.1:9/", "branches": ["HZ"]}],
        "POST /v1/plans/{job_id}/acknowledgements": [{"technician_id": who} for who in ("T1", "T2")],
    }.get(label)
    if label == "POST /v1/plans/{job_id}/publish" and draw(st.booleans()):
        return draw(operation.as_strategy(query={"anyway": True}, **fixed))
    if documents is None or draw(st.integers(0, 4)) == 0:
        return draw(operation.as_strategy(generation_mode=mode, **fixed))
    document = draw(st.sampled_from(documents))
    case = draw(operation.as_strategy(body=deepcopy(document), media_type=upload.JSON, **fixed))
    if draw(st.integers(0, 4)):
        # One that was used before hides the body that comes with it.
        case.headers.pop("Idempotency-Key", None)
    kind = draw(st.sampled_from(("same", "changed", "changed", "changed", "broken", "packed")))
    if kind == "changed":
        case.body = draw(changed(document))
    if kind == "broken" or (kind == "packed" and label != "POST /v1/plans"):
        case = raw(case, draw(broken(json.dumps(document).encode())), upload.JSON)
    elif kind == "packed":
        case = raw(case, draw(packed()), draw(st.sampled_from((upload.ARCHIVE, upload.WORKBOOK))))
    return case


def raw(case: Case, content: bytes, media_type: str) -> Case:
    """Return a case with bytes as its body, of which no schema says whether they are right."""
    return case.operation.Case(
        body=content, media_type=media_type, path_parameters=case.path_parameters, query=case.query
    )


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
    name = draw(st.sampled_from(sorted(SHEETS)))
    if not isinstance(branch, dict):
        return
    rows = branch.setdefault(name, [])
    rows = [rows] if name == "branch" else rows
    if not isinstance(rows, list):
        return
    if not rows or draw(st.booleans()):
        rows.append({})
    row = rows[-1] if draw(st.booleans()) else rows[0]
    columns = COMPONENTS[SHEETS[name].__name__]["properties"]
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


@st.composite
def packed(draw: st.DrawFn) -> bytes:
    """Draw an archive of the demo branch with no damage or a few bytes of it, most of them in its directory."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((ROOT / "data/hangzhou").glob("*.csv")):
            archive.writestr(path.name, path.read_bytes())
    made = bytearray(content.getvalue())
    directory = made.index(b"PK\x01\x02")
    places = st.one_of(st.integers(directory, len(made) - 1), st.integers(0, len(made) - 1))
    for place, value in draw(st.dictionaries(places, st.integers(0, 255), max_size=4)).items():
        made[place] = value
    return bytes(made)


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


def test_what_was_taken_is_solved_or_the_reason_is_stated(world: World) -> None:
    page = world.server.http.get("/v1/plans", params={"status": "queued", "limit": 200}).json()
    taken = [job["id"] for job in page["items"]][::-1]
    assert taken
    tried = taken[:: max(1, len(taken) // max(5, CASES // 50))]
    for job_id in set(taken) - set(tried):
        world.server.http.delete(f"/v1/plans/{job_id}")
    # A second process on the same data, as on another machine; it solves for three seconds at most.
    worker = Server(world.server.data, workers=1, max_solve_s=3)
    try:
        worker.start()
        for job_id in tried:
            job = worker.ended(job_id)
            if job["status"] == "invalid":
                assert job["failure"]["code"] in ("LOCKS_CONFLICT", "TIME_TOO_SHORT"), job["failure"]
            else:
                worker.check_plan(job_id)
    finally:
        worker.stop()


# --- problems of every kind, from the door to the judge -------------------------------------------------------------


def as_people_write(problem: Problem) -> Problem:
    """Return a drawn problem without certificates that end before they begin: the reader refuses what is no slip."""
    return replace(
        problem,
        technicians=tuple(
            replace(technician, skills=tuple(replace(skill, valid_from=None) for skill in technician.skills))
            for technician in problem.technicians
        ),
    )


def test_drawn_problems_are_solved_to_plans_that_the_judge_finds_clean(server: Server) -> None:
    count = max(6, CASES // 20)
    jobs = {}
    refused = Counter[str]()
    for seed in range(count):
        is_whole = seed % 3 == 2
        problem, _ = random_whole_problem(seed) if is_whole else random_problem(seed)
        answer = server.http.post(
            "/v1/plans",
            params={"iterations": 300, "seed": seed, "broken_locks": "keep"},
            content=json.dumps(problem_to_json(as_people_write(problem))),
            headers={"Content-Type": "application/json"},
        )
        if answer.status_code == 202:
            jobs[answer.json()["id"]] = problem
            continue
        assert answer.status_code == 422, answer.text
        assert is_whole, answer.text
        refused.update({fault["code"] for fault in answer.json()["errors"] if fault["severity"] == "error"})
    # Gaps below zero, one visit told to one technician twice, more people than there are: the engine can be asked
    # that, people cannot.
    assert set(refused) <= {"DURATION_FORMAT", "ID_TWICE", "CREW_FEW"}
    assert 3 * len(jobs) >= 2 * count, refused
    solved = 0
    for job_id, problem in jobs.items():
        job = server.ended(job_id)
        if job["status"] == "invalid":
            # The locks follow a plan over the drawn travel times; the service computes its own.
            assert (job["failure"]["code"], bool(problem.locks)) == ("LOCKS_CONFLICT", True)
            continue
        server.check_plan(job_id)
        solved += 1
    assert 4 * solved >= 3 * len(jobs)


# --- the examples in it ---------------------------------------------------------------------------------------------


def examples_of(label: str) -> list[Any]:
    """Return the examples of an operation's body."""
    examples = OPERATIONS[label]["requestBody"]["content"][upload.JSON]["examples"]
    return [example["value"] for example in examples.values()]


def example_of(label: str) -> Any:
    """Return the one example of an operation's body."""
    (example,) = examples_of(label)
    return example


def test_the_example_branch_is_planned_as_the_examples_ask(server: Server) -> None:
    parameters = {parameter["name"]: parameter["schema"] for parameter in OPERATIONS["POST /v1/plans"]["parameters"]}
    answer = server.http.post(
        "/v1/plans",
        params={"iterations": 50, "as_of": parameters["as_of"]["examples"][0]},
        json=example_of("POST /v1/plans"),
        headers={"Prefer": parameters["prefer"]["examples"][0]},
    )
    assert answer.status_code in (200, 202), answer.text
    job = server.ended(answer.json()["id"])
    assert (job["status"], job["plan"]["unassigned"]) == ("solved", [])


def test_the_example_receipt_is_one_of_the_example_branch(world: World) -> None:
    receipt = example_of("POST /v1/plans/{job_id}/acknowledgements")
    answer = world.server.http.post(f"/v1/plans/{world.published}/acknowledgements", json=receipt)
    assert answer.status_code == 200, answer.text


def test_the_example_plans_are_judged(server: Server) -> None:
    answers = [server.http.post("/v1/plans/judge", json=example) for example in examples_of("POST /v1/plans/judge")]
    assert [answer.status_code for answer in answers] == [200, 200], answers[-1].text
    alone, with_branch = (answer.json() for answer in answers)
    assert (alone["clean"], alone["branch"]) == (True, None)
    assert with_branch["branch"]["differences"][0]["text"] == "order O1: service 60 -> 90 min"


def test_the_example_webhook_is_made_where_its_host_is_known(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, workers=0, clerks=1)
    store = Store(settings.database_url)
    migrate(store)
    with store.write() as tx:
        key = make_key(tx, Role.ADMIN, branches=None, label="")
    app = create_app(settings, store)
    with TestClient(app, headers={"Authorization": f"Bearer {key}"}) as client:
        app.state.service.guard = AddressGuard((), lambda host, port: ["93.184.215.14"])
        answer = client.post("/v1/webhooks", json=example_of("POST /v1/webhooks"))
    assert answer.status_code == 201, answer.text
