"""What there is to do in a unit and in the course: how far each step is, what is next, and where it leads."""

from __future__ import annotations

import json
import os
from pathlib import Path

from servicelab.course.layout import TESTS
from servicelab.i18n import _
from servicelab.learn.stages import Graded, Stage

# Signs that every font has; emoji are boxes on many a company laptop.
DONE, OPEN = "✓", "○"


def steps(stage: Stage) -> list[tuple[str, str, Path, str]]:
    """What there is to do in a unit: tick, name, notebook, and how far it is."""
    from servicelab.learn.controls.overview import standing

    found = []
    if stage.before:
        done = stage.before.receipt is not None
        found.append((tick(done), _("Test before the course, no marks"), stage.before.notebook, how_far(stage.before)))
    found.append(
        (
            tick(stage.progress.done),
            _("Case") if stage.kind == "case" else _("Lesson"),
            stage.lesson,
            standing(stage.progress),
        )
    )
    if stage.exercise:
        done = stage.exercise.receipt is not None
        found.append((tick(done), _("Exercise, for marks"), stage.exercise.notebook, how_far(stage.exercise)))
    if stage.analysis:
        done = stage.analysis.receipt is not None
        found.append((tick(done), _("Analysis, for analysts"), stage.analysis.notebook, how_far(stage.analysis)))
    if stage.after:
        done = stage.after.receipt is not None
        found.append((tick(done), _("Test after the course, no marks"), stage.after.notebook, how_far(stage.after)))
    return found


def tick(done: bool) -> str:
    """Done or open, as a sign."""
    return DONE if done else OPEN


def how_far(work: Graded) -> str:
    """One phrase on a graded notebook."""
    if work.receipt and not work.receipt.fetched:
        return _("ready to send, {day}", day=str(work.receipt.created)[:10])
    if work.receipt:
        return _("handed in on {day}", day=str(work.receipt.created)[:10])
    if work.answered and work.assignment in TESTS.values():
        return _("{answered} of {questions} questions answered, not handed in",
                 answered=work.answered, questions=work.questions)  # fmt: skip
    if work.answered:
        return _("{answered} of {questions} decisions made, not handed in",
                 answered=work.answered, questions=work.questions)  # fmt: skip
    return _("not handed in")


def next_step(stages: list[Stage]) -> str:
    """The one thing to do now."""
    for stage in stages:
        title, case = stage.title, stage.kind == "case"
        if to_sit(stage):
            return _("Next: take the test before the course. It earns and costs no marks.")
        if not stage.progress.started:
            if case:
                return _("Next: begin the case “{title}”.", title=title)
            return _("Next: begin the lesson “{title}”.", title=title)
        if not stage.progress.done:
            section = stage.progress.next.section.title if stage.progress.next else ""
            if case:
                return _("Next: go on with the case “{title}”, at “{section}”.", title=title, section=section)
            return _("Next: go on with the lesson “{title}”, at “{section}”.", title=title, section=section)
        if stage.exercise and not stage.exercise.receipt:
            return _("Next: do the exercise of “{title}” and hand it in.", title=title)
        if stage.after and to_close(stage, stages):
            return _("Next: take the test after the course. It earns and costs no marks.")
    if left_out(stages):
        return _("Next: take the test after the course. It earns and costs no marks.")
    works = [work for stage in stages for work in (stage.before, stage.exercise, stage.after) if work]
    if all(work.receipt.fetched for work in works if work.receipt):
        return _("Everything is done and handed in.")
    return _("Everything is done. What you have not sent to your instructor yet is still to be sent.")


def to_sit(stage: Stage) -> bool:
    """Whether a test before a unit is still of use: who has begun to learn has nothing before to be asked for."""
    return stage.before is not None and stage.before.receipt is None and not stage.progress.started


def to_close(stage: Stage, stages: list[Stage]) -> bool:
    """Whether the test after a unit is what comes next: not for who has gone on to a later unit without it."""
    gone_on = any(later.progress.started for later in stages[stages.index(stage) + 1 :])
    return stage.after is not None and stage.after.receipt is None and not gone_on


def left_out(stages: list[Stage]) -> list[Graded]:
    """Tests after a unit that somebody went past: they come last, when nothing else is left to do."""
    return [stage.after for stage in stages if stage.after is not None and stage.after.receipt is None]


def called(stage: Stage) -> str:
    """What a unit is called within a sentence: a module by its number, a case by its title."""
    if stage.kind == "case":
        return _("the case “{title}”", title=stage.title)
    return _("module {module}", module=stage.name.split("_")[0])


def heading(stage: Stage) -> str:
    """What stands over a unit."""
    if stage.kind == "case":
        return _("Case · {title}", title=stage.title)
    return _("Module {module} · {title}", module=stage.name.split("_")[0], title=stage.title)


def go_on(stages: list[Stage]) -> tuple[str, Path, str] | None:
    """The one big button: its words, the notebook it leads to and the section there; None when everything is done."""
    for stage in stages:
        if stage.before and to_sit(stage):
            return _("Begin: the test before the course"), stage.before.notebook, ""
        if not stage.progress.started:
            return _("Begin: {unit}", unit=called(stage)), stage.lesson, ""
        at = stage.progress.next
        if at is not None:
            section = 1 + [one.section.id for one in stage.progress.core].index(at.section.id)
            label = _("Go on: section {section} of {unit}", section=section, unit=called(stage))
            return label, stage.lesson, at.section.id
        if stage.exercise and not stage.exercise.receipt:
            return _("Go on: the exercise of {unit}", unit=called(stage)), stage.exercise.notebook, ""
        if stage.after and to_close(stage, stages):
            return _("Go on: the test after the course"), stage.after.notebook, ""
    return next(((_("Go on: the test after the course"), test.notebook, "") for test in left_out(stages)), None)


def leads_to(stage: Stage) -> tuple[Path, str]:
    """Where to go on in a unit: a notebook, and the section of it; its beginning where everything is done."""
    at = stage.progress.next
    if at is not None:
        return stage.lesson, at.section.id if stage.progress.started else ""
    if stage.exercise and not stage.exercise.receipt:
        return stage.exercise.notebook, ""
    return stage.lesson, ""


def link(path: Path, here: Path) -> str:
    """A path relative to a notebook's folder, as a link."""
    return json.dumps(Path(os.path.relpath(path, here)).as_posix(), ensure_ascii=False)[1:-1].replace(" ", "%20")
