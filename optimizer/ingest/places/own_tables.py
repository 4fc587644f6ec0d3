"""A branch's own files about places: areas that the gazetteer does not know, and addresses that somebody corrected.

`places.csv` names areas with their centres, `corrections.csv` says of an address where it is, or how it should read.
Both lie in the branch's folder, or beside its one workbook.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.faults.decoding import read_text
from optimizer.faults.issues import Phrase, nearest
from optimizer.ingest.build.coordinates import Datum, parse_datum, rounded_wgs84
from optimizer.ingest.cells.kinds import Number, Text
from optimizer.ingest.cells.tidy import tidy_cell
from optimizer.ingest.forms.flat import plain_address
from optimizer.ingest.forms.headers import normal
from optimizer.ingest.forms.rows import EMPTY, Row, column
from optimizer.ingest.places.gazetteer import Area, Level
from optimizer.text.machine_errors import reader_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from optimizer.faults.issues import IssueLog

#: What the files are called, in English and Chinese; the first is what messages say.
PLACES, CORRECTIONS = ("places", "地名"), ("corrections", "地址更正")


class PlaceRow(Row):
    """An area that the branch knows, with its centre."""

    province: Text = column("浙江省", "Province.", default="")
    city: Text = column("杭州市", "City.")
    district: Text = column("临平区", "District or county.")
    town: Text = column("乔司街道", "Town or street; empty: the whole district.", default="")
    lat: Number = column("30.3517", "Latitude of the centre.")
    lon: Number = column("120.2817", "Longitude of the centre.")
    datum: Text | None = column("GCJ-02", "Datum of the coordinates; empty: WGS-84.", default=None)


class CorrectionRow(Row):
    """What somebody found out about an address."""

    address: Text = column("余杭乔司", "The address as the order has it.")
    correct_address: Text = column("临平区乔司街道世纪大道 1 号", "How it should read; empty: it is right.", default="")
    lat: Number | None = column("30.3498", "Latitude of the place; empty: looked up again.", default=None)
    lon: Number | None = column("120.2834", "Longitude of the place.", default=None)
    datum: Text | None = column("GCJ-02", "Datum of the coordinates; empty: WGS-84.", default=None)
    note: Text = column("王女士电话确认", "Who said so.", default="")


#: What people call the columns, beside their own names.
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("省", "省份"), "province"),
        **dict.fromkeys(("市", "城市"), "city"),
        **dict.fromkeys(("区县", "区", "县", "county"), "district"),
        **dict.fromkeys(("乡镇街道", "街道", "乡镇", "镇", "street"), "town"),
        **dict.fromkeys(("纬度", "latitude"), "lat"),
        **dict.fromkeys(("经度", "longitude", "lng"), "lon"),
        **dict.fromkeys(("坐标系",), "datum"),
        **dict.fromkeys(("地址", "原地址"), "address"),
        **dict.fromkeys(("更正地址", "正确地址", "correctaddress"), "correct_address"),
        **dict.fromkeys(("备注", "说明"), "note"),
    }
)


@dataclass(frozen=True, slots=True)
class Correction:
    """Where an address is, and how it reads."""

    address: str
    place: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class OwnPlaces:
    """What a branch knows itself: areas, and corrections by address (`plain_address`)."""

    areas: tuple[Area, ...] = ()
    corrections: Mapping[str, Correction] = field(default_factory=dict)


def read_own_places(folder: Path, log: IssueLog) -> OwnPlaces:
    """Return what the files of a folder say; each fault is noted."""
    areas = [_area(row, lat, lon) for row, (lat, lon) in _rows(folder, PLACES, PlaceRow, log)]
    corrections = {
        plain_address(row.address): Correction(row.correct_address or row.address, place)
        for row, place in _rows(folder, CORRECTIONS, CorrectionRow, log)
    }
    return OwnPlaces(tuple(areas), corrections)


def _area(row: Any, lat: float, lon: float) -> Area:
    path = (row.province, row.city, row.district, *([row.town] if row.town else []))
    return Area(path, Level.TOWN if row.town else Level.DISTRICT, lat, lon)


def _rows(folder: Path, names: tuple[str, str], kind: type[Row], log: IssueLog) -> Iterator[tuple[Any, Any]]:
    """Yield the right rows of a file, each with its place in WGS-84 or `None`."""
    path = next((path for name in names if (path := folder / f"{name}.csv").is_file()), None)
    text = None if path is None else read_text(path, log, is_sheet=True)
    if path is None or text is None:
        return
    table = _table(text, path.name, log)
    if table is None:
        return
    numbers = enumerate(table, start=1)
    titles = [_TITLES.get(normal(title), normal_field(title)) for title in next(numbers, (1, []))[1]]
    columns = kind.columns()
    for name in columns:
        if columns[name].is_required and name not in titles:
            log.add("COLUMN_MISSING", file=path.name, row=1, column=name)
            return
    for number, cells in numbers:
        pairs = zip(titles, cells, strict=False)
        given = {name: tidy_cell(cell, columns[name].kind.shape) for name, cell in pairs if name in columns}
        row, wrong = kind.read({name: cell for name, cell in given.items() if cell})
        if not any(given.values()):
            continue
        for name, fault in wrong.items():
            code, details = ("CELL_EMPTY", {}) if fault is EMPTY else (fault.code, fault.details)
            log.add(code, value=given.get(name, ""), file=path.name, row=number, column=name, **details)
        if not wrong:
            yield row, _place(row, path.name, number, log)


def _table(text: str, file: str, log: IssueLog) -> list[list[str]] | None:
    """Return the cells of a text, whichever of the usual marks stands between them; `None` where it has none."""
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        log.add("CSV_CELLS", file=file, error=Phrase(reader_words(error)))
        return None


def normal_field(title: str) -> str:
    """Return the name of a column that a title in English means: `Correct address` is `correct_address`."""
    return title.strip().casefold().replace(" ", "_").replace("-", "_")


def _place(row: Any, file: str, number: int, log: IssueLog) -> tuple[float, float] | None:
    if row.lat is None or row.lon is None:
        return None
    datum = parse_datum(row.datum) if row.datum else Datum.WGS84
    if datum is None:
        near = nearest(row.datum, [known.label for known in Datum])
        log.add("DATUM_UNKNOWN", file=file, row=number, column="datum", value=row.datum, near=near)
        datum = Datum.WGS84
    if not (abs(row.lat) <= 90 and abs(row.lon) <= 180):
        code, value = ("PLACE_LATITUDE", row.lat) if abs(row.lat) > 90 else ("PLACE_LONGITUDE", row.lon)
        log.add(code, file=file, row=number, column="lat", value=value)
        return None
    return rounded_wgs84(row.lat, row.lon, datum)
