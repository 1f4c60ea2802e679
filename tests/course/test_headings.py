"""Headings are read in one pass, however a text was made to hold that up."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from servicelab.course.headings import LONGEST, heading, headings


def test_marks_levels_and_what_is_no_heading() -> None:
    text = "#no\n# \n# One ##\n#### Four # five\n####### seven\n  # indented\n#\tTab"
    assert list(headings(text)) == ["One", "Four # five", "Tab"]
    assert list(headings(text, deepest=1)) == ["One", "Tab"]
    assert heading("text") == ""


def test_a_comment_in_code_is_no_heading() -> None:
    text = (
        "```python\n# not one\n~~~\n# nor this\n```\n## Part C\n~~~\n# nor this\n```\n~~~~\n# Last\n```\n# never closed"
    )
    assert list(headings(text)) == ["Part C", "Last"]


def test_a_long_line_is_cut_and_looked_at_once() -> None:
    """Five thousand blanks between two words took a third of a second, and twice as many four times that."""
    line = "# a" + " " * 2_000_000 + "b"
    assert heading(line) == "a"
    assert len(heading("# " + "x" * 1000)) == LONGEST


@given(st.text(alphabet="# \tab\n", max_size=60))
def test_as_the_plain_rule_says(text: str) -> None:
    """Line by line: one to six marks, blanks, and something that is no blank."""
    told = []
    for line in text.split("\n"):
        found = re.match(r"(#{1,6})([ \t]+)(.*)", line)
        if found and found[3].strip(" \t"):
            told.append(found[3].rstrip().rstrip("#").rstrip())
    assert list(headings(text)) == told
