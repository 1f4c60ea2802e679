"""For the tests that nbgrader ships: one template for all of them, and Alembic asked once.

A pytest plugin (`-p warm`), so that nothing of those tests is changed. nbgrader asks another program which
version the tables of a new gradebook have, a second each time; every one of those tests makes a new one.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import nbgrader.api
import pytest

from servicelab.grading.run.ready import begun, tell


@pytest.fixture(scope="session", autouse=True)
def warm() -> Iterator[None]:
    nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)
    with begun() as reached:
        tell(reached)
        yield
