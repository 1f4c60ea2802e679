"""Is a built tree what its sources would give? Answered from file sizes and times in milliseconds, by content in doubt.

The stamp stands beside the tree, not in it: times differ from machine to machine, built trees do not. Nothing here
imports Jupytext or nbgrader, since `make lab` asks every time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from servicelab.course.layout import DATASETS, HOME, RUBRICS, TEST_KEYS, TRANSLATIONS
from servicelab.files.whole import write_whole

FORMAT = 1
SKIPPED = {"__pycache__", ".ipynb_checkpoints", ".jupyter_cache"}
# What decides how an unexecuted tree looks; an executed one depends on the whole package.
UNEXECUTED = (
    "src/servicelab/publish",
    "src/servicelab/files",
    "src/servicelab/course",
    "src/servicelab/learn/code_tasks.py",
    "src/servicelab/learn/written.py",
    "src/servicelab/i18n.py",
    "src/servicelab/__init__.py",
)
EXECUTED = ("src/servicelab",)
ALWAYS = (HOME, RUBRICS, TEST_KEYS, DATASETS, TRANSLATIONS, "requirements-instructor.lock")

State = dict[str, list[Any]]


def inputs(root: Path, *, executed: bool) -> Iterator[Path]:
    """Every file that a build reads."""
    for name in (*ALWAYS, *(EXECUTED if executed else UNEXECUTED)):
        place = root / name
        yield from files(place) if place.is_dir() else ([place] if place.is_file() else [])


def files(folder: Path) -> Iterator[Path]:
    """The files under a folder, caches and hidden ones left out, in no particular order."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in SKIPPED or entry.name.startswith(".") or entry.name.endswith(".pyc"):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from files(Path(entry.path))
            else:
                yield Path(entry.path)


def stamp_path(out: Path) -> Path:
    """Where the stamp of the tree `out` stands."""
    return out.with_name(f".{out.name}.stamp.json")


def lock_path(out: Path) -> Path:
    """The lock of whoever builds the tree `out`; others wait until it is theirs."""
    return out.with_name(f".{out.name}.lock")


def fresh(out: Path, root: Path, about: dict[str, Any], *, executed: bool) -> bool:
    """Whether `out` was built from exactly these sources with these options and is still whole."""
    try:
        stamp = json.loads(stamp_path(out).read_text(encoding="utf-8"))
        if stamp["format"] != FORMAT or stamp["about"] != about or not _whole(out, stamp["outputs"]):
            return False
        return _same(root, list(inputs(root, executed=executed)), stamp["inputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def sources_state(root: Path, *, executed: bool) -> State:
    """Size, time and content hash of every input; taken before a build reads them."""
    return {_key(path, root): _state(path) for path in inputs(root, executed=executed)}


def times_of(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Size and time of every file that a checked course may come from, the whole package among them."""
    return tuple(sorted((_key(path, root), *_quick(path)) for path in inputs(root, executed=True)))


def write_stamp(out: Path, about: dict[str, Any], sources: State) -> None:
    """Say what `out` was built from."""
    outputs = {_key(path, out): _quick(path) for path in files(out)}
    stamp = {"format": FORMAT, "about": about, "inputs": sources, "outputs": outputs}
    write_whole(stamp_path(out), json.dumps(stamp))


def built_from(out: Path) -> State:
    """Return the state of what a tree was built from that is fresh."""
    stated: State = json.loads(stamp_path(out).read_text(encoding="utf-8"))["inputs"]
    return stated


def _same(root: Path, found: list[Path], known: State) -> bool:
    if len(found) != len(known):
        return False
    for path in found:
        before = known.get(_key(path, root))
        if before is None:
            return False
        # A checkout or a touch changes the time and not the content.
        if _quick(path) != before[:2] and _digest(path) != before[2]:
            return False
    return True


def _whole(out: Path, outputs: State) -> bool:
    return all(_quick(out / name) == state for name, state in outputs.items())


def _key(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _quick(path: Path) -> list[Any]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns]


def _state(path: Path) -> list[Any]:
    return [*_quick(path), _digest(path)]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()
