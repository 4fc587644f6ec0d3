"""A filled database of each release migrates to today's tables, and its plans open."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

from api.plans.conversion import start_of
from api.plans.documents import unpack, unpacked
from api.plans.view import PLAN_FILE, with_plan
from api.readers.child import print_paper
from api.schemas.answered import JobWithPlan
from api.store import plans
from api.store.engine import Store, migrate
from api.store.tables import jobs, metadata
from optimizer.ingest.plans.formats import FIRST_FORMAT, as_of_then, rules_of
from optimizer.ingest.plans.plan_file import plan_from_json, read_plan_file
from optimizer.ingest.read import problem_from_json
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.review.plan_review import review_plan
from optimizer.travel.provider import travel_for
from tests.api.filled_database import CASES, JOB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=sorted(path.name for path in CASES.glob("service-*.sql")))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    connection = sqlite3.connect(tmp_path / "paigong.db")
    connection.executescript((CASES / request.param).read_text(encoding="utf-8"))
    connection.close()
    made = Store(f"sqlite:///{tmp_path / 'paigong.db'}")
    migrate(made)
    yield made
    made.close()


def test_every_table_is_that_of_today_and_has_its_rows(store: Store, request: pytest.FixtureRequest) -> None:
    then = (CASES / request.node.callspec.params["store"]).read_text(encoding="utf-8")
    with store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
        counts = {t.name: tx.execute(select(func.count()).select_from(t)).scalar() for t in metadata.sorted_tables}
    assert counts == {name: int(f'INSERT INTO "{name}"' in then) for name in counts}


def test_its_plan_opens_and_is_clean(store: Store, tmp_path: Path) -> None:
    with store.read() as tx:
        kept, row = plans.plan(tx, JOB), plans.job(tx, JOB, None)
        [(name, content)] = plans.published_files(tx, "HZ", "2026-11-23")
        incumbent = tx.execute(select(jobs.c.incumbent)).scalar_one()
        assert kept is not None
        assert row is not None
        shown = with_plan(tx, row, "en")
    JobWithPlan.model_validate(json.loads(json.dumps(shown)))
    made, problem = unpack(kept["content"]), problem_from_json(as_of_then(unpack(kept["problem"])))
    plan = plan_from_json(made["plan"], problem)
    rules = rules_of(made["plan"].get("format", FIRST_FORMAT))
    assert judge_plan(problem, travel_for(problem), plan, rules=rules).is_clean
    assert start_of(unpack(incumbent), problem) == {("T1", 0): ("O1", "O2"), ("T2", 0): ("O2", "0", "O4")}
    (tmp_path / name).write_bytes(unpacked(content))
    published = read_plan_file(tmp_path / name, time_routes=time_routes)
    assert published.plan == plan
    assert review_plan(published, seconds=None).judgement.is_clean


def test_its_plan_file_keeps_the_format_of_then(store: Store, tmp_path: Path) -> None:
    with store.read() as tx:
        kept, row = plans.plan(tx, JOB), plans.job(tx, JOB, None)
        assert kept is not None
        assert row is not None
        source = plans.source(tx, row["input_sha"])
    (tmp_path / "input").write_bytes(source["content"])
    made = unpack(kept["content"]) | {"problem": unpack(kept["problem"])}
    (tmp_path / "made").write_text(json.dumps(made), encoding="utf-8")
    task = {
        "paper": PLAN_FILE, "lang": "en", "file": str(tmp_path / "input"), "media_type": source["media_type"],
        "options": row["options"], "made": str(tmp_path / "made"), "out": str(tmp_path / "plan.json"),
    }  # fmt: skip
    assert print_paper(task) == {"file_name": "2026-11-23_planned_2026-11-20T1600.json"}
    file = read_plan_file(tmp_path / "plan.json", time_routes=time_routes)
    assert file.format == made["plan"].get("format", FIRST_FORMAT)
    assert review_plan(file, seconds=None).judgement.is_clean
