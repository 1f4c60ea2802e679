"""Rules of the firm, to read: what they say, where they do not hold, on what law they rest, and as of when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from servicelab.course.policyfile import HouseRule, PolicyFile
from servicelab.i18n import _, language
from servicelab.widgets.house import Interactive


class Policy(Interactive):
    """The card that ``figures.policy`` returns; folded away is what a desk needs not: the law, counsel's checks."""

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

    def words(self) -> dict[str, str]:
        return {"grounds": _("What it rests on, and since when"), "counsel": _("For employers to check with counsel")}

    def _written(self, rule: HouseRule) -> dict[str, Any]:
        """A rule as the card has it: its title, its words, below them terms, each with its sentences, and what counsel
        checks."""
        notes = [(_("Except"), [rule.with_numbers(each) for each in rule.exceptions])] if rule.exceptions else []
        grounds = [(_("Rests on"), [self._law(rule)])]
        # Said with the law already, where the rule is as old as what it rests on.
        if rule.since not in {self._policy.laws[basis.law].since for basis in rule.sources}:
            grounds.append((_("Since"), [rule.since]))
        counsel = rule.with_numbers(rule.counsel) if rule.counsel else ""
        return {
            "id": rule.id,
            "title": rule.title,
            "says": rule.with_numbers(rule.says),
            "notes": notes,
            "grounds": grounds,
            "counsel": counsel,
        }

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
        colon, between = self.labels["colon"], "" if language() == "zh" else " "
        lines = [self.name_shown, str(self.state["text"])]
        for rule in self.state["rules"]:
            notes = [(term, between.join(sentences)) for term, sentences in (*rule["notes"], *rule["grounds"])]
            if rule["counsel"]:
                notes.append((self.labels["counsel"], rule["counsel"]))
            lines += ["", rule["title"], rule["says"], *(f"  {term}{colon}{words}" for term, words in notes)]
        return "\n".join(lines)
