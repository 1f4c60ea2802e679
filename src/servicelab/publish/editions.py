"""Build an edition: read the sources, check them, translate, strip or execute, and put the whole tree in place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import servicelab
from servicelab.course.declared import read as read_declared
from servicelab.course.guessesfile import GuessesFile
from servicelab.course.handin import answers_file
from servicelab.course.layout import (
    COURSE,
    DATASETS,
    EDITIONS,
    GLOSSARY,
    POLICY,
    READ,
    TESTS,
    is_checkout,
    notebook_path,
)
from servicelab.errors import UserError
from servicelab.files.lock import locked
from servicelab.files.whole import whole_folder
from servicelab.i18n import LANGUAGES, MARKER
from servicelab.publish import stamp
from servicelab.publish.executed import Executed

if TYPE_CHECKING:
    from servicelab.publish.content import Content
    from servicelab.publish.sources import Unit


Judge = Callable[[Path, Path, stamp.State], None]
"""A tree, the checkout, and the state of what it was built from; raises `SourceMistakes`."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did: where the tree is, how many notebooks, whether anything had to be built, what to know."""

    edition: str
    language: str
    path: Path
    notebooks: int
    fresh: bool
    notes: tuple[str, ...] = ()

    def sentence(self) -> str:
        """One line for the person who started it."""
        what = f"The {self.edition} edition ({self.language})"
        if self.fresh:
            return f"{what} in {self.path} is up to date."
        return "\n".join([f"{what} is in {self.path}: {self.notebooks} notebooks.", *self.notes])


def build(
    edition: str,
    language: str,
    out: Path | None = None,
    *,
    root: Path | None = None,
    execute: bool | None = None,
    strict: bool = True,
    only: str = "",
    judge: Judge | None = None,
) -> BuildReport:
    """Build an edition in a language, unless it stands there already, built from the same sources.

    Parameters
    ----------
    edition
        `"trainee"`, `"solved"` or `"instructor"`.
    language
        `"en"` or `"zh"`.
    out
        The folder of the built tree; default `build/<edition>-<language>` in the checkout, and
        `build/units/<unit>/<edition>-<language>` for a single unit.
    root
        The checkout; default the one this package is installed from.
    execute
        Run the notebooks and keep their outputs; default for the solved and the instructor edition.
    strict
        A missing or doubtful translation stops a Chinese build. Otherwise the English stands in its place.
    only
        The one unit to build and to hold against its gates; default all of them.
    judge
        Has the author's solutions judged where they ran; what grades is none of this floor's.

    Raises
    ------
    UserError
        The sources have mistakes (`SourceMistakes`: all of them), a notebook does not run, or `out` is not ours.
    """
    if edition not in EDITIONS or language not in LANGUAGES:
        raise UserError(f"There is no {edition} edition in “{language}”: take {', '.join(EDITIONS)} in en or zh.")
    root = checkout(root)
    place = root / "build" / "units" / only if only else root / "build"
    out = (out or place / f"{edition}-{language}").resolve()
    executed = edition != "trainee" if execute is None else execute
    about = {"edition": edition, "language": language, "execute": executed, "strict": strict, "only": only}
    judge = judge if executed else None
    if stamp.fresh(out, root, about, executed=executed):
        return _standing(out, root, about, judge)
    if out.exists() and not (out / MARKER).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} holds something that was not built here: give --out a new or empty folder.")
    run_already = None
    if edition == "instructor" and executed:
        # The same notebooks with the same outputs, and running them is what takes long.
        run_already = build("solved", language, root=root, strict=strict, only=only, judge=judge).path
    with locked(stamp.lock_path(out)):
        if stamp.fresh(out, root, about, executed=executed):
            return _standing(out, root, about, judge)
        return _build(out, root, about, run_already, judge)


def _standing(out: Path, root: Path, about: dict[str, Any], judge: Judge | None) -> BuildReport:
    """Say that a tree stands as it would be built; whoever built it may not have had it judged."""
    if judge:
        judge(out, root, stamp.built_from(out))
    return BuildReport(about["edition"], about["language"], out, 0, True)


def _build(out: Path, root: Path, about: dict[str, Any], run_already: Path | None, judge: Judge | None) -> BuildReport:
    from servicelab.publish.content import Content

    edition, language, executed = about["edition"], about["language"], about["execute"]
    sources = stamp.sources_state(root, executed=executed)
    content = Content(root, language, strict=about["strict"], only=about["only"])
    with whole_folder(out) as unfinished:
        notebooks = _fill(unfinished, content, edition)
        if executed:
            _execute(unfinished, content, Executed(root, sources), run_already)
        if judge:
            judge(unfinished, root, sources)
        if edition == "instructor":
            _print_teaching(unfinished, language)
    stamp.write_stamp(out, about, sources)
    return BuildReport(edition, language, out, notebooks, False, tuple(content.notes))


