"""Where code that is being graded is confined to: the machine's programs, the course's tables, and its own folder.

The system itself holds it there (Landlock: Linux 5.13 and later, without rights of any kind), for the kernel and for
whatever that starts, from before its first thread. So no submission reads what others handed in, the gradebook, the key
of an assignment or anything else of the instructor's, or writes outside of its own folders. Where the system cannot,
nothing is confined: `servicelab doctor`, the report of grading and docs/grades.md say so.

This file is also the program that starts such a kernel (`confining`): it confines itself and then becomes one.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from servicelab.grading.capabilities import ON_FILES, keep_held
from servicelab.grading.libc import LIBC, PR_SET_NO_NEW_PRIVS, checked, prctl
from servicelab.grading.refusing import refuse_calls

CREATE, ADD, RESTRICT = 444, 445, 446
"""The numbers of Landlock's three system calls, on every processor that Linux calls common."""
VERSION, BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FIRST = (1 << 13) - 1
"""Everything that the first version can forbid."""
MADE = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
"""To make a device, a socket, a pipe or a link: whoever comes by its name later is led elsewhere, or waits for ever."""
REFER, TRUNCATE = 1 << 13, 1 << 14
"""What the second and the third add: to move a file into another folder, and to cut one."""
READING = EXECUTE | READ_FILE | READ_DIR
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
"""What can be said of a file that is no folder."""
PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/nix", "/home/linuxbrew/.linuxbrew",
            "/var/cache/fontconfig")  # fmt: skip
"""Where systems keep programs, libraries and fonts; nothing in there is anybody's own."""
SYSTEM = (*PROGRAMS, "/etc", "/proc", "/sys", "/snap")
"""What a kernel reads beside its own: that, and what systems tell about themselves. What another process holds cannot
be read in /proc all the same: nobody looks out of a confinement into a process beside it."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
READS = 7
"""How the trial below ends where it is not confined."""
TRIED = f"""
import sys
from pathlib import Path
from servicelab.grading.confined import confine
course, own = map(Path, sys.argv[1:])
confine(course, [own])
import ipykernel, numpy, pandas, sqlite3, ssl
(own / "mine").write_text("mine")
try:
    (course / "secret").read_text()
except PermissionError:
    raise SystemExit(0)
raise SystemExit({READS})
"""
"""What a submission's Python must be able to do, and must not."""
LAUNCHERS = ("ipykernel_launcher", "ipykernel")
"""What a kernel's command starts by `-m`."""


class _Ruleset(ctypes.Structure):
    _fields_ = [("handled", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def version() -> int:
    """Return which version of Landlock this machine has; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_call(CREATE, None, ctypes.c_size_t(0), VERSION)))


def can_confine() -> bool:
    """Return whether code that is graded on this machine can be confined."""
    return version() > 0


def confine(course: Path, own: Iterable[Path], tables: Iterable[Path] = ()) -> None:
    """Confine this process, before it has a second thread, and everything that it starts.

    Parameters
    ----------
    course
        The course's folder: of it nothing is left in sight but what the next two name.
    own
        Folders that may be read and written.
    tables
        Folders and files that may be read, beside the machine's programs and the packages of this Python.

    Raises
    ------
    OSError
        The system does not do it.
    """
    system = [each for place in SYSTEM for each in _around(Path(place), course)]
    keep_to([*system, *packages(course), *tables], [*own, *map(Path, DEVICES)])


def keep_to(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Leave this process, and everything that it starts, only what is named of the disk; the administrator too.

    Raises
    ------
    OSError
        The system does not do it.
    """
    there = version()
    every = FIRST | (REFER if there > 1 else 0) | (TRUNCATE if there > 2 else 0)
    rules = _asked("make rules", CREATE, ctypes.byref(_Ruleset(every)), ctypes.c_size_t(8), 0)
    try:
        for allowed, paths in ((READING, readable), (every & ~MADE, writable)):
            for path in paths:
                _allow(rules, path, allowed & every)
        prctl(PR_SET_NO_NEW_PRIVS)
        keep_held(ON_FILES)
        refuse_calls()
        _asked("be confined", RESTRICT, rules, 0)
    finally:
        os.close(rules)


def confining(command: Sequence[str], course: Path, own: Iterable[Path], tables: Iterable[Path] = ()) -> list[str]:
    """Return the command that starts a kernel confined.

    Raises
    ------
    RuntimeError
        It is the command of a kernel that is not Python's: nothing of it would be confined.

    >>> confining(["python", "-m", "ipykernel_launcher", "-f", "x"], Path("/c"), [Path("/c/a")])[:3]
    ['python', '-m', 'servicelab.grading.confined']
    """
    for at, option in enumerate(command[:-1]):
        if option == "-m" and command[at + 1] in LAUNCHERS:
            told = json.dumps({"course": str(course), "own": [*map(str, own)], "tables": [*map(str, tables)]})
            # In braces stands what the command's own words are put in place of.
            return [*command[:at], "-m", "servicelab.grading.confined", told.encode().hex(), *command[at + 2 :]]
    raise RuntimeError(f"Kernel that cannot be confined: {command[:3]}")


def proof() -> str:
    """Return why code that is graded here is not confined as it should be; an empty string where it is."""
    from servicelab.i18n import _

    with tempfile.TemporaryDirectory(prefix="servicelab-") as room:
        course = Path(room).resolve()
        own = course / "own"
        own.mkdir()
        (course / "secret").touch()
        tried = subprocess.run(
            [sys.executable, "-P", "-c", TRIED, str(course), str(own)],
            cwd=own,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    if tried.returncode == READS:
        return _("code that is graded still reads what lies beside its folder")
    said = tried.stderr.strip().splitlines() or [f"exit {tried.returncode}"]
    return said[-1] if tried.returncode else ""


def packages(course: Path) -> Iterator[Path]:
    """Yield what this Python is made of, and where it finds what it imports; never a place that the course lies in."""
    places = (sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix, *sys.path)
    # A package that is worked on need not stand in one of them.
    for place in dict.fromkeys(Path(each).resolve() for each in [*places, str(Path(__file__).parents[1])] if each):
        if place != course and place not in course.parents:
            yield place


def _around(place: Path, course: Path) -> Iterator[Path]:
    """What is in a place and not in the course."""
    place = place.resolve()
    if place == course or course in place.parents:
        return
    if place not in course.parents:
        yield place
        return
    # What cannot be listed is not opened. A link may lead to the course, or to somebody's own.
    with suppress(OSError):
        for inner in place.iterdir():
            if not inner.is_symlink():
                yield from _around(inner, course)


def _allow(rules: int, path: Path, allowed: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        # Not every system has all of these.
        return
    try:
        about = _Beneath(allowed if path.is_dir() else allowed & OF_FILES, handle)
        _asked(f"open {path}", ADD, rules, BENEATH, ctypes.byref(about), 0)
    finally:
        os.close(handle)


def _call(number: int, *given: Any) -> int:
    done: int = LIBC.syscall(ctypes.c_long(number), *given)
    return done


def _asked(what: str, number: int, *given: Any) -> int:
    return checked(_call(number, *given), f"Landlock: {what}")


def main() -> None:
    """Become a kernel that is confined: what to is the first argument, the others are the kernel's."""
    told = json.loads(bytes.fromhex(sys.argv.pop(1)))
    confine(Path(told["course"]), map(Path, told["own"]), map(Path, told["tables"]))
    sys.argv[0] = LAUNCHERS[0]
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
