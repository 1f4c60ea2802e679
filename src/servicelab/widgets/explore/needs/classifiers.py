"""One needs classifier a language and table, fitted when it is first needed and shared by the interactives."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from servicelab.widgets.frames import require

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from servicelab.models.needs import NeedsClassifier


class Classifier(Protocol):
    """What the interactives ask of a classifier; ``models.needs.NeedsClassifier`` is one."""

    def predict(self, texts: Iterable[str]) -> NDArray[np.str_]: ...

    def predict_proba(self, texts: Iterable[str]) -> pd.DataFrame: ...

    def explain(self, text: str, label: str | None = None) -> list[tuple[str, float]]: ...


#: Texts learned from: more cost seconds and teach nothing new. Contacts repeat themselves: on texts of patterns never
#: seen, 6,000 do as well as 60,000.
LEARN_FROM = 6_000
SEED = 1

_fitted: dict[tuple[str, int, int], Any] = {}
_fitting = threading.Lock()


def fit_on(contacts: pd.DataFrame, lang: str, call: str) -> NeedsClassifier:
    """Return the classifier fitted on the training split of ``contacts`` in one language (``"en"`` or ``"zh"``).

    Of many contacts it learns from a fixed sample, each text once. ``contacts`` has ``need, split`` and ``text_en`` or
    ``text_zh``. Raises ``UserError`` naming ``call`` when a column is missing.
    """
    import pandas as pd

    from servicelab.models.needs import NeedsClassifier

    require_contacts(contacts, lang, call)
    text = f"text_{lang}"
    train = sample(contacts.loc[contacts["split"] == "train", [text, "need"]].dropna().drop_duplicates(), LEARN_FROM)
    key = (lang, len(train), int(pd.util.hash_pandas_object(train, index=False).sum()))
    # Whoever comes second waits for the first instead of fitting again.
    with _fitting:
        if key not in _fitted:
            _fitted[key] = NeedsClassifier().fit(train[text], train["need"])
    found: NeedsClassifier = _fitted[key]
    return found


def sample(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return all rows when there are at most ``most``, else so many drawn at random, the same ones each time."""
    return rows if len(rows) <= most else rows.sample(most, random_state=SEED)


def require_contacts(contacts: pd.DataFrame, lang: str, call: str) -> None:
    """Raise ``UserError`` unless ``contacts`` has what a classifier in one language is fitted on."""
    require(contacts, (f"text_{lang}", "need", "split"), call, "contacts")
