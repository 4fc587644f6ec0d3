"""The client against a real server, and over a road that is cut, held up and answered by strangers."""

from __future__ import annotations

import copy
import csv
import json
import pickle
import re
import select
import socket
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from api import client as module
from api.client import (
    Client,
    JobFailedError,
    NotEndedError,
    PlanStaleError,
    ServiceError,
    UnreachableError,
)
from api.client.branches import content_of
from api.client.client import TIMEOUT_S
from api.statuses import State, Status
from optimizer import PaigongError, read_branch
from optimizer.ingest.read import problem_from_json
from tests.api.conftest import BRANCH, PATIENCE_S, ROOT, wait_until
from tests.ingest.workbooks import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.api.conftest import Server

HANGZHOU = ROOT / "data/hangzhou"
KEY = "pg_0123456789ab_" + "0" * 48


def branch(branch_id: str = "HZ", **changes: Any) -> dict[str, Any]:
    """Return the example branch under an id of the test's own: three orders, two technicians."""
    made: dict[str, Any] = json.loads(BRANCH)
    made["branch"]["branch_id"] = branch_id
    return made | copy.deepcopy(changes)


def key_of(server: Server) -> str:
    return (server.data / "admin.key").read_text()


@pytest.fixture
def paigong(server: Server) -> Iterator[Client]:
    with Client(server.url, key_of(server)) as made:
        yield made


# --- the road between client and service --------------------------------------------------------------------------


