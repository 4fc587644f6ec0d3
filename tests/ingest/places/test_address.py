"""Which area an address names, whatever part of it is missing, and which of several with one name."""

from __future__ import annotations

import pytest

from optimizer.ingest.cells.place_names import plain, stem
from optimizer.ingest.places.address import Home, home_of, locate, own_city
from optimizer.ingest.places.gazetteer import Area, Gazetteer, Level, known_areas

ZHEJIANG, JIANGXI, HANGZHOU, NANCHANG = "浙江省", "江西省", "杭州市", "南昌市"

#: Two cities with a district of one name, a city of a province, and the town of a street's name.
AREAS = [
    Area((ZHEJIANG,), Level.PROVINCE, 30.3, 120.2),
    Area((JIANGXI,), Level.PROVINCE, 28.7, 115.9),
    Area((ZHEJIANG, HANGZHOU), Level.CITY, 30.25, 120.2),
    Area((JIANGXI, NANCHANG), Level.CITY, 28.7, 115.9),
    Area(("江苏省", "南京市"), Level.CITY, 32.0, 118.8),
    Area((ZHEJIANG, HANGZHOU, "西湖区"), Level.DISTRICT, 30.26, 120.12),
    Area((JIANGXI, NANCHANG, "西湖区"), Level.DISTRICT, 28.66, 115.88),
    Area((ZHEJIANG, HANGZHOU, "余杭区"), Level.DISTRICT, 30.4, 119.98),
    Area((ZHEJIANG, "金华市", "义乌市"), Level.DISTRICT, 29.3, 120.07),
    Area((ZHEJIANG, HANGZHOU, "余杭区", "五常街道"), Level.TOWN, 30.25, 120.03),
    Area((ZHEJIANG, HANGZHOU, "余杭区", "良渚街道"), Level.TOWN, 30.38, 120.04),
    Area((ZHEJIANG, HANGZHOU, "西湖区", "西溪街道"), Level.TOWN, 30.27, 120.13),
]


def table(*more: Area) -> Gazetteer:
    return Gazetteer().with_own([*AREAS, *more])


def found(address: str, district: str = "", *more: Area) -> str:
    known = table(*more)
    area = locate(known, home_of(known, 30.27, 120.15), address, district)
    return area.area.label if area else ""


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("浙江省杭州市余杭区五常街道文一西路 969 号", "杭州市余杭区五常街道"),
        ("中国浙江省杭州市余杭区五常街道文一西路 969 号", "杭州市余杭区五常街道"),
        ("浙江 杭州 余杭区 文一西路 969 号", "杭州市余杭区"),
        ("杭州市杭州市西湖区文三路 90 号", "杭州市西湖区"),
        ("余杭区良渚镇古墩路 1 号", "杭州市余杭区良渚街道"),
        ("杭州余杭五常文一西路", "杭州市余杭区五常街道"),
        ("五常街道文一西路 969 号", "杭州市余杭区五常街道"),
        ("西湖区西溪路 525 号", "杭州市西湖区"),
        ("西湖区西溪街道西溪路 525 号", "杭州市西湖区西溪街道"),
        ("西湖区西溪文二路", "杭州市西湖区西溪街道"),
        ("（西湖区）文三路９０号", "杭州市西湖区"),
        ("浙江省义乌市稠州路 1 号", "金华市义乌市"),
        ("江西省南昌市西湖区孺子路 1 号", "南昌市西湖区"),
        ("南昌西湖区孺子路 1 号", "南昌市西湖区"),
    ],
)
def test_an_address_with_parts_missing_or_in_full_width(address: str, label: str) -> None:
    assert found(address) == label


@pytest.mark.parametrize(
    "address", ["文三路 90 号", "西湖大道 5 号", "南京路 1 号", "杭州市", "", "上海市西湖区 1 号", "余杭塘路 1 号"]
)
def test_an_address_that_names_no_area_is_not_placed(address: str) -> None:
    assert found(address) == ""


def test_the_district_may_stand_in_its_own_column() -> None:
    assert found("文三路 90 号", "西湖") == "杭州市西湖区"
    assert found("五常街道 3 号", "余杭区") == "杭州市余杭区五常街道"
    assert found("余杭区文一西路", "西湖") == "杭州市余杭区", "the address itself goes first"


def test_of_two_districts_the_branch_s_own_is_meant_without_a_doubt() -> None:
    known = table()
    here = locate(known, home_of(known, 30.27, 120.15), "西湖区 1 号")
    there = locate(known, home_of(known, 28.68, 115.9), "西湖区 1 号")
    assert here is not None
    assert there is not None
    assert (here.area.city, there.area.city, here.others, there.others) == (HANGZHOU, NANCHANG, (), ())


