"""Columns that several tables have, described once."""

from __future__ import annotations

from servicelab.company.codes import LINES, SEGMENTS, WAREHOUSES
from servicelab.company.schema import Column

FEATURE = r"[a-z]+(_[a-z]+)*"
CUSTOMER, ORDER, SHOP, AGENT = r"K\d{5,}", r"D\d{6,}", r"S\d{2,}", r"A\d{3,}"


def customer(meaning: str, zh: str) -> Column:
    """Whose row it is."""
    return Column(
        "customer_id", "id", "客户编号", meaning, zh, refers="customers.customer_id", pattern=CUSTOMER
    )  # fmt: skip


def order(name: str, header: str, meaning: str, zh: str, *, null: bool = False) -> Column:
    """An order that the row is about."""
    return Column(name, "id", header, meaning, zh, null=null, refers="orders.order_id", pattern=ORDER)


def shop(name: str, header: str, meaning: str, zh: str, *, null: bool = False) -> Column:
    """A shop."""
    return Column(name, "id", header, meaning, zh, null=null, refers="shops.shop_id", pattern=SHOP)


def agent(meaning: str, zh: str, *, null: bool = False) -> Column:
    """A service agent."""
    return Column("agent_id", "id", "客服工号", meaning, zh, null=null, refers="agents.agent_id", pattern=AGENT)


def feature(
    name: str = "feature_id", zh: str = "服务项目", meaning: str = "", meaning_zh: str = "", *, null: bool = False
) -> Column:
    """A service feature."""
    return Column(
        name,
        "id",
        zh,
        meaning or "The service feature it is about",
        meaning_zh or "涉及的服务项目",
        null=null,
        refers="features.feature_id",
        pattern=FEATURE,
    )


def segment() -> Column:
    """The segment of the customer of the row."""
    return Column(
        "segment",
        "category",
        "客群",
        "The customer's segment, as in customers",
        "客户所属客群，与客户表一致",
        values=SEGMENTS,
    )


def line(meaning: str = "The line", zh: str = "服务线路") -> Column:
    """One of the lines on which people answer."""
    return Column("line", "category", "线路", meaning, zh, values=LINES)


def month() -> Column:
    """A month, by its first day."""
    return Column("month", "date", "月份", "First day of the month", "当月第一天")


def warehouse(meaning: str, zh: str, *, null: bool = False) -> Column:
    """A warehouse."""
    return Column("warehouse", "category", "发货仓", meaning, zh, null=null, values=WAREHOUSES)


def money(name: str, header: str, meaning: str, zh: str, *, decimals: int = 1) -> Column:
    """An amount in ¥, 0 or more."""
    return Column(name, "number", header, meaning, zh, "¥", low=0, decimals=decimals)


def count(name: str, header: str, meaning: str, zh: str, unit: str = "") -> Column:
    """A whole number, 0 or more."""
    return Column(name, "integer", header, meaning, zh, unit, low=0)


def share(name: str, header: str, meaning: str, zh: str, *, decimals: int = 3, high: float = 1) -> Column:
    """A share, 1 = all."""
    return Column(name, "number", header, meaning, zh, low=0, high=high, decimals=decimals)
