"""How code that is graded is shut in: what it may reach, and how much of the machine it may take.

A process is shut in by the best that the machine offers. By *namespaces*: it sees a disk of its own, made of what it
may read and one folder in memory that it may write, no network, no process but its own. By *rules*, where the system
gives no namespaces (some containers): it sees the names of more, but reads and writes the same as above and can neither
open a connection nor end another process. Limits on memory, processor, processes and files bind it at both levels.

The process that is shut in is the grandchild of the one that asks for it. Between them stands a *keeper*, the first
process of the new world: when the keeper ends, everything in there ends with it.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from servicelab.grading import confined
from servicelab.grading.capabilities import READ_AS_OWNER, keep_capabilities
from servicelab.grading.descendants import descendants
from servicelab.grading.libc import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_KEEPCAPS,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    prctl,
)
from servicelab.grading.run import system

if sys.platform != "win32":
    import resource

Level = Literal["namespaces", "rules", "none"]
LEVELS: tuple[Level, ...] = ("namespaces", "rules", "none")
"""From what shuts in best to what does not."""

NOBODY = 61_184
"""The user of an administrator's submissions: no system gives this number to anybody, and limits bind it."""
USERS = 4_000
"""How many such there are, where each submission is one of its own."""


@dataclass(frozen=True)
class Limits:
    """How much of the machine one submission may take.

    Attributes
    ----------
    memory
        Bytes of address space of one process, beyond what the template has.
    together
        Bytes of memory of all its processes, what they share counted once; whoever keeps them looks from time to time.
    processor
        Seconds of processor that one process may use.
    processes
        Processes and threads at the same time.
    file
        Bytes of one file.
    disk
        Bytes of everything that it writes.
    open_files
        Files that are open at the same time.
    entries
        Files and folders, in a world of its own: each takes memory, however empty.
    """

    memory: int = 2 << 30
    together: int = 4 << 30
    processor: int = 300
    processes: int = 64
    file: int = 64 << 20
    disk: int = 256 << 20
    open_files: int = 256
    entries: int = 20_000


@dataclass(frozen=True)
class World:
    """What is in sight of a process that is shut in.

    Attributes
    ----------
    readable
        Folders and files that can be read, each at its own place.
    room
        The submission's own folder, the only one that can be written. By *rules* it is one of the machine's.
    files
        Gives what lies in it, by name; asked inside.
    """

    readable: tuple[Path, ...]
    room: Path = Path("/tmp/submission")
    files: Callable[[], dict[str, bytes]] = dict


def offered() -> Level:
    """Return the best level that this machine offers to this user, by trying it."""
    if not system.is_linux():
        return "none"
    for level in LEVELS[:-1]:
        child = os.fork()
        if not child:
            _try(level)
        if os.waitpid(child, 0)[1] == 0:
            return level
    return "none"


def _try(level: Level) -> NoReturn:
    """End this process with 0 when it could be shut in."""
    code = 1
    with suppress(BaseException), tempfile.TemporaryDirectory(prefix="servicelab-") as room:
        world = World(_programs(), Path("/tmp/submission" if level == "namespaces" else room))
        code = waited(shut_in(level, world, Limits(), lambda: None, waited))
    os._exit(code)


def counts_together(level: Level) -> bool:
    """Return whether all processes that are shut in count as one user's: then whoever starts many, another has none.

    An administrator's submissions are users of their own, and a world of its own counts for itself.
    """
    return level == "rules" and os.geteuid() != 0


def waited(worker: int) -> int:
    """Wait for the work, fetch whatever ends meanwhile, and return the code that the work ended with."""
    while True:
        ended, status = os.wait()
        if ended == worker:
            return os.waitstatus_to_exitcode(status)


def _programs() -> tuple[Path, ...]:
    return tuple(Path(place) for place in ("/usr", "/lib", "/lib64") if Path(place).is_dir())


