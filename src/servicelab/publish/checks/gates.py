"""Gates between units and what they promise: they hold one thing against another, and nothing to hold is a failure.

What a unit lacks is a gap, called by gate and item. A gap that stands in `course/known_gaps.yml` is let through; one
that stands there and is found no more is itself a mistake. A draft's gaps are told, and stop nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from servicelab.course.declared import mistakes, read
from servicelab.course.deskfile import Desk
from servicelab.course.gapsfile import GapsFile, Gate
from servicelab.course.layout import COVERAGE, CURRICULUM, GAPS, GRADED
from servicelab.course.quizfile import QuizFile
from servicelab.publish.answers import can_judge, right_decisions
from servicelab.publish.checks.choices import desk_tells, distractors, echoes, tells
from servicelab.publish.checks.coverage import assessed, curriculum, unit_coverage
from servicelab.publish.checks.marking import Marking, rubrics, unmarked
from servicelab.publish.findings import Finding, Gap
from servicelab.publish.sources import Course, Unit
from servicelab.publish.yamlfile import YamlFile, yaml_source


class Look(NamedTuple):
    """What the gates found of a unit; and those that passed it over, since what they need cannot be read."""

    gaps: list[Gap]
    passed_over: set[Gate]


def gate_findings(course: Course) -> Iterator[Finding]:
    """The gaps of finished units that are not known, known gaps that are closed, and mistakes in what gates read."""
    marking = rubrics(course)
    yield from marking.findings
    known = yaml_source(course.root / GAPS, GAPS) if (course.root / GAPS).is_file() else YamlFile(GAPS, {})
    malformed = known.findings or [known.finding(at, "", *said) for at, *said in mistakes(GapsFile, known.data)]
    if malformed:
        yield from malformed
        return
    listed = [(gap.gate, gap.item) for gap in read(GapsFile, known.data).gaps]
    found, passed_over = set(), set()
    for unit in course.units.values():
        if not unit.draft:
            look = look_at(course, unit, marking)
            passed_over |= look.passed_over
            for gap in look.gaps:
                found.add((gap.gate, gap.item))
                if (gap.gate, gap.item) not in listed:
                    yield gap.finding
    for number, (gate, item) in enumerate(listed):
        if (gate, item) not in found and gate not in passed_over:
            problem = f"{item} has no gap at the gate “{gate}” any more"
            yield known.finding(("gaps", number), gate, problem, "Take the entry away: the list only gets shorter")


def draft_gaps(course: Course) -> Iterator[str]:
    """What each draft still lacks before it can be one no more, a sentence each."""
    marking = rubrics(course)
    for unit in course.units.values():
        if unit.draft:
            gaps = look_at(course, unit, marking).gaps
            lacking = [*(gap.finding for gap in gaps), *unit_coverage(course, unit)]
            yield from (f"{unit.id} is a draft and still lacks: {finding}" for finding in lacking)


def look_at(course: Course, unit: Unit, marking: Marking) -> Look:
    """Everything that one unit lacks, by each gate that finds its sources there and readable.

    What is missing or cannot be read is a mistake of its own, and is told by the check that reads it.
    """
    exercise = unit.documents.get("exercise")
    lists = not course.curriculum.findings and not course.coverage.findings
    asked = not unit.quiz.findings and not mistakes(QuizFile, unit.quiz.data)
    judged = asked and exercise is not None and can_judge(exercise)
    right, unjudged = right_decisions(unit) if judged else ({}, [])
    decided = judged and not unjudged
    quiz = read(QuizFile, unit.quiz.data) if asked else QuizFile()
    desk = unit.desk
    # Each looks only when it is asked for what it found.
    gates: list[tuple[Gate, bool, Iterator[Gap]]] = [
        ("curriculum", lists, _outside_the_curriculum(course, unit)),
        ("rubric", marking.whole and all(kind in unit.documents for kind in GRADED), unmarked(unit, marking.sound)),
        ("key", judged, (Gap("key", f"{unit.id}/{finding.place}", finding) for finding in unjudged)),
        ("distractor", decided and lists, distractors(course, unit, quiz, right)),
        ("tell", decided, tells(course, unit, quiz, right)),
        ("tell", desk is None or (not desk.findings and not mistakes(Desk, desk.data)), desk_tells(course, unit)),
        ("echo", asked and unit.read is not None, echoes(course, unit)),
    ]
    found = [gap for _gate, able, gaps in gates if able for gap in gaps]
    return Look(found, {gate for gate, able, _gaps in gates if not able})


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
