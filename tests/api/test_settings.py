"""Settings: from the environment, printed with their meaning, without a database's password."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from api.cli import KEY_FILE, app
from api.settings import Settings, settings_table

ROOT = Path(__file__).parents[2]


def test_every_setting_says_what_it_means() -> None:
    rows = settings_table(Settings())
    assert len(rows) == len(Settings.model_fields)
    assert all(name.startswith("PAIGONG_") and meaning for name, _, meaning in rows)


def test_the_environment_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIGONG_MAX_VISITS", "7")
    monkeypatch.setenv("PAIGONG_WEBHOOK_NETWORKS", '["10.0.0.0/8"]')
    settings = Settings()
    assert settings.max_visits == 7
    assert [str(network) for network in settings.webhook_networks] == ["10.0.0.0/8"]


@pytest.mark.parametrize(("lang", "meaning"), [("en", "bytes of an upload"), ("zh", "一次上传的最大字节数")])
def test_settings_are_explained_in_the_readers_language(
    lang: str, meaning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(app, ["settings", "--lang", lang])
    assert meaning in result.output


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIGONG_WORKERS", "many")
    with pytest.raises(ValidationError, match="workers"):
        Settings()
    result = CliRunner().invoke(app, ["settings", "--lang", "en"])
    assert result.exit_code == 2
    assert "PAIGONG_WORKERS" in result.output


def test_a_password_is_not_printed() -> None:
    settings = Settings(database="postgresql+psycopg://paigong:hush@db/paigong")
    assert all("hush" not in value for _, value, _ in settings_table(settings))
    assert "hush" not in repr(settings)


def test_keys_that_only_plan_get_less_time() -> None:
    settings = Settings(max_solve_s=3600, max_solve_plan_s=600)
    assert settings.max_seconds("plan") == 600
    assert settings.max_seconds("read") == 0
    assert settings.max_seconds("publish") == settings.max_seconds("admin") == 3600
    assert Settings(max_solve_s=60, max_solve_plan_s=600).max_seconds("plan") == 60


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "docs/service.md", "docs/service.zh.md"])
def test_the_pages_read_the_admin_key_where_the_first_start_leaves_it(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert set(re.findall(r"[\w.-]+/admin\.key", text)) == {str(Settings.model_fields["data"].default / KEY_FILE)}


@pytest.mark.parametrize(
    ("command", "exit_code"),
    [("serve", 2), ("work", 2), ("key list", 2), ("backup --out copy.db", 2), ("settings", 0)],
)
@pytest.mark.parametrize("address", ["nonsense", "paper://desk"])
def test_what_is_no_address_of_a_database_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, exit_code: int, address: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAIGONG_DATABASE", address)
    result = CliRunner().invoke(app, [*command.split(), "--lang", "en"])
    assert result.exit_code == exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert ("The database cannot be opened" in result.output) == (exit_code == 2)


def test_a_level_of_logging_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIGONG_LOG_LEVEL", "INFO")
    assert Settings().log_level == "info"
    monkeypatch.setenv("PAIGONG_LOG_LEVEL", "loud")
    with pytest.raises(ValidationError, match="log_level"):
        Settings()
