"""Rules of the firm, to read: what they say, where they do not hold, on what law they rest, and as of when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from servicelab.course.policyfile import HouseRule, PolicyFile
from servicelab.i18n import _, language
from servicelab.widgets.house import Interactive


class Policy(Interactive):
    """The card that ``figures.policy`` returns. Nothing on it is folded away: it is read, and printed, as it stands."""

    view = "view.js"

    def __init__(self, policy: PolicyFile, ids: Sequence[str]) -> None:
        self._policy = policy
        self._chosen = policy.chosen(ids)
        super().__init__()

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - nothing can be set
        said = _("As of {day}. Skylark's rules, made for this course: they are no legal advice.",
                 day=self._policy.as_of)  # fmt: skip
        return {"text": said, "rules": [self._written(rule) for rule in self._chosen]}

    def name(self) -> str:
        return _("What applies at Skylark")

    def _written(self, rule: HouseRule) -> dict[str, Any]:
        """A rule as the card has it: its title, its words, and below them a term and its words a line."""
        notes = [(_("Except"), rule.filled(each)) for each in rule.exceptions]
        notes.append((_("Rests on"), self._law(rule)))
        notes.append((_("Since"), rule.since))
        if rule.counsel:
            notes.append((_("Have counsel check"), rule.filled(rule.counsel)))
        return {"id": rule.id, "title": rule.title, "says": rule.filled(rule.says), "notes": notes}

    def _law(self, rule: HouseRule) -> str:
        """What a rule rests on, in one line."""
        if not rule.sources:
            return _("Skylark's own rule")
        named = []
        chinese = language() == "zh"
        for basis in rule.sources:
            law = self._policy.laws[basis.law]
            articles = basis.articles.replace(", ", "、") if chinese else basis.articles
            quoted = _("{law}, art. {articles}", law=law.name, articles=articles) if articles else law.name
            named.append(_("{law} (in force since {day})", law=quoted, day=law.since))
        return ("；" if chinese else "; ").join(named)

    def text(self) -> str:
        """Return the card as plain text: title, day, and each rule with its notes."""
        colon = self.labels["colon"]
        lines = [self.name_shown, str(self.state["text"])]
        for rule in self.state["rules"]:
            lines += ["", rule["title"], rule["says"], *(f"  {term}{colon}{words}" for term, words in rule["notes"])]
        return "\n".join(lines)
