"""`paigong edit`: the edits of the service over a folder of `paigong plan`; judged, undone, nothing half written."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.cli import app
from optimizer.ingest.plans.plan_file import read_plan_file
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.report.technician_files import MARK
from tests.cases.branches import lay_out, order
from tests.test_cli import RUN, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of two technicians: T1 has O1 and O2, T2 has O3, which T1 may not serve."""
    place = tmp_path_factory.mktemp("edit")
    skills = ({"technician_id": "T2", "skill": "gas", "level": "2"},)
    orders = [order("O1"), order("O2"), order("O3", skills="gas:2")]
    branch = lay_out(place / "branch", orders, skills=skills)
    run("plan", branch, "--out", place / "out", "--iterations", "300", "--lang", "en")
    return place


@pytest.fixture
def out(planned: Path, tmp_path: Path) -> Path:
    """A copy of the plan's folder, to be edited."""
    shutil.copytree(planned / "out", tmp_path / "out")
    return tmp_path / "out"


def routes(out: Path) -> dict[str, list[str]]:
    """Return the visits of each technician."""
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    return {route["technician"]: [stop["visit"] for stop in route["stops"]] for route in document["routes"]}


def refused(*arguments: object, code: int) -> str:
    """Return what a command says that ends with an exit code."""
    result = RUN.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def contents(out: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def other(out: Path, visit: str) -> tuple[str, str]:
    """Return who serves a visit, and who does not."""
    now = next(who for who, visits in routes(out).items() if visit in visits)
    return now, "T2" if now == "T1" else "T1"


def test_a_visit_is_moved_and_locked_and_all_papers_say_so(out: Path) -> None:
    now, then = other(out, "O1")
    text = run("edit", out, "--move", f"O1={then}", "--lock", "O1", "--lang", "en")
    assert f"O1 Other technician: {now} " in " ".join(text.split()).replace(
        "Other technician and time", "Other technician"
    )
    assert "Judged clean. Written to" in text
    assert "O1" in routes(out)[then]
    file = read_plan_file(out / "plan.json", time_routes=time_routes)
    assert judge_plan(file.problem, file.matrix, file.plan).is_clean
    assert [(lock.visit_id, lock.technician_id) for lock in file.problem.locks] == [("O1", then)]
    assert file.run["edits"] == [
        {"edit": "move", "visit": "O1", "technician": then}, {"edit": "lock", "visit": "O1", "level": "day"},
    ]  # fmt: skip
    assert "No rule is broken." in run("judge", out / "plan.json", "--lang", "en")
    page = next((out / "technicians").glob(f"{then}*")).read_text(encoding="utf-8")
    assert MARK in page
    assert "O1" in page
    assert not list(out.glob(".edited-*"))


def test_a_technician_without_a_visit_has_no_page_any_more(out: Path) -> None:
    (out / "technicians" / "mine.html").write_text("kept", encoding="utf-8")
    run("edit", out, "--unassign", "O3", "--forbid", "O1=T2", "--forbid", "O2=T2", "--lang", "en")
    text = (out / "plan.json").read_text(encoding="utf-8")
    assert {entry["visit"] for entry in json.loads(text)["unassigned"]} >= {"O3"}
    assert not list((out / "technicians").glob("T2*"))
    assert (out / "technicians" / "mine.html").exists()


def test_a_dry_run_says_what_it_costs_and_writes_nothing(out: Path) -> None:
    before = contents(out)
    _, then = other(out, "O2")
    text = run("edit", out, "--move", f"O2={then}", "--dry-run", "--lang", "en")
    assert "O2 " in text
    assert "No rule is broken. Nothing is written." in text
    assert contents(out) == before


@pytest.mark.parametrize(
    ("lang", "head", "action"),
    [
        ("en", "The edits break rules; nothing is changed:", "nobody can allow this"),
        ("zh", "调整会违反规则，什么也没有改：", "谁也不能批准"),
    ],
)
def test_what_breaks_a_rule_is_refused_in_words(out: Path, lang: str, head: str, action: str) -> None:
    before = contents(out)
    text = refused("edit", out, "--move", "O3=T1", "--lang", lang, code=1)
    assert head in text
    assert "O3" in text
    assert action in text
    assert contents(out) == before
    as_json = refused("edit", out, "--move", "O3=T1", "--lang", lang, "--json-faults", code=1)
    assert json.loads(as_json)[0]["code"] == "EDIT_BREAKS_RULES"


def test_edits_of_a_file_are_those_of_the_service(out: Path, tmp_path: Path) -> None:
    _, then = other(out, "O1")
    edits: list[dict[str, Any]] = [{"edit": "move", "visit": "O1", "technician": then, "position": 0}]
    (tmp_path / "edits.json").write_text(json.dumps({"edits": edits}), encoding="utf-8")
    run("edit", out / "plan.json", "--edits", tmp_path / "edits.json", "--lang", "en")
    assert routes(out)[then][0] == "O1"
    result = RUN.invoke(app, ["edit", str(out), "--edits", "-", "--lang", "en"], input=json.dumps(edits[:0]))
    assert (result.exit_code, "Expected an array of edits" in result.output) == (2, True)
    result = RUN.invoke(app, ["edit", str(out), "--edits", "-", "--lang", "en"], input="[")
    assert (result.exit_code, "JSON" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--move", "O9=T1"), 2, "no visit 'O9'"),
        (("--move", "O1"), 2, "VISIT=TECHNICIAN"),
        (("--allow", "O1=travel"), 2, "VISIT=RULE:AMOUNT"),
        (("--allow", "O1=travel:5"), 2, "by"),
        (("--lock", "O1=week"), 2, "one of: person, day, start"),
        ((), 2, "Expected an array of edits"),
        (("--undo",), 2, "There is no earlier plan"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(
    out: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = contents(out)
    assert said in refused("edit", out, *arguments, "--lang", "en", code=code)
    assert contents(out) == before


def test_every_edit_is_undone_one_after_another(out: Path) -> None:
    def facts(path: Path) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document

    first = facts(out / "plan.json")
    _, then = other(out, "O1")
    run("edit", out, "--move", f"O1={then}", "--lang", "en")
    second = facts(out / "plan.json")
    run("edit", out, "--unassign", "O2", "--lang", "en")
    assert sorted(path.name for path in (out / "earlier").iterdir()) == ["0.json", "1.json"]
    run("edit", out, "--undo", "--lang", "en")
    assert facts(out / "plan.json") == second
    run("edit", out, "--undo", "--lang", "en")
    assert facts(out / "plan.json") == first
    assert list((out / "earlier").iterdir()) == []
    assert "There is no earlier plan" in refused("edit", out, "--undo", "--lang", "en", code=2)


def test_an_exception_by_name_is_kept_in_the_plan(out: Path) -> None:
    text = run("edit", out, "--allow", "O1=overtime:10", "--by", "Chen", "--why", "an old customer", "--lang", "en")
    assert "Judged clean" in text
    [one] = read_plan_file(out / "plan.json", time_routes=time_routes).problem.exceptions
    assert (one.visit_id, str(one.limit), one.amount, one.by) == ("O1", "overtime", 600, "Chen")


def test_a_plan_whose_branch_is_gone_is_edited_with_a_warning(out: Path) -> None:
    path = out / "plan.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["run"]["branch"] = str(out / "nowhere")
    path.write_text(json.dumps(document), encoding="utf-8")
    result = RUN.invoke(app, ["edit", str(out), "--unassign", "O2", "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert "is not there: the papers say nothing of orders beside the plan" in " ".join(result.output.split())


def test_what_fails_while_papers_are_made_leaves_the_plan_as_it_was(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(out)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("optimizer.report.page.write_page", fail)
    assert "the disk is full" in refused("edit", out, "--unassign", "O2", "--lang", "en", code=2)
    assert contents(out) == before
