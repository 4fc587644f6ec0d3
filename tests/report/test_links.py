"""Links for a thumb: numbers to call, places on a map."""

from __future__ import annotations

import pytest

from optimizer.domain.order import Place
from optimizer.domain.policy import MAP_LINK
from optimizer.report.links import phone_pieces, place_link


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("138-0000-0001", ["tel:13800000001"]),
        ("李经理 138-0000-9001；门卫 王师傅 0571-0000 0002", ["tel:13800009001", "tel:057100000002"]),
        ("+86 571 0000 0002 转 801", ["tel:+8657100000002;ext=801"]),
        ("(614) 555-0100 ext. 12", ["tel:6145550100;ext=12"]),
        ("１３８０００００００１", ["tel:13800000001"]),
        ("13800000001 / 13900000002", ["tel:13800000001", "tel:13900000002"]),
        ("Ann (T04) 614-555-0104", ["tel:6145550104"]),
        ("电话13800000001", ["tel:13800000001"]),
        ("门卫 3 号楼 801", []),
        ("无", []),
        ("", []),
    ],
)
def test_what_can_be_called_is_a_link_and_the_text_stays_whole(text: str, links: list[str]) -> None:
    pieces = list(phone_pieces(text))
    assert "".join(piece for piece, _ in pieces) == text
    assert [link for _, link in pieces if link] == links


def test_a_place_opens_in_the_phones_own_map_or_in_the_branchs() -> None:
    place = Place(30.26313, 120.19508)
    assert place_link(MAP_LINK, place, "D001") == "geo:30.263130,120.195080?q=30.263130,120.195080(D001)"
    web = "https://uri.amap.com/marker?position={lon},{lat}&name={name}&coordinate=wgs84"
    assert place_link(web, place, "A&B").endswith("position=120.195080,30.263130&name=A%26B&coordinate=wgs84")
