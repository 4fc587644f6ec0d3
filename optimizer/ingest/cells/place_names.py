"""How names of places are written: width, spaces and marks do not count, nor the word that says what kind it is."""

from __future__ import annotations

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[\W_]+")
#: What kind of area a name ends in, the longer first; the office of a street's committee is called like the street.
_KIND = re.compile(
    r"(?:街道办事处|地区办事处|办事处|街道|民族乡|自治县|自治旗|自治州|特别行政区|自治区|新区|林区|地区"
    r"|[省市区县旗镇乡盟])$"
)
_NATIONS = re.compile(
    r"(?:壮族|回族|维吾尔|藏族|蒙古族|苗族|彝族|土家族|布依族|侗族|瑶族|朝鲜族|白族|哈尼族|黎族|傣族|畲族|满族|羌族"
    r"|哈萨克|柯尔克孜|傈僳族|景颇族|各族)+$"
)


def plain(text: str) -> str:
    """Return a text without spaces and marks, in half width.

    >>> plain("浙江省 杭州市，文三路 ９０号")
    '浙江省杭州市文三路90号'
    """
    return _NOT_A_WORD.sub("", unicodedata.normalize("NFKC", text)).casefold()


def stem(name: str) -> str:
    """Return a name without what kind of area it is; one that would be a single character stays whole.

    >>> stem("西湖区"), stem("良渚街道"), stem("赣县区"), stem("景宁畲族自治县"), stem("广西壮族自治区")
    ('西湖', '良渚', '赣县', '景宁', '广西')
    """
    text = plain(name)
    short = _NATIONS.sub("", _KIND.sub("", text))
    return short if len(short) >= 2 else text
