"""A source is parsed once, however many there are and however many editions are built of them."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

from servicelab.publish.sources import read_document

TEXT = """---
kernelspec: {{name: python3, display_name: Python 3}}
servicelab: {{module: 01_demo, kind: lesson, title: "Lesson {number}"}}
---

+++ {{"name": "scene"}}

Hello.
"""


def test_a_hundred_sources_are_parsed_a_hundred_times(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    whole = jupytext.reads
    monkeypatch.setattr(jupytext, "reads", lambda text, **how: (parsed.append(text), whole(text, **how))[1])
    for _edition in range(2):
        for number in range(100):
            document = read_document(TEXT.format(number=number), Path("lesson.md"), "lesson.md")
            assert (document.title, document.cells[0].source) == (f"Lesson {number}", "Hello.")
    assert len(parsed) == 100
