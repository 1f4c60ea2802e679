"""Calls to the system that code which is graded does not get: a filter of its own, beside the rules of `confined`.

Landlock decides who opens, makes, moves and removes a file. Whoever cannot open one could still take everybody's right
to it, the instructor's too, if it is of the same account: then nobody's work is graded any more. Whoever leaves the
group of processes that a kernel begins is not ended with it. And whoever reaches the network, or a program of the
instructor's that takes orders by a socket, needs no file.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence

from servicelab.grading.libc import PR_SET_SECCOMP, prctl

BY_PROGRAM = 2
"""How calls are filtered from now on: by a program of Berkeley's old packet filter."""
LOAD, MASK, IS, HAS, REACHES, ANSWER = 0x20, 0x54, 0x15, 0x45, 0x35, 0x06
NUMBER, PROCESSOR, GIVEN = 0, 4, 16
"""Where in what the program reads a call's number stands, the processor that it was written for, and what is given
along, eight bytes each."""
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
SHARED = {
    "x86_64": (29, 30, 31, 68, 69, 70, 71, 64, 65, 220, 66, 240, 241, 248, 249, 250),
    "aarch64": (194, 196, 195, 186, 189, 188, 187, 190, 193, 192, 191, 180, 181, 217, 218, 219),
}
"""What stays in memory when its maker has ended, and is open to all programs of an account: shared memory, queues and
semaphores (shmget, msgget, semget, mq_open and what goes with each), keys (add_key, request_key, keyctl)."""
REFUSED = {"x86_64": (76, 425, 42, *SHARED["x86_64"]), "aarch64": (45, 425, 203, *SHARED["aarch64"])}
"""To cut a file by its name (truncate), which Landlock's first versions let pass; io_uring, which works past a filter;
to reach anybody who waits for callers (connect); what outlives a submission."""
SOCKET = {"x86_64": 41, "aarch64": 198}
"""To make a socket: a kernel is called by TCP, and zmq reads the list of addresses. No other calls out."""
SENDING = {"x86_64": {44: 3, 46: 2, 307: 3}, "aarch64": {206: 3, 211: 2, 269: 3}}
"""To send (sendto, sendmsg, sendmmsg), and which of what is given along says how."""
CONNECTING = 0x20000000
"""To connect while sending."""
INTERNET, INTERNET_6, ADDRESSES, STREAM, TCP = 2, 10, 16, 1, 6
CLONE, CLONE_3 = {"x86_64": 56, "aarch64": 220}, 435
"""To start a process (clone, clone3)."""
NEW_WORLDS = 0x7E020000
"""By which bits of what it is given that process would be in namespaces of its own."""
LOCKS, FLOCK = (5, 6, 7, 36, 37, 38), {"x86_64": 73, "aarch64": 32}
"""To lock a file, by fcntl and by a call of its own: on a file that everybody reads, another submission sees the lock.
Answered as if it had been done; in its own room nobody else is."""
BY_FILES = {
    machine: {fcntl: (8, 10, 15, 1024, *LOCKS), ioctl: (0x8901, 0x8902, 0x5412)}
    for machine, fcntl, ioctl in (("x86_64", 72, 16), ("aarch64", 25, 29))
}
"""To have the system send a signal of one's choice to any process when a file is ready (F_SETOWN, F_SETSIG,
F_SETOWN_EX, FIOSETOWN, SIOCSPGRP), to keep others from opening a file (F_SETLEASE), or to type for others (TIOCSTI): by
fcntl and ioctl, and what their second number asks."""
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
    if can_refuse():
        _install(_steps(machine))


def can_refuse() -> bool:
    """Return whether the calls of this machine's processor stand in the lists here."""
    # A Python of 32 bits makes another processor's calls.
    return platform.machine() in PROCESSORS and sys.maxsize > 1 << 32


