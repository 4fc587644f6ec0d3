"""The image, built by the steps of its recipe in a clean root, and run there as its user, on another processor."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.api.conftest import BRANCH, wait_until
from tests.deploy.recipe import Builder, Stage, command_of, health_of, read_recipe, run, start
from tests.test_architecture import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECIPE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
#: A processor that no machine of today has: whatever was compiled for this one is not for that.
OTHER_PROCESSOR = "processor\t: 0\nvendor_id\t: Elsewhere\nmodel name\t: Another one\nflags\t\t: fpu\n"


def test_the_recipe_is_read_step_by_step(tmp_path: Path) -> None:
    text = (
        "# A word.\nFROM base AS build\nARG CPU=generic\nRUN one \\\n    && two\n\nFROM base\nCOPY --from=build /a /a\n"
    )
    build, image = read_recipe(text, tmp_path)
    assert (build.name, build.steps) == ("build", [("ARG", "CPU=generic"), ("RUN", "one && two")])
    assert (image.name, image.steps) == ("image", [("COPY", "--from=build /a /a")])


def test_the_image_does_not_run_as_root_and_says_whether_it_is_well() -> None:
    *_, image = read_recipe(RECIPE, ROOT)
    about = dict(image.steps)
    assert about["USER"] == "paigong"
    assert json.loads(about["ENTRYPOINT"]) == ["paigong"]
    assert "/healthz" in about["HEALTHCHECK"]
    assert about["STOPSIGNAL"] == "SIGTERM"
    bases = re.findall(r"^FROM (\S+)", RECIPE, re.MULTILINE)
    assert len(set(bases)) == 1
    # Kernels are run by the Python that has compiled them, and all is tested with its version.
    assert bases[0].startswith("python:3.11-slim")


def test_what_the_recipe_copies_is_what_it_is_given() -> None:
    ignoring = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    given = {line.removeprefix("!") for line in ignoring if line.startswith("!")}
    copied = {
        word
        for stage in read_recipe(RECIPE, ROOT)
        for step, rest in stage.steps
        if step == "COPY" and "--from" not in rest
        for word in rest.split()[:-1]
    }
    assert copied == given
    assert all((ROOT / path).exists() for path in copied)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    can = os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0
    if not can:
        pytest.skip("needs root and namespaces")
    folder = tmp_path_factory.mktemp("image")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    try:
        yield Builder(read_recipe(RECIPE, folder), ROOT).build()
    finally:
        shutil.rmtree(folder)


@pytest.mark.night
def test_the_image_plans_on_another_processor_without_compiling(image: Stage, tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(OTHER_PROCESSOR)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"PAIGONG_PORT": str(port), "PAIGONG_WORKERS": "1", "PAIGONG_CORES": "1"}
    user = image.about["USER"]
    key = run(image, ["paigong", "key", "add", "--role", "admin"], user=user).strip()
    process = start(image, command_of(image), env=env, user=user, cpuinfo=cpuinfo)
    log: list[str] = []
    assert process.stderr is not None
    reading = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
    reading.start()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            wait_until(lambda: process.poll() is not None or _answers(client, "/readyz"))
            run(image, health_of(image), env=env, user=user)
            job = client.post("/v1/plans", params={"seconds": 1}, content=BRANCH).json()["id"]
            wait_until(lambda: client.get(f"/v1/plans/{job}").json()["status"] not in ("queued", "solving"))
            assert client.get(f"/v1/plans/{job}").json()["status"] == "solved"
    finally:
        process.send_signal(signal.SIGTERM)
        # uvicorn ends in order, and then of the signal.
        assert process.wait(60) in (0, -signal.SIGTERM), log
        reading.join(60)
        process.stderr.close()
    ready = [json.loads(line) for line in log if '"kernels_ready"' in line]
    assert [entry["took_s"] for entry in ready] == [0.0], log


def _answers(client: httpx2.Client, path: str) -> bool:
    try:
        return client.get(path).status_code == 200
    except httpx2.TransportError:
        return False
