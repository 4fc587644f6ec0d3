"""Secrets of webhooks as they are kept: sealed, opened with the key alone, and never in an answer that is kept."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from api.store import outbox
from api.store.engine import Store, migrate
from api.webhooks.sealing import KEY_FILE, Seal, SealError, is_sealed
from api.webhooks.stored_outbox import StoredOutbox, seal_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "whsec_0123456789abcdef0123456789abcdef0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'paigong.db'}")
    migrate(made)
    yield made
    made.close()


@pytest.mark.parametrize("secret", [SECRET, "", "短", "x" * 5_000])
def test_a_secret_is_opened_with_its_key_alone(secret: str) -> None:
    seal = Seal(b"k" * 32)
    kept = seal.close(secret)
    assert seal.open(kept) == secret
    assert kept != seal.close(secret)
    with pytest.raises(SealError):
        Seal(b"other" * 8).open(kept)


@pytest.mark.parametrize("place", [8, 40, -1])
def test_a_secret_that_was_touched_is_none(place: int) -> None:
    kept = Seal(b"k" * 32).close(SECRET)
    touched = kept[:place] + ("0" if kept[place] != "0" else "1") + kept[place + 1 or len(kept) :]
    with pytest.raises(SealError):
        Seal(b"k" * 32).open(touched)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    kept = Seal.of(tmp_path).close(SECRET)
    assert Seal.of(tmp_path).open(kept) == SECRET
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    given = Seal.of(tmp_path, "a key for all machines").close(SECRET)
    assert Seal.of(tmp_path / "elsewhere", "a key for all machines").open(given) == SECRET


def test_what_an_earlier_version_kept_in_plain_is_sealed_and_still_signs(store: Store) -> None:
    seal = Seal(b"k" * 32)
    with store.write() as tx:
        outbox.add_webhook(tx, key_id="k", branches=None, url="https://example.com/", secret=SECRET)
        outbox.add_event(tx, "plan.solved", "HZ", {"id": "1"})
    assert [seal_all(store, seal), seal_all(store, seal)] == [1, 0]
    with store.read() as tx:
        [row] = outbox.all_webhooks(tx)
    assert is_sealed(row["secret"])
    assert SECRET[6:] not in row["secret"]
    [delivery] = StoredOutbox(store, seal).undelivered(10)
    assert delivery.secret == SECRET
    # Another machine without the key leaves it to one that has it.
    assert StoredOutbox(store, Seal(b"other" * 8)).undelivered(10) == []
