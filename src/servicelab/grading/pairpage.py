"""The page that who handed in the second test gets: both tests side by side, what is right, and where it was taught."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from servicelab.course.blueprintfile import UNKNOWN, Blueprint, Pair
from servicelab.course.declared import Text, read, replaced, texts
from servicelab.course.layout import READ, catalogue_path
from servicelab.errors import UserError
from servicelab.files.whole import whole_folder, write_whole
from servicelab.grading.collecting import nothing_collected
from servicelab.grading.comparing import AFTER, Comparison, Sat, items_of, sat_before_and_after
from servicelab.grading.course import Course
from servicelab.grading.language import spoken
from servicelab.grading.returned import Feedback
from servicelab.i18n import _, language, use
from servicelab.learn.outline import plain_heading
from servicelab.publish.catalogues import Catalogue, catalogue_file
from servicelab.publish.checks.coverage import curriculum
from servicelab.publish.sources import Course as Sources
from servicelab.publish.sources import Document, load_course


@dataclass(frozen=True)
class Shown:
    """One item as it was asked in one test: its words, what was answered, what is right."""

    when: str
    prompt: str
    answer: str
    right: str
    met: bool


def pair_pages(course: Course) -> Feedback:
    """Write the page of everybody who handed in the test after the course.

    Raises
    ------
    UserError
        Nobody handed it in, or the folder has no course sources.
    """
    folders = sorted(each for each in course.submitted.glob(f"[!.]*/{AFTER}") if each.is_dir())
    if not folders:
        raise UserError(nothing_collected(AFTER))
    items = items_of(course)
    assert course.repository is not None
    sources = load_course(course.repository)
    comparison = Comparison(items, *sat_before_and_after(course))
    # Once a language: a catalogue takes longer to read than a page to write.
    words = cache(lambda _language: (_worded(sources), _taught(sources)))
    pages: dict[str, Path] = {}
    failed: list[str] = []
    for folder in folders:
        who = folder.parent.name
        page = course.feedback / who / AFTER / "posttest.html"
        if who not in comparison.after:
            # What was handed in before is theirs no longer.
            page.unlink(missing_ok=True)
            failed.append(who)
            continue
        with use(spoken(folder)):
            text = render(who, comparison, *words(language()))
        pages[who] = page
        write_whole(pages[who], text)
    with whole_folder(course.pages / AFTER) as place:
        for who, page in pages.items():
            (place / f"{who}.html").write_bytes(page.read_bytes())
    absent = sorted({*comparison.before} - {*comparison.after} - {*failed})
    return Feedback(AFTER, tuple(pages.values()), tuple(failed), (), tuple(absent), course.pages / AFTER)


def render(who: str, comparison: Comparison, pairs: Mapping[str, Pair], taught: Callable[[str], str]) -> str:
    """Return somebody's page in the running language; `pairs` in its words, `taught` says where an id is taught."""
    tests = {
        when: sats[who] for when, sats in (("before", comparison.before), ("after", comparison.after)) if who in sats
    }
    said = {"before": _("Before the course"), "after": _("After the course")}
    count = {when: len(comparison.items.right(sat)) for when, sat in tests.items()}
    cards = [
        {
            "sides": [_side(said[when], sat, pair, comparison) for when, sat in tests.items()],
            "pictured": pair.area == "picture",
            "because": comparison.items.keys[pair.id].because[language()],
            "taught": next((place for key in pair.teaches if (place := taught(key))), ""),
        }
        for pair in pairs.values()
    ]
    words = {
        "title": _("Your two tests side by side"),
        "who": _("For {student}", student=who),
        "marks": _("They earn and cost no marks: they show how well the course teaches."),
        "right": _("right of {all}", all=len(pairs)),
        "missing": "" if "before" in tests else _("There is no test of yours from before the course."),
        "asked": _("Question {number}", number="{number}"),
        "answer": _("Your answer"),
        "key": _("Right is"),
        "why": _("Why"),
        "place": _("Taught in"),
        "pictured": _("The picture stands on the pages of your two tests."),
        "new": (
            ""
            if all(comparison.piloted(pair) for pair in pairs.values())
            else _("Some of these questions are new and not piloted: how hard they are, nobody knows yet.")
        ),
    }
    totals = [{"when": said[when], "count": number} for when, number in count.items()]
    return str(
        _template().render(words=words, cards=cards, totals=totals, language="zh-CN" if language() == "zh" else "en")
    )


def _side(when: str, sat: Sat, pair: Pair, comparison: Comparison) -> Shown:
    asked = pair.form(sat.form)
    options = {option.id: option.text for option in asked.options}
    key = comparison.items.keys[pair.id].form(sat.form)
    given = sat.answers.get(pair.id, "")
    unknown = _("I don't know yet") if given == UNKNOWN else _("left out")
    return Shown(when, asked.prompt, options.get(given, unknown), options[key], given == key)


def _worded(sources: Sources) -> dict[str, Pair]:
    """The pairs in the running language."""
    assert sources.blueprint is not None
    data = sources.blueprint.data
    if language() != "en":
        chinese = Catalogue(sources.root / catalogue_path("", "blueprint"))

        def change(text: Text) -> str:
            return chinese.translate(text.context, text.text)

        data = replaced(data, texts(Blueprint, data), change)
    return {pair.id: pair for pair in read(Blueprint, data).pairs}


def _taught(sources: Sources) -> Callable[[str], str]:
    """Where an id of the curriculum is taught, in one language: the module and the heading of its section."""
    modules = {key: str(item["module"]) for key, item in curriculum(sources).items()}
    covered = sources.coverage.data if isinstance(sources.coverage.data, dict) else {}

    def place(key: str) -> str:
        unit = sources.units.get(modules.get(key, ""))
        number = modules.get(key, "").split("_")[0]
        if unit is None or unit.read is None:
            return _("module {module}", module=number) if number else ""
        stated = covered.get(key, {}).get("taught") or [""]
        kind, _hash, cell = str(stated[0]).rpartition("/")[2].partition("#")
        title = _section(sources, unit.read, cell) if kind == READ[unit.kind] else ""
        if not title:
            return _("module {module}", module=number)
        # A heading may hold a quotation of its own.
        inner = title.translate(str.maketrans("“”", "‘’"))
        return _("module {module}, “{section}”", module=number, section=inner)

    return cache(place)


def _section(sources: Sources, document: Document, name: str) -> str:
    """The heading of the section in which a cell stands, in the running language; "" where there is none."""
    chinese = Catalogue(sources.root / catalogue_file(document))
    found = ""
    for cell in document.cells:
        if cell.metadata.get("section"):
            first = cell.source.strip().partition("\n")[0]
            found = plain_heading((chinese.translate(cell.name, first) if language() != "en" else first).lstrip("# "))
        if cell.name == name:
            return found
    return ""


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    places = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=places, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "tests.html.j2"
    )
