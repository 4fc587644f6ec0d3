"""The compile cache: found again, never stale."""

import shutil
from pathlib import Path

import pytest

import optimizer.engine
from optimizer.engine.jit.kernels import cache_folder, is_warm, mark_warm, source_hash

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


def test_a_file_that_holds_no_kernel_keeps_the_cache(package_copy: Path) -> None:
    (package_copy / "assemble.py").write_text("# edited\n")
    assert source_hash(package_copy) == source_hash(PACKAGE)


def test_the_cache_folder_exists_and_is_writable() -> None:
    probe = cache_folder() / "probe"
    probe.touch()
    assert probe.exists()
    probe.unlink()


def test_kernels_that_run_as_python_are_ready_and_are_not_noted_as_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PAIGONG_CACHE", str(tmp_path))
    cache_folder.cache_clear()
    try:
        assert not is_warm()
        monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
        assert is_warm()
        monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
        assert not is_warm()
        mark_warm()
        assert is_warm()
    finally:
        cache_folder.cache_clear()
