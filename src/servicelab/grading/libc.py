"""Linux's own calls that Python has no words for, by the names that their manual gives them."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

LIBC: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
"""Loaded once, before any fork: looking it up again takes a millisecond."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 8, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38


def checked(result: int, what: str) -> int:
    """Return what a call returned.

    Raises
    ------
    OSError
        The system refused it, for its own reason; `what` names the call.
    """
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{os.strerror(code)} ({what})")
    return result


def prctl(what: int, value: int = 1, more: int = 0) -> None:
    """Set one property of this process.

    Raises
    ------
    OSError
        The system refuses it.
    """
    checked(LIBC.prctl(ctypes.c_int(what), *map(ctypes.c_ulong, (value, more, 0, 0))), f"prctl {what}")
