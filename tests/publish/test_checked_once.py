"""Building and releasing a whole course checks its sources once, and again when one of them changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from servicelab.publish import content
from servicelab.publish.checks import course_findings
from servicelab.publish.content import Content, checked
from servicelab.publish.findings import Finding, SourceMistakes
from servicelab.publish.sources import Course


def test_a_course_is_checked_once_until_a_file_changes(copied_course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = []

    def counted(course: Course) -> list[Finding]:
        times.append(course.root)
        return course_findings(course)

    monkeypatch.setattr(content, "course_findings", counted)
    first = checked(copied_course, "en", strict=True)
    assert checked(copied_course, "en", strict=False) is first
    # What an edition is made of: in another language, and of one unit, it is checked already.
    for language, only in (("en", ""), ("zh", ""), ("zh", "01_needs")):
        Content(copied_course, language, strict=True, only=only)
    assert len(times) == 1
    lesson = copied_course / "course/modules/01_needs/lesson.md"
    lesson.write_text(lesson.read_text(encoding="utf-8") + "\n[nowhere](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(SourceMistakes, match=r"nowhere\.md"):
        checked(copied_course, "en", strict=True)
    with pytest.raises(SourceMistakes, match=r"nowhere\.md"):
        Content(copied_course, "en", strict=True, only="01_needs")
    # Of another unit's mistakes its author hears nothing.
    Content(copied_course, "en", strict=True, only="02_process")
    assert len(times) == 2
