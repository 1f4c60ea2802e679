"""`policy.yml`: the firm's rules as staff are told them, each with the law it rests on, and the day they are as of.

The build writes them as `policy.json` at the root of the tree; a page reads them from there.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar

from servicelab.course.declared import Called, Declared, Fault, Rule, Shown, all_faults, filled, read, shown_path
from servicelab.course.layout import POLICY
from servicelab.course.quizfile import named
from servicelab.errors import UserError
from servicelab.i18n import _

NAMED = re.compile(r"\{(\w+)\}")
"""A number of the rule, by its name, in the rule's words."""


def is_day(value: object) -> bool:
    """Whether a value is a day as it is written in files.

    >>> is_day("2024-07-01"), is_day("1 July 2024")
    (True, False)
    """
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _of(name: str) -> Rule:
    return Rule(f"{name} is missing or no text", "Write it in quotes", filled)


NO_NUMBERS = ("`numbers` is not numbers by name", "Write numbers: {{days: 30}}")
Day = Annotated[str, Rule("`{name}` is not a day", 'Write it in quotes: "2024-07-01"', is_day)]


@dataclass(frozen=True)
class Law(Declared):
    """A law that rules rest on, and the day since which it is in force as quoted."""

    FOREIGN: ClassVar = ("`{name}` means nothing of a law", "Use {fields}")

    name: Annotated[str, _of("the law's name"), Shown]
    since: Day


@dataclass(frozen=True)
class Basis(Declared):
    """What a rule rests on: a law by its id in `laws`, and the articles, "" for the law as a whole."""

    FOREIGN: ClassVar = ("`{name}` means nothing of a source", "Use {fields}")
    SHAPE: ClassVar = ("a source of law is not written as keys with values", 'Write {{law: consumer, articles: "25"}}')

    law: Annotated[str, Rule("the source names no law", "Write the id of one under `laws:`", filled)]
    articles: Annotated[str, Rule("`articles` is not a text", 'Write it in quotes: articles: "25"')] = ""


@dataclass(frozen=True)
class HouseRule(Declared):
    """One rule: what staff do, since when, on what it rests, where it does not hold, and what a lawyer has to check.

    Its numbers stand in `numbers` and nowhere else: the words have them as `{days}`. A rule that rests on no law is the
    house's own.
    """

    FOREIGN: ClassVar = ("`{name}` means nothing in a rule", "Use {fields}")
    SHAPE: ClassVar = ("a rule is not written as keys with values", "Write `id:`, `title:`, `says:`, `since:`")

    id: Annotated[str, Rule("the rule has no id", "Give it one of small letters, digits and hyphens", named)]
    title: Annotated[str, _of("the rule's title"), Shown]
    says: Annotated[str, _of("what the rule says"), Shown]
    since: Day
    exceptions: Annotated[
        tuple[Annotated[str, _of("an exception"), Shown], ...],
        Rule("`exceptions` is not a list of texts", "Begin each with a hyphen"),
        Called("exception"),
    ] = ()
    sources: Annotated[tuple[Basis, ...], Rule("`sources` is not a list", "Begin each with - {{law: …}}")] = ()
    counsel: Annotated[str, Rule("`counsel` is not a text", "Write it in quotes"), Shown] = ""
    numbers: Annotated[Mapping[str, Annotated[float, Rule(*NO_NUMBERS, math.isfinite)]], Rule(*NO_NUMBERS)] = field(
        default_factory=dict
    )

    def faults(self) -> Iterator[Fault]:
        """Numbers that the words do not have, words whose numbers are missing, law that nobody is told to check."""
        used = {name for text in (self.says, *self.exceptions, self.counsel) for name in NAMED.findall(text)}
        for name in sorted(used - self.numbers.keys()):
            yield Fault(
                ("says",), f"there is no number “{name}”", f"Write it under `numbers:`, or take {{{name}}} away"
            )
        for name in sorted(self.numbers.keys() - used):
            yield Fault(("numbers", name), f"no sentence has the number “{name}”", f"Write {{{name}}} where it stands")
        if self.sources and not self.counsel:
            remedy = "Write `counsel:`: what a lawyer has to check before another firm takes it over"
            yield Fault(("sources",), "the rule rests on law, and nobody is told to have it checked", remedy)

    def with_numbers(self, text: str) -> str:
        """A text of the rule with its numbers in it.

        >>> numbers = {"days": 7.0, "most": 1200.0}
        >>> rule = HouseRule("back", "Back", "{days} days, ¥{most}", "2024-01-01", numbers=numbers)
        >>> rule.with_numbers(rule.says)
        '7 days, ¥1,200'
        """
        return NAMED.sub(lambda match: f"{self.numbers[match[1]]:,.10g}", text)


