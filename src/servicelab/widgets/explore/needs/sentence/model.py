"""Reading a sentence: the need it was read as, the words that made it so, and what a confidence threshold costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from servicelab.i18n import _, together
from servicelab.widgets.explore.needs.classifiers import sample
from servicelab.widgets.frames import require
from servicelab.widgets.house.values import number, text, whole
from servicelab.widgets.quantities import percent

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.widgets.explore.needs.classifiers import Classifier

CHINESE = re.compile(r"[\u3400-\u9fff]")
LONGEST = 300
THRESHOLDS = np.round(np.arange(0, 1.001, 0.01), 2)
CHECK_COST, MISROUTE_COST, THRESHOLD = 3, 30, 0.9
MOST_CHECK, MOST_MISROUTE = 50, 500
#: Held-out contacts counted: enough for a share to within 2 percentage points, and read in less than a second.
COUNTED = 2_500


@dataclass
class HeldOut:
    """Contacts the classifier has not seen: how confident it was of each, and whether it was right."""

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]

    @cached_property
    def shares(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """At each threshold: share of contacts a person checks, share the program sends to the wrong team."""
        order = np.argsort(self.confidence)
        wrong_from = np.append(np.cumsum(~self.right[order][::-1])[::-1], 0)
        below = np.searchsorted(self.confidence[order], THRESHOLDS, side="left")
        size = max(1, len(self.confidence))
        return below / size, wrong_from[below] / size

    def cost(self, check: float, misroute: float) -> NDArray[np.float64]:
        """Return ¥ per 1,000 contacts at each threshold; a person who checks is taken to read every contact right."""
        by_hand, misrouted = self.shares
        return np.asarray(1000 * (by_hand * check + misrouted * misroute))


@dataclass
class SentenceModel:
    """Classifiers by language, the held-out contacts of the running language, and a few of them to try.

    ``classifiers``: ``{"en": …, "zh": …}``, each a function that returns one (fitting takes seconds, so it waits until
    a sentence in that language is there); ``contacts`` has ``split``, ``need`` and ``text_en`` / ``text_zh``;
    ``lang`` is the language whose held-out contacts are counted (of many, a fixed sample). Raises ``UserError`` when a
    column is missing.
    """

    classifiers: Mapping[str, Callable[[], Classifier]]
    contacts: pd.DataFrame
    lang: str

    def __post_init__(self) -> None:
        column = f"text_{self.lang}"
        require(self.contacts, (column, "need", "split"), "explore.sentence", "contacts")
        unseen = sample(self.contacts.loc[self.contacts["split"] == "test", [column, "need"]].dropna(), COUNTED)
        self._texts = [str(t) for t in unseen[column]]
        self._needs = [str(n) for n in unseen["need"]]

    @cached_property
    def held_out(self) -> HeldOut:
        """The classifier's confidence in its answer to each held-out contact, and whether that answer was right."""
        if not self._texts:
            return HeldOut(np.zeros(0), np.zeros(0, dtype=bool))
        probability = self.classifiers[self.lang]().predict_proba(self._texts)
        said = probability.columns.to_numpy()[probability.to_numpy().argmax(axis=1)]
        return HeldOut(probability.to_numpy().max(axis=1), said == np.asarray(self._needs))

    def examples(self, size: int = 12) -> list[dict[str, str]]:
        """Return held-out contacts to try: different needs in turn, the least certain third among them."""
        if not self._texts:
            return []
        confidence = self.held_out.confidence
        found: list[int] = []
        seen: set[str] = set()
        for place in range(size):
            need = sorted(set(self._needs))[place % len(set(self._needs))]
            ranked = [
                i
                for i in np.argsort(confidence, kind="stable")
                if self._needs[i] == need and self._texts[i] not in seen
            ]
            if ranked:
                at = int(ranked[(0, len(ranked) // 2, -1)[place % 3]])
                found.append(at)
                seen.add(self._texts[at])
        return [{"text": self._texts[i], "need": self._needs[i]} for i in found]

    @cached_property
    def tried(self) -> list[dict[str, str]]:
        """The examples, chosen once."""
        return self.examples()

    def derive(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the view draws for ``value``: text, threshold (0–1), check and misroute (¥), example."""
        written = text(value, "text", LONGEST)
        at: dict[str, Any] = {
            "text": written,
            "threshold": round(number(value, "threshold", 0, 1, THRESHOLD), 2),
            "check": whole(value, "check", 0, MOST_CHECK, CHECK_COST),
            "misroute": whole(value, "misroute", 0, MOST_MISROUTE, MISROUTE_COST),
            "example": whole(value, "example", -1, max(0, len(self.tried) - 1), -1),
        }
        reading = self._read(written)
        costs = self._costs(at["threshold"], at["check"], at["misroute"])
        routed = ""
        if reading["need"]:
            alone = reading["confidence"] >= at["threshold"]
            routed = (
                _("At this threshold the program routes it alone.")
                if alone
                else _("At this threshold a person checks it.")
            )
        return {
            "at": at,
            "reading": {**reading, "routed": routed, "truth": self._truth(at["example"], written)},
            "costs": costs,
            "text": together(self._sentence(reading), routed),
            "money": self._money(at["threshold"], costs),
            "table": self._table(at["check"], at["misroute"]),
        }

    def _read(self, written: str) -> dict[str, Any]:
        lang = "zh" if CHINESE.search(written) else "en"
        nothing: dict[str, Any] = {"need": "", "confidence": 0.0, "shares": [], "pieces": [], "words": []}
        if not written.strip() or lang not in self.classifiers:
            return nothing
        classifier = self.classifiers[lang]()
        row = classifier.predict_proba([written]).iloc[0]
        ranked = row.sort_values(ascending=False, kind="stable")
        need = str(ranked.index[0])
        explained = classifier.explain(written, need)
        if not explained:
            # No word in it that could be read (digits, another script): the base rate is not a reading.
            return nothing
        return {
            "need": need,
            "confidence": round(float(ranked.iloc[0]), 4),
            "shares": [[str(label), round(float(share), 4)] for label, share in ranked.items()],
            "pieces": pieces(written, explained),
            "words": sorted(((w, round(c, 2)) for w, c in explained), key=lambda pair: -abs(pair[1])),
        }

    def _truth(self, example: int, written: str) -> str:
        if 0 <= example < len(self.tried) and self.tried[example]["text"] == written:
            return self.tried[example]["need"]
        return ""

    def _costs(self, threshold: float, check: float, misroute: float) -> dict[str, Any]:
        size = len(self.held_out.confidence)
        if size == 0:
            return {"size": 0, "curve": [], "here": None, "best": None}
        cost = self.held_out.cost(check, misroute)
        by_hand, misrouted = self.held_out.shares
        # The highest of equally cheap thresholds: it sends the fewest contacts to the wrong team.
        cheapest = len(cost) - 1 - int(np.argmin(cost[::-1]))

        def point(i: int) -> dict[str, float]:
            return {
                "threshold": float(THRESHOLDS[i]),
                "cost": round(float(cost[i])),
                "by_hand": round(float(by_hand[i]), 4),
                "misrouted": round(float(misrouted[i]), 4),
            }

        return {
            "size": size,
            "curve": [round(float(c)) for c in cost],
            "here": point(round(threshold * 100)),
            "best": point(cheapest),
        }

    def _sentence(self, reading: Mapping[str, Any]) -> str:
        if not reading["need"]:
            return _("Type a sentence, English or Chinese: the program says which need it reads, and why.")
        pulled = [word for word, c in reading["words"] if c > 0][:3]
        said = _(
            "Read as {need}, confidence {share} %.",
            need=need_name(reading["need"]),
            share=round(100 * reading["confidence"]),
        )
        if not pulled:
            return said
        return together(said, _("Words that spoke most for it: {words}.", words=_(", ").join(pulled)))

    def _money(self, threshold: float, costs: Mapping[str, Any]) -> str:
        here, best = costs["here"], costs["best"]
        if here is None:
            return _("There are no held-out contacts to count.")
        return _(
            "Threshold {threshold} %, per 1,000 contacts ({size} held-out ones counted): a person checks {by_hand}, "
            "the program sends {misrouted} to the wrong team; together ¥{cost}. Cheapest: ¥{best} at {at} %.",
            threshold=round(100 * threshold),
            size=costs["size"],
            by_hand=round(1000 * here["by_hand"]),
            misrouted=round(1000 * here["misrouted"]),
            cost=f"{here['cost']:,}",
            best=f"{best['cost']:,}",
            at=round(100 * best["threshold"]),
        )

    def _table(self, check: float, misroute: float) -> dict[str, Any]:
        if len(self.held_out.confidence) == 0:
            return {}
        cost = self.held_out.cost(check, misroute)
        by_hand, misrouted = self.held_out.shares
        return {
            "caption": _("Per 1,000 held-out contacts"),
            "columns": [_("Threshold"), _("Checked by hand"), _("Misrouted"), _("Cost (¥)")],
            "rows": [
                [
                    percent(i),
                    round(1000 * by_hand[i]),
                    round(1000 * misrouted[i]),
                    f"{round(float(cost[i])):,}",
                ]
                for i in range(0, 101, 10)
            ],
        }


def pieces(written: str, explained: list[tuple[str, float]]) -> list[list[Any]]:
    """Return the sentence as it was written, cut into [text, contribution]; 0 for what lies between the words.

    ``explained`` holds the words in reading order, in lower case.

    >>> pieces("No, the Leg!", [("no", 0.1), ("the", 0.0), ("leg", 1.25)])
    [['No', 0.1], [', ', 0.0], ['the', 0.0], [' ', 0.0], ['Leg', 1.25], ['!', 0.0]]
    """
    # One lower-case character for each written one, so that places agree (İ would become two).
    low = "".join(c.lower() if len(c.lower()) == 1 else c for c in written).replace("\u2019", "'")
    found: list[list[Any]] = []
    at = 0
    for word, contribution in explained:
        start = low.find(word, at)
        if start < 0:
            continue
        if start > at:
            found.append([written[at:start], 0.0])
        at = start + len(word)
        found.append([written[start:at], round(contribution, 2)])
    if at < len(written):
        found.append([written[at:], 0.0])
    return found


def need_name(need: str) -> str:
    """Return what a need is called; an unknown label stays as it is."""
    return {
        "functional": _("functional"),
        "emotional": _("emotional"),
        "normative": _("normative"),
        "implicit": _("implicit"),
    }.get(need, need)
