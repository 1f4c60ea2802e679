"""`servicelab tests`: the test before the course beside the one after it, by trainee and by item.

No marks come of it. Right is what `grading/test_keys.yml` says; whoever left an item out, or did not know yet, had it
not right. Gains are of those who took both tests, each in another form: of others nobody can say what they learned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from servicelab.course.blueprintfile import FORMS, PILOTED, UNKNOWN, Blueprint, Form, Keys, Pair
from servicelab.course.declared import read
from servicelab.course.handin import EVIDENCE, answers_file
from servicelab.course.layout import BLUEPRINT, TEST_KEYS, TESTS
from servicelab.errors import UserError
from servicelab.grading.course import Course
from servicelab.grading.evidence import read_sheet
from servicelab.grading.spreadsheets import write_table
from servicelab.i18n import _
from servicelab.learn.paper import FORM, form_in

BEFORE, AFTER = TESTS.values()
ITEM_COLUMNS = (
    "item",
    "area",
    "about",
    "form",
    "before_people",
    "before_right",
    "before_unknown",
    "after_people",
    "after_right",
    "after_unknown",
    "both_people",
    "gain",
    "piloted",
)


@dataclass(frozen=True)
class Sat:
    """One test that somebody handed in: its form, and the option picked of each item that was answered."""

    form: Form
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Items:
    """The items of the course with their keys."""

    pairs: tuple[Pair, ...]
    keys: Mapping[str, Any]

    def right(self, sat: Sat) -> frozenset[str]:
        """The items that somebody had right."""
        return frozenset(
            pair.id for pair in self.pairs if sat.answers.get(pair.id) == self.keys[pair.id].form(sat.form)
        )


@dataclass(frozen=True)
class Measured:
    """How one form of an item, or both together, did in one test.

    Attributes
    ----------
    people
        Who was asked it, answered or not.
    right, unknown
        How many had it right; how many said that they do not know yet, or left it out.
    """

    people: int
    right: int
    unknown: int

    @property
    def p(self) -> float | None:
        """The share that had it right: what is called an item's difficulty; None where nobody was asked."""
        return self.right / self.people if self.people else None


@dataclass(frozen=True)
class Comparison:
    """What a course's tests show; `before` and `after` are the tests of each trainee who handed one in."""

    items: Items
    before: Mapping[str, Sat]
    after: Mapping[str, Sat]

    @cached_property
    def both(self) -> tuple[str, ...]:
        """Who took both tests in different forms."""
        return tuple(who for who in sorted(self.before) if who in self.after and not self._same(who))

    @cached_property
    def twice(self) -> tuple[str, ...]:
        """Who was asked the same form twice, as after a change of computer: remembering is no gain."""
        return tuple(who for who in sorted(self.before) if who in self.after and self._same(who))

    def _same(self, who: str) -> bool:
        return self.before[who].form == self.after[who].form

    def measured(self, pair: Pair, sats: Mapping[str, Sat], forms: Sequence[Form] = FORMS) -> Measured:
        """How an item did among tests, in some of its forms."""
        asked = [sat for sat in sats.values() if sat.form in forms]
        right = sum(sat.answers.get(pair.id) == self.items.keys[pair.id].form(sat.form) for sat in asked)
        return Measured(len(asked), right, sum(sat.answers.get(pair.id, UNKNOWN) == UNKNOWN for sat in asked))

    def gain(self, pair: Pair) -> float | None:
        """How many more of those with both tests had an item right after the course, as a share; None without any."""
        if not self.both:
            return None
        first, second = (
            self.measured(pair, {who: sats[who] for who in self.both}).right for sats in (self.before, self.after)
        )
        return (second - first) / len(self.both)

    def scores(self) -> list[tuple[int, int]]:
        """Right answers before and after of each who took both."""
        return [(len(self.items.right(self.before[who])), len(self.items.right(self.after[who]))) for who in self.both]

    def piloted(self, pair: Pair) -> bool:
        """Whether enough people took an item for its difficulty to be known."""
        return pair.taken + len({*self.before, *self.after}) >= PILOTED

    def sentence(self) -> str:
        """The report that an instructor reads: who took them, what was gained, and every item."""
        lines = [
            _(
                "The test before the course: {before} people; after it: {after}; both, in different forms: {both}. "
                "Nothing of it earns or costs marks.",
                before=len(self.before),
                after=len(self.after),
                both=len(self.both),
            )
        ]
        if self.twice:
            lines.append(_("Asked the same form twice, and in no gain: {names}.", names=", ".join(self.twice)))
        scores = self.scores()
        if scores:
            first, second = (sum(each) / len(scores) for each in zip(*scores, strict=True))
            asked = len(self.items.pairs)
            lines.append(
                _("Right of {asked}, on average of those with both: {first:.1f} before, {second:.1f} after.",
                  asked=asked, first=first, second=second)
            )  # fmt: skip
            if first < asked:
                lines.append(
                    _("Of what could still be gained, {gain:.0f} in 100 was.",
                      gain=100 * (second - first) / (asked - first))
                )  # fmt: skip
        lines += ["", _("Each item: right of 100 before and after, all forms; the gain of those with both.")]
        lines += [self._line(pair) for pair in self.items.pairs]
        new = [pair.id for pair in self.items.pairs if not self.piloted(pair)]
        if new:
            lines.append(
                _(
                    "Not piloted: fewer than {enough} people have taken {count} of the items, so how hard they are is "
                    "their author's guess.",
                    enough=PILOTED,
                    count=len(new),
                )
            )
        return "\n".join(lines)

    def _line(self, pair: Pair) -> str:
        before, after = self.measured(pair, self.before), self.measured(pair, self.after)
        gain = self.gain(pair)
        shown = [_hundred(before.p), _hundred(after.p), "–" if gain is None else f"{100 * gain:+.0f}"]
        note = "" if self.piloted(pair) else "  " + _("not piloted")
        return f"  {pair.id:14}{''.join(f'{each:>6}' for each in shown)}{note}"

    def rows(self) -> Iterator[dict[str, object]]:
        """Every item in each of its forms and in both together, for a table."""
        for pair in self.items.pairs:
            for name, forms in (*((form, (form,)) for form in FORMS), ("both", FORMS)):
                before, after = (self.measured(pair, sats, forms) for sats in (self.before, self.after))
                yield {
                    "item": pair.id,
                    "area": pair.area,
                    "about": " ".join(pair.teaches),
                    "form": name,
                    **{f"before_{key}": value for key, value in _numbers(before).items()},
                    **{f"after_{key}": value for key, value in _numbers(after).items()},
                    "both_people": len(self.both) if name == "both" else None,
                    "gain": self.gain(pair) if name == "both" else None,
                    "piloted": self.piloted(pair),
                }


