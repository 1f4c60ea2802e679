"""The contact sheet: what it needs, and what stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from servicelab.errors import UserError
from servicelab.lab.look import SIZES, Shot, look, sheet
from servicelab.publish.newunit import new_unit


def test_without_a_browser_it_is_one_sentence(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="look needs Chromium: install it") as told:
        look(root)
    assert "\n" not in str(told.value)


def test_a_title_is_words_and_no_markup() -> None:
    made = sheet("trial", [Shot("lessons/trial/lesson.ipynb", "zh", 390, 1, "<b>1 · 开场</b>", b"jpeg")])
    assert "&lt;b&gt;1 · 开场" in made
    assert "<b>" not in made


@pytest.mark.browser
def test_every_section_in_both_widths(copied_course: Path, chromium: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new unit: its lesson has an overview and three sections. Another language costs as much."""
    monkeypatch.setattr("servicelab.lab.look.LANGUAGES", ("zh",))
    new_unit(copied_course, "case", "trial")
    made = look(copied_course, "trial").read_text(encoding="utf-8")
    assert made.count('src="data:image/jpeg;base64,/9j/') == made.count("<figure>")
    for page, sections in (("lesson", 4), ("exercise", 4), ("analysis", 2)):
        part = made.split(f"/{page}.ipynb</h2>")[1].split("<h2>")[0]
        assert part.count("<figure>") >= sections * len(SIZES), page
        assert {part.count(f"· zh · {width} px</figcaption>") for width in SIZES} == {part.count("<figure>") // 2}