def said(status: str, body: object = b"", **headers: object) -> bytes:
    """Return an answer as it is on the wire."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def refusal(status: int, code: str, **headers: object) -> bytes:
    body = {"status": status, "code": code, "title": "Busy", "cause": "Too much to do.", "action": "Come again.",
            "errors": [], "error_count": 0, "request_id": "r1"}  # fmt: skip
    return said(f"{status} Busy", body, Content_Type="application/problem+json", **headers)


class Road:
    """A port on loopback whose connections, one after another, meet what a script says, and then lead to the service.

    A number lets so many bytes of answers through and cuts the connection, bytes are answered in the service's place.
    """

    def __init__(self, target: str, script: list[int | bytes]) -> None:
        host, _, port = target.removeprefix("http://").partition(":")
        self._target = (host, int(port or 0))
        self._script = script
        self._ended = threading.Event()
        self._cut = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._threads[0].start()

    def cut_all(self) -> None:
        """Cut the connections that are open now, as a service that is started anew does."""
        self._cut.set()
        for thread in self._threads[1:]:
            thread.join()
        self._cut.clear()

    def close(self) -> None:
        self._ended.set()
        self._cut.set()
        for thread in list(self._threads):
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            if select.select([self._listener], [], [], 0.05)[0]:
                near = self._listener.accept()[0]
                fate = self._script.pop(0) if self._script else None
                thread = threading.Thread(target=self._carry, args=(near, fate))
                self._threads.append(thread)
                thread.start()

    def _carry(self, near: socket.socket, fate: int | bytes | None) -> None:
        with near, suppress(OSError):
            if isinstance(fate, bytes):
                self.requests.append(self._whole_request(near))
                near.sendall(fate)
                return
            with socket.create_connection(self._target) as far:
                self._pump(near, far, fate)

    @staticmethod
    def _whole_request(near: socket.socket) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request:
            request += near.recv(65_536)
        length = re.search(rb"(?i)content-length: (\d+)", request)
        size = request.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
        while len(request) < size:
            request += near.recv(65_536)
        return request

    def _pump(self, near: socket.socket, far: socket.socket, left: int | None) -> None:
        while not self._cut.is_set():
            for end in select.select([near, far], [], [], 0.05)[0]:
                piece = end.recv(65_536)
                if not piece:
                    return
                if end is near:
                    far.sendall(piece)
                    continue
                near.sendall(piece if left is None else piece[:left])
                if left is not None and (left := left - len(piece)) <= 0:
                    return


@pytest.fixture
def road() -> Iterator[Callable[..., Road]]:
    """Make roads: to a server when one is given, else to nobody."""
    made: list[Road] = []

    def make(*script: int | bytes, to: Server | None = None) -> Road:
        made.append(Road(to.url if to else "http://127.0.0.1:1", list(script)))
        return made[-1]

    yield make
    for one in made:
        one.close()


LIMITS = {"roles": {"plan": {"max_seconds": 600.0}}, "default_seconds": 60.0, "body_bytes": 9, "visits": 8,
          "technicians": 7, "days": 6}  # fmt: skip


# --- the module ---------------------------------------------------------------------------------------------------


def test_the_example_of_the_docstring_works(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = re.findall(r"^    (.*)$", (module.__doc__ or "").partition("\n*call")[0], re.MULTILINE)
    assert len(lines) == 5
    example = "\n".join(lines)
    for name, place in (("paigong-data", server.data), ("data", ROOT / "data")):
        (tmp_path / name).symlink_to(place, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    for said_there, meant in (("http://127.0.0.1:8000", server.url), ("seconds=20", "iterations=50")):
        assert said_there in example
        example = example.replace(said_there, meant)
    exec(example, {})
    assert zipfile.is_zipfile(tmp_path / "route-sheets.xlsx")


def test_the_client_loads_only_the_standard_library() -> None:
    code = "import sys; before = set(sys.modules); import api.client; print(*set(sys.modules) - before)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    loaded = {name for name in answer.stdout.split() if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name for name in loaded if not name.startswith("api.client")} == {
        "api",
        "api.statuses",
        "optimizer",
        "optimizer.errors",
    }


def test_every_error_is_one_of_paigongs() -> None:
    for error in (ServiceError, JobFailedError, NotEndedError, UnreachableError):
        assert issubclass(error, PaigongError)
    assert issubclass(PlanStaleError, ServiceError)


@pytest.mark.parametrize(
    ("url", "key", "lang", "word"),
    [
        ("127.0.0.1:8000", KEY, "en", "url"),
        ("ftp://127.0.0.1", KEY, "en", "url"),
        ("http://", KEY, "en", "url"),
        ("http://127.0.0.1:8000/?a=b", KEY, "en", "url"),
        ("http://ann:secret@127.0.0.1:8000", KEY, "en", "url"),
        ("http://127.0.0.1:8000", "", "en", "key"),
        ("http://127.0.0.1:8000", "pg_1\r\nX: secret", "en", "key"),
        ("http://127.0.0.1:8000", KEY, "fr", "lang"),
    ],
)
def test_what_is_no_address_key_or_language_is_refused_without_showing_secrets(
    url: str, key: str, lang: str, word: str
) -> None:
    with pytest.raises(ValueError, match=word) as caught:
        Client(url, key, lang=lang)
    assert "secret" not in str(caught.value)


def test_a_client_shows_its_address_and_not_its_key() -> None:
    with Client("http://127.0.0.1:8000/paigong/", f" {KEY}\n") as made:
        assert repr(made) == "Client('http://127.0.0.1:8000/paigong')"
    with pytest.raises(RuntimeError, match="closed"):
        made.limits()


# --- submitting ---------------------------------------------------------------------------------------------------


def forms(folder: Path) -> dict[str, Any]:
    """Return the example branch and the demo branch in every form that the client takes."""
    document, archive, book = folder / "branch.json", folder / "branch.zip", folder / "branch.xlsx"
    document.write_bytes(BRANCH)
    with zipfile.ZipFile(archive, "w") as made:
        for path in HANGZHOU.glob("*.csv"):
            made.write(path, f"hangzhou/{path.name}")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in HANGZHOU.glob("*.csv")}
    write_workbook(book, {name: list(csv.DictReader(text.splitlines())) for name, text in texts.items()}, lang="zh")
    return {"dict": branch(), "path of JSON": document, "text path": str(document),
            "Problem": problem_from_json(branch()), "folder": HANGZHOU, "zip": archive, "xlsx": book}  # fmt: skip


def test_a_branch_is_taken_in_every_form(paigong: Client, tmp_path: Path) -> None:
    made = forms(tmp_path)
    found = {name: paigong.validate(form) for name, form in made.items()}
    assert {found[name].branch_id for name in ("folder", "zip", "xlsx")} == {"HZ01"}
    assert {found[name].visits for name in ("folder", "zip", "xlsx")} == {62}
    assert [(found[name].visits, found[name].technicians) for name in list(made)[:4]] == [(3, 2)] * 4
    warning = found["folder"].warnings[0]
    assert (warning.code, warning.is_warning) == ("ORDER_TO_COME", True)
    assert warning.place == "orders.csv row 63, column 'received'"


def test_a_problem_and_a_folder_are_planned(paigong: Client) -> None:
    ids = [paigong.submit(form, iterations=50).id for form in (read_branch(HANGZHOU), HANGZHOU)]
    for job in [paigong.wait(job_id, PATIENCE_S) for job_id in ids]:
        assert (job.status, job.state, job.visits, job.has_ended) == (Status.SOLVED, State.DRAFT, 62, True)
        assert job.plan is not None
        served = {stop["visit"] for route in job.plan["routes"] for stop in route["stops"]}
        assert len(served) == job.progress.served
        assert len(served) + len(job.plan["unassigned"]) == 62


def test_a_solve_is_told_how(paigong: Client) -> None:
    job = paigong.submit(
        branch(), seconds=3, iterations=20, seed=7, stage="settle", days=2, as_of=datetime(2026, 11, 27, 18, 5),
        skip_bad=True, broken_locks="keep",
    )  # fmt: skip
    asked = {name: job.raw[name] for name in ("seconds", "iterations", "seed", "stage", "days", "as_of")}
    assert asked == {"seconds": 3.0, "iterations": 20, "seed": 7, "stage": "settle", "days": 2,
                     "as_of": "2026-11-27T18:05:00+08:00"}  # fmt: skip
    paigong.stop(job.id)


def test_a_second_of_planning_is_refused_not_cut_off(paigong: Client) -> None:
    with pytest.raises(ServiceError, match="/query/as_of"):
        paigong.validate(branch(), as_of=datetime(2026, 11, 27, 18, 5, 1))


def test_the_same_folder_is_the_same_bytes_and_only_what_is_a_branch(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        (folder / "published").mkdir(parents=True)
        for name in ("orders.csv", "策略.toml", "matrix.npz", "notes.txt", ".orders.csv", "~orders.csv"):
            (folder / name).write_text("a,b\n")
        time.sleep(0.01)
    contents = [content_of(folder) for folder in folders]
    assert contents[0] == contents[1]
    (tmp_path / "sent.zip").write_bytes(contents[0][0])
    with zipfile.ZipFile(tmp_path / "sent.zip") as archive:
        assert archive.namelist() == ["matrix.npz", "orders.csv", "策略.toml"]


def test_what_is_no_branch_is_not_sent(tmp_path: Path) -> None:
    with Client("http://127.0.0.1:1", KEY) as made:
        with pytest.raises(ValueError, match=r"branch\.txt' is no branch; expected \.json"):
            made.submit(tmp_path / "branch.txt")
        with pytest.raises(ValueError, match=r"has no \.csv file"):
            made.submit(tmp_path)
        with pytest.raises(FileNotFoundError):
            made.submit(tmp_path / "branch.json")
        with pytest.raises(TypeError, match="branch is a list"):
            made.submit([])  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="not JSON compliant"):
            made.submit({"lat": float("nan")})


# --- faults -------------------------------------------------------------------------------------------------------


def test_every_fault_is_raised_at_once(paigong: Client) -> None:
    orders = branch()["orders"]
    orders[0]["service"], orders[1]["lat"], orders[2]["customer_id"] = "an hour", 91, "C9"
    with pytest.raises(ServiceError) as caught:
        paigong.submit(branch(orders=orders))
    error = caught.value
    assert (error.status, error.code) == (422, "INPUT_FAULTS")
    assert [fault.raw["path"] for fault in error.errors] == [
        "/orders/0/service", "/orders/1/lat", "/orders/2/customer_id"
    ]  # fmt: skip
    lines = str(error).splitlines()
    assert lines[0].startswith("Faults in the data: Faults found: 3. Correct them")
    assert lines[2] == "  branch.json at /orders/1/lat: 91 is no latitude. Latitudes go from -90 to 90 degrees."
    assert lines[-1] == f"Request {error.request_id}."
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.errors) == (str(error), error.errors)


def test_many_faults_are_all_at_hand_and_the_first_are_read(paigong: Client) -> None:
    orders = [branch()["orders"][0] | {"order_id": f"O{n}", "service": "long"} for n in range(205)]
    with pytest.raises(ServiceError) as caught:
        paigong.validate(branch(orders=orders))
    assert (len(caught.value.errors), caught.value.details.error_count) == (200, 205)
    assert len(str(caught.value).splitlines()) == 1 + module.LISTED + 2
    assert "  … and 195 more." in str(caught.value)


def test_warnings_beside_faults_are_at_hand_and_not_read_as_faults(paigong: Client) -> None:
    orders = branch()["orders"]
    orders[0] |= {"service": "an hour", "remark": "call first"}
    with pytest.raises(ServiceError) as caught:
        paigong.validate(branch(orders=orders), lenient=True)
    assert [fault.is_warning for fault in caught.value.errors] == [False, True]
    assert "remark" not in str(caught.value)


def test_faults_are_told_in_chinese(server: Server) -> None:
    orders = branch()["orders"]
    orders[1]["lat"] = 91
    with Client(server.url, key_of(server), lang="zh") as made, pytest.raises(ServiceError) as caught:
        made.validate(branch(orders=orders))
    assert "  branch.json 的 /orders/1/lat：91 不是纬度。纬度在 -90 到 90 度之间。" in str(caught.value).splitlines()


def test_parameters_are_refused_by_name(paigong: Client) -> None:
    with pytest.raises(ServiceError) as caught:
        paigong.submit(branch(), seconds=-1, stage="noon")
    assert caught.value.code == "PARAMETER_INVALID"
    assert [fault.place for fault in caught.value.errors] == ["/query/seconds", "/query/stage"]


@pytest.mark.parametrize("job_id", ["0" * 32, "../limits", "a/b?c=d"])
def test_an_id_that_is_none_is_not_found(paigong: Client, job_id: str) -> None:
    for ask in (paigong.job, paigong.wait, paigong.stop, lambda job_id: list(paigong.events(job_id))):
        with pytest.raises(ServiceError) as caught:
            ask(job_id)
        assert caught.value.code == "NOT_FOUND"


def test_a_large_body_does_not_hide_why_it_is_refused(server: Server) -> None:
    """The service answers before it has read everything, and cuts the connection."""
    large = {"x": "y" * 20_000_000}
    with Client(server.url, KEY) as stranger, pytest.raises(ServiceError) as caught:
        stranger.submit(large)
    assert caught.value.code == "KEY_UNKNOWN"
    with Client(server.url, key_of(server)) as made, pytest.raises(ServiceError) as caught:
        made.submit({"x": "y" * 30_000_000})
    assert caught.value.code == "BODY_TOO_LARGE"


# --- once ---------------------------------------------------------------------------------------------------------


def test_the_same_request_again_is_the_same_job(paigong: Client) -> None:
    first, again = (paigong.submit(HANGZHOU, seconds=1, idempotency_key="monday") for _ in range(2))
    assert first.id == again.id
    with pytest.raises(ServiceError) as caught:
        paigong.submit(HANGZHOU, seconds=2, idempotency_key="monday")
    assert (caught.value.status, caught.value.code) == (409, "IDEMPOTENCY_KEY_REUSED")
    with pytest.raises(ServiceError) as caught:
        paigong.submit(HANGZHOU, idempotency_key="")
    assert caught.value.code == "IDEMPOTENCY_KEY_INVALID"
    paigong.stop(first.id)


def test_without_a_key_every_request_is_a_job_of_its_own(paigong: Client) -> None:
    jobs = [paigong.submit(branch(), seconds=1) for _ in range(2)]
    assert jobs[0].id != jobs[1].id
    for job in jobs:
        paigong.stop(job.id)


def test_an_answer_that_is_lost_makes_no_second_job(server: Server, road: Callable[..., Road]) -> None:
    way = road(0, 100, 500, to=server)  # cut before, within and after the head of the answer
    with Client(way.url, key_of(server)) as made:
        job = made.submit(branch("LOST"), seconds=1)
        assert [found.id for found in made.plans(branch="LOST")] == [job.id]
        made.stop(job.id)


# --- watching -----------------------------------------------------------------------------------------------------


def test_events_come_in_order_and_go_on_after_a_number(paigong: Client) -> None:
    job = paigong.submit(branch(), iterations=200)
    events = list(paigong.events(job.id))
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.data["status"] for event in events if event.kind == "status"] == ["queued", "solving", "solved"]
    assert any(event.kind == "progress" and event.data["cost_cents"] for event in events)
    assert list(paigong.events(job.id, after=2)) == events[2:]
    assert list(paigong.events(job.id, after=len(events))) == []


def test_events_come_once_over_a_road_that_is_cut_again_and_again(server: Server, road: Callable[..., Road]) -> None:
    way = road(0, 200, 460, 600, to=server)
    with Client(way.url, key_of(server)) as made, Client(server.url, key_of(server)) as straight:
        job = straight.submit(branch(), iterations=200)
        events = list(made.events(job.id))
        assert way._script == []
        assert events == list(straight.events(job.id))


def test_a_stream_that_is_left_leaves_no_connection(paigong: Client) -> None:
    """An unclosed socket is a warning, and warnings are errors here."""
    job = paigong.submit(branch(), seconds=60)
    for event in paigong.events(job.id):
        if event.number == 1:
            break
    paigong.stop(job.id)


def test_waiting_ends_in_time_and_a_stopped_solve_has_its_best_plan(paigong: Client) -> None:
    job = paigong.submit(branch(), seconds=120)
    with pytest.raises(NotEndedError, match="Wait again, or stop it") as caught:
        paigong.wait(job.id, timeout_s=0.3)
    assert caught.value.job.id == job.id
    assert not caught.value.job.has_ended
    next(event for event in paigong.events(job.id) if event.kind == "progress")
    assert paigong.stop(job.id).id == job.id
    ended = paigong.wait(job.id, PATIENCE_S)
    assert (ended.status, ended.state) == (Status.STOPPED, State.DRAFT)
    assert ended.plan is not None
    assert paigong.stop(job.id).status == Status.STOPPED


def test_waiting_survives_a_cut(server: Server, road: Callable[..., Road]) -> None:
    way = road(300, 350, to=server)
    with Client(way.url, key_of(server)) as made, Client(server.url, key_of(server)) as straight:
        job = straight.submit(branch(), seconds=1)
        assert made.wait(job.id, PATIENCE_S).status == Status.SOLVED


def test_where_no_stream_comes_through_the_job_is_looked_at(server: Server, road: Callable[..., Road]) -> None:
    page, head = said("200 OK", b"<html>", Content_Type="text/html"), b"HTTP/1.1 200 OK\r\nDate: Fri"
    with Client(server.url, key_of(server)) as straight:
        job = straight.submit(branch(), seconds=1)
        for held_up in (page, head, refusal(429, "TOO_MANY_STREAMS", Retry_After=3600)):
            with Client(road(held_up, to=server).url, key_of(server)) as made:
                assert made.wait(job.id, PATIENCE_S).status == Status.SOLVED


def test_a_stream_that_ends_before_the_job_is_not_believed_for_ever(road: Callable[..., Road]) -> None:
    """A proxy that answers in the service's place: nothing new, twice in a row, is an end when the job has ended."""
    progress = {"cost_cents": None, "served": None, "bound": None, "elapsed_s": 0}
    job: dict[str, Any] = {
        "id": "1", "status": "solving", "state": None, "branch_id": "HZ", "first_day": "2026-11-30", "days": 1,
        "visits": 3, "technicians": 2, "warnings": [], "failure": None, "progress": progress,
    }  # fmt: skip
    empty, alive = said("200 OK", Content_Type="text/event-stream"), said("200 OK", job)
    over = said("200 OK", job | {"status": "solved"})
    for script, after in (((empty, empty, alive), 3), ((empty, empty), 0)):
        with (
            Client(road(*script).url, KEY, retry_s=0) as made,
            pytest.raises(UnreachableError, match="the event stream ends before the job"),
        ):
            list(made.events("1", after))
    with Client(road(empty, empty, over).url, KEY, retry_s=0) as made:
        assert list(made.events("1", 3)) == []