def refuse_beside(calls: Iterable[int], to_others: Iterable[int], about_others: Iterable[int] = ()) -> None:
    """Refuse more calls, by their numbers, and what would make a world or reach another process by a way round.

    Parameters
    ----------
    calls
        Refused whatever they ask.
    to_others
        Refused where they name another process than this one.
    about_others
        The same, where 0 means whoever calls.

    Raises
    ------
    OSError
        The system does not do it.
    """
    refused, allowed = _Step(ANSWER, 0, 0, ERROR | errno.EPERM), _Step(ANSWER, 0, 0, ALLOWED)
    # Whom it is for is given first.
    others = (_Step(LOAD, 0, 0, GIVEN), _Step(IS, 1, 0, os.getpid()), refused, allowed)
    about = (_Step(LOAD, 0, 0, GIVEN), _Step(IS, 2, 0, os.getpid()), _Step(IS, 1, 0, 0), refused, allowed)
    machine = platform.machine()
    worlds = (_Step(LOAD, 0, 0, GIVEN), _Step(HAS, 0, 1, NEW_WORLDS), refused, allowed)
    quiet = _Step(ANSWER, 0, 0, ERROR)
    by_what = {
        number: (
            _Step(LOAD, 0, 0, GIVEN + 8),
            *(step for each in asked for step in (_Step(IS, 0, 1, each), quiet if each in LOCKS else refused)),
            allowed,
        )
        for number, asked in BY_FILES[machine].items()
    }
    _install(
        _program(
            {
                **dict.fromkeys(calls, (refused,)),
                **dict.fromkeys(to_others, others),
                **dict.fromkeys(about_others, about),
                **by_what,
                FLOCK[machine]: (quiet,),
                CLONE[machine]: worlds,
                # What it asks for stands where no filter reads: libraries then ask by the older call.
                CLONE_3: (_Step(ANSWER, 0, 0, ERROR | errno.ENOSYS),),
            }
        )
    )


def _install(steps: list[_Step]) -> None:
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    prctl(PR_SET_SECCOMP, BY_PROGRAM, ctypes.addressof(program))


def _steps(machine: str) -> list[_Step]:
    allowed, refused = _Step(ANSWER, 0, 0, ALLOWED), _Step(ANSWER, 0, 0, ERROR | errno.EPERM)
    blocks = {
        **dict.fromkeys(QUIET[machine], (_Step(ANSWER, 0, 0, ERROR),)),
        **dict.fromkeys(REFUSED[machine], (refused,)),
        **{
            number: (_Step(LOAD, 0, 0, GIVEN + 8 * flags), _Step(HAS, 0, 1, CONNECTING), refused, allowed)
            for number, flags in SENDING[machine].items()
        },
        SOCKET[machine]: (
            _Step(LOAD, 0, 0, GIVEN),
            _Step(IS, 9, 0, ADDRESSES),
            _Step(IS, 1, 0, INTERNET),
            _Step(IS, 0, 6, INTERNET_6),
            _Step(LOAD, 0, 0, GIVEN + 8),
            # Beside the kind of socket it may say how it is opened.
            _Step(MASK, 0, 0, 0xF),
            _Step(IS, 0, 3, STREAM),
            _Step(LOAD, 0, 0, GIVEN + 16),
            _Step(IS, 2, 0, 0),
            _Step(IS, 1, 0, TCP),
            refused,
            allowed,
        ),
    }
    return _program(blocks)


def _program(blocks: Mapping[int, Sequence[_Step]]) -> list[_Step]:
    """Return a program that lets every call pass but those whose number has a block of its own."""
    allowed, refused = _Step(ANSWER, 0, 0, ALLOWED), _Step(ANSWER, 0, 0, ERROR | errno.EPERM)
    return [
        _Step(LOAD, 0, 0, PROCESSOR),
        # Calls that were written for another processor have other numbers.
        _Step(IS, 1, 0, PROCESSORS[platform.machine()]),
        refused,
        _Step(LOAD, 0, 0, NUMBER),
        _Step(REACHES, 0, 1, OTHER_NUMBERS),
        refused,
        *(step for number, block in blocks.items() for step in (_Step(IS, 0, len(block), number), *block)),
        allowed,
    ]
