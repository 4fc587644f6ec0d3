"""The bill of materials: every package of the image's lock, who asks for it, and what is copied into the repository."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_architecture import ROOT

if TYPE_CHECKING:
    from types import ModuleType

LOCK = """\
alpha==1.2.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via
    #   -c requirements.lock
    #   paigong (pyproject.toml)
beta-kit==3.0 ; sys_platform == 'win32' \\
    --hash=sha256:cc
    # via alpha
"""


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "deploy" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_each_package_is_named_with_its_url_and_who_asks_for_it(sbom: ModuleType) -> None:
    found = sbom.bill(LOCK, "0.1.0")
    alpha, beta = found["components"][:2]
    assert alpha == {
        "type": "library", "bom-ref": "pkg:pypi/alpha@1.2.0", "name": "alpha", "version": "1.2.0",
        "purl": "pkg:pypi/alpha@1.2.0",
    }  # fmt: skip
    assert (beta["scope"], beta["properties"][0]["value"]) == ("optional", "sys_platform == 'win32'")
    depends = {entry["ref"]: entry["dependsOn"] for entry in found["dependencies"]}
    assert depends["pkg:pypi/alpha@1.2.0"] == ["pkg:pypi/beta-kit@3.0"]
    assert "pkg:pypi/alpha@1.2.0" in depends["pkg:generic/paigong@0.1.0"]


def test_a_number_is_that_of_one_lock_and_one_version(sbom: ModuleType) -> None:
    def number(lock: str, version: str) -> str:
        return str(sbom.bill(lock, version)["serialNumber"])

    assert number(LOCK, "0.1.0") == number(LOCK, "0.1.0")
    assert len({number(LOCK, "0.1.0"), number(LOCK, "0.2.0"), number(LOCK.replace("1.2.0", "1.2.1"), "0.1.0")}) == 3


def test_the_document_of_the_repository_names_all_that_is_locked() -> None:
    script = [sys.executable, str(ROOT / "deploy" / "sbom.py")]
    found: dict[str, Any] = json.loads(subprocess.run(script, capture_output=True, check=True, text=True).stdout)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    locked = set(re.findall(r"^([\w.-]+==[^\s;\\]+)", lock("deploy/requirements.lock"), re.MULTILINE))
    named = {f"{one['name']}=={one['version']}" for one in found["components"] if one["purl"].startswith("pkg:pypi/")}
    assert named == locked
    assert "pkg:npm/swagger-ui-dist@5.35.0" in {one["purl"] for one in found["components"]}
    references = {found["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in found["components"])}
    assert len(references) == len(found["components"]) + 1
    assert {entry["ref"] for entry in found["dependencies"]} == references
    assert {ref for entry in found["dependencies"] for ref in entry["dependsOn"]} <= references


def lock(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["deploy/requirements.lock", "deploy/build.lock"])
def test_the_image_has_what_is_tested(name: str) -> None:
    """Each package of the image is locked for the tests, too, in the same version and with the same hashes."""
    pin = re.compile(r"^\S+==.*\n(?:    --hash.*\n)+", re.MULTILINE)
    own, tested = set(pin.findall(lock(name))), set(pin.findall(lock("requirements.lock")))
    assert own
    assert own <= tested


def test_what_builds_is_what_the_project_asks_for() -> None:
    [asked] = re.findall(r'^requires = \["(.+)"\]', lock("pyproject.toml"), re.MULTILINE)
    assert re.search(rf"^{re.escape(asked)} ", lock("deploy/build.lock"), re.MULTILINE)
