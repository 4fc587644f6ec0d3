"""Read `mapping.toml`: each fault of it is noted, and what is right is used.

format = "paigong.mapping/1"

[orders]
file = "工单导出*.csv"

[orders.columns]
"报修人" = "客户姓名"
"备用列" = ""

[orders.values."优先级"]
"高" = "4"

[orders.fill."服务时长（分钟）"]
by = "服务类型"
"安装" = "120"
"*" = "60"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.faults.decoding import read_text
from optimizer.faults.issues import nearest
from optimizer.ingest.forms.columns import SHEETS, columns_of
from optimizer.ingest.forms.headers import columns_by_title, field_names, normal, sheet_label, sheet_named
from optimizer.ingest.forms.mapped import ANY, FILE, FORMAT, Fill, SheetMapping, plain_value
from optimizer.ingest.settings.profiles import decode_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from optimizer.faults.issues import IssueLog

#: What a sheet's table may hold.
_KEYS = ("file", "tab", "columns", "values", "fill")


def read_mapping(folder: Path, log: IssueLog) -> dict[str, SheetMapping]:
    """Return the mapping of each sheet that the file of a folder names; nothing when there is no file."""
    path = folder / FILE
    text = read_text(path, log) if path.is_file() else None
    document = None if text is None else decode_toml(text, log, file=FILE)
    if document is None:
        return {}
    if document.get("format", FORMAT) != FORMAT:
        log.add("MAPPING_FORMAT", file=FILE, value=document["format"], expected=FORMAT)
        return {}
    found: dict[str, SheetMapping] = {}
    for name, table in document.items():
        sheet = sheet_named(name)
        if name == "format":
            continue
        if sheet is None:
            known = [*SHEETS, *(sheet_label(one, "zh") for one in SHEETS)]
            log.add("MAPPING_KEY", file=FILE, column=name, near=nearest(name, known))
        elif isinstance(table, dict):
            found[sheet] = _Reader(sheet, name, log).read(table)
        else:
            _wrong(log, name, table)
    return found


def _wrong(log: IssueLog, key: str, value: object) -> None:
    log.add("MAPPING_VALUE", file=FILE, column=key, value=value)


class _Reader:
    """Reads the table of one sheet, called as the file calls it."""

    def __init__(self, sheet: str, called: str, log: IssueLog) -> None:
        self.sheet, self.called, self.log = sheet, called, log
        self.fields = columns_by_title(sheet)

    def read(self, table: Mapping[str, Any]) -> SheetMapping:
        """Return the mapping of the sheet."""
        for key in table.keys() - set(_KEYS):
            self.log.add("MAPPING_KEY", file=FILE, column=f"{self.called}.{key}", near=nearest(key, _KEYS))
        columns = {
            normal(title): self._field(name, f"columns.{title}") if name else None
            for title, name in self._texts(table, "columns").items()
        }
        values, fills = {}, {}
        for name in self._table(table, "values"):
            if field := self._field(name, f"values.{name}"):
                texts = self._texts(table["values"], name, "values.")
                values[field] = {plain_value(text): value for text, value in texts.items()}
        for name in self._table(table, "fill"):
            if field := self._field(name, f"fill.{name}"):
                fills[field] = self._fill(table["fill"], name)
        return SheetMapping(self._text(table, "file"), self._text(table, "tab"), columns, values, fills)

    def _fill(self, table: Mapping[str, Any], name: str) -> Fill:
        entries = self._table(table, name, "fill.")
        by = entries.get("by", [])
        names = [by] if isinstance(by, str) else by if isinstance(by, list) else []
        fields = [self._field(str(one), f"fill.{name}.by") for one in names]
        texts = self._texts({name: {key: text for key, text in entries.items() if key != "by"}}, name, "fill.")
        values = {key if key == ANY else plain_value(key): value for key, value in texts.items()}
        return Fill(tuple(field for field in fields if field), values)

    def _field(self, name: str, key: str) -> str | None:
        column = self.fields.get(normal(name))
        if column is None:
            known = {title for one in columns_of(self.sheet) for title in field_names(self.sheet, one.field)}
            near = nearest(name, known | {one.sheet_name for one in columns_of(self.sheet)})
            self.log.add("MAPPING_FIELD", file=FILE, column=f"{self.called}.{key}", value=name, near=near)
            return None
        return column.field

    def _table(self, table: Mapping[str, Any], key: str, inside: str = "") -> Mapping[str, Any]:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        _wrong(self.log, f"{self.called}.{inside}{key}", value)
        return {}

    def _text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if isinstance(value, str):
            return value
        _wrong(self.log, f"{self.called}.{key}", value)
        return ""

    def _texts(self, table: Mapping[str, Any], key: str, inside: str = "") -> dict[str, str]:
        """Return a table of texts; a number stands for its digits."""
        texts = {}
        for name, value in self._table(table, key, inside).items():
            if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
                texts[name] = str(value)
            else:
                _wrong(self.log, f"{self.called}.{inside}{key}.{name}", value)
        return texts
