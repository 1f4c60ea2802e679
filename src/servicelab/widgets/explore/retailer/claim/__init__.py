"""May we say this? A sentence, a verdict that stands, then other ways to look at it. Engine: the tables themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.i18n import _
from servicelab.widgets.explore.retailer.claim.model import VERDICTS, AheadClaim, AppClaim, ShopsClaim, verdict_name
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.widgets.explore.retailer.claim.model import Claim

CLAIMS: dict[str, type[Claim]] = {"ahead": AheadClaim, "app": AppClaim, "shops": ShopsClaim}


class ClaimBoard(Interactive):
    """The control that ``explore.claim`` returns: one sentence of the draft."""

    view = "view.js"

    def __init__(self, which: str, claim: Claim) -> None:
        self._which, self._claim = which, claim
        super().__init__(
            content={
                "sentence": claim.sentence(),
                "verdicts": [{"id": each, "text": verdict_name(each)} for each in VERDICTS],
                "views": [{"id": each, "text": claim.view_name(each)} for each in claim.VIEWS],
            }
        )

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return self._claim.derive(value)

    def name(self) -> str:
        return self._claim.title()

    def words(self) -> dict[str, str]:
        return {
            "draft": _("From the draft of the annual report"),
            "verdict": _("May we say this?"),
            "commit": _("This is my verdict"),
            "once": _("A verdict that is given stands. Then look behind the sentence."),
            "views": _("Look at it another way"),
            "left": _("Look further: what decides it has not been shown yet."),
        }
