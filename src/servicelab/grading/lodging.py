"""A home for one kernel: what a submission leaves in it, no other submission finds."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from servicelab.course.handin import LARGEST_NOTEBOOK
from servicelab.course.layout import DATASETS, PACKAGE
from servicelab.files.whole import write_whole
from servicelab.grading.course import course_of
from servicelab.i18n import catalogue
from servicelab.learn.whereabouts import read_regular

TOLD = frozenset({
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
    "PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "PYTHONHASHSEED",
    "LANG", "LANGUAGE", "TZ",
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    # By this a notebook knows that it is being graded.
    "NBGRADER_EXECUTION",
    # Without these, no program starts on Windows.
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
})  # fmt: skip
"""The variables that a submission gets: what a kernel needs to start and to speak. Everything else is somebody's own,
and no list of secrets would know what they call theirs."""
SUBMITTED, NOTEBOOK = "submitted", ".ipynb"
SPOKEN = "LC_"
"""What the others of its language begin with."""


@contextmanager
def lodging() -> Iterator[Path]:
    """Make a folder that only its owner may enter, and remove it with everything in it afterwards."""
    home = Path(tempfile.mkdtemp(prefix="servicelab-"))
    try:
        for name in ("tmp", "matplotlib"):
            (home / name).mkdir(mode=0o700)
        _bring_fonts(home / "matplotlib")
        yield home
    finally:
        clear(home)


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder for rooms, and remove it with everything in it afterwards."""
    place = Path(tempfile.mkdtemp(prefix="servicelab-"))
    try:
        yield place
    finally:
        clear(place)


@contextmanager
def left_as_it_was(folder: Path) -> Iterator[None]:
    """Give a submission's folder back its files after code ran in it: what one run leaves there, no other one finds."""
    before = dict(_files(folder))
    held = {path: path.read_bytes() for path, ours in before.items() if ours}
    try:
        yield
    finally:
        for path in [path for path, _ours in _files(folder) if path not in before]:
            with suppress(OSError):
                path.unlink()
        for path, content in held.items():
            with suppress(OSError):
                if not path.is_file() or path.is_symlink() or path.read_bytes() != content:
                    write_whole(path, content)
        kept = {folder, *(folder / each for path in before for each in path.relative_to(folder).parents)}
        for inner in [each for place in kept for each in _inside(place) if each not in kept]:
            if inner.is_dir() and not inner.is_symlink():
                clear(inner)


def handed_in(place: Path, name: Path) -> Path:
    """Where a file of a submission stands as it was handed in."""
    return course_of(place) / SUBMITTED / place.parent.name / place.name / name


def bring_own_notebooks(place: Path) -> None:
    """Put back the notebooks as they were handed in, while code runs there: nbgrader put hidden tests into them."""
    for path, ours in list(_files(place)):
        if ours and path.suffix == NOTEBOOK:
            try:
                content = read_regular(handed_in(place, path.relative_to(place)), LARGEST_NOTEBOOK)
            except OSError:
                path.unlink()
            else:
                write_whole(path, content)


def _files(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Every file in a folder, and whether it is one that can be kept; links are never followed."""
    for path in _below(folder):
        if path.is_symlink() or not path.is_dir():
            yield path, path.is_file() and not path.is_symlink()


def readable(place: Path) -> list[Path]:
    """Return what a submission may read beside its own: the firm's tables, a person's fonts, the course's Chinese."""
    checkout = Path(__file__).resolve().parents[3]
    tables = [folder / DATASETS for folder in (*place.parents, checkout) if (folder / DATASETS / PACKAGE).is_file()]
    # Of a list of fonts, matplotlib believes every line.
    fonts = [Path.home() / name for name in (".fonts", ".local/share/fonts")]
    # Of a checkout's translations this one file: others hold those of answers.
    chinese = [each for each in [catalogue()] if each]
    return [each.resolve() for each in (*tables, *fonts, *chinese) if each.exists()]


def environment(home: Path) -> dict[str, str]:
    """Return what a kernel is told of this process's environment, with a person's own folders pointing into `home`."""
    kept = {name: value for name, value in os.environ.items() if name in TOLD or name.startswith(SPOKEN)}
    temporary = str(home / "tmp")
    return {
        **kept,
        # Whatever lies beside a notebook, no module is taken from there.
        "PYTHONSAFEPATH": "1",
        "HOME": str(home),
        "USERPROFILE": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTER_DATA_DIR": str(home / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary),
    }


def _bring_fonts(folder: Path) -> None:
    """Copy matplotlib's list of fonts, which it would take every kernel seconds to make again."""
    cache = Path(os.environ.get("MPLCONFIGDIR") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "matplotlib")
    with suppress(OSError, RuntimeError):
        for path in cache.expanduser().glob("fontlist-*.json"):
            shutil.copy(path, folder)


def clear(home: Path) -> None:
    """Remove a home that is there, whatever its submission gave to what is in it: modes, or more folders in each other
    than Python goes; touch nothing outside of it.

    What cannot be removed even so stays, behind 0700.
    """
    numbers = itertools.count()
    with suppress(OSError):
        home.chmod(0o700)
    moved = True
    while moved:
        moved = False
        for each in _inside(home):
            is_folder = each.is_dir() and not each.is_symlink()
            for inner in _inside(each) if is_folder else ():
                with suppress(OSError):
                    # One step up, so that no path gets longer than the system takes.
                    _take_out(inner, home / f".{next(numbers)}-{secrets.token_hex(4)}")
                    moved = True
            with suppress(OSError):
                each.rmdir() if is_folder else each.unlink()
                moved = True
    with suppress(OSError):
        home.rmdir()


def _inside(folder: Path) -> list[Path]:
    """What is in a folder, which is opened for that."""
    with suppress(OSError):
        folder.chmod(0o700)
        return list(folder.iterdir())
    return []


def _take_out(path: Path, place: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.chmod(0o700)
        path.rename(place)
    else:
        path.unlink()


def _below(folder: Path) -> Iterator[Path]:
    """Everything in a folder and in the folders in it, as far as the system takes their paths; no link is followed."""
    waiting = [folder]
    while waiting:
        with suppress(OSError):
            for path in waiting.pop().iterdir():
                if path.is_dir() and not path.is_symlink():
                    waiting.append(path)
                yield path
