"""Still pictures of a lesson, each the answer to one question: ``figures.remedies(load("contacts"))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.course.policyfile import house_policy
from servicelab.widgets.figures.needs import afterwards, experts, failures, gifts, margins, punctuality, replies
from servicelab.widgets.figures.rules import Policy
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


class Figure(Interactive):
    """A picture without controls: charts, the sentence that says what to see, and the same as a table."""

    view = "view.js"

    def __init__(self, drawn: dict[str, Any]) -> None:
        self._drawn = drawn
        super().__init__()

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - nothing can be set
        return {key: self._drawn[key] for key in ("charts", "text", "table")}

    def name(self) -> str:
        return str(self._drawn["title"])


def agreement(voices: pd.DataFrame) -> Figure:
    """On how many statements three experts agree about the kind of need, and on which they do not."""
    return Figure(experts.agreement(voices))


def remedies(contacts: pd.DataFrame, guess: float | None = None) -> Figure:
    """Mean rating after each kind of reply, calm and angry customers apart, for functional and for emotional needs.

    ``guess`` is somebody's guess at the rating of angry customers with a functional need after an apology only.
    """
    return Figure(replies.remedies(contacts, guess))


def consequences(
    contacts: pd.DataFrame, orders: pd.DataFrame, features: pd.DataFrame, guess: float | None = None
) -> Figure:
    """How often each feature is mentioned, against how many orders fewer are followed by another when it failed.

    ``guess`` is somebody's guess at the place, by mentions, of the feature whose failure costs most.
    """
    return Figure(failures.consequences(contacts, orders, features, guess))


def evidence(
    contacts: pd.DataFrame, orders: pd.DataFrame, answers: pd.DataFrame, features: pd.DataFrame, only: Sequence[str]
) -> pd.DataFrame:
    """The features in ``only`` side by side: mentions, failures, customers who come back, Kano answers."""
    return failures.evidence(contacts, orders, answers, features, only)


def losses(orders: pd.DataFrame, features: pd.DataFrame) -> Figure:
    """Customers lost for each 1,000 orders: how often a feature fails times what a failure costs."""
    return Figure(failures.losses(orders, features))


def apologised(contacts: pd.DataFrame, orders: pd.DataFrame) -> Figure:
    """Ratings and later orders after an apology only and after neither, for emotional and for functional needs."""
    return Figure(afterwards.apologised(contacts, orders))


def extras(orders: pd.DataFrame, survey: pd.DataFrame, features: pd.DataFrame) -> Figure:
    """What extras that were given at random did to satisfaction, beside how important customers call them."""
    return Figure(gifts.extras(orders, survey, features))


def saturation(orders: pd.DataFrame, guess: float | None = None) -> Figure:
    """Mean satisfaction of each warehouse and year by its share of orders on time, with the mean of those nearby.

    ``guess`` is somebody's guess at what the last step brings, in per cent of the gain from the first.
    """
    return Figure(punctuality.saturation(orders, guess))


def last_step(orders: pd.DataFrame) -> float:
    """The gain in satisfaction from the last step up in punctuality, as a share of the gain from the first step."""
    return punctuality.last_step(orders)


def sample_sizes() -> Figure:
    """The 95 % margin of error of a share of one half, by the number of random answers."""
    return Figure(margins.sample_sizes())


def policy(ids: Sequence[str]) -> Policy:
    """The firm's rules with these ids, as of a day: what they say, exceptions, source of law, what counsel checks.

    Raises UserError for an id that no rule has, and where no `policy.json` came with the course.
    """
    return Policy(house_policy(), ids)
