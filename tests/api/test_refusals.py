"""Refusals in words: the reader's language, every code in both languages, nothing unfilled, nothing of ours inside."""

from __future__ import annotations

import ast
import re
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.main import create_app
from api.refusals.parameters import SENTENCES as PARAMETER_SENTENCES
from api.refusals.parameters import faults_of
from api.refusals.refusal import MOST_LISTED, Refusal, language, problem
from api.refusals.table import REFUSAL_TEXTS, RefusalText
from api.settings import Settings
from api.store.engine import Store
from optimizer.text.catalogue import LANGUAGES
from tests.api.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.conftest import Server

SENTENCES = ("title", "cause", "action")


# --- the reader's language ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("*", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-CN,zh;q=0.9", "zh"),
        ("ZH-tw", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("en;q=0.3, zh-CN;q=0.9", "zh"),
        ("fr, zh;q=0.1", "zh"),
        ("fr, de", "en"),
        # Of two that are liked the same the first one is taken.
        ("zh;q=0.5,en;q=0.5", "zh"),
        # What is not wanted at all is not taken, even alone.
        ("zh;q=0", "en"),
        ("zh; q=0.8 , en ; q=0.7", "zh"),
        # A weight that is none is none.
        ("zh;q=high, en;q=0.1", "en"),
        ("zhuang", "en"),
        (",;,=;q", "en"),
        ("x" * 5000 + ",zh", "en"),
    ],
)
def test_the_language_that_is_liked_best_is_taken(accepted: str, expected: str) -> None:
    assert language(accepted) == expected


@given(st.text())
def test_any_header_has_a_language(accepted: str) -> None:
    assert language(accepted) in LANGUAGES


def test_an_answer_says_its_language_and_that_it_depends(server: Server) -> None:
    for lang, title in (("zh", "找不到"), ("en", "Not found")):
        answer = server.http.get("/v1/plans/" + "0" * 32, headers={"Accept-Language": lang})
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == lang
        assert answer.headers["vary"] == "Accept-Language"
        assert answer.json()["title"] == title
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


# --- every fault in both languages ----------------------------------------------------------------------------------


def places_of(*sentences: str) -> list[str]:
    return [name for sentence in sentences for _, name, _, _ in Formatter().parse(sentence) if name]


def places(text: RefusalText) -> set[str]:
    """Return the names of what fills a refusal's sentences, the same in both languages (`tests/text`)."""
    return set(places_of(text.cause, text.action))