def test_a_job_without_a_plan_is_an_error_when_it_was_waited_for(paigong: Client) -> None:
    locks = [{"visit_id": "O1", "technician_id": "T2", "level": "person"}]  # T2 knows nothing of compressors
    job = paigong.submit(branch(locks=locks), iterations=50)
    with pytest.raises(JobFailedError, match=r"O1: locked to .* lacks a skill for it: compressor:1") as caught:
        paigong.wait(job.id, PATIENCE_S)
    assert (caught.value.code, caught.value.job.status) == ("LOCKS_CONFLICT", Status.INVALID)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert paigong.job(job.id).failure == caught.value.details


def test_jobs_are_listed_over_all_pages(paigong: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [paigong.submit(branch("LISTED"), seconds=1).id for _ in range(3)]
    for job_id in ids[1:]:
        paigong.stop(job_id)
    monkeypatch.setattr("api.client.client.PAGE", 2)
    assert [job.id for job in paigong.plans(branch="LISTED")] == ids[::-1]
    paigong.stop(ids[0])
    paigong.wait(ids[0], PATIENCE_S)
    assert list(paigong.plans(branch="LISTED", status="queued")) == []
    assert {job.id for job in paigong.plans()} >= set(ids)


# --- papers, judge, publishing ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planned(server: Server) -> str:
    """Return a job with routes: by work, so that it has them however busy the machine is."""
    with Client(server.url, key_of(server)) as made:
        return made.wait(made.submit(branch("PAPERS"), iterations=200).id, PATIENCE_S).id


def test_papers_are_taken_in_the_clients_language(server: Server, planned: str, tmp_path: Path) -> None:
    with Client(server.url, key_of(server)) as en, Client(server.url, key_of(server), lang="zh") as zh:
        book = tmp_path / "sheets.xlsx"
        book.write_bytes(en.workbook(planned))
        assert zipfile.is_zipfile(book)
        assert '<html lang="en' in en.page(planned)
        assert "陈师傅" in zh.page(planned)
        assert '<html lang="zh' in zh.page(planned)


def test_a_plan_file_is_judged_and_so_is_what_was_done_to_it(paigong: Client, planned: str) -> None:
    document = paigong.plan_file(planned)
    verdict = paigong.judge(document)
    assert verdict["clean"]
    assert verdict["cost_cents"] == sum(verdict["costs"].values()) == paigong.job(planned).progress.cost_cents
    document["unassigned"] = [{**document["unassigned"][0]}] if document["unassigned"] else []
    document["routes"][0]["stops"].pop()
    assert not paigong.judge(document)["clean"]
    with pytest.raises(ServiceError) as caught:
        paigong.judge({"format": "paigong.plan/1"})
    assert caught.value.code == "INPUT_FAULTS"


def test_a_plan_file_is_judged_with_the_branch_as_it_is_now(paigong: Client, planned: str, tmp_path: Path) -> None:
    document, now = paigong.plan_file(planned), branch("PAPERS")
    on_disk = tmp_path / "branch.json"
    on_disk.write_text(json.dumps(now), encoding="utf-8")
    nothing = {"differences": [], "violations": []}
    assert paigong.judge(document)["branch"] is None
    assert [paigong.judge(document, branch=one)["branch"] for one in (now, planned, "newest")] == [nothing] * 3
    assert paigong.judge(document, branch=read_branch(on_disk))["branch"] == nothing
    now["orders"][0]["service"] = "PT75M"
    verdict = paigong.judge(document, branch=now, as_of="2026-11-27T17:00")
    assert "order O1: service 60 -> 75 min" in [one["text"] for one in verdict["branch"]["differences"]]
    assert (verdict["clean"], bool(verdict["branch"]["violations"])) == (False, True)
    with pytest.raises(ServiceError) as caught:
        paigong.judge(document, branch="0" * 32)
    assert caught.value.code == "NOT_FOUND"
    with pytest.raises(TypeError, match="expected a dict, a Problem, a job's id or 'newest'"):
        paigong.judge(document, branch=7)  # type: ignore[arg-type]


def test_a_plan_is_published_and_acknowledged(paigong: Client) -> None:
    job_id = paigong.submit(branch("TOLD"), iterations=200).id
    job = paigong.wait(job_id, PATIENCE_S)
    with pytest.raises(ServiceError) as caught:
        paigong.acknowledge(job_id, "T1")
    assert caught.value.code == "NOT_PUBLISHED"
    published = paigong.publish(job_id, job.etag)
    assert published.state == State.PUBLISHED
    assert published.etag not in ("", job.etag)
    assert paigong.publish(job_id).state == State.PUBLISHED
    for technician_id in published.raw["unacknowledged"]:
        published = paigong.acknowledge(job_id, technician_id)
    assert published.state == State.HANDED_OUT
    with pytest.raises(ServiceError) as caught:
        paigong.acknowledge(job_id, "T9")
    assert caught.value.code == "TECHNICIAN_HAS_NO_ROUTE"
    assert [event.kind for event in paigong.events(job_id)][-1] == "acknowledgement"


def test_a_stale_plan_is_not_published_unless_it_is_meant(paigong: Client) -> None:
    old = paigong.wait(paigong.submit(branch("STALE"), iterations=200).id, PATIENCE_S)
    newer = paigong.submit(branch("STALE", orders=branch()["orders"][:2]), seconds=1)
    with pytest.raises(PlanStaleError, match="Other orders have been handed in since for 2026-11-30") as caught:
        paigong.publish(old.id, old.etag)
    assert caught.value.status == 412
    assert caught.value.etag == paigong.job(old.id).etag != old.etag
    with pytest.raises(PlanStaleError):
        paigong.publish(old.id)
    # It goes to O3, which was called off: that is not meant by anybody.
    with pytest.raises(ServiceError) as refused:
        paigong.publish(old.id, anyway=True)
    assert refused.value.code == "PLAN_BREAKS_NOW"
    orders = branch()["orders"]
    more = paigong.submit(branch("STALE", orders=[*orders, orders[2] | {"order_id": "O4"}]), seconds=1)
    assert paigong.publish(old.id, anyway=True).state == State.PUBLISHED
    paigong.stop(newer.id)
    paigong.stop(more.id)


def test_a_plan_is_not_published_over_one_that_was_published_since(paigong: Client) -> None:
    ids = [paigong.submit(branch("TWICE"), iterations=200, seed=seed).id for seed in (0, 1)]
    mine, theirs = (paigong.wait(job_id, PATIENCE_S) for job_id in ids)
    paigong.publish(theirs.id, theirs.etag)
    with pytest.raises(PlanStaleError, match=f"Another plan has been published for these days: {theirs.id}"):
        paigong.publish(mine.id, mine.etag)


def test_limits_are_told(paigong: Client) -> None:
    limits = paigong.limits()
    assert limits.max_seconds["plan"] == 600.0
    assert (limits.days, limits.body_bytes) == (7, limits.raw["body_bytes"])


# --- when the road is bad -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        0,
        refusal(503, "READERS_BUSY", Retry_After=0),
        refusal(429, "TOO_MANY_REQUESTS", Retry_After=0),
        said("503 Service Unavailable", b"<html>"),
        said("200 OK", LIMITS)[:-5],
        b"HTTP/1.1 200 OK\r\nDate: Fri",
    ],
    ids=["cut", "503", "429", "a proxy's 503", "half an answer", "half a head"],
)
def test_a_request_is_repeated_when_that_may_help(first: int | bytes, road: Callable[..., Road]) -> None:
    way = road(first, first, said("200 OK", LIMITS))
    with Client(way.url, KEY) as made:
        assert made.limits().days == 6


