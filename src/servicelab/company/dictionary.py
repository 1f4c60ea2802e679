"""The data dictionary of Skylark Home: every table and column of the slice, in English and Chinese."""

from __future__ import annotations

from servicelab.company.codes import CHANNELS, KINDS, LIKERT, NEEDS, REMEDIES, SEGMENTS, THEMES, WAREHOUSES
from servicelab.company.schema import Column, Table

_FEATURE = r"[a-z]+(_[a-z]+)*"


def _customer(meaning: str, zh: str) -> Column:
    return Column(
        "customer_id", "id", "客户编号", meaning, zh, refers="customers.customer_id", pattern=r"K\d{4,}"
    )  # fmt: skip


def _feature(
    name: str = "feature_id", zh: str = "服务项目", meaning: str = "", meaning_zh: str = "", null: bool = False
) -> Column:
    return Column(
        name,
        "id",
        zh,
        meaning or "The service feature it is about",
        meaning_zh or "涉及的服务项目",
        null=null,
        refers="features.feature_id",
    )


def _segment() -> Column:
    return Column(
        "segment",
        "category",
        "客群",
        "The customer's segment, as in customers",
        "客户所属客群，与客户表一致",
        values=SEGMENTS,
    )


CUSTOMERS = Table(
    "customers",
    "Customers",
    "客户",
    "one member of Skylark Home's loyalty scheme",
    "一位云雀家居会员",
    ("customer_id",),
    (
        Column("customer_id", "id", "客户编号", "The customer's number", "客户编号", pattern=r"K\d{4,}"),
        Column("segment", "category", "客群", "Segment by life situation", "按生活阶段划分的客群", values=SEGMENTS),
        Column(
            "city_tier",
            "integer",
            "城市级别",
            "Tier of the home city: 1 (Beijing, Shanghai, …) to 4 (county towns)",
            "所在城市级别：1 为一线，4 为县城",
            low=1,
            high=4,
        ),
        Column("joined_on", "date", "入会日期", "Day of joining the loyalty scheme", "加入会员的日期"),
        Column(
            "opted_in",
            "boolean",
            "是否同意画像",
            "Agreed that the firm profiles their data for personal service",
            "是否同意将个人数据用于个性化服务",
        ),
        Column(
            "churned_on",
            "date",
            "流失日期",
            "Day on which 365 days had passed without an order; empty when that has not happened",
            "连续 365 天未下单之日；未流失则为空",
            null=True,
        ),
    ),
)

FEATURES = Table(
    "features",
    "Service features",
    "服务项目",
    "one feature of the service that customers were asked about",
    "一个向客户征询意见的服务项目",
    ("feature_id",),
    (
        Column(
            "feature_id", "id", "服务项目", "Short name used in every table", "各表通用的项目代码", pattern=_FEATURE
        ),
        Column("name_en", "text", "英文名", "Name in English", "英文名称"),
        Column("name_zh", "text", "中文名", "Name in Chinese", "中文名称"),
        Column("description_en", "text", "英文说明", "What the customer gets, in English", "客户得到什么（英文）"),
        Column("description_zh", "text", "中文说明", "What the customer gets, in Chinese", "客户得到什么（中文）"),
    ),
)

ORDERS = Table(
    "orders",
    "Orders",
    "订单",
    "one delivered order",
    "一笔已送达的订单",
    ("order_id",),
    (
        Column("order_id", "id", "订单编号", "The order's number", "订单编号", pattern=r"D\d{5,}"),
        _customer("Who ordered", "下单客户"),
        Column("ordered_at", "datetime", "下单时间", "When it was ordered, Beijing time", "下单时间（北京时间）"),
        Column("warehouse", "category", "发货仓", "The warehouse that shipped it", "发货仓库", values=WAREHOUSES),
        Column("amount", "number", "订单金额", "What was paid", "实付金额", unit="¥", low=10, high=50000),
        Column(
            "promised_days",
            "integer",
            "承诺天数",
            "Days from order to delivery, as promised",
            "承诺的送达天数",
            "days",
            low=1,
            high=30,
        ),
        Column(
            "delivered_days",
            "integer",
            "实际天数",
            "Days from order to delivery, as it turned out",
            "实际送达天数",
            "days",
            low=0,
            high=60,
        ),
        Column(
            "on_time",
            "boolean",
            "是否准时",
            "Delivered within the promised days",
            "是否在承诺天数内送达",
        ),
        _feature(
            "failed_feature",
            "失误项目",
            "The feature that fell short on this order, from the delivery and after-sales record, whether or not the "
            "customer said anything; empty when none did",
            "本单没有做到位的服务项目（来自配送与售后记录，与客户是否反映无关）；没有则为空",
            True,
        ),
        _feature(
            "extra_feature",
            "附加项目",
            "An extra given with this order in a pilot that chose orders at random; empty when none was",
            "试点中随机给予本单的附加服务；没有则为空",
            True,
        ),
        Column(
            "satisfaction",
            "integer",
            "订单满意度",
            "Answer to the survey after delivery, 1 very dissatisfied to 5 very satisfied; empty when not answered",
            "送达后问卷：1 很不满意至 5 很满意；未作答为空",
            null=True,
            low=1,
            high=5,
        ),
        Column(
            "repurchased_180d",
            "boolean",
            "180 天内复购",
            "Ordered again within 180 days; empty when 180 days have not passed by the end of the data",
            "180 天内是否再次下单；数据截止时未满 180 天则为空",
            null=True,
        ),
    ),
)

