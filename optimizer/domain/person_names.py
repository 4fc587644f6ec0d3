"""Whether a customer's name is that of a person, who is at home, or of a firm."""

from __future__ import annotations

import re

#: How people are addressed, behind their names and before them.
_TITLES_BEHIND = ("先生", "女士", "小姐", "太太", "阿姨", "师傅", "老师", "叔叔", "大爷", "奶奶", "爷爷")
_TITLES_BEFORE = ("Mr ", "Mr. ", "Mrs ", "Mrs. ", "Ms ", "Ms. ", "Miss ")
#: Frequent surnames, without those that as often begin the name of a firm or a place (金, 万, 江, 高, 白, 石).
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙朱胡郭何罗郑梁谢宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡余杜程苏魏吕丁任沈姚卢姜崔钟谭陆汪范廖贾夏韦邹孟熊秦"
    "邱尹薛闫段侯陶黎贺顾郝龚邵钱严覃戴"
)
_LONG_SURNAMES = "欧阳|上官|司徒|诸葛|皇甫|慕容|尉迟|司马"
#: What ends or stands in the name of a firm that begins like a person's: 李记, 王府, 陈家菜馆.
_OF_FIRMS = "记家府店馆站院所厂园局社校坊庄楼厦场城行部司村镇路"
_FULL_NAME = re.compile(rf"(?:[{_SURNAMES}]|{_LONG_SURNAMES})[\u4e00-\u9fff]{{1,2}}")


def is_person(name: str) -> bool:
    """Return whether a name has a title, or is a Chinese surname with one or two characters.

    Examples
    --------
    >>> [is_person(name) for name in ("王女士", "Ms Cole", "张建国", "欧阳敏", "李记", "半亩咖啡", "Branch")]
    [True, True, True, True, False, False, False]
    """
    if name.endswith(_TITLES_BEHIND) or name.startswith(_TITLES_BEFORE):
        return True
    return _FULL_NAME.fullmatch(name) is not None and not set(name) & set(_OF_FIRMS)
