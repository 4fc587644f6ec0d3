"""`mapping.toml` as a person edits it: what is right is used, and each fault named where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.faults.issues import IssueLog
from optimizer.ingest.forms.mapped import Fill
from optimizer.ingest.forms.mapped_files import file_meant, pattern_of
from optimizer.ingest.mapping.reading import read_mapping
from optimizer.ingest.read import read_intake
from tests.ingest.worlds import two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.forms.mapped import SheetMapping

WHOLE = """
format = "paigong.mapping/1"
[orders]
file = "export*.csv"
tab = "Sheet1"
[orders.columns]
"Tel." = "Customer phone"
"Junk" = ""
[orders.values.priority]
"High" = 4
[orders.fill.service_min]
by = ["kind", "product"]
"installation" = 120
"*" = 60
"""


def mapping_of(folder: Path, text: str) -> tuple[dict[str, SheetMapping], IssueLog]:
    (folder / "mapping.toml").write_text(text, encoding="utf-8")
    log = IssueLog(form="csv", file="branch")
    return read_mapping(folder, log), log


def test_a_whole_mapping(tmp_path: Path) -> None:
    found, log = mapping_of(tmp_path, WHOLE)
    orders = found["orders"]
    assert not log.issues
    assert (orders.file, orders.tab) == ("export*.csv", "Sheet1")
    assert (orders.field_of("tel"), orders.field_of("Junk"), orders.knows("Junk")) == ("customer_phone", None, True)
    assert orders.translated("priority", "HIGH") == "4"
    assert orders.fills["service_s"] == Fill(("kind", "product"), {"installation": "120", "*": "60"})


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    assert read_mapping(tmp_path, IssueLog(form="csv", file="branch")) == {}


@pytest.mark.parametrize(
    ("text", "code", "column", "part"),
    [
        ("[orders", "TOML_SYNTAX", "", ""),
        ('format = "paigong.mapping/9"', "MAPPING_FORMAT", "", "paigong.mapping/1"),
        ("[order_list]\n", "MAPPING_KEY", "order_list", ""),
        ('orders = "x"\n', "MAPPING_VALUE", "orders", ""),
        ("[orders]\nfle = 'x'\n", "MAPPING_KEY", "orders.fle", "Maybe 'file' is meant."),
        ("[orders]\nfile = 3\n", "MAPPING_VALUE", "orders.file", ""),
        ("[orders]\ncolumns = 3\n", "MAPPING_VALUE", "orders.columns", ""),
        ('[orders.columns]\n"Tel" = "Customer phne"\n', "MAPPING_FIELD", "orders.columns.Tel", "Customer phone"),
        ('[orders.columns]\n"Tel" = true\n', "MAPPING_VALUE", "orders.columns.Tel", ""),
        ('[orders.values.urgncy]\n"a" = "b"\n', "MAPPING_FIELD", "orders.values.urgncy", "Urgency"),
        ('[orders.fill.skills]\nby = "prodct"\n', "MAPPING_FIELD", "orders.fill.skills.by", "Product"),
    ],
)
def test_a_fault_is_named_where_it_stands(tmp_path: Path, text: str, code: str, column: str, part: str) -> None:
    _, log = mapping_of(tmp_path, text)
    [fault] = log.issues
    assert (fault.code, fault.column, fault.file) == (code, column, "mapping.toml")
    assert fault.is_error
    assert part in fault.text()


def test_every_sheet_may_be_mapped(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["people"] = [{"Nr": row["technician_id"], "Who": row["name"]} for row in sheets.pop("technicians")]
    folder = write_folder(tmp_path, sheets)
    for row in sheets["people"]:
        assert row["Who"]
    text = '[technicians]\nfile = "people.csv"\n[technicians.columns]\n"Nr" = "technician_id"\n"Who" = "name"\n'
    (folder / "mapping.toml").write_text(text, encoding="utf-8")
    assert [who.name for who in read_intake(folder).checked().technicians] == ["Ann", "Ben"]


def test_a_mapped_file_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, two_orders())
    (folder / "orders.csv").unlink()
    (folder / "mapping.toml").write_text('[orders]\nfile = "export*.csv"\n', encoding="utf-8")
    assert [issue.code for issue in read_intake(folder).report.errors] == ["MAPPING_NO_FILE"]


def test_a_mapped_file_beside_the_usual_one_is_one_too_many(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, two_orders())
    (folder / "export1.csv").write_text((folder / "orders.csv").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "mapping.toml").write_text('[orders]\nfile = "export*.csv"\n', encoding="utf-8")
    assert [issue.code for issue in read_intake(folder).report.errors] == ["SHEET_TWICE"]


@pytest.mark.parametrize(
    ("names", "last"),
    [
        (["export9.csv", "export10.csv"], "export10.csv"),
        (["export2026-11-30.csv", "export2026-12-01.csv"], "export2026-12-01.csv"),
        (["export[1].csv", "export[2].csv"], "export[2].csv"),
        (["export1.csv", "~export2.csv"], "export1.csv"),
    ],
)
def test_of_several_files_the_last_by_its_numbers_is_meant(tmp_path: Path, names: list[str], last: str) -> None:
    for name in names:
        (tmp_path / name).write_text("", encoding="utf-8")
    found = file_meant(tmp_path, pattern_of(names[0]), IssueLog(form="csv", file="branch"))
    assert found is not None
    assert found.name == last
