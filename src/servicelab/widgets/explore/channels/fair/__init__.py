"""A fair scorecard: lines as rated, then at the same mix of reasons. Engine: the rated first contacts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _
from servicelab.widgets.explore.channels.fair.model import MOVED, OTHER, FairModel
from servicelab.widgets.explore.channels.reasons import GROUPS, LINES, group_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    import pandas as pd


class Fair(Interactive):
    """The control that ``explore.fair`` returns."""

    view = "view.js"

    def __init__(self, contacts: pd.DataFrame) -> None:
        self._model = FairModel(contacts)
        lines = [{"id": line, "text": label("contacts", "channel", line)} for line in LINES]
        super().__init__(
            content={
                "choices": [*lines, {"id": "none", "text": _("none: this list cannot say")}],
                "groups": [{"id": group, "text": group_name(group)} for group in GROUPS],
                "own": self._model.own,
                "other": self._model.other,
                "common": self._model.common,
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("A fair scorecard")

    def words(self) -> dict[str, str]:
        names = {"line": label("contacts", "channel", MOVED), "other": label("contacts", "channel", OTHER)}
        return {
            "lead": _(
                "First contacts of three years on five lines, rated 1 to 5 (simulated). Say whom you would train; then "
                "find out what the list compares."
            ),
            "train": _("There is money for one training. Which line gets it?"),
            "drag": _("What if {line} had other reasons?", **names),
            "drag_lead": _(
                "Drag. The others make room: together they are 100 %. In brackets: what {other} has.", **names
            ),
            "take": _("Take the mix of {other}", **names),
            "back": _("Back to its own mix"),
            "same": _("All five with the mix of all together"),
            "silent": _("Count those, too, who were unhappy and did not answer"),
            "silent_help": _(
                "In chat an unhappy customer answers the survey less often than a happy one: 7 answers for 10. On "
                "WeChat 8 for 10. (A call-back study, made for this course.)"
            ),
            "told": _(
                "What the list compares is three things in one: what people get in touch about, who answers the "
                "survey, and "
                "how well they were served. Only the third has to do with the people on the line; the first two "
                "are made "
                "equal before anybody is trained."
            ),
            "score": _("mean rating, 1 to 5"),
            "raw": _("as it is rated"),
            "raw_heard": _("as it is rated, the silent ones counted"),
            "dragged": _("with the mix you set"),
            "fair": _("at the same mix"),
            "share": _("{share} % ({other} %)", share="{share}", other="{other}"),
        }
