"""A customer is forgotten: whatever the service keeps is searched through, packed or not, and says nothing any more."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from api.plans.erasing import _may_concern
from api.readers import upload
from api.store.erasing import Kept
from tests.api.conftest import BRANCH, town, wait_until
from tests.ingest.workbooks import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.api.conftest import Server

NAME, PHONE, STREET = "欧阳澈女士", "13912345678", "龙井路十七号"
SECRETS = (NAME, PHONE, STREET, "狗很凶", "李经理", "C-欧阳")
#: The customer's number tells who it is, too.
CUSTOMER = "C-欧阳"


def branch(branch_id: str = "HZ", **sheets: Any) -> dict[str, Any]:
    """Return the small branch, whose first order is that of somebody who wants to be forgotten."""
    document: dict[str, Any] = json.loads(BRANCH)
    document["branch"] |= {"branch_id": branch_id, "holidays": "none"}
    document["customers"][0] = {"customer_id": CUSTOMER, "name": NAME, "phone": "139-1234-5678"}
    document["orders"][0] |= {
        "customer_id": CUSTOMER, "address": STREET, "contacts": [f"李经理 {PHONE}"], "request": "狗很凶，先打电话",
        "fault": "不制冷",
    }  # fmt: skip
    return document | sheets


def flat() -> dict[str, Any]:
    """Return the branch with who asked in the rows of orders, which have no numbers of customers."""
    document = branch()
    del document["customers"]
    for row in document["orders"]:
        del row["customer_id"]
        row |= {"customer_name": "钱江食品", "customer_phone": "0571-0000 0002", "address": "文三路 90 号"}
    document["orders"][0] |= {"customer_name": NAME, "customer_phone": PHONE, "address": STREET}
    return document


def kept(data: Path) -> Iterator[tuple[str, str]]:
    """Yield everything that a data folder keeps as text, with where it stands: every cell of every table, unpacked."""
    with sqlite3.connect(f"file:{data / 'paigong.db'}?mode=ro", uri=True) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            cursor = database.execute(f"SELECT * FROM {table}")
            columns = [about[0] for about in cursor.description]
            for row in cursor:
                for column, value in zip(columns, row, strict=True):
                    content = value if isinstance(value, bytes) else str(value).encode()
                    for text in _unpacked(content):
                        yield f"{table}.{column}", text
    database.close()
    for path in data.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes().decode("utf-8", errors="replace")


def _unpacked(content: bytes) -> Iterator[str]:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield packed.read(name).decode("utf-8", errors="replace")
    with suppress(zlib.error):
        content = zlib.decompress(content)
    yield content.decode("utf-8", errors="replace")


def found(data: Path) -> set[tuple[str, str]]:
    """Return where anything of the customer stands, however JSON spells it."""
    spelt = {one: (one, json.dumps(one)[1:-1]) for one in SECRETS}
    return {
        (where, secret)
        for where, text in kept(data)
        for secret, forms in spelt.items()
        if any(form in text.replace("-", "") for form in {form.replace("-", "") for form in forms})
    }


def erase(server: Server, branch_id: str = "HZ", customer: str = CUSTOMER) -> int:
    answer = server.http.delete(f"/v1/branches/{branch_id}/customers/{customer}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["branch_id"] == branch_id
    return int(answer.json()["plans"])


def sent(server: Server, document: dict[str, Any], **query: Any) -> str:
    return server.submit(json.dumps(document, ensure_ascii=False).encode(), **{"iterations": 200} | query)


def test_nothing_that_is_kept_names_a_customer_who_was_forgotten(new_server: Callable[..., Server]) -> None:
    server = new_server(workers=1).start()
    http = server.http
    body = json.dumps(branch()).encode()  # ASCII: the name is spelt in escapes
    headers = {"Content-Type": upload.JSON, "Idempotency-Key": "monday"}
    notes = {"metadata": json.dumps({"who": f"for {NAME}"}), "label": f"call {PHONE}", "iterations": 200}
    first = http.post("/v1/plans", content=body, headers=headers, params=notes).json()["id"]
    job = server.ended(first)
    why = {"edit": "allow", "visit": "O1", "rule": "travel", "amount": 1, "by": "陈", "why": f"{NAME} 催得急"}
    edits = {"edits": [{"edit": "lock", "visit": "O1"}, why]}
    edited = http.post(f"/v1/plans/{first}/edits", params={"etag": job["etag"]}, json=edits)
    assert edited.status_code == 200, edited.text
    for paper in ("plan.json", "route-sheets.html", "details.json"):
        assert http.get(f"/v1/plans/{first}/{paper}").status_code == 200
    again = http.post(f"/v1/plans/{first}/reoptimise", params={"iterations": 100}).json()["id"]
    server.ended(again)
    published = http.post(f"/v1/plans/{first}/publish", params={"anyway": True})
    assert published.status_code == 200, published.text
    on_its_own = sent(server, branch(), start_from=first)
    rows = sent(server, flat(), stage="draft")
    for job_id in (on_its_own, rows):
        server.ended(job_id)
    costs = {one: server.job(one)["progress"]["cost_cents"] for one in (first, again, on_its_own, rows)}
    everywhere = {where.partition("-wal")[0] for where, _ in found(server.data)}
    assert everywhere >= {
        "inputs.content", "plans.problem", "revisions.problem", "revisions.edits", "published.content",
        "starts.problem", "jobs.labels", "jobs.notes", "answers.content", "papers.content", "paigong.db",
    }  # fmt: skip

    # The rows without numbers of customers are of one who was given another number.
    made = next(row["customer"] for route in http.get(f"/v1/plans/{rows}/details.json").json()["routes"]
                for row in route["stops"] if row["order"] == "O1")  # fmt: skip
    assert made != CUSTOMER
    assert erase(server) == 3
    assert erase(server, customer=made) == 1
    assert found(server.data) == set()
    # Nothing is left to do, and of nobody either.
    assert (erase(server), erase(server, customer="nobody"), erase(server, "elsewhere")) == (0, 0, 0)

    for job_id, cents in costs.items():
        assert server.job(job_id)["progress"]["cost_cents"] == cents
        server.check_plan(job_id)
    assert server.job(first)["state"] == "published"
    trail = [entry for entry in http.get("/v1/audit").json()["items"] if entry["action"] == "erase_customer"]
    assert [entry["detail"] for entry in trail] == [{"plans": 1}, {"plans": 3}]
    assert all(entry["subject"].startswith("erased-") for entry in trail)
    # What goes on from it does not bring anything back.
    http.get(f"/v1/plans/{again}/route-sheets.html")
    draft = server.job(again)
    moved = http.post(f"/v1/plans/{again}/edits", params={"etag": draft["etag"]}, json={"edits": edits["edits"][:1]})
    assert moved.status_code == 200, moved.text
    patch = {"upsert": {"orders": [{"order_id": "O2", "service": "PT50M"}]}}
    patched = http.post(f"/v1/plans/{on_its_own}/patch", json=patch, params={"iterations": 100})
    assert patched.status_code == 202, patched.text
    assert server.ended(patched.json()["id"])["status"] == "solved"
    assert found(server.data) == set()


@pytest.mark.parametrize(
    ("customer_id", "sent"),
    [
        ("C-1", "C-1"),
        ("C/1", r"C\/1"),
        ("C+1", r"C\u002B1"),
        ('C"1', r"C\"1"),
        ("C-张", "C-张"),
        ("C-张", r"C-\u5f20"),
        ("C-张", r"C-\u5F20"),
    ],
)
def test_a_customer_is_found_however_a_sender_writes_the_number(customer_id: str, sent: str) -> None:
    """Also of a job without a plan: nothing but its input says who it is about."""
    content = f'{{"customers": [{{"customer_id": "{sent}"}}]}}'.encode()
    source: Any = {"media_type": upload.JSON, "content": content}
    assert _may_concern(Kept(source, {}, {}, {}, None), customer_id)
    assert not _may_concern(Kept(source, {}, {}, {}, None), "C-李")


def test_a_job_that_runs_and_one_that_waits_go_on_without_the_customer(new_server: Callable[..., Server]) -> None:
    server = new_server(workers=1).start()
    document: dict[str, Any] = json.loads(town(30))
    document["customers"][0] = {"customer_id": "C1", "name": NAME, "phone": PHONE}
    content = json.dumps(document, ensure_ascii=False).encode()
    running, waiting = server.submit(content, seconds=8), server.submit(content, iterations=100)
    wait_until(lambda: server.job(running)["progress"]["served"] is not None)
    assert erase(server, customer="C1") == 2
    # Whoever reads or solves at that moment clears its folder away as it ends.
    wait_until(lambda: not found(server.data))
    for job_id in (running, waiting):
        assert server.ended(job_id)["status"] == "solved"
        server.check_plan(job_id)
    assert server.statuses(running)[:4] == ["queued", "solving", "queued", "solving"]
    assert found(server.data) == set()


@pytest.mark.parametrize("media_type", [upload.WORKBOOK, upload.ARCHIVE])
def test_workbooks_and_archives_become_what_was_read_of_them(
    new_server: Callable[..., Server], tmp_path: Path, media_type: str
) -> None:
    server = new_server(workers=1).start()
    sheets = {
        "branch": [{"branch_id": "HZ", "lat": "30.27", "lon": "120.16", "plan_date": "2026-11-30",
                    "as_of": "2026-11-27 16:00"}],
        "customers": [{"customer_id": CUSTOMER, "name": NAME, "phone": PHONE},
                      {"customer_id": "C2", "name": "钱江食品"}],
        "orders": [
            {"order_id": "O1", "customer_id": CUSTOMER, "lat": "30.29", "lon": "120.18", "service_min": "60",
             "address": STREET, "request": "狗很凶，先打电话"},
            {"order_id": "O2", "customer_id": "C2", "lat": "30.25", "lon": "120.2", "service_min": "45"},
        ],
        "technicians": [{"technician_id": "T1", "name": "李伟"}],
        "shifts": [{"technician_id": "T1", "date": "2026-11-30", "start": "08:30", "end": "17:30"}],
    }  # fmt: skip
    matrix = "from,branch,O1,O2\nbranch,0,600,700\nO1,600,0,800\nO2,700,800,0\n"
    if media_type == upload.WORKBOOK:
        write_workbook(tmp_path / "branch.xlsx", sheets)
        content = (tmp_path / "branch.xlsx").read_bytes()
    else:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("matrix.csv", matrix)
            for name, rows in sheets.items():
                lines = [",".join(rows[0]), *(",".join(row.get(key, "") for key in rows[0]) for row in rows)]
                archive.writestr(f"{name}.csv", "\n".join(lines))
        content = packed.getvalue()
    answer = server.http.post("/v1/plans", content=content, headers={"Content-Type": media_type},
                              params={"iterations": 200})  # fmt: skip
    assert answer.status_code == 202, answer.text
    job = server.ended(answer.json()["id"])
    travel = server.http.get(f"/v1/plans/{job['id']}/plan.json").json()["matrix"]["seconds"]
    assert erase(server) == 1
    assert found(server.data) == set()
    server.check_plan(job["id"])
    after = server.job(job["id"])
    assert after["progress"] == job["progress"]
    assert server.http.get(f"/v1/plans/{job['id']}/plan.json").json()["matrix"]["seconds"] == travel
