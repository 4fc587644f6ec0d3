"""What people call the sheets and columns, in Chinese and English.

Each entry is the Chinese label (the header of the template), the English label, and further names by which files from
elsewhere are understood, separated by spaces; `_` stands for a space. Standard library only: the child process that
opens workbooks reads this table, too.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Names = tuple[str, str, str]

#: Sheets of a workbook and files of a folder that explain the others; they are left alone without a word.
NOTES = ("说明", "填写说明", "使用说明", "字段说明", "README", "readme", "notes", "Sheet1_说明")

SHEET_NAMES: Mapping[str, Names] = MappingProxyType(
    {
        "branch": ("网点", "Branch", "网点信息 服务网点"),
        "calendar": ("工作日历", "Calendar", "日历 节假日 假日 holidays"),
        "service_area": ("服务区域", "Service area", "服务范围 服务区"),
        "customers": ("客户", "Customers", "客户表 客户档案 customer"),
        "orders": ("派工单", "Orders", "工单 派工单表 工单表 order work_orders"),
        "technicians": ("上门工程师", "Technicians", "工程师 技师 师傅 人员 technician engineers"),
        "skills": ("技能", "Skills", "技能表 工程师技能 资质 skill"),
        "shifts": ("班次", "Shifts", "排班 班次表 排班表 shift"),
        "parts": ("备件", "Parts", "备件库存 库存 配件 part stock"),
        "arrivals": ("到货", "Arrivals", "备件到货 到货表 arrival"),
        "reservations": ("预留", "Reservations", "备件预留 预留表 reservation"),
        "loans": ("借用", "Loans", "备件借用 借用表 借件 loan"),
        "tools": ("工具", "Tools", "工具表 设备 tool"),
        "locks": ("锁定", "Locks", "锁定表 lock"),
        "exceptions": ("例外", "Exceptions", "例外表 特批 特批表 exception"),
        "published": ("已告知", "Published", "已发布计划 已发布 已告知客户"),
        "results": ("完工结果", "Results", "结果 今日结果 日结 日终结果 result"),
        "returns": ("归还", "Returns", "备件归还 归还表 return"),
        "counts": ("盘点", "Counts", "库存盘点 盘点表 count"),
        "absences": ("缺勤", "Absences", "请假 缺勤表 absence"),
    }
)

_ORDER: Names = ("工单号", "Order no.", "派工单号 单号 工单编号 派工单编号 order_number order_id visit_id")
_CUSTOMER: Names = ("客户编号", "Customer no.", "客户号 客户ID customer_number customer")
_TECHNICIAN: Names = (
    "工程师编号",
    "Technician no.",
    "工程师号 工号 上门工程师编号 技师编号 technician_number technician",
)
_PART: Names = ("备件编号", "Part no.", "备件号 配件编号 料号 物料编码 part_number part")
_QUANTITY: Names = ("数量", "Quantity", "件数 qty")
_DATE: Names = ("日期", "Date", "day")
_LAT: Names = ("纬度", "Latitude", "")
_LON: Names = ("经度", "Longitude", "lng long")
_ADDRESS: Names = ("地址", "Address", "详细地址")
_DATUM: Names = ("坐标系", "Datum", "坐标系统 坐标基准")
_PHONE: Names = ("电话", "Phone", "联系电话 手机 手机号 telephone mobile")
_NOTE: Names = ("备注", "Note", "说明 remark")

COLUMN_NAMES: Mapping[str, Mapping[str, Names]] = MappingProxyType(
    {
        "branch": {
            "branch_id": ("网点编号", "Branch no.", "网点号 网点代码 branch_number"),
            "name": ("网点名称", "Name", "名称 网点"),
            "lat": _LAT,
            "lon": _LON,
            "address": _ADDRESS,
            "phone": _PHONE,
            "timezone": ("时区", "Time zone", ""),
            "business_open": ("上班时间", "Opens", "营业开始 开门时间"),
            "business_close": ("下班时间", "Closes", "营业结束 关门时间"),
            "plan_date": ("排程日期", "Day to plan", "计划日期 排程日 派工日期 planning_day"),
            "days": ("排程天数", "Days to plan", "计划天数 天数"),
            "as_of": ("排程时刻", "Planned at", "计划时刻 截至时间 数据时间"),
            "policy": ("规则", "Policy", "排程规则 策略"),
            "promise": ("承诺规则", "Promise profile", "承诺上门时间规则 承诺"),
            "service_radius_km": ("服务半径（公里）", "Service radius (km)", "服务半径"),
            "service_radius_mi": ("服务半径（英里）", "Service radius (mi)", "service_radius_miles"),
            "holidays": ("法定节假日", "Public holidays", "节假日 假日国家"),
            "weekend": ("周休日", "Weekend", "周末 休息日 每周休息日 days_of_rest"),
            "currency": ("币种", "Currency", "货币"),
            "distance_unit": ("里程单位", "Unit of distances", "距离单位"),
            "paper": ("纸张", "Paper", "纸张大小 打印纸 paper_size"),
            "no_calls": ("不打电话时段", "No calls", "免打扰时段 午休时段 quiet_hours do_not_call"),
            "language": ("语言", "Language", "单据语言"),
            "locale": ("日期时间习惯", "Locale", "地区习惯 区域格式 日期格式"),
            "datum": _DATUM,
        },
        "calendar": {
            "date": _DATE,
            "working": ("是否上班", "Working", "上班 工作日 是否工作日"),
            "note": _NOTE,
        },
        "service_area": {"point": ("顶点序号", "Corner", "序号 顶点 点"), "lat": _LAT, "lon": _LON},
        "customers": {
            "customer_id": _CUSTOMER,
            "name": ("客户名称", "Name", "客户姓名 客户 姓名 名称"),
            "tier": ("客户等级", "Tier", "等级 客户级别 级别"),
            "place_kind": ("场所类型", "Kind of place", "场所 地点类型 客户类型 customer_kind site_kind"),
            "phone": _PHONE,
            "opening": ("营业时间", "Opening hours", "开放时间 可上门时间"),
            "closed_hours": ("不可上门时段", "Closed hours", "休息时段 午休"),
            "refused": ("拒绝的工程师", "Refused technicians", "拒绝工程师 不要的工程师"),
            "served_by": ("服务过的工程师", "Served by", "曾服务工程师 历史工程师"),
        },
        "orders": {
            "order_id": ("工单号", "Order no.", "派工单号 单号 工单编号 派工单编号 order_number"),
            "customer_id": _CUSTOMER,
            "customer_name": ("客户姓名", "Customer name", "客户名称 客户 姓名 报修人 用户姓名 用户 name client"),
            "customer_phone": (
                "联系电话",
                "Customer phone",
                "电话 客户电话 手机 手机号 手机号码 用户电话 电话号码 报修电话 phone telephone mobile tel",
            ),
            "kind": ("服务类型", "Kind of service", "类型 工单类型 任务类型 service_kind"),
            "product": ("产品型号", "Product", "型号 机型 产品 product_model model"),
            "fault": ("故障现象", "Fault", "故障 故障描述 问题描述 报修内容 报修描述 故障内容 报修故障"),
            "received": ("受理时间", "Received", "接单时间 报修时间 来电时间 received_at"),
            "requested": (
                "期望上门时间",
                "Requested window",
                "客户期望时间 预约时间 预约上门时间 期望时间 requested_windows requested",
            ),
            "promised": ("承诺上门时间", "Promised window", "承诺时间 已承诺时间 promised_windows"),
            "due_day": ("截止日期", "Due day", "最迟日期 到期日 承诺截止日"),
            "priority": ("优先级", "Priority", "优先度"),
            "urgency": ("紧急程度", "Urgency", "紧急度 加急"),
            "difficulty": ("难度", "Difficulty", "难易程度"),
            "carried_over": ("遗留单", "Carried over", "是否遗留 遗留 顺延"),
            "lat": _LAT,
            "lon": _LON,
            "approximate": ("位置为估计", "Approximate place", "估计位置 大概位置 是否估计位置 approximate_location"),
            "address": ("上门地址", "Address", "地址 详细地址 服务地址"),
            "area": ("区域", "Area", "所属区域 行政区 片区 district"),
            "service_s": (
                "服务时长（分钟）",
                "Service time (min)",
                "服务时长 作业时长 预计时长 预计工时 工时 service_duration duration",
            ),
            "skills": ("所需技能", "Skills", "技能 技能要求 skills_needed"),
            "parts": ("所需备件", "Parts", "备件 配件 parts_needed"),
            "intermittent": ("间歇性故障", "Intermittent", "偶发故障 是否偶发"),
            "critical_test_s": ("关键设备测试（分钟）", "Critical test (min)", "关键设备测试 全面测试时长"),
            "ready": ("最早可上门", "Ready", "现场就绪时间 就绪时间 最早时间 ready_from"),
            "works_through": ("不受营业时间限制", "Works through", "可连续作业"),
            "required": ("指定工程师", "Only technicians", "必须工程师 required_technicians"),
            "prohibited": ("禁派工程师", "Not technicians", "排除工程师 prohibited_technicians"),
            "crew_size": ("人数", "Crew size", "所需人数 上门人数 crew"),
            "lead_skills": ("负责人技能", "Lead's skills", "项目经理技能 带队人技能 skills_of_lead"),
            "tools": ("所需工具", "Tools", "工具 tools_needed"),
            "loads": ("装载量", "Loads", "载重 搬运量 load"),
            "after": ("前置工单", "After orders", "前置派工单 先完成工单 predecessors"),
            "days": ("作业天数", "Days of the job", "天数 工期 连续天数"),
            "days_done": ("已完成天数", "Days done", "已做天数"),
            "visit_id": ("上门编号", "Visit no.", "上门号 上门服务编号 visit_number"),
            "datum": _DATUM,
            "contacts": ("联系人", "Contacts", "联系人及电话 联系方式 contact"),
            "serial": ("产品序列号", "Serial no.", "序列号 机器编号 条码 SN serial_number"),
            "coverage": ("保内保外", "Coverage", "保修 保修状态 质保 是否保内 warranty"),
            "request": ("客户要求", "Customer's request", "客户需求 特殊要求 customer_request"),
            "bring": ("需携带物品", "Bring", "携带物品 需带 to_bring"),
            "prepare": ("客户需准备", "Customer prepares", "客户准备 现场准备 to_prepare"),
            "agreed_day": ("特约日期", "Agreed day", "约定日期 特殊约定日期"),
            "agreed_half": ("特约时段", "Agreed half", "约定时段 上午下午 half_day"),
            "passed_on": ("转派时间", "Passed on", "转单时间 传达时间"),
            "contacted": ("首次联系时间", "First contact", "联系时间 首次联系 contacted_at"),
            "dispatched": ("派工时间", "Dispatched", "派单时间 dispatched_at"),
            "acknowledged": ("工程师接单时间", "Acknowledged", "确认接单时间 回单时间"),
            "on_site": ("到达现场时间", "On site", "到场时间 到达时间 arrived"),
            "done": ("完工时间", "Done", "完成时间 done_at"),
            "called_back": ("回访时间", "Called back", "回访"),
            "parts_back": ("备件已归还", "Parts back", "备件归还 是否归还备件 parts_returned"),
            "confirmed": ("客户确认", "Confirmed", "是否确认 客户是否确认"),
            "planned_on": ("已排日期", "Planned on", "原计划日期 已派日期"),
            "planned_technician": ("已排工程师", "Planned technician", "原计划工程师"),
            "unfinished": ("未完成原因", "Unfinished because", "未完成分类 未完原因 遗留原因"),
            "repaired_on": ("上次修复日期", "Repaired on", "同一故障上次修复日期 上次维修日期 返修前日期"),
            "repaired_by": ("上次修复工程师", "Repaired by", "上次维修工程师"),
            "repaired_level": ("上次修复等级", "Repaired at level", "上次维修等级"),
        },
        "technicians": {
            "technician_id": _TECHNICIAN,
            "name": ("姓名", "Name", "工程师姓名 名称 工程师"),
            "employment": ("用工性质", "Employment", "用工类型 员工类型"),
            "phone": _PHONE,
            "start": ("出发地", "Starts at", "起点 出发地点"),
            "end": ("收工地", "Ends at", "终点 收工地点 返回地"),
            "home_lat": ("家纬度", "Home latitude", "住址纬度"),
            "home_lon": ("家经度", "Home longitude", "住址经度"),
            "home_address": ("家庭住址", "Home address", "住址 家地址"),
            "datum": _DATUM,
            "areas": ("负责区域", "Areas", "服务区域 区域 片区 districts"),
            "own_parts": ("随身备件", "Own parts", "自带备件 自备备件"),
            "own_tools": ("自有工具", "Own tools", "自带工具 随身工具"),
            "capacity": ("装载上限", "Capacity", "载重上限 装载能力 容量"),
            "ledger_load_s": ("累计工作量（分钟）", "Past load (min)", "累计工作量 近期工作量"),
            "ledger_contracted_s": ("累计合同工时（分钟）", "Past contracted time (min)", "累计合同工时 近期合同工时"),
            "ledger_days": ("累计天数", "Past days", "统计天数"),
        },
        "skills": {
            "technician_id": _TECHNICIAN,
            "skill": ("技能", "Skill", "技能名称 技能项"),
            "level": ("等级", "Level", "技能等级 级别"),
            "valid_from": ("证书生效日", "Valid from", "生效日期 发证日期"),
            "valid_until": ("证书到期日", "Valid until", "到期日期 有效期至 失效日期"),
            "factor_pct": ("时长系数（%）", "Time factor (%)", "时长系数 工时系数"),
            "surcharge_s": ("附加时长（分钟）", "Surcharge (min)", "附加时长 附加工时"),
        },
        "shifts": {
            "technician_id": _TECHNICIAN,
            "date": _DATE,
            "start": ("上班", "Start", "上班时间 开始 开始时间 开始时刻"),
            "end": ("下班", "End", "下班时间 结束 结束时间 结束时刻"),
            "overtime_limit_s": ("加班上限（分钟）", "Overtime limit (min)", "加班上限 最多加班"),
            "break_open": ("休息最早开始", "Break from", "午休最早开始"),
            "break_close": ("休息最晚开始", "Break until", "午休最晚开始"),
            "break_s": ("休息时长（分钟）", "Break (min)", "休息时长 午休时长"),
            "contracted_s": ("合同工时（分钟）", "Contracted time (min)", "合同工时 标准工时"),
            "max_leg_s": ("单程上限（分钟）", "Longest drive (min)", "单程上限 单次行程上限"),
            "max_travel_s": ("全天行程上限（分钟）", "Most travel (min)", "全天行程上限 行程上限"),
            "max_duty_s": ("全天时长上限（分钟）", "Longest day (min)", "全天时长上限 工作时长上限"),
            "max_visits": ("上门次数上限", "Most visits", "最多上门次数 单量上限"),
            "profile": ("交通方式", "Travel profile", "出行方式 交通工具"),
        },
        "parts": {
            "part_id": _PART,
            "name": ("备件名称", "Name", "名称 品名 配件名称"),
            "on_hand": ("库存数量", "On hand", "库存 现存量 数量"),
            "as_of": ("盘点时间", "Counted at", "库存时间 截至时间"),
        },
        "arrivals": {
            "part_id": _PART,
            "quantity": _QUANTITY,
            "usable_on": ("可用日期", "Usable on", "到货日期 可领用日期 到货时间 可用时间 usable_from arrives_at"),
        },
        "reservations": {
            "reservation_id": ("预留编号", "Reservation no.", "预留号 预留单号 reservation_number"),
            "part_id": _PART,
            "quantity": _QUANTITY,
            "date": ("预留日期", "Date", "日期 使用日期"),
            "visit_id": _ORDER,
        },
        "loans": {
            "loan_id": ("借用单号", "Loan no.", "借用编号 借件单号 loan_number"),
            "technician_id": _TECHNICIAN,
            "part_id": _PART,
            "quantity": _QUANTITY,
            "due": ("应还日期", "Due", "应归还日期 归还期限"),
            "return_booked": ("约定归还日", "Return booked", "预约归还日期 已约归还日期"),
        },
        "tools": {
            "tool_id": ("工具编号", "Tool no.", "工具号 工具代码 tool_number"),
            "name": ("工具名称", "Name", "名称"),
            "units": ("数量", "Units", "台数 件数"),
        },
        "locks": {
            "visit_id": _ORDER,
            "level": ("锁定方式", "Level", "锁定级别 锁定类型"),
            "technician_id": _TECHNICIAN,
            "date": _DATE,
            "start": ("开始时间", "Start", "上门时间 锁定时间"),
            "tolerance_s": ("允许偏差（分钟）", "Tolerance (min)", "允许偏差 偏差"),
            "position": ("顺序号", "Position", "顺序 次序"),
            "began": ("实际开始", "Began", "已开始时间"),
        },
        "exceptions": {
            "visit_id": ("工单号", "Order no.", f"{_ORDER[2]} order visit"),
            "rule": ("规则", "Rule", "限制 上限 limit"),
            "amount": ("允许超出", "Amount", "超出 数值 数量 超出量"),
            "by": ("批准人", "By", "批准 授权人 审批人 allowed_by"),
            "why": ("理由", "Why", "原因 事由 reason"),
            "technician_id": _TECHNICIAN,
        },
        "published": {
            "visit_id": _ORDER,
            "technician_id": _TECHNICIAN,
            "date": _DATE,
            "told_open": ("告知时段开始", "Told from", "告知开始"),
            "told_close": ("告知时段结束", "Told until", "告知结束"),
            "agreed": ("客户同意变更", "Agreed", "同意变更 客户已同意"),
        },
        "results": {
            "order_id": ("工单号", "Order no.", "派工单号 单号 工单编号 派工单编号 order_number"),
            "result": ("结果", "Result", "完工结果 完成情况 处理结果"),
            "at": ("上报时间", "Reported at", "时间 完工时间"),
            "technician_id": _TECHNICIAN,
            "next_visit": ("下次上门日期", "Next visit", "下次日期 再次上门日期"),
            "parts_back": ("备件已归还", "Parts back", "备件归还 parts_returned"),
            "note": _NOTE,
        },
        "returns": {
            "loan_id": ("借用单号", "Loan no.", "借用编号 借件单号 loan_number"),
            "quantity": ("归还数量", "Quantity", "数量 件数 qty"),
            "condition": ("备件状态", "Condition", "状态 完好状态"),
            "at": ("归还时间", "Returned at", "时间 归还日期"),
        },
        "counts": {
            "part_id": _PART,
            "counted": ("盘点数量", "Counted", "实盘数 数量"),
            "at": ("盘点时间", "Counted at", "时间"),
        },
        "absences": {
            "technician_id": _TECHNICIAN,
            "date": _DATE,
            "start": ("缺勤开始", "From", "开始 开始时间"),
            "end": ("缺勤结束", "Until", "结束 结束时间"),
            "reported": ("上报时间", "Reported at", "请假时间 报告时间"),
            "reason": ("原因", "Reason", "缺勤原因 请假原因 事由"),
        },
    }
)
