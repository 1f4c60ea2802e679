"""A small workspace as a trainee has it, with a lesson and its two graded notebooks."""

import contextlib
import json
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

ONE = {
    "id": "q-one",
    "section": "s1",
    "kind": "choice",
    "prompt": "Which?",
    "options": [
        {"id": "a", "text": "This", "right": True, "because": "It is this."},
        {"id": "b", "text": "That", "because": "It is not that.", "misconception": "X01a"},
    ],
}
HALF = {
    "id": "ex-one",
    "section": "s2",
    "prompt": "Half of three?",
    "setup": "number = 3",
    "answer": "number / 2",
    "tolerance": 0.01,
    "hints": ["Divide."],
    "wrong": [{"when": "number * 2", "says": "That is twice."}],
    "solution": "half = 3 / 2",
}
QUIZ = {
    "quiz": [ONE],
    "recall": [{**ONE, "id": "r-one", "from": "00"}],
    "predictions": [{"id": "p-one", "prompt": "How many?", "unit": "%", "low": 0, "high": 100, "step": 1}],
    "exercises": [HALF],
}
KINDS = [{"id": "f", "text": "Functional"}, {"id": "e", "text": "Emotional"}]
DECISIONS = {
    "decisions": [
        {"id": "a-one", "prompt": "Which kind?", "options": KINDS},
        {"id": "a-two", "kind": "number", "prompt": "How many?", "low": 0, "high": 100, "unit": "people"},
    ]
}
DESK = {
    "id": "d", "title": "A call", "minutes": 5, "scene": "Thursday.", "start": "n1",
    "meters": [{"id": "trust", "name": "Trust", "start": 50}],
    "nodes": {
        "n1": {"customer": "Where is it?", "choices": [
            {"id": "a", "say": "I look.", "to": "good", "effect": {"trust": 20}, "because": "A fact."},
            {"id": "b", "say": "Sorry!", "to": "bad", "effect": {"trust": -20}, "because": "About nothing."},
        ]},
        "good": {"end": True, "outcome": "She thanks you.", "debrief": "Why.", "grade": "good"},
        "bad": {"end": True, "outcome": "She hangs up.", "debrief": "Why not.", "grade": "poor"},
    },
}  # fmt: skip

ASKED = ("kind", "spoken", "importance", "time", "level")
VOICES = {"voices": {"V1": {question: f"V1, {question}." for question in ASKED}}}


def write_notebook(path: Path, *cells) -> None:
    node = v4.new_notebook()
    for text, said in cells:
        if said is None:
            node.cells.append(v4.new_code_cell(text))
        else:
            node.cells.append(v4.new_markdown_cell(text, metadata={"servicelab": said} if said else {}))
    nbformat.write(node, path)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """The root of a workspace; the working directory is its lesson's folder."""
    root = tmp_path / "workspace"
    lesson, exercise = root / "lessons/01_needs", root / "assignments/01_needs"
    analysis = root / "assignments/01_needs_analysis"
    for folder in (lesson, exercise, analysis, root):
        folder.mkdir(parents=True, exist_ok=True)
        marker = {"edition": "trainee", "language": "en", "version": "0.1.0"}
        (folder / "edition.json").write_text(json.dumps(marker))
    (lesson / "quiz.json").write_text(json.dumps(QUIZ))
    (lesson / "desk.json").write_text(json.dumps(DESK))
    (lesson / "voices.json").write_text(json.dumps(VOICES))
    (exercise / "decisions.json").write_text(json.dumps(DECISIONS))
    write_notebook(
        lesson / "lesson.ipynb",
        ("# Needs analysis", {}),
        ("## 1 · Begin", {"section": "s1", "minutes": 5}),
        ('lesson.quiz("q-one")', None),
        ('lesson.predict("p-one")', None),
        ("## 2 · Analyse", {"section": "s2", "minutes": 10, "track": "analyst"}),
        ('lesson.check("ex-one", half)', None),
        ("## 3 · Talk", {"section": "s3", "minutes": 9}),
        ("lesson.desk()", None),
    )
    write_notebook(exercise / "exercise.ipynb", ("# Exercise", {}), ("task.submit()", None))
    write_notebook(analysis / "analysis.ipynb", ("# Analysis", {}))
    write_notebook(root / "start.ipynb", ("# Start", {}))
    monkeypatch.chdir(lesson)
    return root


@contextlib.contextmanager
def no_file_opens():
    """No file can be opened any more in this process: a read error that passes, as a virus scanner makes one."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
