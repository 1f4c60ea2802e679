"""What an administrator may do, given up for good: code that is graded by one would open other processes by it."""

from __future__ import annotations

import ctypes

from servicelab.grading.libc import LIBC, PR_CAPBSET_DROP, checked

VERSION = 0x20080522
"""The version of the kernel's own list of them."""
KINDS = ("effective", "permitted", "inheritable")
ON_FILES = (1 << 5) - 1
"""Of that list: whose a file is and who may read it, which some folders of a container are worked in by."""
READ_AS_OWNER = 1 << 2
"""Of that list: to read what may be read here, whoever owns it."""


class _About(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("process", ctypes.c_int)]


class _Capabilities(ctypes.Structure):
    # Of the first 32, and of what came later.
    _fields_ = [(f"{more}{name}", ctypes.c_uint32) for more in ("", "more_") for name in KINDS]


def keep_capabilities(kept: int) -> None:
    """Give up all but what the bits of `kept` name; what a program could get back by its file's rights as well.

    Raises
    ------
    OSError
        The system does not do it.
    """
    # One by one, until there is none further.
    number = 0
    while LIBC.prctl(ctypes.c_int(PR_CAPBSET_DROP), *map(ctypes.c_ulong, (number, 0, 0, 0))) == 0:
        number += 1
    _set(_Capabilities(effective=kept, permitted=kept))


def keep_held(kept: int) -> None:
    """Give up all but what the bits of `kept` name and this process has.

    Raises
    ------
    OSError
        The system does not do it.
    """
    held = _Capabilities()
    checked(LIBC.capget(ctypes.byref(_About(VERSION, 0)), ctypes.byref(held)), "capget")
    for name in KINDS:
        setattr(held, name, getattr(held, name) & kept)
        setattr(held, f"more_{name}", 0)
    _set(held)


def _set(held: _Capabilities) -> None:
    checked(LIBC.capset(ctypes.byref(_About(VERSION, 0)), ctypes.byref(held)), "capset")
