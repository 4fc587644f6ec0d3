"""The pages for integrators: each curl example is run against a server, each address is one of the reference."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.schemas.bodies import example_branch
from api.webhooks.signature import sign
from tests.api.conftest import BRANCH

if TYPE_CHECKING:
    from tests.api.conftest import Server

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [f"{name}{ending}" for name in ("service", "editing", "integrating") for ending in (".md", ".zh.md")]

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: An address in the text, with what it is asked by.
_ADDRESS = re.compile(r"`(GET|POST|PATCH|DELETE) (/v1/[^\s`?]*)(?:\?([^`\s]*))?`")


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def curls_of(page: str) -> list[str]:
    """Return the curl examples of a page, each a command of a shell."""
    scripts = [body for kind, body in _BLOCK.findall(text_of(page)) if kind == "sh"]
    lines = "\n".join(scripts).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("curl ")]


def json_of(page: str, key: str) -> Any:
    """Return the example in JSON that has a key."""
    found = [json.loads(body) for kind, body in _BLOCK.findall(text_of(page)) if kind == "json"]
    return next(document for document in found if key in document)


@pytest.mark.parametrize("page", PAGES)
def test_every_curl_example_does_what_the_page_says(server: Server, page: str, tmp_path: Path) -> None:
    commands = curls_of(page)
    assert commands
    (tmp_path / "branch.json").write_bytes(BRANCH)
    if page.startswith("editing"):
        (tmp_path / "edits.json").write_text(json.dumps(json_of(page, "edits")), encoding="utf-8")
    job = server.ended(server.submit(iterations=300))
    key = (server.data / "admin.key").read_text().strip()
    for command in commands:
        job = server.job(job["id"])
        asked = command.replace("http://localhost:8000", server.url).replace("ETAG", job["etag"])
        # The seconds of an evening are not those of a test.
        asked = re.sub(r"\bID\b", job["id"], asked).replace("seconds=60", "iterations=300")
        result = subprocess.run(
            ["bash", "-c", asked.replace("curl ", "curl --silent --show-error --fail-with-body ", 1)],
            cwd=tmp_path, env={"KEY": key, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
        assert result.returncode == 0, (command, result.stdout, result.stderr)
        if "/events" not in command:
            assert isinstance(json.loads(result.stdout), dict)
    for listed in server.http.get("/v1/plans", params={"status": "queued"}).json()["items"]:
        server.ended(listed["id"])


@pytest.mark.parametrize("page", PAGES)
def test_every_address_of_a_page_is_one_of_the_reference(server: Server, page: str) -> None:
    paths = server.http.get("/openapi.json").json()["paths"]
    for method, address, query in _ADDRESS.findall(text_of(page)):
        operation = next(
            (
                operations[method.lower()]
                for path, operations in paths.items()
                if method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), address)
            ),
            None,
        )
        assert operation is not None, f"{method} {address}"
        known = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
        assert {part.partition("=")[0] for part in query.split("&") if part} <= known, (address, query)


def test_both_languages_have_the_same_examples() -> None:
    for page in PAGES[::2]:
        assert curls_without_words(page) == curls_without_words(page.replace(".md", ".zh.md"))


def curls_without_words(page: str) -> list[str]:
    """Return the examples without the remarks behind them."""
    return [" ".join(line.partition("  #")[0].split()) for line in curls_of(page)]


@pytest.mark.parametrize("page", ["integrating.md", "integrating.zh.md"])
def test_the_matrix_of_the_page_is_taken_and_used(server: Server, page: str) -> None:
    example = json_of(page, "matrix")
    document = example_branch() | example
    document["branch"]["branch_id"] = f"MATRIX-{page}"
    document["orders"] = [row for row in document["orders"] if row["order_id"] in ("O1", "O2")]
    job = server.ended(server.submit(json.dumps(document).encode(), iterations=300))
    assert job["status"] == "solved", job["failure"]
    matrix = server.http.get(f"/v1/plans/{job['id']}/plan.json").json()["matrix"]
    assert (matrix["provenance"]["provider"], matrix["keys"][0]) == ("file", "branch")
    row, column = matrix["keys"].index("branch"), matrix["keys"].index("O2")
    assert (matrix["seconds"][0][row][column], matrix["metres"][0][row][column]) == (1200, 9900)
    server.check_plan(job["id"])
    # Without a place it is refused by its path, before anything is queued.
    document["matrix"] = {"keys": ["branch", "O1"], "seconds": [[0, 1], [1, 0]]}
    refused = server.http.post("/v1/plans", json=document)
    assert refused.status_code == 422
    assert [(one["code"], one["path"], one["value"]) for one in refused.json()["errors"]] == [
        ("MATRIX_KEY_MISSING", "/matrix/keys", "O2")
    ]
    # A patch replaces it, as large as it is, or takes it out, and travel is estimated again.
    keys = [*example["matrix"]["keys"], *(f"P{number}" for number in range(200))]
    far = {"keys": keys, "seconds": [[0 if a == b else 1500 for b in keys] for a in keys]}
    larger = server.http.post(f"/v1/plans/{job['id']}/patch", json={"matrix": far}, params={"iterations": 300})
    assert larger.status_code == 202, larger.text
    assert int(larger.request.headers["content-length"]) > 150_000
    server.ended(larger.json()["id"])
    matrix = server.http.get(f"/v1/plans/{larger.json()['id']}/plan.json").json()["matrix"]
    row, column = matrix["keys"].index("branch"), matrix["keys"].index("O2")
    assert matrix["seconds"][0][row][column] == 1500
    estimated = server.http.post(f"/v1/plans/{job['id']}/patch", json={"matrix": None}, params={"iterations": 300})
    assert estimated.status_code == 202, estimated.text
    server.ended(estimated.json()["id"])
    matrix = server.http.get(f"/v1/plans/{estimated.json()['id']}/plan.json").json()["matrix"]
    assert matrix["provenance"]["provider"] == "geodesic"


@pytest.mark.parametrize("page", ["integrating.md", "integrating.zh.md"])
def test_a_receiver_that_does_as_the_page_says_knows_a_delivery(page: str) -> None:
    [example] = [body for kind, body in _BLOCK.findall(text_of(page)) if kind == "python"]
    names: dict[str, Any] = {}
    exec(example, names)
    body = '{"event": "ping", "说": 1}'.encode()
    assert names["expected_signature"]("whsec_1", "1796079533", body) == sign("whsec_1", 1796079533, body)
