"""The bill of materials of the image, in CycloneDX 1.6, from its lock file: `python deploy/sbom.py > sbom.json`.

What is copied into the repository is named too. The same lock gives the same document.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import uuid
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: `name==version`, a marker where it is for some systems only, hashes, and who asks for it.
PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\\n]+?))? *\\\n"
    r"(?P<hashes>(?:    --hash=\S+(?: \\)?\n)+)(?P<via>(?:    #.*\n?)*)",
    re.MULTILINE,
)
#: Which namespace the document's number is drawn in: any that is fixed.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "paigong.cyclonedx")
PRODUCT = "paigong"


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock.

    Parameters
    ----------
    marker
        The systems that it is for, where not for all.
    asked_by
        The packages that ask for it.
    """

    name: str
    version: str
    marker: str
    asked_by: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL, which is also its reference in the document."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins_of(lock: str) -> list[Pin]:
    """Return the packages of a lock as uv writes it."""
    return [
        Pin(
            name=found["name"].lower(),
            version=found["version"],
            marker=found["marker"] or "",
            asked_by=tuple(re.findall(r"# +(?:via +)?(?!via\b)(\w[\w.-]*)(?: \(|$)", found["via"], re.MULTILINE)),
        )
        for found in PIN.finditer(lock)
    ]


def bill(lock: str, version: str) -> dict[str, Any]:
    """Return the document.

    Parameters
    ----------
    lock
        The text of the lock file.
    version
        That of Paigong.
    """
    pins, product = pins_of(lock), f"pkg:generic/{PRODUCT}@{version}"
    digest = hashlib.sha256(lock.encode()).hexdigest()
    by_name: dict[str, list[Pin]] = {}
    for pin in pins:
        by_name.setdefault(pin.name, []).append(pin)
    vendored = _vendored()
    references = [product, *(pin.purl for pin in pins), *(work["bom-ref"] for work in vendored)]
    depends: dict[str, set[str]] = {reference: set() for reference in references}
    for pin in pins:
        for asking in pin.asked_by:
            for by in [product] if asking == PRODUCT else [one.purl for one in by_name[asking]]:
                depends[by].add(pin.purl)
    depends[product] |= {work["bom-ref"] for work in vendored}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, digest + version)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": product,
                "name": PRODUCT,
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
                "purl": product,
            },
            "properties": [{"name": "paigong:lock:sha256", "value": digest}],
        },
        "components": [*map(_component, pins), *vendored],
        "dependencies": [{"ref": ref, "dependsOn": sorted(on)} for ref, on in sorted(depends.items())],
    }


def _component(pin: Pin) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "library", "bom-ref": pin.purl, "name": pin.name, "version": pin.version}
    found["purl"] = pin.purl
    if pin.marker:
        found |= {"scope": "optional", "properties": [{"name": "paigong:marker", "value": pin.marker}]}
    licence = _licence(pin)
    return found | ({"licenses": [{"expression": licence}]} if licence else {})


def _licence(pin: Pin) -> str:
    """Return the licence that a package states, where it is installed in this version."""
    try:
        about = metadata.metadata(pin.name)
    except metadata.PackageNotFoundError:
        return ""
    return about.get("License-Expression", "") if about["Version"] == pin.version else ""


def _vendored() -> list[dict[str, Any]]:
    """Return the packages whose files are copied into the repository, by the manifests beside them."""
    works = []
    for path in sorted(ROOT.glob("*/**/vendor/MANIFEST.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        purl = f"pkg:npm/{about['name']}@{about['version']}"
        works.append({
            "type": "library", "bom-ref": purl, "name": about["name"], "version": about["version"], "purl": purl,
            "licenses": [{"license": {"id": about["licence"]}}],
        })  # fmt: skip
    return works


def main() -> None:
    """Print the document of this repository."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "deploy" / "requirements.lock").read_text(encoding="utf-8")
    print(json.dumps(bill(lock, project["version"]), indent=1))


if __name__ == "__main__":
    main()
