"""One row a channel: satisfaction, speed, resolution, use, effort, errors, repeats and cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from servicelab.models.arguments import at_least, between, table

COLUMNS = ("channel", "csat", "first_response", "resolved", "handling_time", "error", "recontact", "cost")


def channel_scorecard(interactions: pd.DataFrame) -> pd.DataFrame:
    """How each channel does, on the measures that are compared.

    Parameters
    ----------
    interactions : DataFrame with one row a contact and the columns `channel`, `csat` (1–5, missing when not answered),
        `first_response` (seconds to the first reply, missing when there was none), `resolved` (bool), `handling_time`
        (seconds of work), `error` (bool), `recontact` (bool: the customer came back about the same matter) and `cost`
        (money)

    Returns
    -------
    DataFrame indexed by channel, in alphabetical order: `contacts`, `share` (of all contacts; sums to 1), `csat` (share
    of answers that are 4 or 5), `csat_mean`, `csat_answers`, `first_response_time` (mean seconds), `resolution_rate`
    (not the same as first-contact resolution), `first_contact_resolution` (resolved and not back again), `aht`,
    `error_rate`, `recontact_rate`, `cost_per_contact`, `cost_per_resolution` (infinite when nothing was resolved)

    Raises
    ------
    ValueError
        When a column is missing, the table is empty, or a value is out of range.

    References
    ----------
    Cleveland, B. (2012). Call Center Management on Fast Forward, ch. 13–14; COPC CX Standard (customer satisfaction as
    top-two-box share).

    Examples
    --------
    >>> chats = pd.DataFrame({"channel": ["chat", "chat", "phone"], "csat": [5, 2, None],
    ...     "first_response": [10, 30, 60], "resolved": [True, False, True], "handling_time": [200, 400, 300],
    ...     "error": False, "recontact": [False, True, False], "cost": [4.0, 6.0, 12.0]})
    >>> channel_scorecard(chats)[["share", "csat", "cost_per_resolution"]].round(2).values.tolist()
    [[0.67, 0.5, 10.0], [0.33, nan, 12.0]]
    """
    _checked(interactions, COLUMNS)
    for column, low, high in (("csat", 1.0, 5.0), ("first_response", 0.0, np.inf), ("handling_time", 0.0, np.inf)):
        known = interactions[column].dropna().to_numpy(dtype=float)
        if len(known):
            between(column, known, low, high)
    answers = interactions["csat"].astype(float)
    frame = pd.DataFrame(
        {
            "channel": interactions["channel"],
            "csat": answers.ge(4).astype(float).where(answers.notna()),
            "csat_mean": answers,
            "first_response_time": interactions["first_response"].astype(float),
            "resolution_rate": interactions["resolved"].astype(float),
            "first_contact_resolution": (
                interactions["resolved"].astype(bool) & ~interactions["recontact"].astype(bool)
            ),
            "aht": interactions["handling_time"].astype(float),
            "error_rate": interactions["error"].astype(float),
            "recontact_rate": interactions["recontact"].astype(float),
            "cost_per_contact": interactions["cost"].astype(float),
        }
    )
    by_channel = frame.groupby("channel", observed=True)
    means = by_channel.mean()
    means.insert(0, "contacts", by_channel.size())
    means.insert(1, "share", means["contacts"] / len(frame))
    means.insert(4, "csat_answers", by_channel["csat"].count())
    means["cost_per_resolution"] = cost_per_resolution(interactions)
    return means


def cost_per_resolution(interactions: pd.DataFrame, by: str = "channel") -> pd.Series[float]:
    """What a solved case costs, all the contacts that did not solve it included.

    Σ cost / number resolved. A cheap contact that solves nothing is dear.

    Parameters
    ----------
    interactions : DataFrame with `cost` (money ≥ 0), `resolved` (bool) and the column to group by
    by : the column to group by: channel, agent_id, …

    Returns
    -------
    Series indexed by group; infinite where nothing was resolved

    Raises
    ------
    ValueError
        When a column is missing, the table is empty, or a cost is negative.

    References
    ----------
    Rumburg, J. and Zikos, E. (MetricNet), Metric of the month: cost per contact and first contact resolution.

    Examples
    --------
    >>> work = pd.DataFrame({"channel": ["bot"] * 4 + ["chat"] * 2, "cost": [1, 1, 1, 1, 3, 3],
    ...                      "resolved": [True, False, False, False, True, True]})
    >>> cost_per_resolution(work).to_dict()
    {'bot': 4.0, 'chat': 3.0}
    """
    _checked(interactions, (by, "cost", "resolved"))
    groups = interactions.groupby(interactions[by], observed=True)
    solved = groups["resolved"].sum().astype(float)
    cost = groups["cost"].sum().astype(float)
    return (cost / solved.where(solved > 0)).fillna(np.inf).rename("cost_per_resolution")


def _checked(interactions: pd.DataFrame, columns: tuple[str, ...]) -> None:
    table("interactions", interactions, columns)
    at_least("cost", interactions["cost"].to_numpy(dtype=float))
    if interactions["resolved"].isna().any():
        raise ValueError("resolved must be True or False on every row")
