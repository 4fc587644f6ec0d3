"""Names of people and of firms, as exports have them."""

from __future__ import annotations

import pytest

from optimizer.domain.order import Customer, CustomerKind, PlaceKind
from optimizer.domain.person_names import is_person


@pytest.mark.parametrize(
    "name", ["张建国", "刘敏", "周伟", "欧阳敏", "诸葛小明", "王女士", "李大爷", "Mr Webb", "Ms. Cole"]
)
def test_people(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "李记",
        "王府",
        "张家港",
        "陈村",
        "半亩咖啡",
        "竹下面馆",
        "万达",
        "金茂",
        "华联超市",
        "赵一鸣零食",
        "杭州公司",
        "Branch",
        "",
    ],
)
def test_firms_and_places(name: str) -> None:
    assert not is_person(name)


def test_what_kind_of_place_it_is_goes_before_the_name() -> None:
    assert Customer("C1", "张建国").kind is CustomerKind.HOME
    assert Customer("C1", "张建国", place_kind=PlaceKind.OFFICE).kind is CustomerKind.FIRM
