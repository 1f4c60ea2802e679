"""The template that this process's submissions are run by: its own, or the one of the program that started it."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from servicelab.grading.lodging import environment, lodging
from servicelab.grading.run.conducting import Reached, Template
from servicelab.grading.run.system import is_linux

MODULES = (
    "servicelab.company", "servicelab.learn", "servicelab.learn.assignment", "servicelab.learn.controls.submit",
    "servicelab.learn.fetching", "servicelab.models", "servicelab.plot", "servicelab.widgets",
)  # fmt: skip
"""What the notebooks of this course import beside what every service course does."""
UNSEALED = "SERVICELAB_UNSEALED"
"""The variable by which somebody has submissions run by kernels, as stock nbgrader does."""

_told: list[Reached | None] = []
_begun: list[tuple[Template, ExitStack]] = []


def tell(reached: Reached | None) -> None:
    """Have this process's submissions run by a template that runs already, or by kernels where there is none."""
    _told[:] = [reached]


def prepare() -> None:
    """Begin a template before anybody knows what for; it ends with this program, or with whoever uses it."""
    if _begun or _told or not is_linux() or os.environ.get(UNSEALED):
        return
    end = ExitStack()
    # What a kernel would be told of this process's environment, and nothing of its own home.
    home = end.enter_context(lodging())
    template = end.enter_context(Template(environment(home), lodging=home))
    _begun.append((template, end))
    atexit.register(end.close)


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
def begun(
    *, tables: Sequence[str] = (), modules: Sequence[str] = (), unsealed: bool = False
) -> Iterator[Reached | None]:
    """Run a template that has read some tables and imported some modules; where one was told, it is that one.

    It gives None where nothing can be shut in, or where somebody wants kernels.
    """
    if unsealed or not is_linux() or os.environ.get(UNSEALED):
        yield None
        return
    if _told:
        yield _told[0]
        return
    prepare()
    template, end = _begun.pop()
    # Whoever grades on and on would be told of each at its end.
    atexit.unregister(end.close)
    with end:
        reached = template.reached([*MODULES, *modules], tables)
        yield reached if reached.level != "none" else None
