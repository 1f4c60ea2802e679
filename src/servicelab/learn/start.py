"""The course's start page and the end of a lesson: what is done, what is next, and saving it all.

The way is Markdown or HTML, since JupyterLab opens a relative link in those in its own tabs; a link inside a control
would leave JupyterLab.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from servicelab.course.handin import LESSON_ANSWERS, answers_file, notebook_file
from servicelab.course.layout import TESTS, UnitKind
from servicelab.errors import UserError
from servicelab.i18n import _
from servicelab.learn import decisions
from servicelab.learn.items import load_items
from servicelab.learn.milestones import Course, congratulation, left, standing_of, stretches
from servicelab.learn.outline import read_outline
from servicelab.learn.progress import Progress, measure
from servicelab.learn.session import Session
from servicelab.learn.sheet import understand
from servicelab.learn.submission import Receipt, receipts
from servicelab.learn.whereabouts import LARGEST_FILE, read_json, read_regular, workspace_root
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.learn.controls.save import SaveControl

# Signs that every font has; emoji are boxes on many a company laptop.
DONE, OPEN = "✓", "○"


@dataclass(frozen=True)
class Graded:
    """A notebook of a module that is handed in: decisions made, decisions asked, and the last receipt."""

    assignment: str
    notebook: Path
    answered: int
    questions: int
    receipt: Receipt | None


@dataclass(frozen=True)
class Stage:
    """One unit of the workspace, a module or a case: a stage of the way through the course.

    `before` and `after` are the tests that stand there, which earn no marks.
    """

    name: str
    kind: UnitKind
    title: str
    lesson: Path
    progress: Progress
    exercise: Graded | None
    analysis: Graded | None
    before: Graded | None = None
    after: Graded | None = None

    @property
    def done(self) -> bool:
        """Whether the lesson is done and the exercise handed in."""
        return self.progress.done and (self.exercise is None or self.exercise.receipt is not None)


class Passage(NamedTuple):
    """A part of a page that is no control, in every form that something shows: JupyterLab takes HTML where it is."""

    markdown: str
    text: str
    html: str = ""


class Page:
    """Controls and written parts, shown one under the other."""

    def __init__(self, *parts: Interactive | Passage) -> None:
        self.parts = parts

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for part in self.parts:
            if isinstance(part, Interactive):
                display(part)  # type: ignore[no-untyped-call, unused-ignore]
            else:
                bundle = {"text/html": part.html, "text/markdown": part.markdown, "text/plain": part.text}
                display({kind: said for kind, said in bundle.items() if said}, raw=True)  # type: ignore[no-untyped-call, unused-ignore]

    def __repr__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The page as plain text."""
        return "\n".join(p.text() if isinstance(p, Interactive) else p.text for p in self.parts)

    @property
    def markdown(self) -> str:
        """The page's links."""
        return "\n".join(part.markdown for part in self.parts if not isinstance(part, Interactive))

    @property
    def keep(self) -> SaveControl:
        """The control that saves and restores."""
        from servicelab.learn.controls.save import SaveControl

        return next(part for part in self.parts if isinstance(part, SaveControl))


def home_page(directory: Path | None = None) -> Page:
    """The start page of the workspace around `directory` (here); UserError when there is no course."""
    from servicelab.learn.controls.save import SaveControl
    from servicelab.learn.waymarks import way_html

    here = (directory or Path.cwd()).resolve()
    root = workspace_root(here)
    course = Course.at(root)
    stages = survey(root, course)
    if not stages:
        raise UserError(
            _("There are no lessons in {folder}: open start.ipynb from the course's own folder.", folder=root)
        )
    refresh = _("Come back to this page and press ▶▶ to see the list as it stands then.")
    markdown = f"{course_markdown(stages, here, course)}\n\n{refresh}"
    way = Passage(markdown, course_text(stages, course), way_html(stages, here, refresh, course))
    return Page(way, SaveControl(root))


def finish_page(session: Session) -> Page:
    """The end of a lesson: how far it is done, the way to the graded work, and saving."""
    from servicelab.learn.controls.overview import Finish
    from servicelab.learn.controls.save import SaveControl

    root = session.place.root
    places = onward(root, session.name)
    links = "\n".join(f"- [{label}]({link(path, session.place.folder)})" for label, path in places)
    plain = "\n".join(f"- {label}" for label, _path in places)
    return Page(Finish(session), Passage(links, plain), SaveControl(root))


