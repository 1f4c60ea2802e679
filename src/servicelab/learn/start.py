"""The course's start page and the end of a lesson: what is done, what is next, and saving it all.

The way is Markdown or HTML, since JupyterLab opens a relative link in those in its own tabs; a link inside a control
would leave JupyterLab.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from servicelab.course.handin import LESSON_ANSWERS, answers_file, notebook_file
from servicelab.course.layout import TESTS
from servicelab.errors import UserError
from servicelab.i18n import _
from servicelab.learn import decisions
from servicelab.learn.items import load_items
from servicelab.learn.milestones import Course, congratulation, left, standing_of, stretches
from servicelab.learn.nextsteps import DONE, heading, leads_to, link, next_step, steps, tick
from servicelab.learn.outline import read_outline
from servicelab.learn.progress import measure
from servicelab.learn.session import Session
from servicelab.learn.sheet import understand
from servicelab.learn.stages import Graded, Stage
from servicelab.learn.submission import receipts
from servicelab.learn.waymarks import way_html
from servicelab.learn.whereabouts import LARGEST_FILE, read_json, read_regular, workspace_root
from servicelab.widgets.house import Interactive

if TYPE_CHECKING:
    from servicelab.learn.controls.save import SaveControl


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


def escaped(text: str) -> str:
    """Text that Markdown leaves alone."""
    return "".join(f"\\{c}" if c in r"\`*_[]<>#" else c for c in text)
