"""Reading a sentence: type one, see which need is read and by which words, and price a threshold."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from servicelab.i18n import _, language
from servicelab.widgets.explore.needs.classifiers import Classifier, fit_on, require_contacts
from servicelab.widgets.explore.needs.sentence.model import LONGEST, MOST_CHECK, MOST_MISROUTE, SentenceModel, need_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Sentence(Interactive):
    """The control that ``explore.sentence`` returns."""

    view = "view.js"
    # It fits a classifier and reads 2,500 contacts with it.
    slow = True

    def __init__(
        self, contacts: pd.DataFrame, english: Classifier | None = None, chinese: Classifier | None = None
    ) -> None:
        for lang, given in (("en", english), ("zh", chinese)):
            if given is None:
                require_contacts(contacts, lang, "explore.sentence")
        self._model = SentenceModel(
            {
                "en": cache(lambda: english if english is not None else fit_on(contacts, "en", "explore.sentence")),
                "zh": cache(lambda: chinese if chinese is not None else fit_on(contacts, "zh", "explore.sentence")),
            },
            contacts,
            language(),
        )
        needs = set(contacts["need"].dropna())
        super().__init__(
            content=lambda: {
                "examples": [example["text"] for example in self._model.tried],
                "needs": {need: need_name(need) for need in sorted(map(str, needs))},
                "longest": LONGEST,
                "most": {"check": MOST_CHECK, "misroute": MOST_MISROUTE},
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Reading a sentence")

    def words(self) -> dict[str, str]:
        return {
            "lead": _(
                "A small program has learned from labelled contacts which words go with which need. "
                "It knows nothing else."
            ),
            "text": _("A customer's sentence, English or Chinese"),
            "placeholder": _("e.g. I want somebody to admit it"),
            "example": _("Show me a contact it has not seen"),
            "truth": _("People labelled this contact {need}.", need="{need}"),
            "marked": _("Why: the words in the sentence"),
            "for": _("speaks for it"),
            "against": _("speaks against it"),
            "confidence": _("How sure it is"),
            "confidence_x": _("Probability (%)"),
            "words": _("Contribution of each word (log-odds)"),
            "word": _("Word"),
            "weight": _("Contribution"),
            "when": _("When should a person look?"),
            "threshold": _("Threshold: a person checks below"),
            "line": _("threshold"),
            "check": _("A check costs"),
            "misroute": _("A contact at the wrong team costs"),
            "perfect": _("A person who checks is taken to read every contact right."),
            "cost_x": _("Threshold (%)"),
            "cost_y": _("Cost per 1,000 contacts (¥)"),
            "here": _("here"),
            "cheapest": _("cheapest"),
            "all_alone": _("all by program"),
            "all_checked": _("all by hand"),
        }
