"""Everything that makes a source unfit to be published, found at once: file, line, cell, remedy."""

from __future__ import annotations

from servicelab.course.layout import GRADED
from servicelab.publish.checks.cells import cell_findings
from servicelab.publish.checks.coverage import coverage_findings, curriculum_findings, settings_findings
from servicelab.publish.checks.gates import gate_findings
from servicelab.publish.checks.graded import graded_findings
from servicelab.publish.checks.houserules import policy_findings
from servicelab.publish.checks.pairs import pair_findings
from servicelab.publish.checks.questions import (
    desk_findings,
    guess_findings,
    placing_findings,
    question_findings,
    voice_findings,
)
from servicelab.publish.checks.readers import text_findings
from servicelab.publish.findings import Finding
from servicelab.publish.glossary import glossary_findings
from servicelab.publish.interface import interface_findings
from servicelab.publish.sources import Course

__all__ = ["course_findings"]


def course_findings(course: Course) -> list[Finding]:
    """Every mistake in the sources of a course, sorted by file and line."""
    found = list(course.findings)
    found += settings_findings(course)
    found += curriculum_findings(course)
    found += glossary_findings(course)
    found += policy_findings(course)
    for document in course.documents:
        found += cell_findings(course, document)
        if document.kind in GRADED:
            found += graded_findings(document)
    for unit in course.units.values():
        found += question_findings(course, unit)
        found += desk_findings(course, unit)
        found += voice_findings(course, unit)
        found += placing_findings(unit)
        found += guess_findings(unit)
    found += text_findings(course)
    found += coverage_findings(course)
    found += gate_findings(course)
    found += pair_findings(course)
    found += interface_findings(course.root / "src" / "servicelab", course.root)
    return sorted(set(found))