def test_a_repeated_request_is_the_same_to_the_byte(road: Callable[..., Road]) -> None:
    way = road(*[refusal(503, "READERS_BUSY", Retry_After=0)] * 2)
    with Client(way.url, KEY, retry_s=1) as made, pytest.raises(UnreachableError) as caught:
        made.submit(branch())
    assert way.requests[0] == way.requests[1]
    assert f"Idempotency-Key: {caught.value.idempotency_key}".encode() in way.requests[0]
    assert caught.value.idempotency_key in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_wait_that_the_service_asks_for_is_kept(road: Callable[..., Road]) -> None:
    began_s = time.monotonic()
    with Client(road(refusal(503, "READERS_BUSY", Retry_After=1), said("200 OK", LIMITS)).url, KEY) as made:
        made.limits()
    assert time.monotonic() - began_s >= 1


def test_a_wait_beyond_all_patience_is_raised_at_once(road: Callable[..., Road]) -> None:
    way = road(refusal(503, "PAPER_FAILED", Retry_After=3600))
    with Client(way.url, KEY) as made, pytest.raises(ServiceError) as caught:
        made.limits()
    assert (caught.value.code, caught.value.retry_after_s) == ("PAPER_FAILED", 3600.0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 500, 502])
def test_any_other_refusal_is_not_repeated(status: int, road: Callable[..., Road]) -> None:
    way = road(refusal(status, "SOME_CODE"), said("200 OK", LIMITS))
    with Client(way.url, KEY) as made, pytest.raises(ServiceError, match=r"Busy: Too much to do\. Come again\."):
        made.limits()
    assert len(way.requests) == 1


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (said("502 Bad Gateway", b"<html>"), "answers 502 Bad Gateway"),
        (said("200 OK", b"<html>"), "answers 200 OK"),
        (said("200 OK", {"hello": "world"}), "answers 200 OK"),
        (said("200 OK", []), "answers 200 OK"),
        (said("404 Not Found", {"detail": "Not Found"}), "answers 404 Not Found"),
        (said("404 Not Found", [1]), "answers 404 Not Found"),
        (said("301 Moved", Location="https://elsewhere.example/"), "leads to https://elsewhere.example/"),
    ],
)
def test_another_programs_answer_is_told_as_such(answer: bytes, text: str, road: Callable[..., Road]) -> None:
    with Client(road(answer).url, KEY) as made, pytest.raises(ServiceError, match=text) as caught:
        made.limits()
    assert caught.value.code.startswith("HTTP_")


