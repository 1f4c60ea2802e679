"""Releasing a whole course checks its sources once, and again when one of them changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from servicelab.publish.content import checked
from servicelab.publish.findings import SourceMistakes


def test_a_course_is_checked_once_until_a_file_changes(copied_course: Path) -> None:
    first = checked(copied_course, "en", strict=True)
    assert checked(copied_course, "en", strict=False) is first
    lesson = copied_course / "course/modules/01_needs/lesson.md"
    lesson.write_text(lesson.read_text(encoding="utf-8") + "\n[nowhere](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(SourceMistakes, match=r"nowhere\.md"):
        checked(copied_course, "en", strict=True)
