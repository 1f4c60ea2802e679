"""The SERVQUAL survey: 22 statements in five dimensions, asked as what one expects and as what one got.

The design is Parasuraman, Zeithaml and Berry (1988), SERVQUAL: a multiple-item scale for measuring consumer perceptions
of service quality; the statements are written for a shop of furniture and things for the home.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

from servicelab.company.simulation.draws import stream
from servicelab.company.simulation.names import DIMENSIONS
from servicelab.company.simulation.world import by_name
from servicelab.company.simulation.world.surveying import Servqual
from servicelab.company.voices.servqual_means import WAVES, expected_answers
from servicelab.company.voices.surveys import quota

Floats = NDArray[np.float64]
#: A statement completes either opening: “An excellent home shop …” (expectation), “Skylark …” (perception).
ITEMS = (
    ("tangibles", "has shops and an app that look up to date", "门店和小程序看上去新颖、跟得上时代"),
    ("tangibles", "shows rooms in which customers can picture their own home", "样板间让人想得出自己家的样子"),
    ("tangibles", "has neat-looking staff, fitters included", "店员和安装师傅着装整洁"),
    ("tangibles", "uses cartons, labels and guides that are clean and clear", "包装、标签和说明书干净清楚"),
    ("reliability", "delivers on the day it promised", "说好哪天送到，就哪天送到"),
    ("reliability", "sends goods that arrive whole and work", "送来的商品完好、能正常使用"),
    ("reliability", "sees to a problem until it is solved", "出了问题会管到底，直到解决"),
    ("reliability", "gets an order right the first time", "下单、配货、安装一次做对，不返工"),
    ("reliability", "keeps orders, payments and invoices free of errors", "订单、付款和发票记录不出错"),
    ("responsiveness", "says exactly when somebody will come", "上门前讲清楚几点到"),
    ("responsiveness", "answers within minutes, whichever channel is used", "从哪个渠道找过来，都能几分钟内回应"),
    ("responsiveness", "is glad to help after the sale too", "买完以后也乐意帮忙"),
    ("responsiveness", "finds time for a question on the busiest days", "再忙也顾得上客户的问题"),
    ("assurance", "has advisers who know what they sell", "导购和客服懂产品"),
    ("assurance", "has staff whose word can be relied on", "工作人员说的话靠得住"),
    ("assurance", "keeps payments and personal details safe", "付款和个人信息让人放心"),
    ("assurance", "stays polite, in a complaint too", "始终有礼貌，投诉时也一样"),
    ("empathy", "asks how a customer lives before it recommends anything", "先问清家里的情况，再给推荐"),
    ("empathy", "remembers what a customer has bought and said", "记得客户买过什么、说过什么"),
    ("empathy", "has opening hours and delivery slots that suit its customers", "营业时间和送货时段合客户的作息"),
    ("empathy", "gives a customer one person who knows the case", "有一位了解情况的专人可找"),
    ("empathy", "has the customer's interest at heart, not only the sale", "真心为客户着想，不只想着成交"),
)
#: Points are given in fives.
POINTS_STEP = 5
#: Dimension number of each item.
OF_DIMENSION = np.repeat(np.arange(5), list(DIMENSIONS.values()))


def make_servqual_items() -> pd.DataFrame:
    """The 22 statements in the order of the questionnaire."""
    frame = pd.DataFrame(ITEMS, columns=["dimension", "text_en", "text_zh"])
    frame.insert(0, "item_id", np.arange(1, len(ITEMS) + 1))
    return frame


def make_servqual_survey(
    survey: Servqual, seed: int, customers: pd.DataFrame, orders: pd.DataFrame, scale: float
) -> pd.DataFrame:
    """What customers expect of an excellent home shop and what they got, one row a respondent and item.

    Asked in November, of a quota from each segment of those who ordered in the twelve months before.

    Parameters
    ----------
    survey : what is true of it
    seed : of the run
    customers : `customer_id`, `segment`
    orders : `customer_id`, `ordered_at`, `failed_feature`
    scale : share of the usual number of respondents

    Returns
    -------
    DataFrame with `wave`, `customer_id`, `segment`, `item_id`, `expectation` and `perception` (1–7)
    """
    rng, lot = stream(seed, "servqual", "answers"), stream(seed, "servqual", "asked")
    waves = []
    for wave in WAVES:
        happened = past_year(survey, orders, wave)
        members = customers.loc[customers["customer_id"].isin(happened.index)]
        asked = quota(lot, members, max(round(survey.asked * scale / 4), 5))
        expected, perceived = true_means(survey, asked, happened, wave)
        style = rng.normal(0, 1, (2, len(asked)))
        style[1] = survey.style * style[0] + np.sqrt(1 - survey.style**2) * style[1]
        answered = asked.loc[asked.index.repeat(len(ITEMS))].reset_index(drop=True).assign(wave=wave)
        answered["item_id"] = np.tile(np.arange(1, len(ITEMS) + 1), len(asked))
        answered["expectation"] = _answers(survey, rng, expected, style[0], survey.expectation_spread).ravel()
        answered["perception"] = _answers(survey, rng, perceived, style[1], survey.perception_spread).ravel()
        waves.append(answered)
    table = pd.concat(waves).sort_values(["wave", "customer_id", "item_id"], kind="stable", ignore_index=True)
    return table[["wave", "customer_id", "segment", "item_id", "expectation", "perception"]]


def make_servqual_weights(true: Servqual, seed: int, survey: pd.DataFrame) -> pd.DataFrame:
    """How each respondent shares 100 points over the five dimensions, in fives; one row a respondent and dimension."""
    rng = stream(seed, "servqual", "weights")
    people = survey[["wave", "customer_id", "segment"]].drop_duplicates(ignore_index=True)
    dimensions = tuple(DIMENSIONS)
    mean = np.array([by_name(true.weights[segment], dimensions) for segment in people["segment"]]) / 100
    share = rng.gamma(mean * true.weights_alike)
    points = rng.multinomial(100 // POINTS_STEP, share / share.sum(axis=1, keepdims=True)) * POINTS_STEP
    table = people.loc[people.index.repeat(5), ["wave", "customer_id"]].reset_index(drop=True)
    return table.assign(dimension=np.tile(dimensions, len(people)), points=points.ravel())


def past_year(survey: Servqual, orders: pd.DataFrame, wave: int) -> pd.DataFrame:
    """Whether each kind of failure happened to those who ordered in the twelve months before November of a wave."""
    asked = pd.Timestamp(wave, 11, 1)
    recent = orders.loc[(orders["ordered_at"] < asked) & (orders["ordered_at"] >= asked - pd.DateOffset(years=1))]
    failed = recent["failed_feature"]
    flags = {name: failed.isin(what.features) for name, what in survey.failures.items()}
    return pd.DataFrame(flags).groupby(recent["customer_id"]).any()


def true_means(survey: Servqual, asked: pd.DataFrame, happened: pd.DataFrame, wave: int) -> tuple[Floats, Floats]:
    """Mean expectation and perception of each respondent and item."""
    means = {segment: expected_answers(survey, segment, wave) for segment in asked["segment"].unique()}
    expected = np.array([means[segment][0] for segment in asked["segment"]])
    perceived = np.array([means[segment][1] for segment in asked["segment"]])
    of_asked = happened.loc[asked["customer_id"]]
    names = list(DIMENSIONS)
    for failure, what in survey.failures.items():
        items = np.flatnonzero(np.equal(OF_DIMENSION, names.index(what.dimension)))
        perceived[np.ix_(np.flatnonzero(of_asked[failure]), items)] += what.effect
    return expected, perceived


def _answers(
    survey: Servqual, rng: np.random.Generator, mean: Floats, style: Floats, spread: float
) -> NDArray[np.int64]:
    """Answers 1–7 with exactly these means, in which the items of one dimension hang together."""
    if mean.min() <= 1 or mean.max() >= 7:
        raise ValueError("means must lie between 1 and 7")
    people = len(mean)
    factor = rng.normal(0, 1, (people, 5))[:, OF_DIMENSION]
    alone = rng.normal(0, 1, mean.shape)
    latent = np.sqrt(survey.common) * style[:, None] + np.sqrt(survey.dimension) * factor
    latent += np.sqrt(1 - survey.common - survey.dimension) * alone
    share = (mean - 1) / 6
    value = 1 + 6 * betaincinv(share * spread, (1 - share) * spread, ndtr(latent))
    whole = np.floor(value)
    # Rounded up or down in proportion, so that rounding leaves the mean where it is.
    given: NDArray[np.int64] = np.clip(whole + (rng.random(mean.shape) < value - whole), 1, 7).astype(np.int64)
    return given
