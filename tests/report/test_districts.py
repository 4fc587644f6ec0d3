"""Districts and towns by name, from the data alone."""

from __future__ import annotations

import pytest

from optimizer.report.districts import district_in, district_of, outline_of
from tests.worlds import job


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("杭州市上城区清吟公寓 27 幢 1 单元 1601 室", "上城区"),
        ("浙江省杭州市西湖区文三路 90 号", "西湖区"),
        ("北京市朝阳区建国路 1 号", "朝阳区"),
        ("内蒙古自治区赤峰市阿鲁科尔沁旗天山镇", "阿鲁科尔沁旗"),
        ("浙江省嘉兴市海盐县武原街道", "海盐县"),
        ("余杭区五常街道", "余杭区"),
        ("临平街道邱山大街", "临平街道"),
        ("翠苑小区 3 幢", ""),
        ("文三路 90 号", ""),
        ("12 Main St, Columbus, OH 43215", "Columbus"),
        ("12 Main St, Suite 4, Dublin, OH 43017, USA", "Dublin"),
        ("Hauptstr. 5, 10115 Berlin", "Berlin"),
        ("10 Downing Street, London SW1A 2AA", "London"),
        ("12 Main St", ""),
        ("", ""),
    ],
)
def test_an_address_names_its_district_or_town(address: str, name: str) -> None:
    assert district_in(address) == name


def test_an_own_area_goes_before_the_address() -> None:
    assert district_of(job("A", place=10, area="North").visit) == "North"


def test_an_outline_holds_its_points_and_leaves_a_stray_out() -> None:
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    assert set(outline_of([*square, (5.0, 5.0), (4.0, 6.0)])) == set(square)
    assert (900.0, 900.0) not in outline_of([*square, (5.0, 5.0), (4.0, 6.0), (900.0, 900.0)])
    assert outline_of([(3.0, 4.0)]) == ((3.0, 4.0),)
    assert outline_of([(3.0, 4.0)] * 3) == ((3.0, 4.0),)
