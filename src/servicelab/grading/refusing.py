"""Calls to the system that code which is graded does not get: a filter of its own, beside the rules of `confined`.

Landlock decides who opens, makes, moves and removes a file. Whoever cannot open one could still take everybody's right
to it, the instructor's too, if it is of the same account: then nobody's work is graded any more. And whoever leaves the
group of processes that a kernel begins is not ended with it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform

FILTER_CALLS, BY_PROGRAM = 22, 2
"""Of `prctl`: from now on calls are filtered, by a program of Berkeley's old packet filter."""
LOAD, IS, REACHES, ANSWER = 0x20, 0x15, 0x35, 0x06
NUMBER, PROCESSOR = 0, 4
"""Where a call's number and the processor that it was written for stand in what the program reads."""
ALLOWED, ERROR = 0x7FFF0000, 0x00050000
OTHER_NUMBERS = 0x40000000
"""From here on the common processor knows the same calls by other numbers."""
ATTRIBUTES = (463, 466, 469)
"""setxattrat, removexattrat and file_setattr, which every processor knows by the same number."""
QUIET = {
    "x86_64": (90, 91, 268, 452, 92, 93, 94, 260, 132, 235, 261, 280, 188, 189, 190, 197, 198, 199, *ATTRIBUTES,
               109, 112),
    "aarch64": (52, 53, 452, 54, 55, 88, 5, 6, 7, 14, 15, 16, *ATTRIBUTES, 154, 157),
}  # fmt: skip
"""Who may read a file, whose it is, its dates and attributes (chmod, chown, utime, setxattr and their likes); to leave
the group of processes (setpgid, setsid). These are answered as if they had been done: what copies a file asks for them
after copying, and needs none."""
REFUSED = {"x86_64": (76, 425), "aarch64": (45, 425)}
"""To cut a file by its name, which Landlock's first versions let pass (truncate); what works past a filter (io_uring)."""
PROCESSORS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


class _Step(ctypes.Structure):
    _fields_ = [("does", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("with_", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step))]


def refuse_calls() -> None:
    """Have this process and everything that it starts do without these calls; it must have no second thread yet.

    On a processor whose calls stand in no list here nothing is refused.

    Raises
    ------
    OSError
        The system does not do it.
    """
    machine = platform.machine()
    if machine not in PROCESSORS:
        return
    steps = _steps(machine)
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    if ctypes.CDLL(None, use_errno=True).prctl(FILTER_CALLS, BY_PROGRAM, ctypes.byref(program), 0, 0):
        code = ctypes.get_errno()
        raise OSError(code, f"{os.strerror(code)} (seccomp)")


def _steps(machine: str) -> list[_Step]:
    refused = ERROR | errno.EPERM
    return [
        _Step(LOAD, 0, 0, PROCESSOR),
        # Calls that were written for another processor have other numbers.
        _Step(IS, 1, 0, PROCESSORS[machine]),
        _Step(ANSWER, 0, 0, refused),
        _Step(LOAD, 0, 0, NUMBER),
        _Step(REACHES, 0, 1, OTHER_NUMBERS),
        _Step(ANSWER, 0, 0, refused),
        *(
            step
            for numbers, answer in ((QUIET[machine], ERROR), (REFUSED[machine], refused))
            for number in numbers
            for step in (_Step(IS, 0, 1, number), _Step(ANSWER, 0, 0, answer))
        ),
        _Step(ANSWER, 0, 0, ALLOWED),
    ]
