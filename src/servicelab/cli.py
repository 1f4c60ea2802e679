"""The `servicelab` command: one function a verb, each thin; each ends in one line: what was done, and where."""

from __future__ import annotations

import argparse
import errno
import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from servicelab import i18n
from servicelab.course.layout import DATASETS, RUNS
from servicelab.errors import UserError
from servicelab.i18n import _, later

if TYPE_CHECKING:
    from servicelab.publish.watching import Watch

Verb = Callable[[argparse.Namespace], int]

TRAINEES = ("lab", "submit", "doctor")
"""The verbs that a trainee's machine has; the others need the instructor's part of the installation."""

TALKS = (*TRAINEES, "release", "collect", "grade", "feedback", "export", "tests")
"""The verbs that talk in the language of whoever typed them."""

ARGPARSE = (
    later("usage: "),
    later("positional arguments"),
    later("options"),
    later("show this help message and exit"),
    later("%(prog)s: error: %(message)s\n"),
    later("argument %(argument_name)s: %(message)s"),
    later("the following arguments are required: %s"),
    later("unrecognized arguments: %s"),
    later("expected one argument"),
    later("expected at least one argument"),
    later("expected at most one argument"),
    later("ignored explicit argument %r"),
    later("invalid %(type)s value: %(value)r"),
    later("invalid choice: %(value)r (choose from %(choices)s)"),
    later("ambiguous option: %(option)s could match %(matches)s"),
)
"""What argparse itself says to whoever mistypes a verb, so that the catalogue has it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; 0 when done, 1 when the user must do something first, 130 when interrupted."""
    # A Windows console in a Chinese locale would otherwise stop at the first character outside its code page.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    speaks = i18n.spoken()
    with i18n.use(speaks):
        arguments, rest = parser().parse_known_args(argv)
        arguments.rest = rest
        if rest and arguments.verb != "lab":
            parser().error(_("unrecognized arguments: %s") % " ".join(rest))
    try:
        verb: Verb = arguments.run
        if arguments.verb not in TRAINEES:
            require_instructor(arguments.verb)
        with i18n.use(speaks) if arguments.verb in TALKS else nullcontext():
            return verb(arguments)
    except UserError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt as stopped:
        # Pressed twice, it would end the sentence that answers the first.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with i18n.use(speaks) if arguments.verb in TALKS else nullcontext():
            kept = _("Interrupted; what was finished is kept, run the same command again to go on.")
        print(str(stopped) or kept, file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The command line."""
    # argparse looks its own words up under this name; left to itself it would look for catalogues on the machine.
    argparse._ = _  # type: ignore[attr-defined]
    top = argparse.ArgumentParser(prog="servicelab", description=_("Learn to run customer service by running it."))
    verbs = top.add_subparsers(dest="verb", required=True, metavar=_("VERB"))

    def verb(name: str, run: Verb, summary: str, *, more: str = "") -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=summary, description=summary, epilog=more)
        made.set_defaults(run=run)
        return made

    lab_verb = verb("lab", lab, _("open the course in JupyterLab (further options go to JupyterLab)"))
    lab_verb.add_argument("--role", choices=["trainee", "instructor"], default="trainee")
    lab_verb.add_argument("--lang", choices=["en", "zh"])

    build_verb = verb("build", build, _("build an edition of the course"))
    build_verb.add_argument("--edition", choices=["solved", "trainee", "instructor"], default="trainee")
    build_verb.add_argument("--lang", choices=["en", "zh"], default="en")
    build_verb.add_argument("--out", type=Path, metavar=_("PLACE"), help=_("default: build/EDITION-LANG"))
    build_verb.add_argument(
        "--only", default="", metavar=_("UNIT"), help=_("one module or case, into build/units/UNIT")
    )
    build_verb.add_argument(
        "--watch", action="store_true", help=_("build again whenever a source changes, until Ctrl-C")
    )
    build_verb.add_argument("--no-drafts", action="store_true", help=_("refuse a course with drafts, as Binder does"))
    build_verb.add_argument("--all", action="store_true", help=_("every edition in this language"))
    build_verb.add_argument(
        "--update-catalogues", action="store_true", help=_("renew locales/ from the sources instead")
    )

    new_verb = verb("new", new, _("begin a module or a case: a small draft that builds, to be written over"))
    new_verb.add_argument("kind", choices=["module", "case"])
    new_verb.add_argument("name", metavar=_("NAME"), help=_("a module: 02_process; a case: any word"))

    look_verb = verb(
        "look", look, _("a contact sheet of every section: both languages, laptop and phone (needs Chromium)")
    )
    look_verb.add_argument(
        "unit", metavar=_("UNIT"), nargs="?", default="", help=_("one module or case (default: the whole course)")
    )

    data_verb = verb(
        "data", data, _("the firm's data: generate, check, runs; a company's own: import MAPPING SOURCE --out DIR")
    )
    data_verb.add_argument("action", choices=["generate", "check", "import", "runs"])
    data_verb.add_argument(
        "directory",
        metavar=_("PLACE"),
        type=Path,
        nargs="?",
        help=_("import: the mapping, a YAML file or a shipped name; runs: one grid (default: all)"),
    )
    data_verb.add_argument(
        "source", metavar=_("SOURCE"), type=Path, nargs="?", help=_("import: the export (CSV, XLSX or XES; also .gz)")
    )
    data_verb.add_argument("--out", type=Path, metavar=_("PLACE"))
    data_verb.add_argument(
        "--lang", choices=["en", "zh"], help=_("the language of what is found (default: the folder's)")
    )
    data_verb.add_argument("--keep-identifiers", action="store_true", help=_("import: no pseudonyms for people"))
    data_verb.add_argument(
        "--key", type=Path, metavar=_("FILE"), help=_("import: file with the key of the pseudonyms, outside --out")
    )
    data_verb.add_argument(
        "--max-mb",
        metavar=_("NUMBER"),
        type=int,
        help=_("import: the most an export may hold, unpacked (default 2048)"),
    )
    data_verb.add_argument(
        "--scale",
        metavar=_("NUMBER"),
        type=float,
        default=1.0,
        help=_("generate: 1 is about 20,000 customers (default)"),
    )
    data_verb.add_argument(
        "--seed", metavar=_("NUMBER"), type=int, default=1984, help=_("generate: the same number gives the same bytes")
    )
    data_verb.add_argument(
        "--truth",
        type=Path,
        metavar=_("PLACE"),
        help=_("generate: also what only the simulation knows, into this folder"),
    )

    bundle_verb = verb("bundle", bundle, _("make what a trainee gets: one zip, started by a double-click"))
    bundle_verb.add_argument("--lang", choices=["en", "zh"], default="en")
    bundle_verb.add_argument("--out", type=Path, metavar=_("PLACE"))
    bundle_verb.add_argument(
        "--wheels", action="store_true", help=_("put the packages in too, for machines without a network")
    )

    release_verb = verb("release", release, _("hand an assignment out: strip it and register it in the gradebook"))
    release_verb.add_argument("assignment", metavar=_("ASSIGNMENT"))
    release_verb.add_argument(
        "--due",
        metavar=_("TIME"),
        default="",
        help=_('when it is due, by this machine\'s clock: "2026-11-20 18:00"; later is late (default: as it was)'),
    )

    submit_verb = verb("submit", submit, _("make the zip a trainee hands in"))
    submit_verb.add_argument("assignment", metavar=_("ASSIGNMENT"))
    submit_verb.add_argument("--student", metavar=_("NUMBER"), help=_("your staff number; asked for when missing"))
    submit_verb.add_argument("--sure", action="store_true", help=_("hand in although something is blank or too long"))

    one_bad_file = _(
        "What cannot be worked with is named and stops nobody else: the exit status is 1 only when nothing can be."
    )
    collect_verb = verb(
        "collect",
        collect,
        _("take submissions in: from zips, folders of zips, or nbgrader's exchange"),
        more=one_bad_file,
    )
    collect_verb.add_argument("assignment", metavar=_("ASSIGNMENT"))
    collect_verb.add_argument(
        "inbox", metavar=_("INBOX"), type=Path, nargs="*", help=_("zips, folders, an LMS download; none: the exchange")
    )

    grade_verb = verb("grade", grade, _("run the autograder on what was collected"), more=one_bad_file)
    grade_verb.add_argument("assignment", metavar=_("ASSIGNMENT"))
    grade_verb.add_argument(
        "--student",
        metavar=_("NUMBER"),
        action="append",
        default=[],
        help=_("only this trainee; again for another one"),
    )
    grade_verb.add_argument(
        "--again", action="store_true", help=_("also what was graded before and has not changed since")
    )
    grade_verb.add_argument(
        "--workers",
        metavar=_("NUMBER"),
        type=int,
        default=os.cpu_count() or 1,
        help=_("submissions at the same time; by default as many as this machine has processors"),
    )
    grade_verb.add_argument(
        "--course", metavar=_("FOLDER"), type=Path, help=_("any nbgrader course; by default the one of this folder")
    )
    grade_verb.add_argument(
        "--unsealed", action="store_true", help=_("have kernels run the submissions, as stock nbgrader does")
    )

    feedback_verb = verb("feedback", feedback, _("write the feedback pages for an assignment"), more=one_bad_file)
    feedback_verb.add_argument("assignment", metavar=_("ASSIGNMENT"))

    export_verb = verb("export", export, _("write the gradebook as a CSV a spreadsheet opens"))
    export_verb.add_argument("--out", type=Path, metavar=_("PLACE"))

    verb("tests", tests, _("the tests before and after the course: what was gained, and how each item did"))

    guesses_verb = verb("guesses", guesses, _("keep what this cohort guessed in a lesson, to show it to later cohorts"))
    guesses_verb.add_argument("unit", metavar=_("UNIT"), help=_("a module or case: 01_needs"))
    guesses_verb.add_argument(
        "--cohort", required=True, metavar=_("NAME"), help=_("a name for these trainees: autumn-2026")
    )

    minutes_verb = verb("minutes", minutes, _("what a unit's sections take: as stated, as counted, as trainees spent"))
    minutes_verb.add_argument("unit", metavar=_("UNIT"), help=_("a module or case: 01_needs"))

    demo_verb = verb("demo", demo, _("take a simulated cohort through the whole loop"))
    demo_verb.add_argument("--out", type=Path, metavar=_("PLACE"))
    demo_verb.add_argument(
        "--unit",
        action="append",
        default=[],
        metavar=_("UNIT"),
        help=_("only the assignments of this module or case, such as 01_needs; may be given more than once"),
    )

    verb("doctor", doctor, _("what this machine can do, with the remedy for what it cannot"))
    return top


@contextmanager
def into(place: Path | None) -> Iterator[None]:
    """Tell in one sentence that what somebody named with --out cannot be written."""
    try:
        yield
    except OSError as problem:
        named = Path(problem.filename or "").absolute()
        about = place and (named.parent == place.absolute().parent or named in place.absolute().parents)
        if not about and problem.errno != errno.ENOSPC:
            raise
        raise UserError(
            _(
                "{place} cannot be written ({why}): give --out another place, or make room there.",
                place=place or named,
                why=problem.strerror,
            )
        ) from problem


def require_instructor(verb: str) -> None:
    """Raise UserError where only a trainee's part of the packages is installed."""
    if importlib.util.find_spec("nbgrader") is None:
        raise UserError(
            _(
                "{verb} needs the instructor's part: run `make lab` in the checkout, or "
                "`pip install -e '.[analyst,instructor]'` there.",
                verb=verb,
            )
        )


def lab(arguments: argparse.Namespace) -> int:
    """Open JupyterLab on the trainee's workspace, or on the whole checkout for an instructor."""
    from servicelab.lab import launch
    from servicelab.lab.place import checkout_here, unpacked_bundle

    bundle_root = unpacked_bundle(Path.cwd())
    if bundle_root:
        if arguments.role == "instructor":
            raise UserError(_("This is a trainee's bundle: grading needs the course's repository, run it there."))
        if arguments.lang and arguments.lang != i18n.spoken():
            raise UserError(
                _("This bundle is in one language: ask your instructor for the one in {lang}.", lang=arguments.lang)
            )
        return open_workspace(bundle_root / "app" / "edition", bundle_root / "my-course", arguments.rest)
    root = checkout_here()
    require_instructor(arguments.verb)
    lang = arguments.lang or "en"
    if arguments.role == "instructor":
        print(
            _(
                "To mark written answers: menu Nbgrader, Formgrader. "
                "A course/*.md opens as a notebook; save with Ctrl-S."
            )
        )
        launch(
            root,
            role="instructor",
            language=lang,
            page="",
            config=[root / "grading"],
            arguments=arguments.rest,
        )
        return 0
    from servicelab import publish

    with i18n.use(lang):
        edition = publish.build("trainee", lang, root=root).path
        return open_workspace(edition, root / "workspace" / lang, arguments.rest)


def open_workspace(edition: Path, workspace: Path, arguments: Sequence[str]) -> int:
    """Deliver an edition into a trainee's folder and open it."""
    from servicelab.lab import launch
    from servicelab.publish.delivering import deliver

    delivery = deliver(edition, workspace)
    if delivery.beside:
        print(delivery.sentence())
    os.chdir(workspace)
    launch(
        workspace,
        role="trainee",
        language=i18n.language(),
        page="start.ipynb",
        edition=edition,
        arguments=arguments,
    )
    return 0


def build(arguments: argparse.Namespace) -> int:
    """Build one edition, or every edition of a language, or renew the catalogues."""
    from servicelab import publish
    from servicelab.grading.judgeable import judge
    from servicelab.lab.place import checkout_here
    from servicelab.publish.watching import Watch

    root = checkout_here()
    if arguments.update_catalogues:
        for line in publish.update_catalogues(root):
            print(line)
        return 0
    editions = ["trainee", "solved", "instructor"] if arguments.all else [arguments.edition]
    if arguments.all and arguments.out:
        raise UserError(_("--out names one folder and --all makes three: give one edition, or leave --out away."))
    if arguments.no_drafts:
        publish.refuse_drafts(root)
    # From before the first build: what is changed while it runs is built as well.
    watch = Watch(root) if arguments.watch else None
    for edition in editions:
        with into(arguments.out):
            report = publish.build(edition, arguments.lang, arguments.out, root=root, only=arguments.only, judge=judge)
        print(report.sentence(), flush=True)
    if watch:
        build_again(watch, root, arguments)
    return 0


def build_again(watch: Watch, root: Path, arguments: argparse.Namespace) -> None:
    """Build whenever a source has changed, each time in a Python that has not loaded the package's older code."""
    import subprocess

    again = [sys.executable, "-m", "servicelab", "build", "--lang", arguments.lang, "--only", arguments.only]
    again += ["--no-drafts"] if arguments.no_drafts else []
    again += ["--all"] if arguments.all else ["--edition", arguments.edition]
    again += ["--out", str(arguments.out.resolve())] if arguments.out else []
    for changed in watch.changes():
        print(_("Changed: {files}", files=", ".join(changed)), flush=True)
        # What a draft lacks was said at the beginning; what is wrong is said on stderr, all of it.
        said = subprocess.run(again, cwd=root, check=False, stdout=subprocess.PIPE, text=True).stdout
        print("\n".join(line for line in said.splitlines() if " is a draft and still lacks: " not in line), flush=True)


def new(arguments: argparse.Namespace) -> int:
    """Begin a unit in its own folder."""
    from servicelab.lab.place import checkout_here
    from servicelab.publish.newunit import new_unit

    root = checkout_here()
    folder = new_unit(root, arguments.kind, arguments.name).relative_to(root).as_posix()
    print(
        _(
            '{folder} is begun. Write over it; make test ARGS="--only {name}" tests it.',
            folder=folder,
            name=arguments.name,
        )
    )
    return 0


def look(arguments: argparse.Namespace) -> int:
    """Take a picture of every section."""
    from servicelab.lab.look import look as take_pictures
    from servicelab.lab.place import checkout_here

    print(_("The contact sheet is {file}.", file=take_pictures(checkout_here(), arguments.unit)))
    return 0


def data(arguments: argparse.Namespace) -> int:
    """Generate the firm's tables, check a folder of tables, or import a company's own."""
    with i18n.use(arguments.lang or i18n.language()):
        if arguments.action == "import":
            return data_import(arguments)
        if arguments.source is not None:
            extra = arguments.source
            raise UserError(
                _("data {verb} takes one name; {extra} is one too many.", verb=arguments.action, extra=extra)
            )
        actions = {"check": data_check, "generate": data_generate, "runs": data_runs}
        return actions[arguments.action](arguments)


def data_generate(arguments: argparse.Namespace) -> int:
    """Write the firm's tables, at any scale."""
    from servicelab import company

    out = arguments.out or arguments.directory or Path("datasets")
    made = company.generate(out, scale=arguments.scale, seed=arguments.seed, truth=arguments.truth, progress=True)
    print(made.sentence())
    return 0


def data_runs(arguments: argparse.Namespace) -> int:
    """Run the grids of `grading/runs/` on the true simulator, and write their outcomes."""
    try:
        from servicelab.company.generating.replicating import read_grids, run_grids
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("servicelab.company."):
            raise
        raise UserError(
            _("This installation has the finished tables only; make data with the instructor's one.")
        ) from error
    names = [str(arguments.directory)] if arguments.directory else []
    print(run_grids(read_grids(names), arguments.out or Path(DATASETS) / RUNS, progress=True).sentence())
    return 0


def data_check(arguments: argparse.Namespace) -> int:
    """Say what in a folder of tables does not fit; 1 when anything does not."""
    from servicelab import company
    from servicelab.company.tables.checking import in_words

    directory = arguments.directory or company.data_directory()
    findings = company.check(directory)
    if findings.empty:
        print(_("{folder}: every table fits its schema.", folder=directory))
        return 0
    for line in in_words(findings):
        print(line)
    raise UserError(
        _("{folder} does not fit (findings above: {n}): mend them and check again.", folder=directory, n=len(findings))
    )


def data_import(arguments: argparse.Namespace) -> int:
    """Turn a company's export into the course's tables; 1 when a row was set aside or anything was found."""
    from servicelab.company.importing import available, import_data
    from servicelab.company.tables.checking import in_words

    if arguments.directory is None or arguments.source is None or arguments.out is None:
        raise UserError(_("Say what to import by which mapping, and where to: data import MAPPING SOURCE --out DIR."))
    report = import_data(
        arguments.directory,
        arguments.source,
        arguments.out,
        keep_identifiers=arguments.keep_identifiers,
        key=arguments.key,
        max_mb=arguments.max_mb,
        progress=sys.stderr.isatty(),
    )
    for line in in_words(report.findings):
        print(line)
    if report.written:
        for sentence in available(arguments.out)["sentence"]:
            print(sentence)
    print(report.sentence(), file=sys.stdout if report.complete else sys.stderr)
    return 0 if report.complete else 1


def bundle(arguments: argparse.Namespace) -> int:
    """Make the trainee's zip."""
    from servicelab.lab.place import checkout_here
    from servicelab.publish.bundle import make_bundle

    with into(arguments.out):
        made = make_bundle(checkout_here(), arguments.lang, arguments.out, wheels=arguments.wheels)
    size = f"{made.stat().st_size / 1e6:.1f}"
    print(_("The bundle is {file} ({size} MB): send it, or put it on a share.", file=made, size=size))
    return 0


def release(arguments: argparse.Namespace) -> int:
    """Hand an assignment out."""
    from servicelab import grading

    due = grading.read_due(arguments.due) if arguments.due else None
    print(grading.release(arguments.assignment, course=grading.course_here(), due=due).sentence())
    return 0


def submit(arguments: argparse.Namespace) -> int:
    """Make the zip for an assignment of this workspace: what the Submit button does, for those with a terminal."""
    from servicelab.course.layout import TESTS, assignment_notebook
    from servicelab.lab.place import workspace_here
    from servicelab.learn.assignment import Assignment
    from servicelab.learn.paper import Paper
    from servicelab.learn.whereabouts import find_place, keep_student_id, student_id

    name = arguments.assignment
    notebook = assignment_notebook(name)
    root = workspace_here(Path.cwd())
    place = find_place("assignments", name, root)
    if not (place.folder / f"{notebook}.ipynb").is_file():
        raise UserError(
            _("{folder} has no assignment {name}: look into its assignments folder for the right name.",
              folder=root, name=name)
        )  # fmt: skip
    student = arguments.student or student_id(root)
    if not student:
        raise UserError(
            _("Whose work is it? Give your staff number: servicelab submit {name} --student NUMBER.", name=name)
        )
    task = (Paper if notebook in TESTS else Assignment)(place, name, notebook)
    if not arguments.sure and (doubts := task.doubts()):
        lines = "\n".join(f"  {doubt.says}" for doubt in doubts)
        raise UserError(_("Not handed in yet; look at this once more, or add --sure:") + f"\n{lines}")
    print(task.hand_in(keep_student_id(root, student)).text())
    return 0


def collect(arguments: argparse.Namespace) -> int:
    """Take submissions in; 1 when there is none to go on with."""
    from servicelab import grading

    report = grading.collect(arguments.assignment, arguments.inbox, course=grading.course_here())
    print(report.sentence())
    return 0 if report.usable else 1


def grade(arguments: argparse.Namespace) -> int:
    """Autograde what was collected; 1 when nothing could be graded."""
    from servicelab.grading import seats
    from servicelab.grading.run import ready

    # Both take as long as it takes this program to see what there is to grade.
    seats.prepare()
    if not arguments.unsealed:
        ready.prepare()
    from servicelab import grading

    course = grading.Course.at(arguments.course) if arguments.course else grading.course_here()
    report = grading.grade(
        arguments.assignment,
        course=course,
        workers=arguments.workers,
        students=arguments.student,
        again=arguments.again,
        unsealed=arguments.unsealed,
    )
    print(report.sentence())
    return 0 if report.usable else 1


def feedback(arguments: argparse.Namespace) -> int:
    """Write feedback pages; 1 when nobody has one."""
    from servicelab import grading

    report = grading.feedback(arguments.assignment, course=grading.course_here())
    print(report.sentence())
    return 0 if report.usable else 1


def export(arguments: argparse.Namespace) -> int:
    """Write the gradebook as CSV, and how the items of the tests did where somebody took them."""
    from servicelab import grading
    from servicelab.course.layout import TESTS

    course = grading.course_here()
    out = grading.export(course=course, out=arguments.out or Path("grades.csv"))
    said = _("The grades are in {file}.", file=out)
    if count := grading.unmarked(course):
        lacking = _(
            "{count} of the scores lack what a person has yet to give: needs_manual_grade says which.", count=count
        )
        said = i18n.together(said, lacking)
    print(said)
    if any([*course.submitted.glob(f"*/{name}")] for name in TESTS.values()):
        items = grading.write_items(grading.compare(course), out.with_name(f"{out.stem}-test-items.csv"))
        print(_("How each item of the tests before and after the course did is in {file}.", file=items))
    return 0


def tests(_arguments: argparse.Namespace) -> int:
    """Print what the tests before and after the course show."""
    from servicelab import grading

    print(grading.compare(grading.course_here()).sentence())
    return 0


def guesses(arguments: argparse.Namespace) -> int:
    """Keep a cohort's guesses in the unit's sources."""
    from servicelab import grading

    print(grading.keep_guesses(arguments.unit, arguments.cohort, course=grading.course_here()).sentence())
    return 0


def minutes(arguments: argparse.Namespace) -> int:
    """Print what a unit's sections take."""
    from servicelab import grading
    from servicelab.publish.editions import checkout
    from servicelab.publish.minutes import of_unit, table

    course = grading.course_here()
    print(table(of_unit(checkout(course.repository), arguments.unit, grading.spent(arguments.unit, course=course))))
    return 0


def demo(arguments: argparse.Namespace) -> int:
    """A simulated cohort through the whole loop; 1 when a score is not the one deserved."""
    from servicelab import grading

    with into(arguments.out):
        return grading.demo(arguments.out, units=arguments.unit)


def doctor(_arguments: argparse.Namespace) -> int:
    """Report on this machine; 1 when a trainee could not work on it."""
    from servicelab.lab.doctor import report

    return 0 if report() else 1
