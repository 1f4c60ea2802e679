"""For the tests that nbgrader ships: one template for all of them, and what nbgrader does over and over done once.

A pytest plugin (`-p warm`), so that nothing of those tests is changed. nbgrader asks another program which
version the tables of a new gradebook have, a second each time; every one of those tests makes a new one. It compiles
each statement anew whenever it opens a gradebook (860 times here), and checks its own schema with every cell: our
grading processes are spared that, and these tests are by the same two functions. Which gradebook is whose stays
nbgrader's own business: tests remove theirs and make it again.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import jsonschema
import nbgrader.api
import pytest

from servicelab.grading import sparing
from servicelab.grading.run.ready import begun, tell


@pytest.fixture(scope="session", autouse=True)
def warm() -> Iterator[None]:
    nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)
    nbgrader.api.create_engine = sparing.engine_of
    jsonschema.validate = sparing.validate
    with begun() as reached:
        tell(reached)
        yield