CONTACTS = Table(
    "contacts",
    "Contacts",
    "客户来询",
    "one contact of a customer with the service team, with the sentence that opened it",
    "客户与客服的一次联系及其开场的一句话",
    ("contact_id",),
    (
        Column("contact_id", "id", "联系编号", "The contact's number", "联系编号", pattern=r"C\d{5,}"),
        _customer("Who made contact", "来询客户"),
        Column(
            "order_id",
            "id",
            "订单编号",
            "The order it is about; empty for a question before buying",
            "涉及的订单；售前咨询为空",
            null=True,
            refers="orders.order_id",
        ),
        Column("opened_at", "datetime", "来询时间", "When it began, Beijing time", "开始时间（北京时间）"),
        Column("channel", "category", "渠道", "Where it came in", "来询渠道", values=CHANNELS),
        _feature(),
        Column(
            "need",
            "category",
            "需求类别",
            "The need behind the sentence, as the quality team coded it (N1)",
            "质检组标注的需求类别（N1）",
            values=NEEDS,
        ),
        Column(
            "angry",
            "boolean",
            "是否愤怒",
            "The tone of the sentence, whatever the need",
            "语气是否愤怒，与需求类别无关",
        ),
        Column("text_en", "text", "英文原话", "What an English-speaking customer wrote or said", "英文客户原话"),
        Column(
            "text_zh",
            "text",
            "中文原话",
            "What a Chinese-speaking customer wrote or said: same need, feature and tone; not a translation",
            "中文客户原话：需求、项目、语气相同，但并非翻译",
        ),
        Column("template_en", "id", "英文句式", "The sentence pattern that text_en was made from", "英文句式编号"),
        Column("template_zh", "id", "中文句式", "The sentence pattern that text_zh was made from", "中文句式编号"),
        Column(
            "split",
            "category",
            "数据划分",
            "train or test; a sentence pattern stands on one side only, in both languages",
            "训练或测试；同一句式（中英文）只出现在一侧",
            values={"train": ("Training", "训练"), "test": ("Test", "测试")},
        ),
        Column("remedy", "category", "处理方式", "What the agent did", "客服的处理方式", values=REMEDIES),
        Column(
            "csat",
            "integer",
            "满意度评分",
            "Answer to the survey after the contact, 1 to 5; empty when not answered",
            "服务后评分 1–5；未作答为空",
            null=True,
            low=1,
            high=5,
        ),
        Column("resolved", "boolean", "是否解决", "Closed as resolved", "是否已解决"),
        Column(
            "recontact_72h",
            "boolean",
            "72 小时内再次来询",
            "The customer came back about it within 72 hours, in any channel",
            "72 小时内是否因同一事再次来询（任一渠道）",
        ),
    ),
)

