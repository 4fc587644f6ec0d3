"""Carries out the steps of a Dockerfile without Docker: each stage in a fresh root of its own, entered by chroot.

What the base image brings, a system and Python, is the machine's own, mounted to be read only. Everything that the
recipe makes or copies is new. It knows the instructions that our recipe has.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

#: What the base image brings beside Python: programs and libraries.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64")
#: What says something about the finished image and does nothing while it is built.
ABOUT = {"LABEL", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD", "USER"}
#: What tells pip where packages come from belongs to the machine.
FROM_MACHINE = re.compile(r"PIP_|HTTPS?_PROXY|https?_proxy|NO_PROXY|no_proxy|SSL_CERT|REQUESTS_CA")


@dataclass
class Stage:
    """One stage: its name, its steps in order, and what it sets.

    Parameters
    ----------
    about
        What it says of the finished image, by instruction.
    """

    name: str
    root: Path
    steps: list[tuple[str, str]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    folder: str = "/"


def read_recipe(text: str, folder: Path) -> list[Stage]:
    """Return the stages of a recipe, each with a root below a folder."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    stages: list[Stage] = []
    for line in filter(str.strip, lines):
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            name = rest.partition(" AS ")[2] or "image"
            stages.append(Stage(name, folder / name))
        else:
            stages[-1].steps.append((word, " ".join(rest.split())))
    return stages


class Builder:
    """Builds the stages of a recipe, one after another.

    Parameters
    ----------
    context
        The folder that `COPY` copies from.
    """

    def __init__(self, stages: list[Stage], context: Path) -> None:
        self.stages, self.context = {stage.name: stage for stage in stages}, context

    def build(self) -> Stage:
        """Carry out every step; return the last stage."""
        for stage in self.stages.values():
            _lay_out(stage.root)
            for word, rest in stage.steps:
                self._do(stage, word, rest)
        return stage

    def _do(self, stage: Stage, word: str, rest: str) -> None:
        if word == "ARG":
            name, _, value = rest.partition("=")
            stage.arguments[name] = value
        elif word == "ENV":
            known = {"PATH": os.environ["PATH"]} | stage.arguments | stage.env
            for pair in shlex.split(rest):
                name, _, value = pair.partition("=")
                stage.env[name] = re.sub(r"\$(\w+)", lambda found: known[found[1]], value)
        elif word == "WORKDIR":
            stage.folder = rest
            (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            self._copy(stage, rest.split())
        elif word == "RUN":
            run(stage, ["/bin/sh", "-ec", rest], env=_machine() | stage.arguments)
        else:
            assert word in ABOUT, f"a step that nobody here knows: {word} {rest}"
            stage.about[word] = rest

    def _copy(self, stage: Stage, words: list[str]) -> None:
        options = dict(word[2:].split("=") for word in words if word.startswith("--"))
        assert set(options) <= {"from"}, options
        *sources, target = [word for word in words if not word.startswith("--")]
        start = self.stages[options["from"]].root if options else self.context
        into = stage.root / (stage.folder.lstrip("/") if not target.startswith("/") else "") / target.lstrip("/")
        for source in sources:
            path = start / source.lstrip("/")
            if path.is_dir():
                shutil.copytree(
                    path, into, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
                    if not options else None,
                )  # fmt: skip
            else:
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, into)
        if options:
            _in_whole_seconds(into)


def run(
    stage: Stage,
    command: list[str],
    *,
    env: dict[str, str] | None = None,
    user: str = "root",
    cpuinfo: Path | None = None,
) -> str:
    """Run a command in the root of a stage, to its end; return what it prints.

    Raises
    ------
    AssertionError
        When it fails, with what it said.
    """
    done = subprocess.run(
        inside(stage, command, user=user, cpuinfo=cpuinfo), env=_env(stage, env), capture_output=True, check=False,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout[-2_000:]}\n{done.stderr[-4_000:]}"
    return done.stdout


def start(
    stage: Stage, command: list[str], *, env: dict[str, str], user: str, cpuinfo: Path | None = None
) -> subprocess.Popen[str]:
    """Start a command in the root of a stage."""
    return subprocess.Popen(
        inside(stage, command, user=user, cpuinfo=cpuinfo), env=_env(stage, env), stderr=subprocess.PIPE, text=True
    )


def inside(stage: Stage, command: list[str], *, user: str, cpuinfo: Path | None) -> list[str]:
    """Return a command as it is run in the root of a stage: in a namespace of its own, so that no mount is left."""
    root, lines = stage.root, ["set -e"]
    for path in dict.fromkeys([*SYSTEM, sys.base_prefix]):
        if Path(path).is_dir() and not Path(path).is_symlink():
            lines.append(f"mount --bind {path} {root}{path} && mount -o remount,ro,bind {root}{path}")
    lines += [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    if cpuinfo is not None:
        lines.append(f"mount --bind {cpuinfo} {root}/proc/cpuinfo")
    lines.append(f'exec chroot --userspec={user} {root} /bin/sh -c \'cd {stage.folder} && exec "$@"\' sh "$@"')
    return ["unshare", "--mount", "/bin/sh", "-c", "\n".join(lines), "sh", *command]


def command_of(stage: Stage) -> list[str]:
    """Return what a finished image runs."""
    return [*json.loads(stage.about["ENTRYPOINT"]), *json.loads(stage.about["CMD"])]


def health_of(stage: Stage) -> list[str]:
    """Return how a finished image is asked whether it is well."""
    found: list[str] = json.loads(stage.about["HEALTHCHECK"].partition(" CMD ")[2])
    return found


def _lay_out(root: Path) -> None:
    """Make a root as a base image has it, its programs to be mounted later."""
    for path in (*SYSTEM, sys.base_prefix, "/proc", "/dev", "/tmp", "/opt", "/var/lib"):
        target = root / path.lstrip("/")
        if Path(path).is_symlink():
            target.symlink_to(Path(path).readlink())
        else:
            target.mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    # Whoever is not root must be able to get to Python.
    for parent in Path(sys.base_prefix).parents:
        (root / str(parent).lstrip("/")).chmod(0o755)
    shutil.copytree("/etc", root / "etc", symlinks=True, ignore_dangling_symlinks=True)


def _env(stage: Stage, more: dict[str, str] | None) -> dict[str, str]:
    """Return the environment of a command: what the base image has, what the recipe sets, and what is given."""
    path = os.pathsep.join([f"{sys.base_prefix}/bin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"])
    return {"PATH": path, "HOME": "/tmp", "LANG": "C.UTF-8"} | (more or {}) | _with_path(stage.env, path)


def _with_path(env: dict[str, str], path: str) -> dict[str, str]:
    """Return what the recipe sets, its path before that of the base image."""
    first = env.get("PATH", "").partition(os.pathsep)[0]
    return {**env, "PATH": os.pathsep.join(filter(None, (first, path)))}


def _machine() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if FROM_MACHINE.match(name)}


def _in_whole_seconds(folder: Path) -> None:
    """Forget the fractions of seconds, as layers do."""
    for path in [folder, *folder.rglob("*")]:
        seconds = int(path.lstat().st_mtime)
        os.utime(path, (seconds, seconds), follow_symlinks=False)
