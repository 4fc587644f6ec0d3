"""Words in cells: what a branch writes in Chinese for the words that the columns know."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What people write into a cell that is empty.
NOTHING = frozenset({"无", "没有", "暂无", "none", "n/a", "-", "—", "/"})
#: Each word and its Chinese; the first is what the template and its lists offer.
CHINESE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "yes": ("是", "已确认", "同意", "OK", "ok", "Y", "y", "√"),
        "no": ("否", "N", "n", "×"),
        "unreachable": ("联系不上", "未联系上", "无人接听"),
        # urgency, difficulty, tier
        "normal": ("普通", "一般", "正常", "不急", "不紧急"),
        "urgent": ("紧急", "加急", "急", "急单", "加急单", "紧急单"),
        "emergency": ("特急", "抢修", "应急", "特急单", "抢修单", "紧急抢修"),
        "hard": ("困难", "难", "复杂"),
        "key": ("重点", "重要"),
        # kinds of service
        "installation": ("安装",),
        "repair": ("维修", "修理"),
        "inspection": ("巡检", "检查"),
        "maintenance": ("保养", "维护"),
        "commissioning": ("调试", "验收"),
        "consultation": ("咨询",),
        # people and places
        "employee": ("员工", "正式员工", "自有"),
        "contractor": ("外协", "外包"),
        "branch": ("网点",),
        "centre": ("中心", "客服中心"),
        "home": ("家", "家里", "住址", "住宅", "小区", "居民"),
        "office": ("写字楼", "办公楼", "办公室", "公司", "单位"),
        "hospital": ("医院", "诊所"),
        "factory": ("工厂", "厂房", "车间"),
        "car": ("汽车", "小汽车"),
        "ebike": ("电动车", "电瓶车"),
        # policies
        "tomorrow": ("次日", "明日"),
        "today": ("当日", "今日"),
        # an agreed day
        "morning": ("上午", "早上", "AM", "am"),
        "afternoon": ("下午", "PM", "pm"),
        # locks
        "person": ("人员", "工程师"),
        "day": ("人员和日期", "日期", "当天"),
        "start": ("开始时间", "时间"),
        "prefix": ("已开始路线", "顺序"),
        # house limits
        "travel": ("行程", "路程", "行车"),
        "overtime": ("加班",),
        "area": ("区域", "片区"),
        "visits": ("上门次数", "单量"),
        "told": ("告知时段", "告知时间"),
        # who pays
        "warranty": ("保内", "在保", "保修", "保修期内", "质保内", "质保期内", "保内单", "延保"),
        "paid": ("保外", "收费", "自费", "过保", "已过保", "出保", "保修期外", "质保外", "质保期外", "保外单"),
        # results and classes of the unfinished
        "done": ("完成", "已完成", "完工"),
        "no_part": ("缺件", "缺备件", "无备件"),
        "customer_absent": ("客户不在", "客户不在家"),
        "not_reproduced": ("未复现", "故障未复现"),
        "not_repaired": ("未修复", "未修好"),
        "site_not_ready": ("现场未就绪", "现场不具备"),
        "no_time": ("时间不够", "没时间"),
        # what comes back
        "unused": ("未用", "未使用", "完好"),
        "faulty": ("故障件", "坏件", "旧件"),
    }
)

_ENGLISH = {chinese: word for word, names in CHINESE.items() for chinese in names}


def english_word(text: str) -> str:
    """Return the word that a cell means: known Chinese in English, anything else as it stands.

    >>> english_word("特急"), english_word("清洗")
    ('emergency', '清洗')
    """
    return _ENGLISH.get(text.strip().rstrip("!！"), text)


def word_label(word: str, lang: str) -> str:
    """Return a word of a column for people; what has no Chinese stays as it is."""
    return CHINESE[word][0] if lang == "zh" and word in CHINESE else word
