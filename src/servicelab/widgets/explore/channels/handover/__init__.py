"""Hand it over. Engine: none; a contact, its record and the next desk, made up for the course (illustrative)."""

from __future__ import annotations

from typing import Any

from servicelab.i18n import _, language
from servicelab.widgets.explore.channels.handover.model import HandoverModel, limit
from servicelab.widgets.explore.channels.handover.record import ORDER, line
from servicelab.widgets.house import Interactive


class Handover(Interactive):
    """The control that ``explore.handover`` returns."""

    view = "view.js"

    def __init__(self) -> None:
        self._model = HandoverModel()
        super().__init__(content={"lines": [{"id": each, "text": line(each)} for each in ORDER]})

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._model.derive(value)

    def name(self) -> str:
        return _("Hand it over")

    def words(self) -> dict[str, str]:
        left = (
            _("{used} of {limit} characters", used="{used}", limit=limit())
            if language() == "zh"
            else _("{used} of {limit} words", used="{used}", limit=limit())
        )
        return {
            "lead": _(
                "Monday, 16:50, chat (illustrative). Ms Tang Li's bookcase does not fit together, for the second time. "
                "Tomorrow at six she comes by the shop on Qianjin Road, where Xiao Lu has the desk; Xiao Lu sees "
                "only your "
                "note. Tick the lines of the record that go into it. It has room for few."
            ),
            "record": _("What stands in the record"),
            "left": left,
            "over": _("Too long: the desk's screen cuts it off"),
            "go": _("Hand it over"),
            "empty": _("The note is empty: tick a line first."),
            "note": _("Your note"),
            "tuesday": _("Tuesday, six o'clock, Qianjin Road"),
            "known": _("Xiao Lu knows:"),
            "asks": _("Ms Tang has to say it again:"),
            "harm": _("Better left out:"),
            "change": _("Change the note as you like and hand it over once more."),
        }
