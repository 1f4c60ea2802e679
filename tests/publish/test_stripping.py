"""What is stripped is what nbgrader strips: our trainee edition against the release nbgrader makes of our source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from servicelab.learn.code_tasks import code_tasks
from servicelab.publish import TEXT_STUB, build_source, nbgrader_settings

from .conftest import FIXTURE, MODULE

ASSIGNMENTS = {"01_demo": "exercise", "01_demo_analysis": "analysis"}


@pytest.fixture(scope="module")
def released(bilingual: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An nbgrader course in which both assignments were released by `nbgrader generate_assignment`."""
    from nbgrader.converters.generate_assignment import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    course = tmp_path_factory.mktemp("grading")
    for assignment in ASSIGNMENTS:
        build_source(assignment, course / "source" / assignment, root=bilingual)
        settings = nbgrader_settings()
        settings.CourseDirectory.root = str(course)
        settings.CourseDirectory.assignment_id = assignment
        settings.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"
        GenerateAssignment(coursedir=CourseDirectory(config=settings), config=settings).start()
    return course


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def release(course: Path, assignment: str) -> Any:
    return read(course / "release" / assignment / f"{ASSIGNMENTS[assignment]}.ipynb")


def edition(folder: Path, assignment: str) -> Any:
    return read(folder / "assignments" / assignment / f"{ASSIGNMENTS[assignment]}.ipynb")


@pytest.mark.grading
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_our_edition_is_nbgraders_release(assignment: str, released: Path, editions: dict[str, Path]) -> None:
    theirs, ours = release(released, assignment), edition(editions["en"], assignment)
    assert [cell.id for cell in ours.cells] == [cell.id for cell in theirs.cells]
    assert any("checksum" in cell.metadata.get("nbgrader", {}) for cell in ours.cells)
    for mine, other in zip(ours.cells, theirs.cells, strict=True):
        assert mine.source == other.source
        assert mine.metadata.get("nbgrader") == other.metadata.get("nbgrader")
        if "nbgrader" in mine.metadata:
            for key in ("deletable", "editable"):
                assert mine.metadata.get(key) == other.metadata.get(key)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_graded_cells_are_the_same_in_both_languages(assignment: str, editions: dict[str, Path]) -> None:
    graded = [
        [(cell.id, cell.source, cell.metadata) for cell in edition(folder, assignment).cells if locked_or_answer(cell)]
        for folder in editions.values()
    ]
    assert graded[0]
    assert graded[0] == graded[1]


def locked_or_answer(cell: Any) -> bool:
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("locked") or meta.get("solution") or meta.get("grade"))


@pytest.mark.grading
def test_an_untouched_chinese_answer_scores_nothing(released: Path, editions: dict[str, Path]) -> None:
    from nbgrader.preprocessors import OverwriteCells
    from nbgrader.utils import determine_grade

    for assignment, name in ASSIGNMENTS.items():
        submitted = edition(editions["zh"], assignment)
        facts = {"notebook": name, "assignment": assignment, "db_url": f"sqlite:///{released / 'gradebook.db'}"}
        graded, _ = OverwriteCells().preprocess(submitted, {"nbgrader": facts})
        answers = [
            c for c in graded.cells if c.metadata.get("nbgrader", {}).get("grade") and c.metadata.nbgrader.solution
        ]
        assert answers
        for cell in answers:
            assert determine_grade(cell) == (0, cell.metadata.nbgrader["points"])
            cell.source += "\n您好！"
            assert determine_grade(cell)[0] is None, "an answer that was written waits for a person"


def test_the_stub_is_bilingual_and_the_only_thing_in_the_cell(editions: dict[str, Path]) -> None:
    for folder in editions.values():
        answer = next(cell for cell in edition(folder, "01_demo").cells if cell.id == "c-letter")
        assert answer.source == TEXT_STUB == "YOUR ANSWER HERE · 请在此作答"


def test_every_shape_of_secret_is_gone(editions: dict[str, Path]) -> None:
    for folder in editions.values():
        found = {cell.id: cell.source for name in ASSIGNMENTS for cell in edition(folder, name).cells}
        assert found["b-share"].endswith("# YOUR CODE HERE\n    raise NotImplementedError()")
        assert found["b-count"] == "# YOUR CODE HERE\nraise NotImplementedError()"
        assert found["a-many-test"] == ""
        assert "never-an-option" not in found["a-voice-test"]
        assert "Three points" not in found["d-plan"]
        assert not any(word in text for text in found.values() for word in ("BEGIN ", "END SOL", "END HID", "END MARK"))


def test_the_source_has_what_the_release_has_not(bilingual: Path, tmp_path: Path) -> None:
    path = build_source("01_demo", tmp_path, root=bilingual)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["decisions.json", "exercise.ipynb"]
    source = {cell.id: cell.source for cell in read(path).cells}
    assert "never-an-option" in source["a-voice-test"]
    assert "Dear Ms Tang" in source["c-letter"]
    assert "译" not in "".join(source.values())
    assert json.loads((tmp_path / "decisions.json").read_text("utf-8"))["decisions"][0]["id"] == "a-voice"
    assert (FIXTURE / MODULE / "exercise.md").is_file()


def test_what_was_delivered_is_begun_by_nobody(editions: dict[str, Path], released: Path) -> None:
    """Whether a trainee gets the edition or what nbgrader released; and a line above the stub begins a task."""
    name = "01_demo_analysis"
    for notebook in (*(edition(folder, name) for folder in editions.values()), release(released, name)):
        assert [task.begun for task in code_tasks(notebook)] == [False, False]
        number = next(cell for cell in notebook.cells if cell.id == "b-count")
        assert "raise NotImplementedError" in number.source
        number.source = f"rows = rows[:2]\n{number.source}"
        assert [task.begun for task in code_tasks(notebook)] == [False, True]
