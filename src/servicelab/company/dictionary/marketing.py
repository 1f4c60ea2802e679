"""Campaigns, whom they were sent to, and the touchpoints on the way to an order."""

from __future__ import annotations

from servicelab.company import codes
from servicelab.company.dictionary.shared import count, customer, money, share
from servicelab.company.schema import Column, Table

CAMPAIGNS = Table(
    "campaigns",
    "Campaigns",
    "优惠活动",
    "one coupon campaign",
    "一次优惠券活动",
    ("campaign",),
    (
        Column("campaign", "id", "优惠活动", "Short name", "活动代码", pattern=r"[a-z0-9]+(_[a-z0-9]+)*"),
        Column("starts", "date", "开始日期", "First day on which the coupon counts", "优惠券生效日"),
        Column("ends", "date", "结束日期", "First day on which it counts no longer", "优惠券失效日（当天起不可用）"),
        share("discount", "折扣", "Share taken off the price, 0.1 = 10 %", "优惠幅度，0.1 即减 10%", decimals=2),
        share(
            "control_share",
            "对照组比例",
            "Share of the eligible members held back by lot",
            "抽签留作对照、不发券的比例",
            decimals=2,
        ),
    ),
    "marketing",
)

CAMPAIGN_MEMBERS = Table(
    "campaign_members",
    "Members in campaigns",
    "活动会员",
    "one member who was eligible for one campaign",
    "一位符合某次活动条件的会员",
    ("campaign", "customer_id"),
    (
        Column("campaign", "id", "优惠活动", "The campaign", "所属活动", refers="campaigns.campaign"),
        customer("The member", "会员"),
        Column(
            "treated", "boolean", "是否发券", "Got the coupon; False: held back by lot", "是否收到优惠券；否为对照组"
        ),
        Column("used_coupon", "boolean", "是否用券", "Used the coupon", "是否使用了优惠券"),
        count("orders", "活动期订单数", "Orders while the campaign ran", "活动期间的订单数"),
        money("spend", "活动期消费额", "Spent while the campaign ran", "活动期间的消费额"),
        count("orders_before", "此前订单数", "Orders in the 365 days before", "活动前 365 天的订单数"),
        money("spend_before", "此前消费额", "Spent in the 365 days before", "活动前 365 天的消费额"),
    ),
    "marketing",
    packed=True,
)

TOUCHPOINTS = Table(
    "touchpoints",
    "Touchpoints",
    "触点",
    "one visit of a customer to one touchpoint",
    "客户对一个触点的一次接触",
    ("journey_id", "timestamp"),
    (
        Column("journey_id", "id", "旅程编号", "The journey's number", "旅程编号", pattern=r"J\d{6,}"),
        customer("Whose journey it is", "所属客户"),
        Column("timestamp", "datetime", "时间", "When, Beijing time", "接触时间（北京时间）"),
        Column("touchpoint", "category", "触点", "Where", "接触的触点", values=codes.TOUCHPOINTS),
        Column("stage", "category", "阶段", "Stage of the journey", "旅程阶段", values=codes.STAGES),
        Column("converted", "boolean", "是否成交", "The journey ended with an order", "该旅程最终是否下单"),
        Column(
            "score",
            "integer",
            "触点评分",
            "Rating of this visit, 1 to 5; empty when not rated",
            "对本次接触的评分 1–5；未评分为空",
            null=True,
            low=1,
            high=5,
        ),
    ),
    "marketing",
    packed=True,
)