VOICES = Table(
    "voices",
    "Voices coded by experts",
    "专家标注的客户之声",
    "one expert's coding of one customer statement",
    "一位专家对一句客户之声的标注",
    ("voice_id", "expert"),
    (
        Column(
            "voice_id",
            "id",
            "语句编号",
            "The statement's number; three rows each",
            "语句编号；每句三行",
            pattern=r"V\d{2,}",
        ),
        Column("text_en", "text", "英文原话", "The statement in English", "英文语句"),
        Column("text_zh", "text", "中文原话", "The statement in Chinese; not a translation", "中文语句，并非翻译"),
        Column(
            "expert",
            "category",
            "专家",
            "Who coded it",
            "标注人",
            values={
                "e1": ("Service operations lead", "客服运营主管"),
                "e2": ("Consumer-research lead", "消费者研究负责人"),
                "e3": ("Compliance and quality lead", "合规与质检负责人"),
            },
        ),
        Column("kind", "category", "性质", "What the need is (N1)", "需求性质（N1）", values=KINDS),
        Column(
            "spoken",
            "category",
            "是否说出",
            "Whether the customer says it or it has to be read between the lines (N1, N3)",
            "客户明说，还是隐含在话里（N1、N3）",
            values={"spoken": ("Spoken", "明说"), "implicit": ("Implicit", "隐含")},
        ),
        Column(
            "importance",
            "category",
            "重要性",
            "Core or non-core (N2)",
            "核心或非核心（N2）",
            values={"core": ("Core", "核心"), "non_core": ("Non-core", "非核心")},
        ),
        Column(
            "time",
            "category",
            "时间",
            "To be met now or over time (N2)",
            "即时或长期（N2）",
            values={"immediate": ("Immediate", "即时"), "long_term": ("Long-term", "长期")},
        ),
        Column(
            "level",
            "category",
            "层次",
            "Basic or extended (N2)",
            "基本或扩展（N2）",
            values={"basic": ("Basic", "基本"), "extended": ("Extended", "扩展")},
        ),
    ),
)

KANO_SURVEY = Table(
    "kano_survey",
    "Kano survey",
    "卡诺问卷",
    "one customer's pair of answers about one feature",
    "一位客户对一个项目的一对回答",
    ("customer_id", "feature_id"),
    (
        _customer("Who answered", "受访客户"),
        _segment(),
        _feature(),
        Column(
            "functional",
            "integer",
            "正向回答",
            "Answer to: how do you feel when the feature is there? 1 like, 2 expect, 3 neutral, 4 live with, 5 dislike",
            "有此服务时的感受：1 喜欢 2 理应如此 3 无所谓 4 勉强接受 5 不喜欢",
            values=LIKERT,
        ),
        Column(
            "dysfunctional",
            "integer",
            "反向回答",
            "Answer to: how do you feel when it is not there? Same codes",
            "没有此服务时的感受，代码同上",
            values=LIKERT,
        ),
    ),
)

NEEDS_SURVEY = Table(
    "needs_survey",
    "Yearly needs survey",
    "年度需求调查",
    "one customer's rating of one feature in one year's survey",
    "一位客户在某一年度调查中对一个项目的评分",
    ("wave", "customer_id", "feature_id"),
    (
        Column(
            "wave",
            "integer",
            "年度",
            "Year of the survey, held in November",
            "调查年度（每年 11 月）",
            low=2023,
            high=2025,
        ),
        _customer("Who answered", "受访客户"),
        _segment(),
        _feature(),
        Column(
            "importance",
            "integer",
            "重要性评分",
            "Stated importance, 1 not at all to 7 extremely",
            "自述重要性，1 完全不重要至 7 极其重要",
            low=1,
            high=7,
        ),
        Column(
            "performance",
            "integer",
            "表现评分",
            "How well Skylark does it, 1 to 7; empty when the customer has not met the feature",
            "云雀做得如何，1–7；没有接触过则为空",
            null=True,
            low=1,
            high=7,
        ),
        Column(
            "satisfaction",
            "integer",
            "总体满意度",
            "Overall satisfaction with Skylark, 1 to 5: one answer a customer and year, repeated on each of the rows",
            "对云雀的总体满意度 1–5：每人每年一个答案，在各行重复",
            low=1,
            high=5,
        ),
    ),
)

NEEDS_TRACKER = Table(
    "needs_tracker",
    "Monthly needs tracker",
    "月度需求追踪",
    "one customer's answer, in one month, to: what matters most to you in a home shop just now?",
    "一位客户某月对“眼下您最看重家居商家的什么”的回答",
    ("month", "customer_id"),
    (
        Column("month", "date", "月份", "First day of the month", "当月第一天"),
        _segment(),
        _customer("Who answered", "受访客户"),
        Column(
            "theme",
            "category",
            "主题",
            "The trend the answer was coded to (N4)",
            "回答归入的趋势主题（N4）",
            values=THEMES,
        ),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (CUSTOMERS, FEATURES, ORDERS, CONTACTS, VOICES, KANO_SURVEY, NEEDS_SURVEY, NEEDS_TRACKER)
}
