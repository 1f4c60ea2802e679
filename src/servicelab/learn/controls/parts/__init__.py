"""What two views share: client code that is put before a view's own file, as the house's is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from servicelab.widgets.house import Interactive

FOLDER = Path(__file__).parent
View = TypeVar("View", bound=type[Interactive])


def with_part(name: str) -> Callable[[View], View]:
    """A class decorator that gives a view the functions of the file `name` beside this one."""
    code = (FOLDER / name).read_text(encoding="utf-8")

    def add(view: View) -> View:
        view._esm = f"{code}\n{view._esm}"
        return view

    return add
