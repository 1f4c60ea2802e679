"""Executed editions: real kernels, outputs kept, right decisions given, and failures named by their cell."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from servicelab.publish import build
from servicelab.publish.answers import perfect_decisions
from servicelab.publish.findings import SourceMistakes
from servicelab.publish.sources import load_course

from .conftest import MODULE

Edit = Callable[[str, str, str], None]


def outputs(path: Path) -> dict[str, str]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return {c["id"]: "".join("".join(o.get("text", o.get("data", {}).get("text/plain", ""))) for o in c["outputs"])
            for c in cells if c["cell_type"] == "code"}  # fmt: skip


@pytest.mark.notebooks
def test_the_instructor_edition_is_the_solved_one_with_notes_to_print(bilingual: Path) -> None:
    report = build("instructor", "zh", root=bilingual)
    solved = report.path.parent / "solved-zh"
    assert outputs(solved / "lessons/01_demo/lesson.ipynb")["count"] == "42"
    assert outputs(solved / "assignments/01_demo_analysis/analysis.ipynb")["b-share-test"] == "3"
    lesson = "lessons/01_demo/lesson.ipynb"
    assert (report.path / lesson).read_bytes() == (solved / lesson).read_bytes()
    assert not (solved / "teaching").exists()
    for folder in (solved, report.path):
        sheets = [path.relative_to(folder).as_posix() for path in folder.rglob("*.answers.json")]
        assert sheets == ["assignments/01_demo/exercise.answers.json"]
    assert outputs(report.path / "teaching/01_demo/instructor.ipynb")["show-belief"] == "an apology alone: 2.1 <b>\n"
    page = (report.path / "teaching/01_demo/instructor.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert "<title>Needs, in short: teaching notes（译）</title>" in page
    assert "an apology alone: 2.1 &lt;b&gt;" in page
    assert not re.search(r"<script|<link|<iframe|@import|url\(|https?://", page), "the page fetches something"


@pytest.mark.notebooks
def test_a_cell_that_fails_or_writes_to_stderr_is_named(course_root: Path, edit: Edit) -> None:
    edit(f"{MODULE}/lesson.md", "answer = math.prod([6, 7])", "answer = math.prod([6, seven])")
    edit(f"{MODULE}/exercise.md", ":name: a-decide\n", ":name: a-decide\nimport sys; print('x', file=sys.stderr)\n")
    with pytest.raises(SourceMistakes) as caught:
        build("solved", "en", root=course_root)
    named = {(f.file, f.place, f.problem) for f in caught.value.findings}
    assert named == {
        (f"{MODULE}/lesson.md", "count", "the cell does not run: NameError: name 'seven' is not defined"),
        (f"{MODULE}/exercise.md", "a-decide", "the cell writes to stderr, which nbgrader scores 0"),
    }
    assert not (course_root / "build" / "solved-en").exists()


def decided(root: Path) -> dict[str, object]:
    return perfect_decisions(load_course(root).units["01_demo"])


def test_the_right_decisions_are_what_the_hidden_tests_accept(course_root: Path, edit: Edit) -> None:
    assert decided(course_root) == {"a-voice": "functional", "a-many": ["one", "two"]}
    edit(f"{MODULE}/quiz.yml", "", "  - {id: a-share, kind: number, prompt: How many?, low: 0, high: 1, step: 0.25}\n")
    edit(
        *(f"{MODULE}/exercise.md", 'assert sorted(decisions["a-many"] or []) == ["one", "two"]\n### END HIDDEN TESTS'),
        'points = len({"one", "three"} & set(decisions["a-many"] or [])) / 2\n### END HIDDEN TESTS\n'
        'points if 0.4 < decisions["a-share"] < 0.6 else 0',
    )
    assert decided(course_root) == {"a-voice": "functional", "a-many": ["one", "three"], "a-share": 0.5}


def test_a_decision_that_no_test_judges_is_named(course_root: Path, edit: Edit) -> None:
    edit(f"{MODULE}/quiz.yml", "", "  - {id: a-idle, prompt: Why?, options: [{id: x, text: X}, {id: y, text: Y}]}\n")
    with pytest.raises(SourceMistakes, match=r"quiz\.yml.*a-idle.*no test judges this decision"):
        decided(course_root)


def test_a_test_that_no_answer_passes_is_named(course_root: Path, edit: Edit) -> None:
    edit(f"{MODULE}/exercise.md", '{"functional", "never-an-option"}', '{"never-an-option"}')
    with pytest.raises(SourceMistakes, match=r"exercise\.md.*a-voice-test.*no answer to a-voice earns all the points"):
        decided(course_root)


@pytest.mark.notebooks
def test_a_kernel_that_ended_before_it_said_a_word_is_started_again(
    course_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does whose port another program has taken meanwhile."""
    starts = tmp_path / "starts"
    program = tmp_path / "starting.py"
    program.write_text(
        f"import os, pathlib, runpy, sys\nstarts = pathlib.Path({str(starts)!r})\n"
        "with starts.open('a') as told:\n    told.write('.')\n"
        "if starts.stat().st_size % 2:\n    os._exit(1)\n"
        "runpy.run_module('ipykernel_launcher', run_name='__main__')\n"
    )
    spec = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, str(program), "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    # One at a time, so that the first of each two starts is the one that ends.
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    build("solved", "en", root=course_root)
    assert starts.stat().st_size >= 4
    assert starts.stat().st_size % 2 == 0