def test_of_two_districts_in_other_cities_the_nearest_is_doubted() -> None:
    north = Area((ZHEJIANG, "湖州市", "南湖区"), Level.DISTRICT, 30.85, 120.1)
    east = Area((ZHEJIANG, "嘉兴市", "南湖区"), Level.DISTRICT, 30.75, 120.75)
    known = table(north, east)
    area = locate(known, home_of(known, 30.27, 120.15), "南湖区 1 号")
    assert area is not None
    assert (area.area, area.others) == (north, (east,))


def test_a_district_of_that_name_far_away_is_not_meant_unless_its_city_is_named() -> None:
    far = Area(("吉林省", "长春市", "朝阳区"), Level.DISTRICT, 43.8, 125.3)
    city = Area(("吉林省", "长春市"), Level.CITY, 43.9, 125.3)
    assert found("朝阳区人民大街 1 号", "", far, city) == ""
    assert found("长春市朝阳区人民大街 1 号", "", far, city) == "长春市朝阳区"


def test_a_branch_s_own_area_goes_before_ours() -> None:
    moved = Area((ZHEJIANG, HANGZHOU, "余杭区", "五常街道"), Level.TOWN, 30.29, 120.04)
    known = table(moved)
    area = locate(known, home_of(known, 30.27, 120.15), "余杭区五常街道 1 号")
    assert area is not None
    assert (area.area.lat, area.area.lon) == (30.29, 120.04)


def test_a_branch_far_from_every_district_has_no_city() -> None:
    assert home_of(table(), 40.0, -83.0) == Home(40.0, -83.0)


def test_names_without_their_kind() -> None:
    assert [stem(name) for name in ("杭州市", "浦东新区", "义乌市", "吉县", "延边朝鲜族自治州")] == [
        "杭州",
        "浦东",
        "义乌",
        "吉县",
        "延边",
    ]
    assert plain("西湖区（文三路）") == "西湖区文三路"


# --- what comes with Paigong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "lat", "lon"),
    [
        ("浙江省杭州市临平区", 30.42, 120.30),
        ("浙江省杭州市钱塘区", 30.32, 120.49),
        ("杭州市江干区", 30.26, 120.2),
        ("上海市浦东新区", 31.22, 121.54),
        ("北京市朝阳区", 39.92, 116.44),
        ("广东省深圳市南山区", 22.53, 113.93),
    ],
)
def test_districts_of_today_and_those_that_people_still_write(address: str, lat: float, lon: float) -> None:
    area = locate(known_areas(), Home(lat, lon), address)
    assert area is not None
    assert Home(lat, lon).distance_m(area.area) < 12_000


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("文三路 90 号", "杭州市"),
        ("杭州市文三路 90 号", "杭州市"),
        ("浙江省文三路 90 号", "杭州市"),
        ("高新区江南大道 1 号", "杭州市"),  # a district that no table has
        ("大润发超市三楼", "杭州市"),
        ("城南农贸市场", "杭州市"),
        ("Wensan Road 90", "杭州市"),
        ("上海市南京路 1 号", ""),
        ("南京市中山路 1 号", ""),
        ("江西省孺子路 1 号", ""),
        ("义乌市稠州路 1 号", ""),  # `locate` has found it
        ("某某市人民路 1 号", ""),
        ("某某自治州人民路 1 号", ""),
        ("待定", ""),
        ("12-3-502", ""),
    ],
)
def test_an_address_without_a_district_is_of_the_branch_s_city_if_it_fits(address: str, label: str) -> None:
    known = table(Area(("上海市", "上海市"), Level.CITY, 31.2, 121.5))
    area = own_city(known, home_of(known, 30.27, 120.15), address)
    assert (area.label if area else "") == label


def test_far_from_the_centre_of_its_city_the_branch_s_own_district_stands_in() -> None:
    yiwu = Area((ZHEJIANG, "金华市"), Level.CITY, 29.08, 119.65)
    known = table(yiwu)
    home = home_of(known, 29.31, 120.08)
    found = [own_city(known, home, address) for address in ("稠州路 1 号", "金华市稠州路 1 号")]
    assert [area and area.label for area in found] == ["金华市义乌市", "金华市"]


def test_where_no_district_is_known_nothing_stands_in() -> None:
    known = table()
    assert own_city(known, home_of(known, 40.0, -83.0), "90 High Street") is None
