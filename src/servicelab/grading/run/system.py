"""What a process is shut in by: namespaces, mounts, limits on what it may ask for.

Every function raises `OSError` with the system's own reason where the system refuses.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from pathlib import Path

from servicelab.grading.libc import LIBC, checked
from servicelab.grading.refusing import refuse_beside

NEW_USER, NEW_MOUNTS, NEW_PROCESSES, NEW_NETWORK, NEW_IPC, NEW_NAME = (
    0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000,
)  # fmt: skip
"""What `unshare` gives a process of its own."""
BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 0x40000
NO_SUID, NO_DEVICES, NO_PROGRAMS = 2, 4, 8
DETACH = 2
READ_ONLY_MOUNT, NO_SUID_MOUNT, NO_DEVICES_MOUNT = 1, 2, 4
MOUNT_SETATTR, PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}
AT_FDCWD, AT_RECURSIVE = -100, 0x8000


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "users")]


def is_linux() -> bool:
    """Return whether this is a Linux whose calls are numbered as here."""
    return sys.platform == "linux" and platform.machine() in PIVOT_ROOT


def unshare(what: int) -> None:
    """Give this process what is named of its own; of processes, those that it starts from now on."""
    checked(LIBC.unshare(ctypes.c_int(what)), "unshare")


def mount(source: str, place: Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount something."""
    given = [each.encode() if each else None for each in (source, str(place), kind)]
    checked(LIBC.mount(*given, ctypes.c_ulong(flags), options.encode() or None), f"mount {place}")


def bind(source: Path, place: Path, *, writable: bool = False) -> None:
    """Show a folder or a file at a second place as well, with everything mounted in it; nothing in it is a device."""
    mount(str(source), place, flags=BIND | RECURSIVE)
    wanted = NO_SUID_MOUNT | NO_DEVICES_MOUNT | (0 if writable else READ_ONLY_MOUNT)
    about = _Attributes(set=wanted)
    checked(
        LIBC.syscall(
            ctypes.c_long(MOUNT_SETATTR),
            ctypes.c_int(AT_FDCWD),
            str(place).encode(),
            ctypes.c_uint(AT_RECURSIVE),
            ctypes.byref(about),
            ctypes.c_size_t(ctypes.sizeof(about)),
        ),
        f"mount_setattr {place}",
    )


def become_root(folder: Path) -> None:
    """Make a mounted folder all that this process sees of the disk."""
    os.chdir(folder)
    number = ctypes.c_long(PIVOT_ROOT[platform.machine()])
    checked(LIBC.syscall(number, b".", b"."), "pivot_root")
    checked(LIBC.umount2(b".", ctypes.c_int(DETACH)), "umount2")
    os.chdir("/")


# --- What may be asked of the system at all ---

NUMBERS: dict[str, dict[str, int]] = {
    "x86_64": {
        "socket": 41, "connect": 42, "bind": 49, "listen": 50, "accept": 43, "accept4": 288, "ptrace": 101,
        "process_vm_readv": 310, "process_vm_writev": 311, "unshare": 272, "setns": 308, "mount": 165, "umount2": 166,
        "pivot_root": 155, "chroot": 161, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250,
        "add_key": 248, "request_key": 249, "io_uring_setup": 425, "open_by_handle_at": 304, "name_to_handle_at": 303,
        "init_module": 175, "finit_module": 313, "delete_module": 176, "kexec_load": 246, "reboot": 169,
        "pidfd_getfd": 438, "pidfd_open": 434, "kcmp": 312, "fsopen": 430, "move_mount": 429, "open_tree": 428,
        "mount_setattr": 442, "kill": 62, "tkill": 200, "tgkill": 234, "pidfd_send_signal": 424, "rt_sigqueueinfo": 129,
        "rt_tgsigqueueinfo": 297, "shmget": 29, "msgget": 68, "semget": 64, "mq_open": 240,
        "process_madvise": 440, "process_mrelease": 448, "migrate_pages": 256, "move_pages": 279, "setpriority": 141,
        "ioprio_set": 251, "prlimit64": 302, "sched_setaffinity": 203, "sched_setscheduler": 144, "sched_setparam": 142,
        "sched_setattr": 314, "inotify_init": 253, "inotify_init1": 294,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "bind": 200, "listen": 201, "accept": 202, "accept4": 242, "ptrace": 117,
        "process_vm_readv": 270, "process_vm_writev": 271, "unshare": 97, "setns": 268, "mount": 40, "umount2": 39,
        "pivot_root": 41, "chroot": 51, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "keyctl": 219,
        "add_key": 217, "request_key": 218, "io_uring_setup": 425, "open_by_handle_at": 265, "name_to_handle_at": 264,
        "init_module": 105, "finit_module": 273, "delete_module": 106, "kexec_load": 104, "reboot": 142,
        "pidfd_getfd": 438, "pidfd_open": 434, "kcmp": 272, "fsopen": 430, "move_mount": 429, "open_tree": 428,
        "mount_setattr": 442, "kill": 129, "tkill": 130, "tgkill": 131, "pidfd_send_signal": 424,
        "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180,
        "process_madvise": 440, "process_mrelease": 448, "migrate_pages": 238, "move_pages": 239, "setpriority": 140,
        "ioprio_set": 30, "prlimit64": 261, "sched_setaffinity": 122, "sched_setscheduler": 119, "sched_setparam": 118,
        "sched_setattr": 274, "inotify_init": 26, "inotify_init1": 26,
    },
}  # fmt: skip
SIGNALS = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
"""The calls by which one process ends another."""
LIMITS = ("prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr")
"""The calls by which one process binds another: a second of processor that it may use ends it as well."""
OUTSIDE = tuple(name for name in NUMBERS["x86_64"] if name not in (*SIGNALS, *LIMITS))
"""The calls by which a process reaches for others, for the network, or for the machine; it needs none of them."""


def refuse(others: bool) -> None:
    """Have the system refuse the calls by which a process reaches outside, for good; of `others`, signals as well."""
    numbers = NUMBERS[platform.machine()]
    signals, limits = ([numbers[name] for name in names] if others else [] for names in (SIGNALS, LIMITS))
    refuse_beside([numbers[name] for name in OUTSIDE], signals, limits)
