"""After-sales cases step by step, packing, failures of systems, and the calendar."""

from __future__ import annotations

from servicelab.company.codes import CASE_KINDS, HOLIDAYS, SALES, SYSTEMS, WEEKDAYS
from servicelab.company.dictionary.shared import count, customer, money, order, warehouse
from servicelab.company.schema import Column, Table

CASES = Table(
    "cases",
    "After-sales cases",
    "售后个案",
    "one return or repair",
    "一宗退货或维修",
    ("case_id",),
    (
        Column("case_id", "id", "个案编号", "The case's number", "个案编号", pattern=r"R\d{6,}"),
        order("order_id", "订单编号", "The order it is about", "涉及的订单"),
        customer("Whose case it is", "所属客户"),
        Column(
            "contact_id",
            "id",
            "联系编号",
            "The contact that opened it",
            "提出售后的那次联系",
            refers="contacts.contact_id",
            pattern=r"C\d{6,}",
        ),
        Column("kind", "category", "类别", "Return or repair", "退货或维修", values=CASE_KINDS),
        money("claim", "申请金额", "What the customer wants back; 0 for a repair", "客户申请退款的金额；维修为 0"),
        Column("opened_at", "datetime", "受理时间", "When it was opened, Beijing time", "受理时间（北京时间）"),
        Column(
            "closed_at",
            "datetime",
            "结案时间",
            "When it was closed; empty when still open at the end of the data",
            "结案时间；数据截止时未结案为空",
            null=True,
        ),
        Column("approval", "boolean", "是否审批", "A manager had to approve the refund", "退款是否须经主管审批"),
        Column(
            "pilot",
            "boolean",
            "是否试点",
            "Refunded without approval in the pilot for claims under ¥200, drawn by lot",
            "是否属于 200 元以下免审批试点（抽签决定）",
        ),
        Column("rejected", "boolean", "是否驳回", "The claim was rejected as false", "是否因不实申请被驳回"),
        count(
            "chased",
            "催办次数",
            "Times the customer reminded the case worker, by phone or message; not in contacts",
            "客户通过电话或消息向经办人催办的次数（不计入客户来询表）",
        ),
        money("cost_of_delay", "延误成本", "What answering those reminders cost", "应答催办的成本"),
    ),
    "process",
    packed=True,
)

EVENT_LOG = Table(
    "event_log",
    "Process event log",
    "流程事件日志",
    "one step that was done on one case",
    "一个个案中完成的一步",
    (),
    (
        # No pattern here: a company's own numbers look as they look.
        Column(
            "case_id",
            "id",
            "个案编号",
            "The case: a ticket, a return, a repair",
            "个案：工单、退货或维修",
            refers="cases.case_id",
        ),
        Column("activity", "text", "活动", "What was done", "做了什么"),
        Column("timestamp", "datetime", "时间", "When it was done, local time", "完成时间（当地时间）"),
        Column("resource", "id", "执行者", "Who did it; empty when unknown", "由谁完成；未知为空", null=True),
        Column(
            "hands_on_minutes",
            "number",
            "实际操作时长",
            "Minutes of work on it, without waiting",
            "实际操作的分钟数，不含等待",
            "min",
            null=True,
            low=0,
            optional=True,
        ),
    ),
    "process",
    packed=True,
)

WEEKLY_PACKING = Table(
    "weekly_packing",
    "Packing by week",
    "每周包装质量",
    "one warehouse in one week",
    "一个仓库的一周",
    ("week", "warehouse"),
    (
        count("week", "周次", "Week of the data, counted from 0", "数据期内的周次，从 0 开始"),
        Column("week_of", "date", "周起始日", "First day of the week", "该周第一天"),
        warehouse("The warehouse", "发货仓库"),
        count("parcels", "包裹数", "Parcels shipped to members", "发给会员的包裹数"),
        count("faults", "包装失误", "Of these, damaged for want of packing", "其中因包装不当而破损的包裹数"),
    ),
    "process",
)

INCIDENTS = Table(
    "incidents",
    "System incidents",
    "系统故障",
    "one failure of a system",
    "一次系统故障",
    ("incident_id",),
    (
        Column("incident_id", "id", "故障编号", "The incident's number", "故障编号", pattern=r"I\d{3,}"),
        Column("system", "category", "系统", "What failed", "发生故障的系统", values=SYSTEMS),
        Column("started_at", "datetime", "开始时间", "When it began, Beijing time", "开始时间（北京时间）"),
        Column("ended_at", "datetime", "恢复时间", "When it was over, Beijing time", "恢复时间（北京时间）"),
    ),
    "process",
)

CALENDAR = Table(
    "calendar",
    "Calendar",
    "日历",
    "one day",
    "一天",
    ("date",),
    (
        Column("date", "date", "日期", "The day", "日期"),
        Column("weekday", "integer", "星期", "Day of the week, 0 = Monday", "星期几，0 为星期一", values=WEEKDAYS),
        Column(
            "holiday",
            "category",
            "节假日",
            "Public holiday that the day belongs to; empty for none",
            "所属法定节假日；没有则为空",
            null=True,
            values=HOLIDAYS,
        ),
        Column("workday", "boolean", "是否工作日", "Offices and after-sales work", "办公室与售后是否上班"),
        Column(
            "swapped",
            "boolean",
            "是否调休上班",
            "A weekend day worked in exchange for a holiday",
            "是否为调休上班的周末",
        ),
        Column(
            "sale",
            "category",
            "大促",
            "Online sale that the day belongs to; empty for none",
            "所属线上大促；没有则为空",
            null=True,
            values=SALES,
        ),
        Column("sale_opens", "boolean", "大促开场", "A sale opens at 20:00 on this day", "当日 20:00 是否大促开场"),
        Column("no_delivery", "boolean", "停运", "No parcels are delivered", "快递是否停运"),
    ),
    "process",
)
