"""The desk: one contact that branches with what you say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicelab.course.deskfile import GRADES, Desk
from servicelab.i18n import _
from servicelab.learn.controls import Control
from servicelab.learn.controls.desk import model
from servicelab.learn.session import Session


class DeskControl(Control):
    """One branching contact."""

    view = "view.js"

    def __init__(self, session: Session, contact: Desk) -> None:
        self.desk = contact
        super().__init__(session, "desk")

    def name(self) -> str:
        return _("The desk: {title}", title=self.desk.title)

    def words(self) -> dict[str, str]:
        return {
            "kind": _("The desk"),
            "minutes": _("about {minutes} minutes", minutes=f"{self.desk.minutes:g}"),
            "scene": _("The situation"),
            "so_far": _("The contact so far"),
            "customer": _("Customer"),
            "you": _("You"),
            "note": _("On your screen"),
            "say": _("What do you say?"),
            "meters": _("How it stands"),
            "once": _("What is said is said: there is no way back, but you can take the contact again."),
            "again": _("Take this contact again"),
            "debrief": _("Debrief: what each choice would have done"),
            "taken": _("You said"),
            "other": _("You could have said"),
            "others": _("What else could have been said"),
            **{grade: model.ending(grade) for grade in GRADES},
            "ended": _("{grade}. {outcome}", grade="{grade}", outcome="{outcome}"),
            "endings": _("You have seen {seen} of {all} endings."),
            "contact": _("Attempt {number}"),
        }

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        return model.state(self.desk, value)

    def entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return model.entry(self.desk, value)

    def allows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """What was said in a contact stays said."""
        return model.follows(self.desk, before, after)
