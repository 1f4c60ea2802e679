"""The template that this process's submissions are run by: its own, or the one of the program that started it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from servicelab.grading.lodging import environment, lodging
from servicelab.grading.run.conducting import Reached, template
from servicelab.grading.run.system import is_linux

MODULES = ("servicelab.company", "servicelab.learn", "servicelab.models", "servicelab.plot", "servicelab.widgets")
"""What the notebooks of this course import beside what every service course does."""
UNSEALED = "SERVICELAB_UNSEALED"
"""The variable by which somebody has submissions run by kernels, as stock nbgrader does."""

_told: list[Reached | None] = []


def tell(reached: Reached | None) -> None:
    """Have this process's submissions run by a template that runs already, or by kernels where there is none."""
    _told[:] = [reached]


@contextmanager
def told(reached: Reached | None) -> Iterator[None]:
    """Have everything that is graded meanwhile be run by a template that runs already: several assignments by one."""
    before = list(_told)
    tell(reached)
    try:
        yield
    finally:
        _told[:] = before


@contextmanager
def ready() -> Iterator[Reached | None]:
    """Give the template to use, started for this once if nothing was told; None where kernels run submissions."""
    if _told:
        yield _told[0]
        return
    with begun() as reached:
        yield reached


@contextmanager
def begun(*, tables: Sequence[str] = (), unsealed: bool = False) -> Iterator[Reached | None]:
    """Run a template that has read some tables; None where nothing can be shut in, or where somebody wants kernels.

    Where one runs already and was told, it is that one.
    """
    if unsealed or not is_linux() or os.environ.get(UNSEALED):
        yield None
        return
    if _told:
        yield _told[0]
        return
    # What a kernel would be told of this process's environment, and nothing of its own home.
    with lodging() as home, template(environment(home), MODULES, tables) as reached:
        yield reached if reached.level != "none" else None
