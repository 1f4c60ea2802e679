"""Every table that may stand in a folder: the firm's and those that only a company's own data brings."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from servicelab.company.dictionary import TABLES
from servicelab.company.schema import Column, Table
from servicelab.i18n import _

TICKETS = Table(
    "tickets",
    "Tickets",
    "工单",
    "one ticket",
    "一张工单",
    ("ticket_id",),
    (
        Column("ticket_id", "id", "工单编号", "The ticket's number", "工单编号"),
        Column("customer_id", "id", "客户编号", "Who asked; empty when unknown", "提出人；未知为空", null=True),
        Column("opened_at", "datetime", "创建时间", "When it was opened, local time", "创建时间（当地时间）"),
        Column(
            "first_reply_at",
            "datetime",
            "首次回复时间",
            "When the customer first got an answer; empty when none was given",
            "客户首次得到回复的时间；无则为空",
            null=True,
        ),
        Column(
            "resolved_at",
            "datetime",
            "解决时间",
            "When it was resolved; empty when not",
            "解决时间；未解决为空",
            null=True,
        ),
        Column(
            "closed_at",
            "datetime",
            "关闭时间",
            "When it was closed; empty when open",
            "关闭时间；未关闭为空",
            null=True,
        ),
        Column(
            "channel",
            "text",
            "渠道",
            "Where it came in, in the company's own words",
            "来源渠道（沿用原说法）",
            null=True,
        ),
        Column(
            "topic", "text", "主题", "What it is about, in the company's own words", "事项类别（沿用原说法）", null=True
        ),
        Column(
            "priority",
            "text",
            "优先级",
            "Priority, in the company's own words",
            "优先级（沿用原说法）",
            null=True,
        ),
        Column(
            "status",
            "text",
            "状态",
            "Status at export, in the company's own words",
            "导出时的状态（沿用原说法）",
            null=True,
        ),
        Column("agent", "id", "处理人", "Who worked on it last", "最后处理人", null=True),
        Column(
            "csat",
            "integer",
            "满意度评分",
            "Rating after the ticket, 1 to 5",
            "服务后评分 1–5",
            null=True,
            low=1,
            high=5,
        ),
        Column("text", "text", "内容", "What the customer wrote", "客户原文", null=True),
    ),
    "service",
)

#: Every table an import can make and `check` knows.
KNOWN: dict[str, Table] = {**TABLES, TICKETS.name: TICKETS}

#: Columns that stand for a person in any table, and the letter their pseudonyms begin with.
PERSONS = {"customer_id": "K", "agent": "A", "agent_id": "A", "resource": "A"}

#: Moments of one row that must not run backwards, earlier one first.
_ORDER = {"tickets": ("opened_at", "first_reply_at", "resolved_at", "closed_at")}


def contradictions(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series[bool], str, str]]:
    """Rows of an imported table whose columns cannot all be true: column, rows, problem and remedy."""
    order = [column for column in _ORDER.get(name, ()) if column in frame]
    for at, later in enumerate(order):
        for earlier in order[:at]:
            backwards = (frame[later] < frame[earlier]).fillna(False)
            problem = _("It is before {earlier}.", earlier=earlier)
            yield later, backwards, problem, _("Correct one of the two times; check their time zone.")
    if name == "calls" and "service" in frame:
        strange = frame["service"].notna() & ~frame["served"].fillna(True).astype(bool)
        problem = _("The call has a service time and was not served.")
        yield "service", strange, problem, _("Correct `served`, or leave the service time empty.")
