"""Notebooks that were run before with the same code and the same data: taken, not run again."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

from servicelab.course.layout import DATASETS, TRANSLATIONS
from servicelab.files.whole import write_whole
from servicelab.publish.stamp import State, files

KEPT = "build/cache/notebooks"
MEANT = ("src/servicelab/", f"{DATASETS}/", f"{TRANSLATIONS}/servicelab.po", "requirements-instructor.lock")
"""Beginnings of the paths of what a notebook can call or read besides its own tree."""


class Executed:
    """The kept notebooks of a checkout; `sources` is the state of what is built from, as the stamp has it."""

    def __init__(self, root: Path, sources: State) -> None:
        self._folder = root / KEPT
        meant = {name: state[2] for name, state in sorted(sources.items()) if name.startswith(MEANT)}
        self._basis = [sys.version, meant]

    def key(self, tree: Path, path: str, unit: str) -> str:
        """The name of a notebook that is about to be run: what it is, and all that it can read of its unit's files.

        A start page, which belongs to no unit, can read every unit's.
        """
        mine = {unit, f"{unit}_analysis", Path(path).parent.name}
        reads = {}
        for file in files(tree):
            place = file.relative_to(tree)
            if place.suffix in (".json", ".ipynb") and (not unit or len(place.parts) == 1 or mine & {*place.parts}):
                reads[place.as_posix()] = hashlib.blake2b(file.read_bytes()).hexdigest()
        said = json.dumps([path, self._basis, reads], sort_keys=True)
        return hashlib.blake2b(said.encode(), digest_size=20).hexdigest()

    def take(self, key: str, target: Path) -> bool:
        """Put the notebook that was run in the place of the one that was not; False when there is none."""
        kept = self._folder / f"{key}.ipynb"
        if not kept.is_file():
            return False
        shutil.copyfile(kept, target)
        return True

    def keep(self, key: str, notebook: Path) -> None:
        """Keep a notebook that ran without a mistake."""
        write_whole(self._folder / f"{key}.ipynb", notebook.read_bytes())
