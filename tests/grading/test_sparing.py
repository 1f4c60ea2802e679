"""What nbgrader does over and over is done once, and comes to the same."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator

from servicelab.grading import sparing

pytestmark = pytest.mark.grading


@pytest.fixture
def spared(monkeypatch: pytest.MonkeyPatch) -> type[Gradebook]:
    """nbgrader's gradebook as a process that seats are copies of has it, for one test."""
    from nbgrader import api

    for place, name in ((api, "create_engine"), (api.Gradebook, "__init__"), (jsonschema, "validate")):
        monkeypatch.setattr(place, name, getattr(place, name))
    for kept in (sparing._engines, sparing._compiled, sparing._dialects):
        monkeypatch.setattr(sparing, kept_name(kept), type(kept)())
    sparing.spare()
    return Gradebook


def kept_name(kept: Any) -> str:
    return next(name for name, value in vars(sparing).items() if value is kept)


def statements(book: Gradebook) -> list[str]:
    """Collect what a gradebook's database is asked from now on."""
    from sqlalchemy import event

    asked: list[str] = []
    event.listen(book.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    return asked


def test_a_gradebook_that_was_opened_before_is_opened_without_a_look_at_its_tables(
    spared: type[Gradebook], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with spared(url, "service") as first:
        first.add_student("lin")
        asked = statements(first)
    with spared(url, "service") as second:
        assert asked == []
        assert [each.id for each in second.students] == ["lin"]
        assert second.course_id == "service"
        second.add_student("zhao")
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as file:
        assert sorted(file.execute("SELECT id FROM student")) == [("lin",), ("zhao",)]
        assert file.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_another_gradebook_finds_statements_compiled_and_students_of_its_own(
    spared: type[Gradebook], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        with spared(f"sqlite:///{tmp_path / name}.db") as book:
            compiled = len(sparing._compiled)
            assert book.students == []
            book.add_student(name)
            assert [each.id for each in book.students] == [name]
            added = len(sparing._compiled) - compiled
        assert added == 0 if name == "two" else added > 0


def test_another_course_in_the_same_gradebook_is_made(spared: type[Gradebook], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    for course in ("spring", "autumn", "spring"):
        with spared(url, course) as book:
            assert book.course_id == course
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as file:
        assert sorted(file.execute("SELECT id FROM course")) == [("autumn",), ("spring",)]


FITS: dict[str, tuple[Any, Any]] = {
    "fits": ({"points": 1}, {"properties": {"points": {"type": "number"}}}),
    "fits not": ({"points": "1"}, {"properties": {"points": {"type": "number"}}}),
    "fits in two ways not": ({"a": 1}, {"required": ["b"], "properties": {"a": {"type": "string"}}}),
    "an older draft": ([1], {"$schema": "http://json-schema.org/draft-04/schema#", "items": {"type": "string"}}),
    "no schema": ({}, {"type": 7}),
}


@pytest.mark.parametrize("name", FITS)
def test_what_does_not_fit_is_told_as_jsonschema_tells_it(name: str) -> None:
    instance, schema = FITS[name]
    expected: Exception | None = None
    try:
        jsonschema.validate(instance, schema)
    except (jsonschema.ValidationError, jsonschema.SchemaError) as error:
        expected = error
    assert (expected is None) == (name == "fits")
    for _again in range(2):
        if expected is None:
            sparing.validate(instance, schema)
        else:
            with pytest.raises(type(expected)) as raised:
                sparing.validate(instance, schema)
            assert raised.value.message == expected.message


def test_nbgraders_own_schema_is_checked_once(spared: type[Gradebook], monkeypatch: pytest.MonkeyPatch) -> None:
    from nbformat.v4 import new_code_cell, new_notebook

    monkeypatch.setattr(sparing, "_validators", {})
    about = {"grade_id": "a", "grade": True, "solution": False, "locked": True, "points": 1, "task": False}
    cells = [
        new_code_cell(metadata={"nbgrader": {**about, "grade_id": name, "schema_version": 3}}) for name in ("a", "b")
    ]
    MetadataValidator().validate_nb(new_notebook(cells=cells))
    assert len(sparing._validators) == 1
    cells[1].metadata.nbgrader.points = "many"
    with pytest.raises(jsonschema.ValidationError, match="many"):
        MetadataValidator().validate_nb(new_notebook(cells=cells))
