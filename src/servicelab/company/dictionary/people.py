"""The agents, and how they are appraised."""

from __future__ import annotations

from servicelab.company.dictionary.shared import AGENT, agent, count, line, money, month, share
from servicelab.company.schema import Column, Table

AGENTS = Table(
    "agents",
    "Service agents",
    "客服人员",
    "one person employed on a line at some time during the data",
    "数据期内曾在某线路任职的一位客服",
    ("agent_id",),
    (
        Column("agent_id", "id", "客服工号", "The agent's personnel number", "客服工号", pattern=AGENT),
        line("The line the agent works on", "所在线路"),
        Column("hired_on", "date", "入职日期", "First day at work", "入职日期"),
        Column(
            "left_on",
            "date",
            "离职日期",
            "First day no longer employed; empty for who is still there",
            "离职后的第一天；在职为空",
            null=True,
        ),
        Column(
            "temporary",
            "boolean",
            "是否临时",
            "Hired for the weeks around Double 11 only",
            "是否为双11前后的临时客服",
        ),
    ),
    "people",
)

APPRAISALS = Table(
    "appraisals",
    "Appraisals",
    "绩效考核",
    "one agent in one month with enough contacts to be appraised",
    "一位客服在来询量足够考核的一个月",
    ("month", "agent_id"),
    (
        month(),
        agent("Who is appraised", "被考核的客服"),
        line("The agent's line", "所在线路"),
        count("tenure_days", "司龄", "Days since the agent was hired, at mid-month", "至当月中旬的入职天数", "days"),
        count("contacts", "受理量", "Contacts handled", "受理的来询数"),
        share(
            "hard_share",
            "疑难占比",
            "Share of them about damage, defects or complaints",
            "其中破损、质量故障和投诉的占比",
        ),
        Column("aht", "number", "平均处理时长", "Mean handling time", "平均处理时长", "s", low=0),
        Column(
            "contact_hours",
            "number",
            "受理工时",
            "Hours spent on contacts; what is handled side by side is shared out",
            "用于受理的工时；同时处理的来询按份分摊",
            "h",
            low=0,
            decimals=2,
        ),
        count("resolved", "已解决", "Contacts closed as resolved", "以“已解决”结案的来询数"),
        count("came_back", "再次来询", "Contacts after which the customer came back", "其后客户再次来询的来询数"),
        count(
            "surveys",
            "评分数",
            "Answers that the appraisal looks at: the first twenty of the month",
            "考核采用的评分数：当月前二十个",
        ),
        Column(
            "csat",
            "number",
            "平均满意度",
            "Mean of those answers; empty when there are none",
            "上述评分的平均值；没有则为空",
            null=True,
            low=1,
            high=5,
            decimals=3,
        ),
        money("pay", "工资", "Pay for the month", "当月工资", decimals=0),
        Column(
            "bottom_ten",
            "boolean",
            "是否末十位",
            "Among the ten with the lowest mean answer of the month",
            "是否为当月平均满意度最低的十人之一",
        ),
        Column(
            "coached",
            "boolean",
            "是否辅导",
            "Coached in the month after; half of the bottom ten, drawn by lot",
            "次月是否接受辅导（末十位中抽签选一半）",
        ),
    ),
    "people",
)