def compare(course: Course) -> Comparison:
    """Return what was answered in the tests that were collected.

    Raises
    ------
    UserError
        The folder has no course sources, they have no tests, or nobody's test was collected.
    """
    found = Comparison(items_of(course), *sat_before_and_after(course))
    if not found.before and not found.after:
        raise UserError(
            _(
                "Nobody's test is in {folder}: run servicelab collect {before} first, and {after} when the course is "
                "over.",
                folder=course.submitted,
                before=BEFORE,
                after=AFTER,
            )
        )
    return found


def items_of(course: Course) -> Items:
    """Return the items and their keys, from the course's sources.

    Raises
    ------
    UserError
        The folder has no course sources, or something in them is not as it must be.
    """
    from servicelab.publish.checks.pairs import pair_findings
    from servicelab.publish.findings import stop_on
    from servicelab.publish.sources import load_course

    if course.repository is None:
        raise UserError(
            _("{root} does not belong to a checkout of the course, where the tests' keys are.", root=course.root)
        )
    sources = load_course(course.repository)
    stop_on(pair_findings(sources))
    if sources.blueprint is None or sources.keys is None:
        raise UserError(
            _("This course has no tests: they stand in {blueprint} and {keys}.", blueprint=BLUEPRINT, keys=TEST_KEYS)
        )
    return Items(read(Blueprint, sources.blueprint.data).pairs, read(Keys, sources.keys.data).keys)


def sat_before_and_after(course: Course) -> tuple[dict[str, Sat], dict[str, Sat]]:
    """Return the tests that were collected, each by trainee.

    With the second test travel the answers of the first: they stand for one that was never handed in by itself.
    """
    before: dict[str, Sat] = {}
    after: dict[str, Sat] = {}
    for found, assignment, path in (
        (before, AFTER, EVIDENCE),
        (before, BEFORE, answers_file("pretest")),
        (after, AFTER, answers_file("posttest")),
    ):
        for sheet in sorted(course.submitted.glob(f"[!.]*/{assignment}/{path}")):
            sat = read_sat(sheet)
            if sat is not None:
                found[sheet.relative_to(course.submitted).parts[0]] = sat
    return before, after


def read_sat(path: Path) -> Sat | None:
    """Return the test in one answers file; None when it is missing, damaged, or says no form.

    The file comes from a trainee: an answer counts where it is a word, and given to the form that it says was asked.
    """
    entries = read_sheet(path).get("entries")
    entries = entries if isinstance(entries, dict) else {}
    form = form_in(entries)
    if form is None:
        return None
    given = {key: each for key, each in entries.items() if isinstance(each, dict) and each.get(FORM) == form}
    return Sat(form, {key: each["value"] for key, each in given.items() if isinstance(each.get("value"), str)})


def write_items(comparison: Comparison, out: Path) -> Path:
    """Write one row an item and form, as a CSV that a spreadsheet opens, and return where.

    Raises
    ------
    UserError
        `out` cannot be written.
    """
    return write_table(ITEM_COLUMNS, comparison.rows(), out)


def _hundred(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}"


def _numbers(measured: Measured) -> dict[str, object]:
    return {
        "people": measured.people,
        "right": measured.p,
        "unknown": measured.unknown / measured.people if measured.people else None,
    }