def shut_in(level: Level, world: World, limits: Limits, work: Callable[[], None], keep: Callable[[int], int]) -> int:
    """Have `work` done in a process that is shut in; return the number of the one that ends with everything of it.

    Parameters
    ----------
    level
        How.
    world
        What is in sight.
    limits
        What it may take.
    work
        What is done inside, in the process that is shut in; when it returns, that process ends with 0.
    keep
        What the keeper does meanwhile; it is given the number of that process as the keeper sees it, and returns the
        code that the keeper ends with. When it returns, everything inside ends.

    Raises
    ------
    OSError
        The system does not do it. What it refuses later is said by the code of the process, which is 1 then.
    """
    as_root = os.geteuid() == 0
    # Of somebody who is no administrator, the limit counts everything that they run.
    before = 0 if as_root else _threads_of(os.geteuid())
    (asked, asks), (answered, answers) = os.pipe(), os.pipe()
    try:
        outer = os.fork()
    except OSError:
        # Whoever asks for the next submission would soon have none left to open.
        for each in (asked, asks, answered, answers):
            os.close(each)
        raise
    if not outer:
        os.close(asked)
        os.close(answers)
        _outer(level, world, limits, work, keep, as_root, before, asks, answered)
    os.close(asks)
    os.close(answered)
    try:
        # Who a user in there is out here, only somebody out here may say. Nothing comes where that is not asked.
        if os.read(asked, 1):
            for kind in ("uid", "gid"):
                Path(f"/proc/{outer}/{kind}_map").write_text(f"0 0 1\n{NOBODY} {NOBODY} 1\n", encoding="ascii")
            os.write(answers, b".")
    finally:
        os.close(asked)
        os.close(answers)
    return outer


def _outer(
    level: Level,
    world: World,
    limits: Limits,
    work: Callable[[], None],
    keep: Callable[[int], int],
    as_root: bool,
    before: int,
    asks: int,
    answered: int,
) -> NoReturn:
    """Go into namespaces, start the keeper in them, and end as it ends."""
    code = 1
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if level == "namespaces":
            _go_into_namespaces(as_root, asks, answered)
        os.close(asks)
        os.close(answered)
        keeper = os.fork()
        if not keeper:
            _keeper(level, world, limits, work, keep, as_root, before)
        # A line that this process held would not end with the work.
        os.closerange(3, 1 << 16)
        code = os.waitstatus_to_exitcode(os.waitpid(keeper, 0)[1])
    except BaseException:  # noqa: BLE001 - this process has nobody else to tell
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(code if code >= 0 else 128 - code)


def _go_into_namespaces(as_root: bool, asks: int, answered: int) -> None:
    user, group = os.geteuid(), os.getegid()
    system.unshare(
        system.NEW_USER
        | system.NEW_MOUNTS
        | system.NEW_PROCESSES
        | system.NEW_NETWORK
        | system.NEW_IPC
        | system.NEW_NAME
    )
    if as_root:
        # A user beside the administrator, whom the limit on processes binds.
        os.write(asks, b".")
        if not os.read(answered, 1):
            raise OSError("no users in the namespace")
        return
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1\n", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1\n", encoding="ascii")


def _keeper(
    level: Level,
    world: World,
    limits: Limits,
    work: Callable[[], None],
    keep: Callable[[int], int],
    as_root: bool,
    before: int,
) -> NoReturn:
    """Make the world, start the work in it, and end with everything that is left of it."""
    code = 1
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # Whoever works in there is another user.
        os.umask(0o022)
        if level == "namespaces":
            _make_world(world, limits)
        else:
            prctl(PR_SET_CHILD_SUBREAPER)
            os.setsid()
        worker = os.fork()
        if not worker:
            _inside(level, world, limits, work, as_root, before)
        code = keep(worker)
    except BaseException:  # noqa: BLE001 - this process has nobody else to tell
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        if level != "namespaces":
            _end_everything_below()
        os._exit(code)


