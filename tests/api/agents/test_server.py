"""Agents over standard input and output, as the protocol's own client speaks with `paigong mcp`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.event_loops import run_apart
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

if find_spec("mcp") is None and os.environ.get("CI") != "true":
    pytest.skip("needs the package mcp", allow_module_level=True)

from mcp import Client, StdioServerParameters

ROOT = Path(__file__).parents[3]
#: What clients of today and of a year ago speak.
NEWEST, OLDER = "2026-07-28", "2025-11-25"
#: Nobody waits for so long: whoever does has found a hang.
PATIENCE_S = 600.0


def asked(folder: Path, ask: Callable[[Client], Awaitable[Any]], *options: str, mode: str = "auto") -> Any:
    """Start the server, let a client ask, and end it."""

    async def talk() -> Any:
        words = ["-m", "api.cli", "mcp", "--folder", str(folder), "--lang", "en", *options]
        env = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
        server = StdioServerParameters(command=sys.executable, args=words, env=env, cwd=folder)
        async with Client(server, mode=mode, read_timeout_seconds=PATIENCE_S) as client:
            return await ask(client)

    return run_apart(talk)


async def told(client: Client, tool: str, **given: Any) -> tuple[str, bool]:
    """Return what a tool says, and whether it is an error."""
    result = await client.call_tool(tool, given)
    return "\n".join(part.text for part in result.content), bool(result.is_error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a branch that can be planned, and one that has a fault."""
    folder = tmp_path_factory.mktemp("agents")
    write_folder(folder / "branch", two_orders())
    write_folder(folder / "bad", with_cell(two_orders(), "orders", 0, "customer_id", "C9"))
    return folder


@pytest.fixture(scope="module")
def said(folder: Path) -> dict[str, tuple[str, bool]]:
    """Return what the tools say, called one after another as an agent would."""

    async def work(client: Client) -> dict[str, tuple[str, bool]]:
        answers = {"version": (client.protocol_version, False)}
        answers["tools"] = (json.dumps([tool.name for tool in (await client.list_tools()).tools]), False)
        calls: dict[str, tuple[str, dict[str, Any]]] = {
            "check": ("check", {"branch": "branch"}),
            "faults": ("check", {"branch": "bad"}),
            "plan": ("plan", {"branch": "branch", "out": "plans/one", "seconds": 0.1}),
            "judge": ("judge", {"plan_file": "plans/one/plan.json", "branch": "branch"}),
            "explain": ("explain", {"plan_file": "plans/one/plan.json", "order": "O1"}),
            "promise": ("promise", {"branch": "branch", "order": "O1"}),
            "nobody": ("promise", {"branch": "branch", "order": "O7"}),
            "too long": ("plan", {"branch": "branch", "seconds": 10_000}),
            "elsewhere": ("check", {"branch": "../elsewhere"}),
            "no file": ("judge", {"plan_file": "none.json"}),
            "no tool": ("publish", {}),
        }
        for name, (tool, given) in calls.items():
            answers[name] = await told(client, tool, **given)
        return answers

    return asked(folder, work)


def test_a_client_of_today_finds_the_tools(said: dict[str, tuple[str, bool]]) -> None:
    assert said["version"][0] == NEWEST
    assert json.loads(said["tools"][0]) == ["check", "plan", "judge", "explain", "promise"]


def test_a_branch_is_checked_planned_judged_and_explained(said: dict[str, tuple[str, bool]], folder: Path) -> None:
    expected = {
        "check": "It can be planned: 2 visits, 2 technicians",
        "plan": "Judged clean.",
        "judge": "No rule is broken.",
        "promise": "O1",
    }
    for name, text in expected.items():
        assert text in said[name][0], said[name]
        assert not said[name][1]
    assert (folder / "plans" / "one" / "plan.json").exists()
    assert "O1" in said["explain"][0]
    assert not said["explain"][1]


def test_faults_are_the_report_in_words_and_an_error(said: dict[str, tuple[str, bool]]) -> None:
    for name, text in {
        "faults": "'C9'",
        "nobody": "The order 'O7' is not in orders.",
        "too long": "A search may take 300 s here",
        "elsewhere": "is outside of the folder",
        "no file": "none.json",
        "no tool": "There is no tool 'publish'",
    }.items():
        assert text in said[name][0], said[name]
        assert said[name][1]
    assert "orders.csv row 2" in said["faults"][0]
    assert not any("Traceback" in text for text, _ in said.values())


def test_a_client_of_before_is_answered_too(folder: Path) -> None:
    async def work(client: Client) -> tuple[str, tuple[str, bool]]:
        return client.protocol_version, await told(client, "check", branch="branch")

    version, (text, is_error) = asked(folder, work, mode="legacy")
    assert version == OLDER
    assert "It can be planned" in text
    assert not is_error


def test_nothing_but_the_protocol_is_on_standard_output(folder: Path) -> None:
    hello = {"protocolVersion": OLDER, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "check", "arguments": {"branch": "x"}}},
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "mcp", "--folder", str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write("this is no protocol\n" + "".join(json.dumps(line) + "\n" for line in lines))
        process.stdin.flush()
        answers = []
        while not any(answer.get("id") == 2 for answer in answers):
            answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.stdout.read() == ""
    assert process.returncode == 0
    [result] = [answer["result"] for answer in answers if answer.get("id") == 2]
    assert result["isError"]
