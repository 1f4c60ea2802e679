"""What changes in the sources while an author writes, asked for by looking: that works on every disk and system."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from servicelab.publish.stamp import inputs

PAUSE = 0.5


class Watch:
    """The sources as they were when this was made, and what has changed since."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = _state(root)

    def changes(self) -> Iterator[list[str]]:
        """The files that changed, relative to the checkout, each time that some did and none does any more.

        An editor writes a file in several steps, and a branch that is switched is many files: what is given is at rest.
        """
        while True:
            found = _state(self._root)
            while found != self._known and (later := self._after()) != found:
                found = later
            changed = sorted(name for name in {*self._known, *found} if self._known.get(name) != found.get(name))
            self._known = found
            if changed:
                yield changed
            else:
                time.sleep(PAUSE)

    def _after(self) -> dict[str, tuple[int, int]]:
        time.sleep(PAUSE)
        return _state(self._root)


def _state(root: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file that a build reads; one that is gone between two looks counts as gone."""
    found = {}
    for path in inputs(root, executed=True):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        found[path.relative_to(root).as_posix()] = (state.st_size, state.st_mtime_ns)
    return found
