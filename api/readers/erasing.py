"""A customer is taken out of what a job keeps, in a reader: of its input, of its plans, of what is published.

{"task": "erase", "customer": ..., "pseudonym": ..., "file": ..., "media_type": ..., "options": {...},
 "facts": {name: file, ...}, "plans": {name: file, ...}, "published": file or null, "out": ...}

`facts` are problems, `plans` what goes with them, and all of them, as `published`, are packed. What is changed is
written under its name into `out`; of the input, `input`, which is JSON from then on.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.documents import pack, unpack
from api.readers import upload
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog
from optimizer.ingest.forms.flat import is_without_customers, with_customers
from optimizer.ingest.forms.sheets import read_json_sheet
from optimizer.ingest.personal import Person, texts_of, without_mentions, without_person
from optimizer.ingest.plans.facts_digest import facts_sha256
from optimizer.ingest.write import problem_to_json
from optimizer.travel.matrix_document import as_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.ingest.intake import Intake
    from optimizer.travel.matrix import TravelMatrix

Answer = dict[str, Any]

#: Of a kept plan, where sentences are: everything else is ids and figures.
_SENTENCES = ("assumptions",)


def erase(task: Answer) -> Answer:
    """Take a customer out; answer whether there was anything to take out, and by which texts the customer is known."""
    person, out = Person(task["customer"], task["pseudonym"]), Path(task["out"])
    facts = {name: unpack(Path(file).read_bytes()) for name, file in task["facts"].items()}
    published = None if task["published"] is None else unpack(Path(task["published"]).read_bytes())
    content = Path(task["file"]).read_bytes()
    sent = _numbered(json.loads(content)) if task["media_type"] == upload.JSON else None
    read = _read(content, task["media_type"], task["options"])
    intake, matrix = read or (None, None)
    known = [*facts.values(), *([] if published is None else [published["problem"]])]
    known += [] if intake is None or intake.problem is None else [problem_to_json(intake.problem)]
    documents = [*known, *([sent] if isinstance(sent, dict) else [])]
    aside = (
        [] if intake is None else [one for one in intake.context.aside if one.customer.customer_id == task["customer"]]
    )
    if not aside and not any(person.is_in(document) for document in documents):
        # What nobody can read may speak of anybody.
        if read is not None or sent is not None:
            return {"is_concerned": False, "texts": []}
        (out / "input").write_bytes(b"{}")
        return {"is_concerned": True, "texts": []}
    order_ids = {one.order.order_id for one in aside}.union(*(person.order_ids(document) for document in documents))
    texts = set().union(*(texts_of(document, person, order_ids) for document in documents))
    for name, document in facts.items():
        (out / name).write_bytes(pack(without_person(document, person, order_ids, texts)))
    for name, file in task["plans"].items():
        (out / name).write_bytes(pack(_without_sentences(unpack(Path(file).read_bytes()), texts)))
    if published is not None:
        problem = without_person(published["problem"], person, order_ids, texts)
        digest = {"facts_sha256": facts_sha256(problem)} if "facts_sha256" in published else {}
        (out / "published").write_bytes(pack(published | {"problem": problem} | digest))
    made = _input(sent, intake, matrix, task["options"], person, order_ids, texts)
    (out / "input").write_bytes(json.dumps(made, ensure_ascii=False).encode())
    return {"is_concerned": True, "texts": sorted(texts)}


def _numbered(sent: Any) -> Any:
    """Return a branch in JSON with the numbers that rows of orders are given where they only tell who asked."""
    if not isinstance(sent, dict):
        return sent
    log = IssueLog(form="json", file="branch.json")
    raws = [read_json_sheet(name, sent[name], log) for name in ("customers", "orders") if sent.get(name) is not None]
    rows = next((raw.rows for raw in with_customers(raws, log) if raw.name == "orders"), [])
    if not is_without_customers(raws) or len(rows) != len(sent["orders"]):
        return sent
    numbers = [{name: cells[name] for name in ("order_id", "customer_id") if name in cells} for _, cells in rows]
    return sent | {"orders": [row | number for row, number in zip(sent["orders"], numbers, strict=True)]}


def _read(content: bytes, media_type: str, options: Mapping[str, Any]) -> tuple[Intake, TravelMatrix | None] | None:
    """Return what an input holds, read as a job reads it; `None` where it cannot be read."""
    try:
        with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
            laid = upload.read(upload.lay_out(content, media_type, Path(folder)), dict(options))
            return laid.intake, None if laid.intake.problem is None else laid.matrix()
    except (InputError, upload.ArchiveError):
        return None


def _without_sentences(made: Answer, texts: set[str]) -> Answer:
    return made | {name: without_mentions(made[name], texts) for name in _SENTENCES if name in made}


def _input(
    sent: Any,
    intake: Intake | None,
    matrix: TravelMatrix | None,
    options: Mapping[str, Any],
    person: Person,
    order_ids: set[str],
    texts: set[str],
) -> Answer:
    """Return the input without the customer: as it was sent, where that reads as the same branch, else as it was read.

    A workbook or an archive becomes the JSON of what was read of it. What cannot be read is not kept.
    """
    problem = None if intake is None else intake.problem
    if problem is None or intake is None:
        return without_person(sent, person, order_ids, texts) if isinstance(sent, dict) else {}
    facts = without_person(problem_to_json(problem), person, order_ids, texts)
    if isinstance(sent, dict):
        visits = [*problem.visits, *(one.visit for one in intake.context.aside)]
        customers = {order.order_id: problem.customer_by_id[order.customer_id].name for order in problem.orders}
        made = without_person(
            sent, person, order_ids, texts, places={visit.order_id: visit.place for visit in visits}, names=customers
        )
        again = _read(json.dumps(made).encode(), upload.JSON, options)
        now = None if again is None else again[0].problem
        if now is not None and facts_sha256(problem_to_json(now)) == facts_sha256(facts):
            return made
    own = None if matrix is None else as_document(matrix)
    return facts | ({} if own is None else {"matrix": own})
