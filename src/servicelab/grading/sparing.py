"""Having nbgrader do once, in this process and in its copies, what it otherwise does over and over.

For each submission it opens the gradebook ten times, each time with an engine of its own that looks for each table and
compiles each statement anew, and it checks its own schema of a cell's metadata for every cell: a third of what grading
costs beside the cells. Only the process that seats are forked from does this, so that a gradebook which is removed
and made again meanwhile is none of theirs.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from nbgrader import api
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import scoped_session, sessionmaker

_compiled: dict[Any, Any] = {}
_dialects: list[Any] = []
_engines: dict[tuple[str, str], Engine] = {}
_validators: dict[str, Any] = {}
_first_opened = api.Gradebook.__init__


def engine_of(url: str, **about: Any) -> Engine:
    """Return an engine for a gradebook; what another one of this process has compiled for SQLite it finds compiled.

    A statement is compiled for a dialect, so they have it in common. Another database's knows its server: each has its
    own.
    """
    made = create_engine(url, **about)
    if made.dialect.name != "sqlite":
        return made
    if _dialects:
        made = Engine(made.pool, _dialects[0], made.url)
    else:
        _dialects.append(made.dialect)
    made.update_execution_options(compiled_cache=_compiled)
    return made


def opened(book: Any, db_url: str, course_id: str = "default_course", authenticator: Any = None) -> None:
    """Open a gradebook as nbgrader's own `Gradebook` is opened; what was made sure of before is not looked at again."""
    engine = _engines.get((db_url, course_id))
    if engine is None:
        _first_opened(book, db_url, course_id, authenticator)
        _engines[db_url, course_id] = book.engine
        return
    book.engine = engine
    book.db = scoped_session(sessionmaker(autoflush=True, bind=engine, future=True))
    book.course_id, book.authenticator = course_id, authenticator


def validate(instance: Any, schema: Any, cls: Any = None) -> None:
    """Do as `jsonschema.validate`; a schema that was found sound is not checked again.

    Raises
    ------
    jsonschema.ValidationError
        The instance does not fit.
    jsonschema.SchemaError
        The schema is none.

    >>> validate({"points": 1}, {"properties": {"points": {"type": "number"}}})
    """
    text = json.dumps([str(cls), schema])
    if text not in _validators:
        kind = cls or jsonschema.validators.validator_for(schema)
        kind.check_schema(schema)
        _validators[text] = kind(schema)
    error = jsonschema.exceptions.best_match(_validators[text].iter_errors(instance))
    if error is not None:
        raise error


def spare() -> None:
    """Have nbgrader use these."""
    api.create_engine = engine_of
    api.Gradebook.__init__ = opened
    jsonschema.validate = validate
