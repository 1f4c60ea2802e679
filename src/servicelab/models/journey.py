"""The service journey: which touchpoints please, where feelings turn, where people get stuck, what is in place.

Journey events are a DataFrame with one row a visit: `journey_id`, `touchpoint`, `timestamp`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servicelab.models.arguments import between, numbers, positive, seconds, table, whole

EVENTS = ("journey_id", "touchpoint", "timestamp")


@dataclass(frozen=True)
class EmotionCurve:
    """How a journey feels, step by step.

    Attributes
    ----------
    curve : DataFrame indexed by step: `answers`, `mean`, `low`, `high` (95 %)
    peak, trough : steps with the highest and the lowest mean
    end : mean of the last step
    peak_end : mean over journeys of (most intense moment + last moment) / 2, what people remember
    average : mean over journeys of the plain average, what they lived through
    """

    curve: pd.DataFrame
    peak: int
    trough: int
    end: float
    peak_end: float
    average: float


@dataclass(frozen=True)
class Criterion:
    """One thing that is in place or not: fields of the firm's tables that must be filled to show it.

    Attributes
    ----------
    element : one of the five elements
    name : what is in place when the fields are filled
    fields : "table.column", all needed
    filled : share of a field's rows that must be filled, in (0, 1]
    """

    element: str
    name: str
    fields: tuple[str, ...]
    filled: float = 0.8


ELEMENTS = ("role", "scene", "channel interaction", "touchpoint", "technology")

#: Nobody gets an answer from everyone: a fifth of the customers is a survey that can be read.
SURVEYED = 0.2

#: What is carried home from a shop has no delivery, so a field about deliveries is well kept when half is filled.
SENT = 0.5

#: What shows each element in a firm's data: four criteria each, so that an element scores 0 to 4.
FIVE_ELEMENTS: tuple[Criterion, ...] = (
    Criterion("role", "customers are told apart by segment", ("customers.segment",)),
    Criterion("role", "it is known how long they have been customers", ("customers.joined_on",)),
    Criterion("role", "they have said what matters to them", ("needs_survey.segment", "needs_survey.importance")),
    Criterion("role", "they were asked before being profiled", ("customers.opted_in",)),
    Criterion("scene", "the reason of a contact is recorded", ("contacts.need",)),
    Criterion("scene", "the moment of a contact is recorded", ("contacts.opened_at",)),
    Criterion("scene", "the stage of the journey is recorded", ("touchpoints.stage",)),
    Criterion("scene", "a contact is tied to what it is about", ("contacts.feature_id",)),
    Criterion("channel interaction", "the channel of a contact is recorded", ("contacts.channel",)),
    Criterion("channel interaction", "one customer is one across channels", ("contacts.customer_id",)),
    Criterion("channel interaction", "it is known whether a contact solved it", ("contacts.resolved",)),
    Criterion("channel interaction", "it is known whether they had to come back", ("contacts.recontact_72h",)),
    Criterion("touchpoint", "visits are recorded one by one", ("touchpoints.touchpoint", "touchpoints.timestamp")),
    Criterion("touchpoint", "visits belong to a journey", ("touchpoints.journey_id",)),
    Criterion("touchpoint", "a contact is rated", ("contacts.csat",), filled=SURVEYED),
    Criterion("touchpoint", "an order is rated", ("orders.satisfaction",), filled=SURVEYED),
    Criterion("technology", "orders are tied to the customer", ("orders.customer_id",)),
    Criterion("technology", "delivery is measured", ("orders.on_time",), filled=SENT),
    Criterion("technology", "what was promised is recorded", ("orders.promised_days",), filled=SENT),
    Criterion("technology", "what customers say is kept as text", ("contacts.text_en",)),
)


def touchpoint_scores(events: pd.DataFrame, surveys: pd.DataFrame) -> pd.DataFrame:
    """How each touchpoint is used and rated.

    Parameters
    ----------
    events : journey events
    surveys : DataFrame with `journey_id`, `touchpoint` and `score` (1–5), a row an answer

    Returns
    -------
    DataFrame indexed by touchpoint, the worst rated first: `visits`, `journeys`, `reach` (share of all), `answers`,
    `response_rate` (answers / journeys there), `score` (mean), `low`, `high` (95 %), `dissatisfied` (share of 1 and 2)

    Raises
    ------
    ValueError
        When a column is missing, a table is empty, a score is not 1–5 or an answer is about a visit that never was.

    References
    ----------
    Lemon, K. and Verhoef, P. (2016). Understanding customer experience throughout the customer journey.

    Examples
    --------
    >>> events = pd.DataFrame({"journey_id": [1, 1, 2], "touchpoint": ["shop", "post", "shop"], "timestamp": [0, 9, 5]})
    >>> surveys = pd.DataFrame({"journey_id": [1, 2], "touchpoint": ["shop", "shop"], "score": [5, 3]})
    >>> touchpoint_scores(events, surveys).loc["shop", ["visits", "response_rate", "score"]].tolist()
    [2.0, 1.0, 4.0]
    """
    table("events", events, EVENTS)
    table("surveys", surveys, ["journey_id", "touchpoint", "score"])
    between("score", surveys["score"].to_numpy(dtype=float), 1, 5)
    pairs = events[["journey_id", "touchpoint"]].drop_duplicates()
    known = surveys[["journey_id", "touchpoint"]].merge(pairs, how="left", indicator=True)["_merge"].eq("both")
    if not known.all():
        row = surveys[~known.to_numpy()].iloc[0]
        raise ValueError(
            f"surveys must be about visits in events: journey {row.journey_id!r} was never at {row.touchpoint!r}"
        )
    journeys = pairs.groupby("touchpoint").size()
    result = pd.DataFrame({"visits": events.groupby("touchpoint").size(), "journeys": journeys})
    result["reach"] = journeys / events["journey_id"].nunique()
    score = surveys["score"].astype(float).groupby(surveys["touchpoint"])
    result["answers"] = score.size().reindex(result.index).fillna(0).astype(np.int64)
    answered = surveys[["journey_id", "touchpoint"]].drop_duplicates().groupby("touchpoint").size()
    result["response_rate"] = answered.reindex(result.index).fillna(0) / journeys
    result["score"] = score.mean()
    result["low"] = result["score"] - 1.96 * score.std() / np.sqrt(score.size())
    result["high"] = 2 * result["score"] - result["low"]
    result["dissatisfied"] = surveys["score"].le(2).groupby(surveys["touchpoint"]).mean()
    return result.sort_values("score", kind="stable")


def emotion_curve(moments: pd.DataFrame) -> EmotionCurve:
    """How a journey feels from step to step, and what people will remember of it.

    Remembered = (most intense + last) / 2 of each journey, the peak–end rule; the most intense moment is the one
    farthest from 0, good or bad.

    Parameters
    ----------
    moments : DataFrame with `journey_id`, `step` (whole number ≥ 1) and `emotion` (−2 very bad … 2 very good)

    Returns
    -------
    EmotionCurve

    Raises
    ------
    ValueError
        When a column is missing, the table is empty or a value is out of range.

    References
    ----------
    Kahneman, D., Fredrickson, B., Schreiber, C. and Redelmeier, D. (1993). When more pain is preferred to less: adding
    a better end.

    Examples
    --------
    A bad wait, then a good end: remembered as better than it was lived.

    >>> moments = pd.DataFrame({"journey_id": 1, "step": [1, 2, 3], "emotion": [0, -1, 2]})
    >>> curve = emotion_curve(moments)
    >>> curve.trough, curve.peak_end, round(curve.average, 2)
    (2, 2.0, 0.33)
    """
    table("moments", moments, ["journey_id", "step", "emotion"])
    feeling = between("emotion", moments["emotion"].to_numpy(dtype=float), -2, 2)
    step = whole("step", moments["step"].to_numpy(dtype=float), least=1)
    frame = pd.DataFrame({"journey": moments["journey_id"].to_numpy(), "step": step, "emotion": feeling})
    frame = frame.sort_values(["journey", "step"], kind="stable")
    by_step = frame.groupby("step")["emotion"]
    curve = pd.DataFrame({"answers": by_step.size(), "mean": by_step.mean()})
    margin = 1.96 * by_step.std() / np.sqrt(curve["answers"])
    curve["low"], curve["high"] = curve["mean"] - margin, curve["mean"] + margin
    strength = frame["emotion"].abs().groupby(frame["journey"]).idxmax()
    intense = frame.loc[strength].set_index("journey")["emotion"]
    last = frame.groupby("journey")["emotion"].last()
    means = curve["mean"].to_numpy()
    return EmotionCurve(
        curve=curve,
        peak=int(curve.index[int(np.argmax(means))]),
        trough=int(curve.index[int(np.argmin(means))]),
        end=float(means[-1]),
        peak_end=float(((intense + last) / 2).mean()),
        average=float(frame.groupby("journey")["emotion"].mean().mean()),
    )


def friction(events: pd.DataFrame, goal: str) -> pd.DataFrame:
    """Where journeys stall: who gives up there, who has to come back there, and how long it takes.

    friction = share of visits that end the journey short of its goal or are a return to where one has been.

    Parameters
    ----------
    events : journey events
    goal : the touchpoint that means the journey reached its end; visits after the first one are left out

    Returns
    -------
    DataFrame indexed by touchpoint (goal excluded), most friction first: `visits`, `lost` (journeys that end there
    short of the goal), `drop_off` (lost / visits), `returns` (visits to a touchpoint already seen), `repeat` (returns /
    visits), `median_time` (seconds to the next visit), `friction` in [0, 1]

    Raises
    ------
    ValueError
        When a column is missing, the table is empty, or no journey ever reaches the goal.

    References
    ----------
    Rawson, A., Duncan, E. and Jones, C. (2013). The truth about customer experience; effort as driver of disloyalty:
    Dixon, Freeman and Toman (2010).

    Examples
    --------
    >>> events = pd.DataFrame({"journey_id": [1, 1, 2, 2, 2, 3], "timestamp": [0, 9, 0, 4, 8, 0],
    ...     "touchpoint": ["form", "done", "form", "form", "done", "form"]})
    >>> friction(events, "done").loc["form", ["visits", "lost", "returns", "friction"]].tolist()
    [4.0, 1.0, 1.0, 0.5]
    """
    table("events", events, EVENTS)
    frame = pd.DataFrame(
        {
            "journey": pd.factorize(events["journey_id"])[0],
            "touchpoint": events["touchpoint"].to_numpy(),
            "at": seconds("timestamp", events["timestamp"]),
        }
    ).sort_values(["journey", "at"], kind="stable", ignore_index=True)
    arrived = frame["touchpoint"].eq(goal)
    if not arrived.any():
        raise ValueError(f"goal must be a touchpoint that some journey reaches, not {goal!r}")
    done = arrived.groupby(frame["journey"]).cumsum()
    frame["to_next"] = -frame.groupby("journey")["at"].diff(-1)
    frame = frame[done.eq(0)]
    last = ~frame.duplicated("journey", keep="last")
    finished = set(pd.factorize(events["journey_id"])[0][events["touchpoint"].eq(goal).to_numpy()])
    frame = frame.assign(
        lost=last & ~frame["journey"].isin(finished), again=frame.duplicated(["journey", "touchpoint"])
    )
    by_place = frame.groupby("touchpoint")
    result = pd.DataFrame({"visits": by_place.size(), "lost": by_place["lost"].sum()})
    result["drop_off"] = result["lost"] / result["visits"]
    result["returns"] = by_place["again"].sum()
    result["repeat"] = result["returns"] / result["visits"]
    result["median_time"] = by_place["to_next"].median()
    result["friction"] = (frame["lost"] | frame["again"]).groupby(frame["touchpoint"]).mean()
    return result.sort_values("friction", ascending=False, kind="stable")


def five_elements_audit(
    tables: Mapping[str, pd.DataFrame],
    rubric: Sequence[Criterion] = FIVE_ELEMENTS,
) -> pd.DataFrame:
    """Score the five elements of a service journey 0–4 by evidence: what a firm's own data shows to be in place.

    A criterion is met when each of its fields exists and is filled on at least the criterion's share of rows. An
    element's score is 4 × met / criteria, rounded down. It shows what could be known, not that it is used well.

    Parameters
    ----------
    tables : table name → DataFrame, whatever the firm has
    rubric : criteria; the course's own (four for each element) when left out

    Returns
    -------
    DataFrame indexed by element: `score` (0–4), `met`, `criteria`, `evidence` (fields that support the score) and
    `missing` (fields that are absent or too thin, with the share filled), both lists of text

    Raises
    ------
    ValueError
        When a criterion names no field, a field is not "table.column", or its share is out of range.

    References
    ----------
    The five elements: the course's source B (role, scene, channel interaction, touchpoint, technology); evidence-based
    scoring after CMMI's appraisal practice: CMMI Product Team (2010), CMMI for Services, version 1.3.

    Examples
    --------
    >>> customers = pd.DataFrame({"segment": ["new", None], "joined_on": ["2024", "2025"], "opted_in": [True, False]})
    >>> audit = five_elements_audit({"customers": customers})
    >>> int(audit.score["role"]), audit.evidence["role"]
    (2, ['customers.joined_on', 'customers.opted_in'])
    """
    if not rubric:
        raise ValueError("rubric must hold at least one criterion")
    rows: dict[str, dict[str, list[str]]] = {}
    met: dict[str, list[bool]] = {}
    for criterion in rubric:
        if not criterion.fields:
            raise ValueError(f"rubric must name the fields of {criterion.name!r}")
        least = float(positive("filled", between("filled", criterion.filled)))
        element = rows.setdefault(criterion.element, {"evidence": [], "missing": []})
        shares = {field: _filled(tables, field) for field in criterion.fields}
        met.setdefault(criterion.element, []).append(min(shares.values()) >= least)
        for field, share in shares.items():
            if share >= least:
                element["evidence"].append(field)
            else:
                element["missing"].append(f"{field} ({share:.0%})")
    result = pd.DataFrame.from_dict(rows, orient="index").rename_axis("element")
    counts = numbers("criteria", [len(marks) for marks in met.values()])
    passed = np.array([sum(marks) for marks in met.values()])
    result.insert(0, "score", (4 * passed // counts).astype(np.int64))
    result.insert(1, "met", passed)
    result.insert(2, "criteria", counts.astype(np.int64))
    return result


def _filled(tables: Mapping[str, pd.DataFrame], field: str) -> float:
    name, dot, column = field.partition(".")
    if not (name and dot and column):
        raise ValueError(f"rubric must name fields as 'table.column', not {field!r}")
    if name not in tables or column not in tables[name].columns or tables[name].empty:
        return 0.0
    return float(tables[name][column].notna().mean())
