"""One visible line opens an interactive: ``explore.kano(load("kano_survey"), load("features"))``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from servicelab.i18n import _

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.course.placingfile import Placing
    from servicelab.widgets.explore.needs.classifiers import Classifier
    from servicelab.widgets.explore.needs.kano import Kano
    from servicelab.widgets.explore.needs.sentence import Sentence
    from servicelab.widgets.explore.needs.trends import Trends
    from servicelab.widgets.explore.needs.voices import Voices
    from servicelab.widgets.explore.system.placing import PlacingBoard

MINUTES: Mapping[str, float] = {
    "kano": 3.0,
    "voices": 5.0,
    "sentence": 4.0,
    "trends": 3.0,
    "journey": 5.0,
    "service_map": 7.0,
}
"""What each takes somebody who works it as its page asks, reading what it answers."""

# Each interactive is imported when it is asked for: a lesson's first cell pays for none of them.


def kano(survey: pd.DataFrame, features: pd.DataFrame, *, seed: int = 1) -> Kano:
    """Open the Kano lab on ``survey`` (``customer_id, segment, feature_id, functional, dysfunctional``).

    ``features`` gives the names (``feature_id, name_en, name_zh``); ``seed`` fixes which customers a small sample
    holds. Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.needs.kano import Kano

    return Kano(survey, features, seed=seed)


def voices(
    voices: pd.DataFrame,
    predictions: pd.DataFrame | Mapping[str, str] | pd.Series | Classifier | None = None,
    notes: Mapping[str, Mapping[str, str]] | None = None,
    *,
    size: int = 12,
    seed: int = 1,
) -> Voices:
    """Open Sort the voices on ``voices`` (one row a statement and expert).

    ``predictions`` is what the classifier says of them: the contacts table to learn from, labels by ``voice_id``, or a
    fitted classifier; without it the result shows people only. ``notes`` explains the statements, {voice_id: {question:
    text}}; one that it does not know is explained by the definitions. ``size`` statements are drawn, fixed by ``seed``.
    Raises ``UserError`` when a table lacks a column or no statement is coded.
    """
    from servicelab.widgets.explore.needs.voices import Voices

    return Voices(voices, predictions, notes, size=size, seed=seed)


def sentence(contacts: pd.DataFrame, english: Classifier | None = None, chinese: Classifier | None = None) -> Sentence:
    """Open Reading a sentence on ``contacts`` (``text_en, text_zh, need, split``).

    The held-out contacts (``split == "test"``) of the running language price the threshold. ``english`` and
    ``chinese`` are fitted classifiers; without them they are fitted here on the training split. Raises ``UserError``
    when a column is missing.
    """
    from servicelab.widgets.explore.needs.sentence import Sentence

    return Sentence(contacts, english, chinese)


def trends(tracker: pd.DataFrame, survey: pd.DataFrame, features: pd.DataFrame) -> Trends:
    """Open Needs that move on ``tracker`` (``month, segment, theme``) and ``survey`` (the yearly needs survey).

    ``survey`` has ``wave, customer_id, segment, feature_id, importance, performance, satisfaction``; ``features``
    gives the names. Raises ``UserError`` when a table lacks a column or has no rows.
    """
    from servicelab.widgets.explore.needs.trends import Trends

    return Trends(tracker, survey, features)


def journey(placing: Placing) -> PlacingBoard:
    """Open One customer's journey on a set of contacts: at which stage is each, and whose work gave rise to it?

    ``placing`` is what ``lesson.placing("…")`` returns: the questions, and the contacts with what fits and why.
    """
    from servicelab.widgets.explore.system.placing import PlacingBoard

    lead = _(
        "At which stage is she, and which department's work made her get in touch? Place each contact, then check: "
        "every answer is explained at once, and only the first check counts."
    )
    return PlacingBoard(placing, _("One wardrobe, one year"), lead)


def service_map(placing: Placing) -> PlacingBoard:
    """Open The service system map on a set of facts: of which part of the system is each the evidence?

    ``placing`` is what ``lesson.placing("…")`` returns: the questions, and the facts with what fits and why.
    """
    from servicelab.widgets.explore.system.placing import PlacingBoard

    lead = _(
        "Of what is each fact the evidence? Place it, then check: it is explained at once. Below, the map fills; "
        "keep an eye on what stays empty."
    )
    return PlacingBoard(placing, _("The service system, as far as facts show it"), lead)
