"""The tests before and after the course: items in pairs, keys that ship with none of them, notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath

from servicelab.course.blueprintfile import FORMS, MINUTES, Blueprint, Form, Keys, Pair
from servicelab.course.declared import Declared, Text, mistakes, read, texts
from servicelab.course.deskfile import Desk
from servicelab.course.layout import BLUEPRINT, TEST_KEYS, TESTS, catalogue_path
from servicelab.course.placingfile import PlacingFile
from servicelab.course.quizfile import QuizFile
from servicelab.course.voicesfile import VoicesFile
from servicelab.learn.outline import asked_in
from servicelab.publish.catalogues import Catalogue, catalogue_file, document_messages
from servicelab.publish.checks.choices import CHINESE, TELLING, TOKENS, longest, runs
from servicelab.publish.checks.coverage import id_findings, known_ids
from servicelab.publish.findings import Finding
from servicelab.publish.sources import CODE, Course, Document
from servicelab.publish.yamlfile import YamlFile


def pair_findings(course: Course) -> Iterator[Finding]:
    """What is wrong in the tests: nothing where the course has none."""
    source, keys = course.blueprint, course.keys
    tests = course.tests
    for kind in TESTS:
        for document in [each for each in tests if each.kind == kind][1:]:
            yield Finding(document.file, 0, "", f"the course has another {kind} already", "Keep one of the two")
    if source is None:
        if tests or keys:
            yield Finding(BLUEPRINT, 0, "", "the tests have no items", "Write them in pairs")
        return
    if keys is None:
        yield Finding(
            TEST_KEYS, 0, "", "the items of the tests have no keys", f"Write one for each pair of {BLUEPRINT}"
        )
        return
    if source.findings or keys.findings:
        return
    wrong = [
        *(source.finding(at, _pair_at(source, at), *said) for at, *said in mistakes(Blueprint, source.data)),
        *(keys.finding(at, str(at[1]) if len(at) > 1 else "", *said) for at, *said in mistakes(Keys, keys.data)),
    ]
    yield from wrong
    if wrong:
        return
    pairs, right = read(Blueprint, source.data).pairs, read(Keys, keys.data)
    ids = known_ids(course)
    for number, pair in enumerate(pairs):
        yield from id_findings(
            BLUEPRINT, source.line("pairs", number, "teaches"), pair.id, "teaches", list(pair.teaches), ids
        )
    unkeyed = list(_key_findings(source, keys, pairs, right))
    yield from unkeyed
    if not unkeyed:
        yield from _telling(course, source, pairs, right)
    yield from _echoing(course, source)
    for document in tests:
        yield from _notebook_findings(document, [pair.id for pair in pairs])


def _pair_at(source: YamlFile, at: tuple[str | int, ...]) -> str:
    """The id of the pair that a mistake is in."""
    found = source.data
    for step in at[:2]:
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return str(found.get("id", "")) if isinstance(found, Mapping) else ""


def _key_findings(source: YamlFile, keys: YamlFile, pairs: tuple[Pair, ...], right: Keys) -> Iterator[Finding]:
    """A key for each pair and for nothing else, and each names an option."""
    known = {pair.id for pair in pairs}
    for name in right.keys:
        if name not in known:
            yield keys.finding(("keys", name), name, f"no pair is called {name}", f"Take one from {BLUEPRINT}")
    for number, pair in enumerate(pairs):
        key = right.keys.get(pair.id)
        if key is None:
            yield source.finding(("pairs", number), pair.id, "nothing says what is right", f"Write it in {TEST_KEYS}")
            continue
        for form in FORMS:
            options = [option.id for option in pair.form(form).options]
            if key.form(form) not in options:
                problem = f"form {form} has no option {key.form(form)}"
                yield keys.finding(("keys", pair.id, form), pair.id, problem, f"Use {', '.join(options)}")


def _telling(course: Course, source: YamlFile, pairs: tuple[Pair, ...], right: Keys) -> Iterator[Finding]:
    """A form in which whoever takes the longest option does well."""
    chinese = Catalogue(course.root / catalogue_path("", "blueprint"))
    for form in FORMS:
        for language in TOKENS:
            shown = {pair.id: _words(pair, form, language, chinese) for pair in pairs}
            if language == "zh" and not CHINESE.search("".join(t for says in shown.values() for t in says.values())):
                continue
            telling = [key for key, says in shown.items() if longest(says) == {right.keys[key].form(form)}]
            if len(telling) > TELLING * len(pairs):
                problem = f"the right option is the longest in {len(telling)} of {len(pairs)} items of form {form}"
                remedy = "Write each wrong option as a colleague would say it, at the same length"
                yield source.finding(("pairs",), "", f"{problem} ({language}: {', '.join(telling)})", remedy)


def _words(pair: Pair, form: Form, language: str, chinese: Catalogue) -> dict[str, str]:
    return {
        option.id: option.text
        if language == "en"
        else chinese.translate(f"{pair.id}.{form}.{option.id}.text", option.text)
        for option in pair.form(form).options
    }


def _echoing(course: Course, source: YamlFile) -> Iterator[Finding]:
    """Items that share words in a row with what any unit says or asks: they would be recognised, not solved."""
    listed = list(texts(Blueprint, source.data))
    own = Catalogue(course.root / catalogue_path("", "blueprint"))
    for language in TOKENS:
        said = _said(course, language)
        found: set[str] = set()
        for text in listed:
            pair = str(source.data["pairs"][text.path[1]]["id"])
            for run in runs([text], own, language):
                if run in said and pair not in found:
                    found.add(pair)
                    problem = f"“{run}” stands in {said[run]} as well ({language})"
                    yield source.finding(text.path, pair, problem, "Ask it in other words, of another firm")


def _said(course: Course, language: str) -> dict[str, str]:
    """Every run of words in what trainees read and are asked in any unit, and the source that it stands in."""
    found: dict[str, str] = {}
    catalogue = cache(lambda file: Catalogue(course.root / file))
    for document in course.documents:
        if document.kind not in (*TESTS, "instructor", "start"):
            words = [Text((), message.context or "", message.text) for message in document_messages(document)]
            found |= dict.fromkeys(runs(words, catalogue(catalogue_file(document)), language), document.file)
    for unit in course.units.values():
        sources: tuple[tuple[YamlFile | None, type[Declared]], ...] = (
            (unit.quiz, QuizFile),
            (unit.desk, Desk),
            (unit.voices, VoicesFile),
            (unit.placing, PlacingFile),
        )
        for source, kind in sources:
            if source is not None:
                chinese = catalogue(catalogue_path(unit.id, PurePosixPath(source.file).stem))
                found |= dict.fromkeys(runs(texts(kind, source.data), chinese, language), source.file)
    return found


def _notebook_findings(document: Document, wanted: list[str]) -> Iterator[Finding]:
    """A test asks each item once, and its sections take what a test may take."""
    asked = [key for cell in document.cells if cell.kind == CODE for key in asked_in(cell.source)]
    for key in wanted:
        if asked.count(key) != 1:
            problem = f"the item {key} is asked {asked.count(key)} times"
            yield Finding(document.file, 0, key, problem, f'Write test.ask("{key}") once')
    for key in sorted(set(asked) - set(wanted)):
        yield Finding(document.file, 0, key, f"{BLUEPRINT} has no pair {key}", "Take the cell away")
    minutes = sum(float(cell.metadata.get("minutes", 0)) for cell in document.cells)
    if minutes != MINUTES:
        problem = f"the sections take {minutes:g} minutes together"
        yield Finding(document.file, 0, "", problem, f"A test takes {MINUTES}: say so, or cut it")
