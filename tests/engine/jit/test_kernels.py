"""The compile cache: found again, never stale, and not for ever."""

import ast
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import optimizer.engine
from optimizer.domain import units
from optimizer.engine import arrays
from optimizer.engine.jit import kernels
from optimizer.engine.jit.kernels import KEPT_FOLDERS, KERNEL_SOURCES, cache_folder, is_warm, mark_warm, source_hash
from tests.test_imports import imported

PACKAGE = Path(optimizer.engine.__file__).parent


@pytest.fixture
def package_copy(tmp_path: Path) -> Path:
    copy = tmp_path / "engine"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_the_same_sources_share_one_cache(package_copy: Path) -> None:
    assert source_hash(package_copy) == source_hash(PACKAGE)


@pytest.mark.parametrize(
    "edited", ["search/timing.py", "search/state.py", "arrays.py", "own_parts.py", "jit/kernels.py", "jit/compiler.py"]
)
def test_an_edited_kernel_gets_a_new_cache(package_copy: Path, edited: str) -> None:
    file = package_copy / edited
    file.write_text(file.read_text() + "\n# edited\n")
    assert source_hash(package_copy) != source_hash(PACKAGE)


def test_kernels_are_made_of_nothing_that_their_hash_does_not_see() -> None:
    """What a file with kernels imports of ours at run time is hashed too: an edited constant is frozen in no cache."""
    sources = {
        path.relative_to(PACKAGE)
        for name in KERNEL_SOURCES
        for path in (PACKAGE / name, *(PACKAGE / name).rglob("*.py"))
    }
    hashed = {".".join(("optimizer.engine", *path.with_suffix("").parts)).removesuffix(".__init__") for path in sources}
    beside = []
    for path in sorted(PACKAGE / source for source in sources if source.suffix == ".py"):
        text = path.read_text(encoding="utf-8")
        if "@kernel" in text or path.parent == PACKAGE:
            ours = (name for name in imported(ast.parse(text)) if name.startswith("optimizer."))
            beside += [(path.name, name) for name in ours if not {name, name.rpartition(".")[0]} & hashed]
    assert beside == []


def test_no_limit_is_the_same_to_the_engine_and_the_domain() -> None:
    assert arrays.FAR_FUTURE_S == units.FAR_FUTURE_S


def test_a_file_that_holds_no_kernel_keeps_the_cache(package_copy: Path) -> None:
    (package_copy / "assemble.py").write_text("# edited\n")
    assert source_hash(package_copy) == source_hash(PACKAGE)


def test_the_cache_folder_exists_and_is_writable() -> None:
    probe = cache_folder() / "probe"
    probe.touch()
    assert probe.exists()
    probe.unlink()


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return the empty folder that this test's kernels would go to."""
    monkeypatch.setenv("PAIGONG_CACHE", str(tmp_path))
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    cache_folder.cache_clear()
    yield tmp_path
    cache_folder.cache_clear()