@dataclass(frozen=True)
class PolicyFile(Declared):
    """The whole file: the day its rules are as of, the laws they rest on by id, and the rules."""

    FOREIGN: ClassVar = ("`{name}` means nothing here", "Use {fields}")

    as_of: Day
    rules: Annotated[tuple[HouseRule, ...], Rule("there are no rules", "Begin each with - id:", bool)]
    laws: Annotated[Mapping[str, Law], Rule("`laws` is no mapping", "Write a law a key"), Called("law")] = field(
        default_factory=dict
    )

    def faults(self) -> Iterator[Fault]:
        """Ids that stand twice, laws that nobody names or that do not stand here, days after that of the file."""
        given = Counter(rule.id for rule in self.rules)
        for number, rule in enumerate(self.rules):
            at = ("rules", number)
            if given[rule.id] > 1:
                yield Fault((*at, "id"), f"there are {given[rule.id]} rules called {rule.id}", "Rename one of them")
            if rule.since > self.as_of:
                problem = f"the rule begins after {self.as_of}, the day this file is as of"
                yield Fault((*at, "since"), problem, "Correct one of the two days")
            for place, basis in enumerate(rule.sources):
                if basis.law not in self.laws:
                    remedy = f"Take one of {', '.join(self.laws)}, or write it under `laws:`"
                    yield Fault((*at, "sources", place, "law"), f"there is no law “{basis.law}”", remedy)
        for name in self.laws.keys() - {basis.law for rule in self.rules for basis in rule.sources}:
            yield Fault(("laws", name), f"no rule rests on the law “{name}”", "Take it away")
        for name, law in self.laws.items():
            if law.since > self.as_of:
                problem = f"the law is in force after {self.as_of}, the day this file is as of"
                yield Fault(("laws", name, "since"), problem, "Correct one of the two days, or take the law away")

    def chosen(self, ids: Sequence[str]) -> list[HouseRule]:
        """The rules with these ids, in their order.

        Raises UserError for an id that no rule has, and for no id at all.
        """
        known = {rule.id: rule for rule in self.rules}
        strange = [each for each in ids if each not in known]
        if strange or not ids:
            raise UserError(
                _(
                    "There is no rule called {names}: the firm's rules are {known}.",
                    names=", ".join(f"“{each}”" for each in strange) or "“”",
                    known=", ".join(known),
                )
            )
        return [known[each] for each in ids]


def house_policy(directory: Path | None = None) -> PolicyFile:
    """The rules of the course that the notebook in `directory` belongs to, the working directory unless given.

    They stand in `policy.json` of the nearest folder, upwards, that has one. Raises UserError when there is none, or it
    is damaged.
    """
    here = (directory or Path.cwd()).resolve()
    remedy = _("open the notebook from the course's own folder, or get a fresh copy of that folder.")
    place = next((folder for folder in (here, *here.parents) if (folder / POLICY).is_file()), None)
    if place is None:
        raise UserError(_("The file {name} is not in {folder}: {remedy}", name=POLICY, folder=here, remedy=remedy))
    try:
        found = read(PolicyFile, json.loads((place / POLICY).read_text(encoding="utf-8")))
        wrong = next((f"{shown_path(fault.path)}: {fault.problem}" for fault in all_faults(found)), "")
    except (OSError, ValueError, RecursionError) as problem:
        wrong = str(problem)
    if wrong:
        raise UserError(_("{name} is malformed: {problem}.", name=POLICY, problem=wrong))
    return found
