"""Memory that copies of a process share, in large pages: a copy begins and ends by the list of them."""

from __future__ import annotations

import ctypes
from pathlib import Path

from servicelab.grading.libc import LIBC

SIZE = 2 << 20
COLLAPSE = 25
"""Of `madvise`: to put what lies there into large pages now."""


def gather() -> None:
    """Have this process's memory lie in large pages, as far as the system does that.

    A copy of a process begins with a copy of the list of its pages, and ends with going through it. Where a large page
    is written later, only the small part that is written is copied.
    """
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        span, rights, _offset, _device, _inode, *name = line.split(maxsplit=5)
        if rights == "rw-p" and (not name or name == ["[heap]"]):
            begin, end = (int(each, 16) for each in span.split("-"))
            begin, end = -(-begin // SIZE) * SIZE, end // SIZE * SIZE
            if begin < end:
                # Older systems do not, and memory can be too scattered: nothing depends on it.
                LIBC.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), ctypes.c_int(COLLAPSE))