def build_source(assignment: str, out: Path, *, root: Path | None = None) -> Path:
    """Write an assignment as nbgrader's source: the English notebook with solutions and hidden tests, and its data.

    Returns the notebook. `out` is made if missing; other files in it are left alone.

    Raises
    ------
    UserError
        There is no such assignment, it is a draft's, or the sources have mistakes.
    """
    from servicelab.publish.content import checked
    from servicelab.publish.nodes import write_node

    content = checked(checkout(root), "en", strict=True)
    document = content.course.assignments.get(assignment)
    if document is None:
        known = ", ".join(content.course.assignments)
        raise UserError(f"There is no assignment called {assignment}: the course has {known}.")
    refuse([content.course.units[document.module]])
    path = out / f"{document.kind}.ipynb"
    write_node(content.node(document, trainee=False), path)
    if document.kind == "exercise":
        _write_json(out / "decisions.json", content.decisions(content.course.units[document.module]))
    elif document.kind in TESTS:
        _write_json(out / "test.json", content.test())
    return path


def refuse(units: Iterable[Unit]) -> None:
    """Let no unit that is still being written go to trainees.

    Raises
    ------
    UserError
        One of the units is a draft; the sentence says where that is written.
    """
    drafts = [f"{unit.facts.file}:{unit.facts.line(*unit.at, 'draft')} [{unit.id}]" for unit in units if unit.draft]
    if drafts:
        raise UserError(
            f"A draft does not go to trainees: {', '.join(drafts)}. Finish it and take `draft: true` away, or keep it "
            "in a branch of its own."
        )


def checkout(root: Path | None) -> Path:
    """The checkout to build from: the one given, else the one the package is installed from."""
    found = (root or Path(servicelab.__file__).resolve().parents[2]).resolve()
    if not is_checkout(found):
        raise UserError(f"{found} has no course/course.yml: run this in a checkout of the course.")
    return found


def _fill(tree: Path, content: Content, edition: str) -> int:
    """Write the whole tree, nothing in it run yet; return how many notebooks it has."""
    from servicelab.publish.nbgrader_rules import strip
    from servicelab.publish.nodes import write_node
    from servicelab.publish.notebooks import glossary_node

    root, language = content.root, content.language
    course = content.course
    trainee = edition == "trainee"
    marker = {"edition": edition, "language": language, "version": servicelab.__version__}
    _write_json(tree / MARKER, marker)
    _write_json(tree / COURSE, content.course_facts())
    _write_json(tree / POLICY, content.policy())
    if (root / DATASETS).is_dir():
        shutil.copytree(root / DATASETS, tree / DATASETS, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    write_node(glossary_node(course, language), tree / GLOSSARY)
    written = [GLOSSARY]
    for document in course.documents:
        if document.kind == "instructor" and edition != "instructor":
            continue
        path = notebook_path(document.kind, document.module)
        node = content.node(document, trainee=trainee)
        write_node(strip(node) if trainee else node, tree / path)
        written.append(path)
        for image in content.images(document):
            _copy(document.path.parent / image, (tree / path).parent / image)
        if document.module:
            _write_json((tree / path).parent / MARKER, marker)
    for unit in course.units.values():
        read = tree / notebook_path(READ[unit.kind], unit.id)
        _write_json(read.with_name("quiz.json"), content.quiz(unit))
        if unit.desk:
            _write_json(read.with_name("desk.json"), content.desk(unit))
        if unit.voices:
            _write_json(read.with_name("voices.json"), content.voices(unit))
        if unit.placing:
            _write_json(read.with_name("placing.json"), content.placing(unit))
        if unit.guesses:
            _write_json(read.with_name("guesses.json"), read_declared(GuessesFile, unit.guesses.data).shown())
        exercise = tree / notebook_path("exercise", unit.id)
        _write_json(exercise.with_name("decisions.json"), content.decisions(unit))
    for document in course.tests:
        _write_json((tree / notebook_path(document.kind, document.module)).with_name("test.json"), content.test())
    return len(written)


def _execute(tree: Path, content: Content, executed: Executed, run_already: Path | None) -> None:
    """Run the notebooks; those that stand executed in the tree `run_already`, or were run before, are taken."""
    from servicelab.publish.answers import write_sheet
    from servicelab.publish.running import run_tree

    course = content.course

    def answer() -> None:
        for unit in course.units.values():
            exercise = tree / notebook_path("exercise", unit.id)
            write_sheet(exercise.with_name(answers_file("exercise")), unit, content.language)

    answer()
    units = {path: d.module for d in course.documents if (tree / (path := notebook_path(d.kind, d.module))).is_file()}
    # Before the first of them is replaced: a notebook can read what its neighbours say.
    keys = {path: executed.key(tree, path, unit) for path, unit in units.items()}
    left = []
    for path, key in keys.items():
        if run_already and (run_already / path).is_file():
            shutil.copyfile(run_already / path, tree / path)
        elif not executed.take(key, tree / path):
            left.append(path)
    run_tree(tree, left, course, lambda path: executed.keep(keys[path], tree / path))
    # What running left in the sheets is nobody's work; the right decisions stay for whoever runs it again.
    answer()


def _print_teaching(tree: Path, language: str) -> None:
    """Lay a page to print beside every teaching notebook."""
    from servicelab.publish.printable import write_printable

    for path in sorted((tree / "teaching").glob("*/*.ipynb")):
        write_printable(path, language)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write_json(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
