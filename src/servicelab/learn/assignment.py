"""An opened graded notebook: decisions, the list of them for whoever marks, and handing in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from servicelab.course.handin import LARGEST_NOTEBOOK, LESSON_ANSWERS
from servicelab.i18n import _
from servicelab.learn import decisions, written
from servicelab.learn.code_tasks import CodeTask, code_tasks
from servicelab.learn.items import Items, load_items
from servicelab.learn.session import Session
from servicelab.learn.whereabouts import find_place, read_json

if TYPE_CHECKING:
    import pandas as pd

    from servicelab.learn.controls.decision import DecideControl
    from servicelab.learn.controls.submit import SubmitControl
    from servicelab.learn.controls.writebox import WriteControl
    from servicelab.learn.submission import Receipt


@dataclass(frozen=True)
class Doubt:
    """What to look at once more before handing in, and where: a section's title, the id of what is asked there."""

    says: str
    section: str = ""
    item: str = ""


class Assignment(Session):
    """A graded notebook: `name` is nbgrader's assignment name, `notebook` "exercise" or "analysis"."""

    asks = "decisions.json"
    marked = True
    """Whether it earns marks."""

    @classmethod
    def open(cls, name: str, notebook: str) -> Self:
        """Open an assignment's notebook with the decisions made so far."""
        return cls(find_place("assignments", name), name, notebook)

    @cached_property
    def items(self) -> Items:
        """The decisions; an analysis has none, and no file that lists them."""
        if self.notebook == "analysis" and not (self.place.folder / self.asks).exists():
            return Items({}, {}, {}, {}, {})
        return load_items(self.place.folder / self.asks)

    @property
    def lesson_answers(self) -> Path | None:
        """The answer sheet of the lesson that this work belongs to, which travels with it as evidence."""
        return self.place.root / "lessons" / self.name.removesuffix("_analysis") / LESSON_ANSWERS

    @property
    def order(self) -> list[str]:
        """The decisions in the order in which the page asks them, so that "decision 3" is the third on the page."""
        return decisions.in_page_order(self.items.decisions, self.outline.sections)

    @property
    def title(self) -> str:
        """What people call this work."""
        return self.outline.title or self.name

    def decide(self, key: str) -> DecideControl:
        """A decision to make; it is kept at once."""
        from servicelab.learn.controls.decision import DecideControl

        return DecideControl(self, self.find(self.items.decisions, key, _("decision")))

    def write(self, key: str, table: pd.DataFrame | None = None) -> WriteControl:
        """The box for a written answer; `table` holds numbers that a click puts into the text."""
        from servicelab.learn.controls.writebox import WriteControl

        return WriteControl(self, self.find(self.items.written, key, _("written task")), table)

    def decisions(self) -> dict[str, decisions.Answer]:
        """Every decision by its id, None where none was made; prints them as well, for the person who marks."""
        entries = self.sheet.entries
        print(decisions.listing({key: self.items.decisions[key] for key in self.order}, entries))
        return {key: decisions.answer(one, entries.get(key, {})) for key, one in self.items.decisions.items()}

    # -- how far it is

    def still_open(self) -> list[str]:
        """The ids of the decisions that are not made, in the order of the page."""
        entries, asked = self.sheet.entries, self.items.decisions
        return [key for key in self.order if not decisions.made(asked[key], entries.get(key, {}))]

    def sections_done(self) -> list[dict[str, Any]]:
        """The parts that ask something, each with whether everything in it is answered."""
        missing = self.still_open()
        missing += [key for key in self.items.written if not written.tidy(self.sheet.get(key).get("value")).strip()]
        return [
            {"id": part.id, "done": not set(part.items) & set(missing)} for part in self.outline.sections if part.items
        ]

    def standing(self) -> str:
        """One sentence on the decisions; where there are none, on what handing in does."""
        missing, asked = self.still_open(), len(self.items.decisions)
        if not asked:
            return _(
                "The button saves the notebook and hands it in; where it cannot be saved from here, you are asked to "
                "save it first."
            )
        if not missing:
            return _("All {asked} decisions are made.", asked=asked)
        numbers = _(", ").join(str(self.order.index(key) + 1) for key in missing)
        return _("{missing} of {asked} decisions are still open: {numbers}.",
                 missing=len(missing), asked=asked, numbers=numbers)  # fmt: skip

    def wrote(self) -> list[str]:
        """A line on each written part: how long it is, or that it is blank."""
        notebook = read_json(self.notebook_path, LARGEST_NOTEBOOK) if self.items.written else None
        return [
            written.report(one, self.sheet.get(key).get("value"), notebook) for key, one in self.items.written.items()
        ]

    def code_tasks(self) -> list[CodeTask]:
        """The tasks in code as the notebook holds them on disk."""
        return code_tasks(read_json(self.notebook_path, LARGEST_NOTEBOOK))

    def receipt_lines(self) -> list[str]:
        """What a receipt says of the parts that no decision is: how long, how much was left untouched."""
        tasks = self.code_tasks()
        untouched = sum(not task.begun for task in tasks)
        counted = [_("Tasks left untouched: {untouched} of {all}", untouched=untouched, all=len(tasks))]
        return self.wrote() + (counted if tasks else [])

    def doubts(self) -> list[Doubt]:
        """What to look at once more before handing in: what is open, untouched, blank, too long or in two versions."""
        missing = self.still_open()
        found = [self._doubt(self.standing(), missing[0])] if missing else []
        for task in self.code_tasks():
            if not task.begun:
                found.append(Doubt(_("“{task}” is untouched.", task=task.title), task.title))
            elif task.failed:
                found.append(Doubt(_("“{task}” ended in an error when it last ran.", task=task.title), task.title))
        if self.items.written:
            notebook = read_json(self.notebook_path, LARGEST_NOTEBOOK)
            for key, one in self.items.written.items():
                found += [self._doubt(says, key) for says in written.faults(one, self.sheet.fresh(key), notebook)]
        return found

    # -- handing in

    def promises(self) -> dict[str, str]:
        """What is promised about marks and about who sees what."""
        from servicelab.learn.submission import course_facts

        return course_facts(self.place.root)

    def carries(self) -> list[str]:
        """What is handed in, a line each."""
        files = [_("This page, as you saved it")]
        if self.answers_path.is_file():
            files.append(_("Your decisions and what you wrote"))
        if self.lesson_answers and self.lesson_answers.is_file():
            # A case has no contact at the desk.
            what = (
                _("questions, guesses, minutes, the desk, the card")
                if (self.lesson_answers.parent / "desk.json").is_file()
                else _("questions, guesses, minutes, the card")
            )
            files.append(_("How you worked through the lesson ({what}): it earns and costs no marks", what=what))
        return files

    def hand_in(self, student: str) -> Receipt:
        """Write the zip and its receipt; UserError where that cannot be done."""
        from servicelab.learn.submission import submit

        asked = len(self.items.decisions)
        return submit(
            self.place.root,
            self.place.folder,
            assignment=self.name,
            notebook=self.notebook,
            student=student,
            evidence=self.lesson_answers,
            answered=asked - len(self.still_open()),
            questions=asked,
            wrote="\n".join(self.receipt_lines()),
            title=self.title,
            promises=self.promises(),
        )

    def _doubt(self, says: str, item: str) -> Doubt:
        return Doubt(says, self.outline.title_of(self.outline.section_of(item)), item)

    def submit(self) -> SubmitControl:
        """The button that hands this notebook in and gives a receipt."""
        from servicelab.learn.controls.submit import SubmitControl

        return SubmitControl(self)
