"""What a service is run with: the unit, the composition, the sites of proxies, and the page that tells of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
import yaml

from api.cli import app
from api.settings import Settings
from tests.test_architecture import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DEPLOY = ROOT / "deploy"
UNIT = (DEPLOY / "paigong.service").read_text(encoding="utf-8")
COMPOSITION: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OURS = ("api", "work")
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
#: Of ten; what systemd calls fine ends below two.
MOST_EXPOSED = 1.5
#: What is set, and is no setting of the service alone.
ELSEWHERE = {"PAIGONG_DATA", "PAIGONG_CACHE", "PAIGONG_BROKER"}
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", [*FILES, *ROOT.glob("docs/operating*.md")], ids=lambda path: path.name)
def test_what_is_set_is_a_setting(path: Path) -> None:
    known = {f"PAIGONG_{name.upper()}" for name in Settings.model_fields} | ELSEWHERE
    assert set(re.findall(r"\bPAIGONG_[A-Z_]+", path.read_text(encoding="utf-8"))) <= known


# --- systemd --------------------------------------------------------------------------------------------------------


def test_the_unit_waits_longer_than_the_service_needs_to_end() -> None:
    [limit_s] = re.findall(r"^TimeoutStopSec=(\d+)", UNIT, re.MULTILINE)
    assert float(limit_s) > Settings().grace_s + 5
    assert "KillMode=mixed" in UNIT
    # Kernels are compiled: with this the service would not run.
    assert "MemoryDenyWriteExecute" not in UNIT


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Return the unit, with a program that is there."""
    if shutil.which("systemd-analyze") is None:
        assert os.environ.get("CI") != "true", "systemd-analyze is missing"
        pytest.skip("needs systemd-analyze")
    path = tmp_path / "paigong.service"
    path.write_text(UNIT.replace("ExecStart=/opt/paigong/bin/paigong", f"ExecStart={shutil.which('true')}"))
    return path


def test_systemd_takes_the_unit(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_gives_few_rights(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    [exposed] = re.findall(r"Overall exposure level for paigong\.service: ([\d.]+)", said)
    assert float(exposed) <= MOST_EXPOSED


# --- containers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_runs_a_command_with_few_rights(name: str) -> None:
    service = COMPOSITION["services"][name]
    command, *options = service["command"]
    known = {option for param in COMMANDS[command].params for option in param.opts}
    assert {word for word in options if word.startswith("--")} <= known
    assert service["build"]["dockerfile"] == "deploy/Dockerfile"
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["depends_on"]["db"]["condition"] == "service_healthy"
    assert int(service["stop_grace_period"].removesuffix("s")) > Settings().grace_s + 5


def test_nothing_of_the_composition_faces_a_network_or_has_a_password_in_it() -> None:
    ports = [port for service in COMPOSITION["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert all("${POSTGRES_PASSWORD:?" in line for line in text.splitlines() if "PASSWORD:" in line)


# --- proxies --------------------------------------------------------------------------------------------------------


def test_nginx_takes_the_site(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None or shutil.which("openssl") is None:
        assert os.environ.get("CI") != "true", "nginx or openssl is missing"
        pytest.skip("needs nginx and openssl")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=paigong.example", "-days", "1",
         "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"],
        capture_output=True, check=True,
    )  # fmt: skip
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8").replace("/etc/ssl/paigong", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(
        f"error_log stderr; pid {tmp_path}/pid; events {{}} http {{ access_log off; {site} }}"
    )
    done = subprocess.run(
        [nginx, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_lets_through_what_the_service_takes(name: str) -> None:
    site = (DEPLOY / name).read_text(encoding="utf-8")
    [most] = re.findall(r"(?:client_max_body_size |max_size )(\d+)m", site, re.IGNORECASE)
    assert int(most) * 1_000_000 > Settings().max_body_bytes
    assert "/metrics" in site


# --- the page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["operating.md", "operating.zh.md"])
def test_every_command_of_the_page_is_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    for command, options in re.findall(r"^paigong (\w+)(.*)$", code, re.MULTILINE):
        known = {option for param in COMMANDS[command].params for option in param.opts}
        assert set(re.findall(r" (--[\w-]+)", options)) <= known
    assert set(re.findall(r"deploy/[\w.]+", text)) <= {f"deploy/{path.name}" for path in FILES}
