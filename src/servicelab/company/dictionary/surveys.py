"""What customers and experts were asked: coded voices, Kano, needs, and SERVQUAL."""

from __future__ import annotations

from servicelab.company.codes import DIMENSIONS, KINDS, LIKERT, THEMES
from servicelab.company.dictionary.shared import customer, feature, month, segment
from servicelab.company.schema import Column, Table


def _wave() -> Column:
    return Column("wave", "integer", "年度", "Year of the survey", "调查年度", low=2000, high=2100)


def _dimension(meaning: str, zh: str) -> Column:
    return Column("dimension", "category", "维度", meaning, zh, values=DIMENSIONS)


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
    "surveys",
)

KANO_SURVEY = Table(
    "kano_survey",
    "Kano survey",
    "卡诺问卷",
    "one customer's pair of answers about one feature",
    "一位客户对一个项目的一对回答",
    ("customer_id", "feature_id"),
    (
        customer("Who answered", "受访客户"),
        segment(),
        feature(),
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
    "surveys",
)

NEEDS_SURVEY = Table(
    "needs_survey",
    "Yearly needs survey",
    "年度需求调查",
    "one customer's rating of one feature in one year's survey",
    "一位客户在某一年度调查中对一个项目的评分",
    ("wave", "customer_id", "feature_id"),
    (
        _wave(),
        customer("Who answered", "受访客户"),
        segment(),
        feature(),
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
    "surveys",
)

NEEDS_TRACKER = Table(
    "needs_tracker",
    "Monthly needs tracker",
    "月度需求追踪",
    "one customer's answer, in one month, to: what matters most to you in a home shop just now?",
    "一位客户某月对“眼下您最看重家居商家的什么”的回答",
    ("month", "customer_id"),
    (
        month(),
        segment(),
        customer("Who answered", "受访客户"),
        Column(
            "theme",
            "category",
            "主题",
            "The trend the answer was coded to (N4)",
            "回答归入的趋势主题（N4）",
            values=THEMES,
        ),
    ),
    "surveys",
)


SERVQUAL_ITEMS = Table(
    "servqual_items",
    "SERVQUAL items",
    "服务质量题目",
    "one item of the questionnaire",
    "问卷中的一个题目",
    ("item_id",),
    (
        Column("item_id", "integer", "题号", "Number of the item", "题号", low=1, high=22),
        _dimension("The dimension it measures", "所测维度"),
        Column(
            "text_en",
            "text",
            "英文题目",
            "The statement in English; it completes both “An excellent home shop …” and “Skylark …”",
            "英文表述，接在“优秀的家居商家……”或“云雀……”之后",
        ),
        Column(
            "text_zh",
            "text",
            "中文题目",
            "The statement in Chinese, completing the same two openings",
            "中文表述，接在“优秀的家居商家……”或“云雀……”之后",
        ),
    ),
    "surveys",
)

SERVQUAL_SURVEY = Table(
    "servqual_survey",
    "SERVQUAL survey",
    "服务质量问卷",
    "one customer's pair of answers to one item in one year's survey",
    "一位客户在某一年度对一个题目的一对回答",
    ("wave", "customer_id", "item_id"),
    (
        _wave(),
        customer("Who answered", "受访客户"),
        segment(),
        Column(
            "item_id",
            "integer",
            "题号",
            "The item",
            "题目",
            low=1,
            high=22,
            refers="servqual_items.item_id",
        ),
        Column(
            "expectation",
            "integer",
            "期望",
            "An excellent home shop does it, 1 strongly disagree to 7 strongly agree",
            "优秀的家居商家做得到：1 非常不同意至 7 非常同意",
            low=1,
            high=7,
        ),
        Column(
            "perception",
            "integer",
            "感知",
            "Skylark does it, 1 strongly disagree to 7 strongly agree",
            "云雀做到了：1 非常不同意至 7 非常同意",
            low=1,
            high=7,
        ),
    ),
    "surveys",
)

SERVQUAL_WEIGHTS = Table(
    "servqual_weights",
    "SERVQUAL weights",
    "服务质量权重",
    "the points one customer gave to one dimension in one year's survey",
    "一位客户在某一年度给一个维度的分数",
    ("wave", "customer_id", "dimension"),
    (
        _wave(),
        customer("Who answered", "受访客户"),
        _dimension("The dimension", "维度"),
        Column(
            "points",
            "integer",
            "分数",
            "Points out of 100 shared among the five dimensions",
            "五个维度共分配 100 分中的得分",
            "points",
            low=0,
            high=100,
        ),
    ),
    "surveys",
)
