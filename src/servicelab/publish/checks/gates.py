"""Gates between units and what they promise: they hold one thing against another, and nothing to hold is a failure.

What a unit lacks is a gap, called by gate and item. A gap that stands in `course/known_gaps.yml` is let through; one
that stands there and is found no more is itself a mistake. A draft's gaps are told, and stop nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from servicelab.course.declared import mistakes, read
from servicelab.course.gapsfile import GapsFile
from servicelab.course.layout import COVERAGE, CURRICULUM, GAPS
from servicelab.course.quizfile import LISTS, QuizFile
from servicelab.course.rubricfile import Rubric
from servicelab.publish.answers import perfect_decisions
from servicelab.publish.checks.choices import distractors, echoes, tells
from servicelab.publish.checks.coverage import assessed, curriculum, unit_coverage
from servicelab.publish.checks.marking import rubrics, unmarked
from servicelab.publish.findings import Finding, Gap, SourceMistakes
from servicelab.publish.sources import Course, Unit, relative
from servicelab.publish.yamlfile import YamlFile, read_yaml


def gate_findings(course: Course, already: Sequence[Finding] = ()) -> Iterator[Finding]:
    """The gaps of finished units that are not known, known gaps that are closed, and mistakes in what gates read.

    `already` is what is wrong in the sources: a gate that stumbles over such a mistake says nothing more about it.
    """
    marking, wrong = rubrics(course)
    yield from wrong
    known = read_yaml(course.root / GAPS, GAPS) if (course.root / GAPS).is_file() else YamlFile(GAPS, {})
    malformed = known.findings or [known.finding(at, "", *said) for at, *said in mistakes(GapsFile, known.data)]
    if malformed:
        yield from malformed
        return
    listed = [(gap.gate, gap.item) for gap in read(GapsFile, known.data).gaps]
    found = set()
    for unit in course.units.values():
        if not unit.draft:
            for gap in gaps_or_none(course, unit, marking, already):
                found.add((gap.gate, gap.item))
                if (gap.gate, gap.item) not in listed:
                    yield gap.finding
    for number, (gate, item) in enumerate(listed):
        if (gate, item) not in found:
            problem = f"{item} has no gap at the gate “{gate}” any more"
            yield known.finding(("gaps", number), gate, problem, "Take the entry away: the list only gets shorter")


def gaps_or_none(course: Course, unit: Unit, marking: Sequence[Rubric], already: Sequence[Finding]) -> Sequence[Gap]:
    """What a unit lacks; nothing where its own sources are too broken to be held against anything."""
    try:
        return list(gaps(course, unit, marking))
    except Exception:
        folder = relative(unit.folder, course.root)
        if any(finding.file.startswith(f"{folder}/") for finding in already):
            return []
        raise


def draft_gaps(course: Course) -> Iterator[str]:
    """What each draft still lacks before it can be one no more, a sentence each."""
    marking, _wrong = rubrics(course)
    for unit in course.units.values():
        if unit.draft:
            lacking = [*(gap.finding for gap in gaps(course, unit, marking)), *unit_coverage(course, unit)]
            yield from (f"{unit.id} is a draft and still lacks: {finding}" for finding in lacking)


def gaps(course: Course, unit: Unit, marking: Sequence[Rubric]) -> Iterator[Gap]:
    """Everything that one unit lacks; nothing for one whose questions cannot be read, which is a mistake already."""
    if "exercise" not in unit.documents or unit.quiz.findings:
        return
    if any(mistakes(LISTS[name], item) for name, _index, item in unit.items()):
        return
    yield from _outside_the_curriculum(course, unit)
    yield from unmarked(unit, marking)
    try:
        right = perfect_decisions(unit)
    except SourceMistakes as wrong:
        yield from (Gap("key", f"{unit.id}/{finding.place}", finding) for finding in wrong.findings)
        return
    quiz = read(QuizFile, unit.quiz.data)
    yield from distractors(course, unit, quiz, right)
    yield from tells(course, unit, quiz, right)
    yield from echoes(course, unit)


def _outside_the_curriculum(course: Course, unit: Unit) -> Iterator[Gap]:
    """A module teaches topics of the curriculum; in a case something of it is assessed."""
    if unit.kind == "module" and not any(item["module"] == unit.id for item in curriculum(course).values()):
        line = course.curriculum.line("topics")
        problem = f"no topic of the curriculum belongs to {unit.id}"
        finding = Finding(CURRICULUM, line, unit.id, problem, f"Write its topics, with `module: {unit.id}`")
        yield Gap("curriculum", unit.id, finding)
    if unit.kind == "case" and not any(reference.startswith(f"{unit.id}/") for _key, reference in assessed(course)):
        problem = f"nothing of the curriculum is assessed in {unit.id}"
        remedy = f'Write "{unit.id}/exercise#…" at an id that the case calls for'
        yield Gap("curriculum", unit.id, Finding(COVERAGE, course.coverage.line(), unit.id, problem, remedy))