@pytest.fixture
def temporary(own_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of temporary files, where there is no other place for kernels: the named one is a file."""
    (own_cache / "file").touch()
    (own_cache / "temporary").mkdir()
    monkeypatch.setenv("PAIGONG_CACHE", str(own_cache / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(own_cache / "temporary"))
    return own_cache / "temporary"


def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse what a system refuses in a folder that one may only read; the tests may be run by root."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", refuse)
    monkeypatch.setattr(Path, "mkdir", refuse)


def test_a_warm_folder_is_used_although_it_cannot_be_written_to(
    monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    mark_warm()
    warm = cache_folder()
    cache_folder.cache_clear()
    read_only(monkeypatch)
    assert cache_folder() == warm
    assert is_warm()


def test_without_a_place_that_can_be_written_to_kernels_go_to_a_folder_that_is_ours_alone(temporary: Path) -> None:
    folder = cache_folder()
    assert folder.parent.parent == temporary
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    cache_folder.cache_clear()
    assert cache_folder() == folder


def test_a_user_without_a_home_has_a_place_for_kernels_too(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("PAIGONG_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", home)
    assert cache_folder().parent.parent == temporary


@pytest.mark.parametrize("whose", ["another's", "a link", "open to all"])
def test_kernels_are_not_read_from_where_others_can_write(
    monkeypatch: pytest.MonkeyPatch, temporary: Path, whose: str
) -> None:
    laid = temporary / f"paigong-{os.getuid()}"
    if whose == "a link":
        laid.symlink_to(temporary)
    else:
        laid.mkdir()
        laid.chmod(0o777 if whose == "open to all" else 0o700)
    if whose == "another's":
        we = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: we)
        laid.rename(temporary / f"paigong-{we}")
    folder = cache_folder()
    assert folder.parent.parent == temporary
    assert folder.parent.name != f"paigong-{os.getuid()}"
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    # Whatever this process starts finds the same one.
    cache_folder.cache_clear()
    assert cache_folder() == folder


def test_kernels_that_run_as_python_are_ready_and_are_not_noted_as_compiled(
    monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    assert not is_warm()
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert is_warm()
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    assert not is_warm()
    mark_warm()
    assert is_warm()


@pytest.mark.parametrize("other", [("znver9", "+avx2"), ("znver3", "+avx2,+avx512f")])
def test_another_processor_with_the_same_home_is_not_warm(
    monkeypatch: pytest.MonkeyPatch, own_cache: Path, other: tuple[str, str]
) -> None:
    monkeypatch.setattr(kernels, "_processor", lambda: ("znver3", "+avx2"))
    mark_warm()
    assert is_warm()
    monkeypatch.setattr(kernels, "_processor", lambda: other)
    assert not is_warm()


def test_a_processor_is_told_by_what_the_system_says_of_it_or_by_llvm(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from llvmlite import binding

    told = tmp_path / "cpuinfo"
    monkeypatch.setattr(kernels, "CPU_INFO", told)
    assert kernels._processor()[2:] == (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    lines = ["processor\t: 0", "model name\t: AMD EPYC", "cpu MHz\t\t: 2445.406", "flags\t\t: fpu avx2", ""]
    told.write_text("\n".join(lines))
    one = kernels._processor()
    assert one[2:] == ("flags\t\t: fpu avx2", "model name\t: AMD EPYC")
    # Another core of the same kind, at another speed.
    told.write_text("\n".join([*lines, "processor\t: 1", "cpu MHz\t\t: 3000", *lines[3:]]))
    assert kernels._processor() == one
    told.write_text("\n".join(lines).replace("avx2", "avx512f"))
    assert kernels._processor() != one


@pytest.mark.parametrize(
    ("name", "features", "is_anybodys"),
    [("generic", None, True), ("generic", "", True), ("x86-64-v3", "", True), ("x86-64-v3", None, False),
     ("", None, False)],
)  # fmt: skip
def test_what_is_compiled_for_a_named_processor_is_warm_on_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, features: str | None, is_anybodys: bool
) -> None:
    """A name without features has those of the machine, but for `generic`, which has none."""
    told = tmp_path / "cpuinfo"
    monkeypatch.setattr(kernels, "CPU_INFO", told)
    monkeypatch.setenv("NUMBA_CPU_NAME", name)
    monkeypatch.delenv("NUMBA_CPU_FEATURES", raising=False)
    if features is not None:
        monkeypatch.setenv("NUMBA_CPU_FEATURES", features)
    found = []
    for model in ("one", "another"):
        told.write_text(f"model name\t: {model}\nflags\t\t: fpu\n")
        found.append(kernels._processor())
    assert (found[0] == found[1]) is is_anybodys
    assert found[0][0] == name
    assert found[0][-1] == os.uname().machine or not is_anybodys


def folder_used(cache: Path, number: int, days_ago: float) -> Path:
    folder = cache / f"kernels-{number:016x}"
    folder.mkdir()
    (folder / "some.nbc").touch()
    used = folder / ".writable"
    used.touch()
    used_s = time.time() - days_ago * 86_400
    os.utime(used, (used_s, used_s))
    return folder


def test_versions_unused_for_a_month_are_deleted_but_the_last_ones(own_cache: Path) -> None:
    used = [folder_used(own_cache, days, days) for days in (1, 31, 32, 400)]
    foreign = own_cache / "kernels-of-somebody"
    foreign.mkdir()
    mark_warm()
    left = [folder.exists() for folder in used]
    assert left == [True, True, False, False]
    assert sum(left) + 1 == KEPT_FOLDERS  # with this version's own
    assert foreign.exists()
    assert is_warm()


def test_what_runs_side_by_side_is_kept_however_many_versions_that_are(own_cache: Path) -> None:
    used = [folder_used(own_cache, number, 29) for number in range(6)]
    mark_warm()
    assert all(folder.exists() for folder in used)


def test_a_process_that_takes_an_old_folder_makes_it_a_used_one(own_cache: Path) -> None:
    used = cache_folder() / ".writable"
    os.utime(used, (0, 0))
    cache_folder.cache_clear()
    cache_folder()
    assert time.time() - used.stat().st_mtime < 3600