def test_nobody_there_is_told_after_a_while() -> None:
    with Client("http://127.0.0.1:1", KEY, retry_s=0.3) as made, pytest.raises(UnreachableError) as caught:
        made.limits()
    assert "http://127.0.0.1:1 gives no answer: " in str(caught.value)
    assert "idempotency_key" not in str(caught.value)
    assert KEY not in str(caught.value)


def test_silence_is_borne_no_longer_than_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began_s = time.monotonic()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Client(url, KEY, timeout_s=0.2, retry_s=0.1) as made, pytest.raises(UnreachableError, match="time"):
            made.limits()
        assert time.monotonic() - began_s < TIMEOUT_S


def test_kept_connections_that_died_are_not_noticed(server: Server, road: Callable[..., Road]) -> None:
    way = road(to=server)
    with Client(way.url, key_of(server), retry_s=0) as made:
        for connection in [made._wire._take() for _ in range(3)]:
            made._wire._give_back(connection)
        wait_until(lambda: len(way._threads) == 1 + 3)
        way.cut_all()
        assert made.limits().days == 7


def test_a_connection_is_kept(road: Callable[..., Road], server: Server) -> None:
    way = road(to=server)
    with Client(way.url, key_of(server)) as made:
        for _ in range(5):
            made.limits()
        assert len(way._threads) == 1 + 1


def test_a_service_that_is_started_anew_is_waited_for(new_server: Callable[..., Server]) -> None:
    anew = new_server(workers=0).start()
    with Client(anew.url, key_of(anew), retry_s=PATIENCE_S) as made:
        job = made.submit(branch(), seconds=1)
        port = anew.url.rpartition(":")[2]
        anew.stop()
        starting = threading.Thread(target=anew.start, args=("--port", port), kwargs={"ready": False})
        starting.start()
        assert made.job(job.id).status == Status.QUEUED
        starting.join()


def test_threads_share_a_client(paigong: Client) -> None:
    found: list[str] = []

    def work(number: int) -> None:
        job = paigong.submit(branch(f"THREAD{number}"), seconds=1)
        paigong.stop(job.id)
        found.append(paigong.job(job.id).branch_id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"THREAD{number}" for number in range(6)]
    wait_until(lambda: not list(paigong.plans(status="solving")))