def _make_world(world: World, limits: Limits) -> None:
    """Put together the disk that the work sees: what may be read, a folder in memory, no other thing."""
    system.mount("", Path("/"), flags=system.RECURSIVE | system.PRIVATE)
    new = Path("/tmp")
    quiet = system.NO_SUID | system.NO_DEVICES
    # Found before the old one is covered.
    sources = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in _outermost(world.readable)]
    devices = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in map(Path, confined.DEVICES)]
    system.mount("tmpfs", new, "tmpfs", quiet, f"size={limits.disk},nr_inodes={limits.entries},mode=755")
    for path, handle in sources:
        _place(Path(f"/proc/self/fd/{handle}"), new / path.relative_to("/"), folder=path.is_dir() or _is_folder(handle))
        os.close(handle)
    (new / "dev").mkdir(exist_ok=True)
    for path, handle in devices:
        device = new / path.relative_to("/")
        device.touch()
        system.mount(f"/proc/self/fd/{handle}", device, flags=system.BIND)
        os.close(handle)
    (new / "dev" / "shm").mkdir(mode=0o1777)
    (new / "proc").mkdir(exist_ok=True)
    system.mount("proc", new / "proc", "proc", quiet | system.NO_PROGRAMS)
    (new / "tmp").mkdir(mode=0o1777, exist_ok=True)
    system.become_root(new)


def _is_folder(handle: int) -> bool:
    return stat.S_ISDIR(os.fstat(handle).st_mode)


def _place(source: Path, place: Path, *, folder: bool) -> None:
    if folder:
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    system.bind(source, place)


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """Return the paths that are there and lie in none of the others; links stand for what they lead to as well.

    >>> [str(path) for path in _outermost([Path("/usr/bin"), Path("/usr"), Path("/nowhere")])]
    ['/usr']
    """
    there = {each for path in paths if path.exists() for each in (path, path.resolve())}
    return sorted(path for path in there if not any(each in there for each in path.parents))


def _inside(
    level: Level, world: World, limits: Limits, work: Callable[[], None], as_root: bool, before: int
) -> NoReturn:
    """Give up every right, and do the work."""
    code = 1
    try:
        os.setsid()
        _furnish(world)
        _limit(limits, before)
        if level == "namespaces":
            Path("/proc/sys/user/max_user_namespaces").write_bytes(b"0")
        if as_root:
            # In a world of its own this user has nothing outside; by rules, each submission is one of its own.
            _be_nobody(world.room, NOBODY + (0 if level == "namespaces" else os.getpid() % USERS))
            if level == "namespaces":
                # Whoever keeps it is an administrator in there only, and sees what memory it takes if it may be seen.
                prctl(PR_SET_DUMPABLE)
        else:
            keep_capabilities(0)
        # Whoever becomes another user is asked again.
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        prctl(PR_SET_NO_NEW_PRIVS)
        if confined.can_confine() or level != "namespaces":
            # Without a world of its own nothing else keeps it from what lies beside.
            # Of the machine's own devices only those that keep nothing: what lies in its /dev/shm, the next one finds.
            devices = [Path("/dev")] if level == "namespaces" else map(Path, confined.DEVICES)
            confined.keep_to(world.readable, [world.room, *devices, Path("/proc/self")])
        # In a world of its own there are no others.
        system.refuse(others=level != "namespaces")
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - whoever waits for this process learns it by its end
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(code)


def _furnish(world: World) -> None:
    """Put a submission's files into its room."""
    world.room.mkdir(parents=True, exist_ok=True)
    for name, content in world.files().items():
        path = world.room / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    os.chdir(world.room)


def _limit(limits: Limits, before: int) -> None:
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    for what, value in (
        (resource.RLIMIT_AS, pages * resource.getpagesize() + limits.memory),
        (resource.RLIMIT_CPU, limits.processor),
        (resource.RLIMIT_NPROC, limits.processes + before),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        most = resource.getrlimit(what)[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(what, (value, value))


def _be_nobody(room: Path, user: int) -> None:
    """Become a user whom limits bind, and who owns nothing but the room."""
    for path in (room, *room.rglob("*")):
        os.chown(path, user, user)
    os.setgroups([])
    prctl(PR_SET_KEEPCAPS)
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    # The one thing of an administrator's that it keeps: Python may be installed where only that one reads.
    keep_capabilities(READ_AS_OWNER)


def _threads_of(user: int) -> int:
    """Return how many threads somebody has."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == user:
                found += len(list((process / "task").iterdir()))
    return found


def _end_everything_below() -> None:
    """End what this process started, and what lost its parent below it."""
    with suppress(ChildProcessError):
        while True:
            for process in descendants(os.getpid()):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def main() -> None:
    """Say the best level that this machine offers."""
    print(offered())


if __name__ == "__main__":
    main()