def refusals_in_the_source() -> Iterator[tuple[str, str, set[str]]]:
    """Yield place, code and names of the values of every refusal that the source makes with its code written out."""
    for path in sorted((ROOT / "api").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                if isinstance(node.args[0], ast.Constant):
                    values = {keyword.arg for keyword in node.keywords} - {"headers", "faults", "total"}
                    yield f"{path.name}:{node.lineno}", node.args[0].value, {str(name) for name in values}


#: What processes say as JSON, or endpoints with a code that is looked up: no call to be found in the source.
SAID_ELSEWHERE = {
    "TOO_MANY_OBJECTS": {"value", "limit"},
    "TOO_MANY_VISITS": {"value", "limit"},
    "TOO_MANY_TECHNICIANS": {"value", "limit"},
    "ARCHIVE_REFUSED": {"reason"},
    "PLAN_BREAKS_RULES": {"reason"},
    "METHOD_NOT_ALLOWED": {"method"},
    "LOCKS_CONFLICT": {"remedy"},
    "TIME_TOO_SHORT": set[str](),
    "SOLVER_DEFECT": {"reason"},
    "WORKER_LOST": {"attempts"},
}


def test_every_fault_is_made_somewhere() -> None:
    made = {code for _, code, _ in refusals_in_the_source()}
    assert made | set(SAID_ELSEWHERE) == set(REFUSAL_TEXTS)
    assert not made & set(SAID_ELSEWHERE)


def test_a_refusal_fills_every_place_of_its_sentences() -> None:
    for where, code, values in refusals_in_the_source():
        needed = places(REFUSAL_TEXTS[code])
        assert needed <= values, f"{where} does not say {needed - values} of {code}"


@pytest.mark.parametrize("code", SAID_ELSEWHERE)
def test_what_processes_say_fills_every_place(code: str) -> None:
    assert places(REFUSAL_TEXTS[code]) == SAID_ELSEWHERE[code]


@pytest.mark.parametrize("code", REFUSAL_TEXTS)
def test_a_fault_speaks_both_languages(code: str) -> None:
    text = REFUSAL_TEXTS[code]
    values = dict.fromkeys(places(text), "42")
    en, zh = (problem(code, lang, values=values) for lang in ("en", "zh"))
    for made in (en, zh):
        assert made["type"] == f"urn:paigong:fault:{code}"
        assert (made["status"], made["code"]) == (text.status, code)
        assert 400 <= made["status"] < 600
        assert all(made[name].strip() for name in SENTENCES)
        assert not re.search(r"[{}]", " ".join(made[name] for name in (*SENTENCES, "detail")))
        assert made["cause"] in made["detail"]
        assert made["action"] in made["detail"]
    for name in SENTENCES:
        assert not re.search(r"[\u4e00-\u9fff]", en[name])
        assert re.search(r"[\u4e00-\u9fff]", zh[name]) or zh[name] == "42"


def test_a_value_is_shown_short_and_cannot_be_taken_for_more_than_text() -> None:
    value = "application/\x1b[31mjson\r\n{limit}\u202e" + "x" * 500
    made = problem("MEDIA_TYPE", "en", values={"value": value, "known": "application/json"})
    shown = "application/?[31mjson??{limit}?"
    assert made["cause"] == f"The body's media type is '{shown}{'x' * (200 - len(shown))}…'."


def test_the_first_faults_are_listed_and_all_are_counted() -> None:
    faults = {lang: [{"code": "X", "row": row} for row in range(MOST_LISTED + 1)] for lang in LANGUAGES}
    made = problem("INPUT_FAULTS", "en", values={"count": len(faults["en"])}, faults=faults)
    assert (len(made["errors"]), made["error_count"]) == (MOST_LISTED, MOST_LISTED + 1)
    assert made["errors"][-1]["row"] == MOST_LISTED - 1


def test_a_code_that_is_none_is_a_defect_of_ours() -> None:
    with pytest.raises(KeyError):
        _ = Refusal("NOBODY_WROTE_THIS").status


# --- wrong parameters -----------------------------------------------------------------------------------------------

#: What the validation library says beside the kind of error, by the places that our sentences have.
CONTEXT = {
    "gt": 0, "ge": 1, "lt": 9, "le": 8, "max_length": 7, "min_length": 2, "pattern": "^x$", "expected": "'a' or 'b'",
}  # fmt: skip


@pytest.mark.parametrize("kind", [*PARAMETER_SENTENCES, "a kind of a later version"])
def test_a_wrong_parameter_is_explained_in_both_languages(kind: str) -> None:
    faults = faults_of([{"type": kind, "loc": ("query", "seconds"), "ctx": CONTEXT}])
    for lang in LANGUAGES:
        (fault,) = faults[lang]
        assert (fault["path"], fault["severity"]) == ("/query/seconds", "error")
        for sentence in (fault["cause"], fault["action"]):
            assert sentence.strip()
            assert not re.search(r"[{}…]", sentence)
            assert bool(re.search(r"[\u4e00-\u9fff]", sentence)) == (lang == "zh")


@pytest.mark.parametrize(
    ("query", "path", "code", "action"),
    [
        ("seconds=0", "/query/seconds", "GREATER_THAN", "Give more than 0.0."),
        ("seconds=90000", "/query/seconds", "LESS_THAN_EQUAL", "Give at most 86400.0."),
        ("seconds=nan", "/query/seconds", "FINITE_NUMBER", "Give a number."),
        ("seed=1.5", "/query/seed", "INT_PARSING", "Give a whole number."),
        ("skip_bad=perhaps", "/query/skip_bad", "BOOL_PARSING", "Give true or false."),
        ("stage=noon", "/query/stage", "ENUM", "One of 'draft', 'settle' or 'open'."),
        ("as_of=2026-09-31T16:00", "/query/as_of", "MOMENT_UNKNOWN", "Correct the date."),
        ("sedonds=5", "/query/sedonds", "EXTRA_FORBIDDEN", "Check the spelling; see /docs."),
    ],
)
def test_a_wrong_parameter_is_named(server: Server, query: str, path: str, code: str, action: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = server.http.post(f"/v1/plans?{query}", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "PARAMETER_INVALID")
    (fault,) = answer.json()["errors"]
    assert (fault["path"], fault["code"], fault["action"]) == (path, code, action)


def test_all_wrong_parameters_come_at_once(server: Server) -> None:
    answer = server.http.get("/v1/plans?limit=0&cursor=x&status=done&other=1", headers={"Accept-Language": "zh"})
    assert answer.json()["error_count"] == 4
    assert answer.json()["cause"] == "有 4 个参数或字段无法使用。"
    assert {fault["path"].rpartition("/")[2] for fault in answer.json()["errors"]} == {
        "limit", "cursor", "status", "other",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "INPUT_FAULTS"),
        (b"{", "INPUT_FAULTS"),
        (b'{"technician_id": "T1", "technician_id": "T2"}', "INPUT_FAULTS"),
        (b'{"technician_id": NaN}', "INPUT_FAULTS"),
        (b"[" * 1000, "INPUT_FAULTS"),
        (b"\xff", "INPUT_FAULTS"),
        (b"[]", "PARAMETER_INVALID"),
        (b"{}", "PARAMETER_INVALID"),
        (b'{"technician_id": 5}', "PARAMETER_INVALID"),
        (b'{"technician_id": ""}', "PARAMETER_INVALID"),
        (b'{"technician_id": "a\\u0000b"}', "PARAMETER_INVALID"),
        (b'{"technician_id": "T1", "at": "now"}', "PARAMETER_INVALID"),
    ],
)
def test_a_small_body_that_is_wrong_is_explained(server: Server, content: bytes, code: str) -> None:
    for lang in LANGUAGES:
        headers = {"Content-Type": "application/json", "Accept-Language": lang}
        answer = server.http.post(f"/v1/plans/{'0' * 32}/acknowledgements", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        fault = answer.json()["errors"][0]
        assert fault["cause"]
        assert fault["action"]
        assert bool(re.search(r"[\u4e00-\u9fff]", fault["cause"])) == (lang == "zh")


# --- what meets no operation, and defects of ours -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "allow"),
    [
        ("GET", "/", 404, "NOT_FOUND", None),
        ("GET", "/v1/plans/", 404, "NOT_FOUND", None),
        ("GET", "/v2/plans", 404, "NOT_FOUND", None),
        ("GET", "/v1/plans/../../etc/passwd", 404, "NOT_FOUND", None),
        ("PUT", "/v1/plans", 405, "METHOD_NOT_ALLOWED", "GET, HEAD, POST"),
        ("PUT", "/v1/plans/" + "0" * 32, 405, "METHOD_NOT_ALLOWED", "DELETE, GET, HEAD, PATCH"),
        ("OPTIONS", "/v1/webhooks", 405, "METHOD_NOT_ALLOWED", "GET, HEAD, POST"),
        ("POST", "/healthz", 405, "METHOD_NOT_ALLOWED", "GET, HEAD"),
    ],
)
def test_what_meets_no_operation_is_a_problem_too(
    server: Server, method: str, path: str, status: int, code: str, allow: str | None
) -> None:
    for lang in LANGUAGES:
        answer = server.http.request(method, path, headers={"Accept-Language": lang})
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == lang
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers.get("allow") == allow
        assert allow is None or method in answer.json()["cause"]


def test_a_defect_of_ours_is_answered_without_its_insides() -> None:
    app = create_app(Settings(), Store("sqlite:///never-opened.db"))

    @app.get("/defect")
    def defect() -> None:
        raise RuntimeError("the password is hush")

    # Without its lifespan: nothing of the service is needed.
    client = TestClient(app, raise_server_exceptions=False)
    for lang, title in (("en", "Defect"), ("zh", "系统缺陷")):
        answer = client.get("/defect", headers={"Accept-Language": lang, "X-Request-ID": "abc"})
        assert answer.status_code == 500
        assert answer.json().items() >= {"code": "INTERNAL", "title": title, "request_id": "abc"}.items()
        assert "hush" not in answer.text
        assert "RuntimeError" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-request-id"] == "abc"


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\nb", "<script>", "派工"])
def test_a_request_id_that_could_be_more_is_replaced(given: str) -> None:
    client = TestClient(create_app(Settings(), Store("sqlite:///never-opened.db")))
    answer = client.get("/nothing", headers={"X-Request-ID": given.encode()})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