def onward(root: Path, name: str) -> list[tuple[str, Path]]:
    """Where a finished lesson leads: those of its graded notebooks and the start page that are there."""
    places = [
        (_("The exercise: decisions and a short judgement, for marks"), root / "assignments" / name / "exercise.ipynb"),
        (_("The analysis, for analysts"), root / "assignments" / f"{name}_analysis" / "analysis.ipynb"),
        *((_("Test after the course, no marks"), test.notebook) for test in [sat(root, name, "posttest")] if test),
        (_("The start page"), root / "start.ipynb"),
    ]
    return [(label, path) for label, path in places if path.is_file()]


def survey(root: Path, course: Course) -> list[Stage]:
    """Every unit of a workspace with how far it is, as the path has them; what the course does not list comes last."""
    stages = []
    for lesson in sorted(root.glob("lessons/*/lesson.ipynb"), key=lambda path: course.place(path.parent.name)):
        name = lesson.parent.name
        outline = read_outline(lesson)
        document = stored(lesson.with_name(LESSON_ANSWERS))
        progress = measure(outline, document["entries"], document["activity"])
        exercise = graded(root, name, "exercise")
        analysis = graded(root, f"{name}_analysis", "analysis")
        kind = course.units[name].kind if name in course.units else "module"
        before, after = (sat(root, name, test) for test in TESTS)
        stages.append(Stage(name, kind, outline.title or name, lesson, progress, exercise, analysis, before, after))
    return stages


def stored(path: Path) -> dict[str, Any]:
    """What an answers file holds, read without touching it; empty when there is none or it is damaged."""
    try:
        return understand(read_regular(path, LARGEST_FILE))[0]
    except OSError:
        return {"entries": {}, "activity": {}}


def graded(root: Path, assignment: str, notebook: str) -> Graded | None:
    """A graded notebook, or None when the workspace has none of that name."""
    folder = root / "assignments" / assignment
    path = folder / notebook_file(notebook)
    if not path.is_file():
        return None
    entries: Mapping[str, Any] = stored(folder / answers_file(notebook))["entries"]
    asked = load_items(folder / "decisions.json").decisions if (folder / "decisions.json").is_file() else {}
    answered = sum(decisions.made(one, entries.get(key, {})) for key, one in asked.items())
    handed_in = receipts(root, assignment)
    return Graded(assignment, path, answered, len(asked), handed_in[-1] if handed_in else None)


def sat(root: Path, unit: str, notebook: str) -> Graded | None:
    """A test that stands with a unit; None when the workspace has none there."""
    folder = root / "assignments" / TESTS[notebook]
    path = folder / notebook_file(notebook)
    if not path.is_file() or read_outline(path).module != unit:
        return None
    entries = stored(folder / answers_file(notebook))["entries"]
    pairs = read_json(folder / "test.json").get("pairs")
    asked = [str(each.get("id")) for each in pairs if isinstance(each, dict)] if isinstance(pairs, list) else []
    answered = sum(entries.get(key, {}).get("done") is True for key in asked)
    handed_in = receipts(root, TESTS[notebook])
    return Graded(TESTS[notebook], path, answered, len(asked), handed_in[-1] if handed_in else None)


def course_markdown(stages: list[Stage], here: Path, course: Course) -> str:
    """The start page's list, with links relative to the notebook in `here`."""
    lines: list[str] = []
    for stretch in stretches(stages, course):
        lines += [f"**{stretch.title}** · {escaped(stretch.says)}", ""]
        for stage in stretch.stages:
            goes = f"[{escaped(heading(stage))}]({link(leads_to(stage)[0], here)})"
            lines.append(f"- {tick(stage.done)} {goes} — {left(stage, course)}")
        lines.append("")
    for stage in stages:
        lines += [f"### {escaped(stage.title)}", ""]
        lines += [f"- {tick} [{label}]({link(path, here)}) — {says}" for tick, label, path, says in steps(stage)]
        lines.append("")
    first = [f"**{said}**\n" for said in (next_step(stages), congratulation(stages, course)) if said]
    return "\n".join([*first, *lines])


def course_text(stages: list[Stage], course: Course) -> str:
    """The start page as plain text."""
    lines = [next_step(stages), *filter(None, [congratulation(stages, course)])]
    for stretch in stretches(stages, course):
        lines.append(f"{stretch.title} · {stretch.says}")
        marks = {"done": "[x]", "begun": "[-]", "open": "[ ]"}
        lines += [
            f"  {marks[standing_of(stage)]} {heading(stage)}{_(': ')}{left(stage, course)}" for stage in stretch.stages
        ]
    for stage in stages:
        lines.append(stage.title)
        lines += [f"  {'[x]' if tick == DONE else '[ ]'} {label}: {says}" for tick, label, _path, says in steps(stage)]
    return "\n".join(lines)


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


def escaped(text: str) -> str:
    """Text that Markdown leaves alone."""
    return "".join(f"\\{c}" if c in r"\`*_[]<>#" else c for c in text)
