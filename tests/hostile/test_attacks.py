"""Every attack of the pack, as a submission beside an honest one, at both levels that shut code in."""

from __future__ import annotations

import itertools
import json
import os
import platform
import secrets
import socket
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.pack import LEVELS, ROOT, TABLE, Attack, read, table

import servicelab
from servicelab.grading.libc import PR_SET_NO_NEW_PRIVS, prctl
from servicelab.grading.lodging import environment
from servicelab.grading.refusing import refuse_beside
from servicelab.grading.run import system
from servicelab.grading.run.conducting import Bounds, Came, Conducting, Reached, Step, Template, Worker
from servicelab.grading.run.jail import Limits
from servicelab.grading.sealed import IN_THERE, SYSTEM, brought

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("engine")]
only_linux = pytest.mark.skipif(not system.is_linux(), reason="only Linux shuts code in")
ATTACKS, ELSEWHERE = read()
SECRET = ("73191", "26813", "50377", "50127")
"""Digits of what the hidden test calls with and expects."""
TEST = "found = share([0.73191, 0.26813, 0.50377])\nassert abs(found - 0.50127) < 1e-6"
OPENING = """\
import statistics, types
import numpy as np
import pandas as pd
limit = 3
table = {'yes': 2, 'no': 1}
rows = [[1, 2, 3]]
frame = pd.DataFrame({'yes': [1.0, 2.0]})
def right(): return 7
class Shop:
    def __init__(self): self.days = [4, 5]
pair, shop, settings = ([1, 2],), Shop(), types.SimpleNamespace(days=[6])
lists = pd.DataFrame({'of': [[1], [2, 3]]})
series, grid = lists['of'].copy(), np.array([[7, 8], None], dtype=object)
numbers = np.array([0.0, 9.0])
"""
HELD = "pair, shop.days, settings.days, [*lists['of']], [*series], grid[0]"
COURSES = (
    "assert limit == 3 and right() == 7 and table == {'yes': 2, 'no': 1} and rows == [[1, 2, 3]]\n"
    "assert statistics.mean([1, 3]) == 2 and frame['yes'].sum() == 3\n"
    f"assert ({HELD}) == (([1, 2],), [4, 5], [6], [[1], [2, 3]], [[1], [2, 3]], [7, 8])"
)
HONEST = "def share(values): return sum(values) / len(values)"
LEFT = """\
import builtins, os
print(sorted(os.listdir('.')), hasattr(builtins, 'mine'), os.path.exists('/tmp/mine.pth'))
"""
CANARY, THEIRS = "canary-of-somebody-else", "neighbour-answers"
BOUNDS = Bounds(cell_seconds=2, seconds=20, cell_output=1 << 20, output=1 << 21, grace=1)


@pytest.fixture(scope="module", params=LEVELS)
def reached(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    """A template at each level; the lower one where the system refuses what worlds are made of."""
    home = tmp_path_factory.mktemp("home")
    with ExitStack() as kept:
        if request.param == "rules":
            found = kept.enter_context(Refusing(home))
        else:
            found = kept.enter_context(Template(environment(home))).reached()
        if found.level != request.param:
            pytest.skip("this system gives no namespaces" if found.level == "rules" else "this system has no Landlock")
        yield found


class Refusing:
    """A template whose system refuses unshare, setns, mount, clone3 and clone into namespaces: most containers' own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.done, self.there = threading.Event(), threading.Event()
        self.found: Reached | None = None
        # A filter binds the thread that asks for it, and what that starts.
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            prctl(PR_SET_NO_NEW_PRIVS)
            # These bring the refusal of clone3, and of clone into namespaces, along.
            refuse_beside([system.NUMBERS[platform.machine()][name] for name in ("unshare", "setns", "mount")], [])
            with Template(environment(self.home)) as begun:
                self.found = begun.reached()
                self.there.set()
                self.done.wait()
        finally:
            self.there.set()

    def __enter__(self) -> Reached:
        self.thread.start()
        self.there.wait()
        assert self.found is not None
        return self.found

    def __exit__(self, *_raised: object) -> None:
        self.done.set()
        self.thread.join()


@dataclass(frozen=True)
class Around:
    """What belongs to others while an attack runs."""

    folder: Path
    tcp: socket.socket
    udp: socket.socket
    unix: list[socket.socket]
    victim: subprocess.Popen[bytes]
    mark: str

    def told(self) -> str:
        """The cell that tells an attack where everything is."""
        return (
            f"ELSEWHERE, PORT, VICTIM, MARK = {str(self.folder)!r}, {self.tcp.getsockname()[1]}, {self.victim.pid}, "
            f"{self.mark!r}"
        )

    def state(self) -> list[Any]:
        """What must be the same afterwards."""
        places = [
            self.folder,
            *sorted(self.folder.iterdir()),
            Path(servicelab.__file__),
            Path(servicelab.__file__).parent,
        ]
        abouts = [(path.name, path.stat()) for path in places if not path.is_socket()]
        return [
            *((name, each.st_mode, each.st_uid, each.st_nlink, each.st_mtime_ns) for name, each in abouts),
            (self.folder / "secret").read_text(),
            self.victim.poll(),
            os.getpriority(os.PRIO_PROCESS, self.victim.pid),
            sorted(os.sched_getaffinity(self.victim.pid)),
            sorted(path.name for path in Path("/dev/shm").iterdir()),
        ]

    def called(self) -> list[str]:
        """Who was called."""
        found = []
        for name, each in (("tcp", self.tcp), ("udp", self.udp), *(("unix", each) for each in self.unix)):
            with suppress(BlockingIOError):
                each.recv(1) if each.type == socket.SOCK_DGRAM else each.accept()
                found.append(name)
        return found


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    folder = tmp_path_factory.mktemp("elsewhere")
    folder.chmod(0o777)
    (folder / "secret").write_text(CANARY)
    (folder / "secret").chmod(0o666)
    mark = secrets.token_hex(8)
    os.environ["MY_SECRET"] = CANARY
    with ExitStack() as kept:
        tcp, udp = (
            kept.enter_context(socket.socket(socket.AF_INET, kind)) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        )
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(tcp.getsockname())
        unix = [kept.enter_context(socket.socket(socket.AF_UNIX)) for _each in range(2)]
        for each, name in zip(unix, (str(folder / "line"), "\0" + mark), strict=True):
            each.bind(name)
            each.listen()
        for each in (tcp, udp, *unix):
            each.setblocking(False)
        victim = kept.enter_context(subprocess.Popen(["sleep", "3600"]))
        try:
            yield Around(folder, tcp, udp, unix, victim, mark)
        finally:
            victim.kill()
            del os.environ["MY_SECRET"]


class Room:
    """Conducts submissions in turn."""

    def __init__(self, reached: Reached, tmp_path: Path) -> None:
        self.reached, self.tmp_path = reached, tmp_path
        self.number = itertools.count()

    def conduct(self, steps: list[Step], files: dict[str, str], limits: Limits) -> list[Came]:
        mine = Path(f"submission{next(self.number)}") / "trial"
        place, handed_in = (self.tmp_path / stage / mine for stage in ("autograded", "submitted"))
        for name, content in files.items():
            for path in (place / name, handed_in / name):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
            if name.endswith(".ipynb"):
                # Before a notebook runs, nbgrader puts the hidden tests back into it.
                (place / name).write_text(content + TEST, encoding="utf-8")
        place.mkdir(parents=True, exist_ok=True)
        held = brought(place)

        def start(role: str) -> Worker:
            room = IN_THERE if self.reached.level == "namespaces" else self.tmp_path / f"{role}{next(self.number)}"
            return self.reached.start(role, room, self.tmp_path / "course", [*map(Path, SYSTEM)], held, limits)

        return Conducting(start, BOUNDS).conduct(steps)

    def honest(self) -> None:
        """Grade an honest submission: it has all its points, and finds nothing of anybody's."""
        theirs = json.dumps({f"d-{number}": f"{THEIRS}-{number}" for number in range(1000, 4000)})
        files = {"answers.json": theirs, "exercise.ipynb": "x" * 70_000}
        came = self.conduct([Step(OPENING, own=True), Step(HONEST), check(TEST, 3), Step(LEFT)], files, Limits())
        assert came[2].judged.get("value") == 3.0, came
        assert printed(came[3]) == "['.home', 'answers.json', 'exercise.ipynb'] False False\n"


@pytest.fixture(scope="module")
def room(reached: Reached, tmp_path_factory: pytest.TempPathFactory) -> Room:
    made = Room(reached, tmp_path_factory.mktemp("room"))
    made.honest()
    return made


def check(source: str, points: float = 1.0) -> Step:
    return Step(source, test=True, points=points)


def printed(came: Came) -> str:
    return "".join(each.get("text", "") for each in came.outputs)


def seen(came: list[Came]) -> str:
    """How the trusted side can tell that something was tried."""
    stopped = {each.stopped for each in came}
    silent = {each.judged["silent"] for each in came if "silent" in each.judged}
    interrupted = any(each.late or each.judged.get("error") == "KeyboardInterrupt" for each in came)
    if "died" in stopped or "Ended" in silent:
        return "exit"
    if stopped & {"time", "output", "stuck"} or interrupted or "TooLate" in silent:
        return "limit"
    if "protocol" in stopped or silent:
        return "protocol"
    return "compared" if any("compared" in each.judged.get("flags", ()) for each in came) else "refused"


def forms(text: str) -> list[str]:
    """What a text may look like when it is sent home."""
    raw = text.encode()
    return [
        text,
        text[::-1],
        raw.hex(),
        *(b64encode(b"_" * at + raw)[4:-4].decode() for at in range(3) if len(raw) > 8),
    ]


@only_linux
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.kind}-{attack.name}".replace(" ", "_"))
def test_an_attack_gains_and_harms_nothing(attack: Attack, room: Room, around: Around) -> None:
    if attack.calls and os.uname().machine != "x86_64":
        pytest.skip("calls are named by x86-64's numbers")
    level = room.reached.level
    before, files = around.state(), len(list(Path("/proc/self/fd").iterdir()))
    padding = [Step("#" * attack.pad)] if attack.pad else []
    steps = [
        Step(OPENING, own=True), Step(f"count = 2\n{around.told()}"), check("assert count == 2"), Step(attack.code),
        *padding, check(attack.test or TEST, 3), Step(attack.after), check(COURSES),
    ]  # fmt: skip
    came = room.conduct(steps, attack.files, replace(Limits(), **attack.limits))
    test, courses = came[-3], came[-1]
    cells = [each for each, step in zip(came, steps, strict=True) if not step.test]
    if attack.keeps.get(level, True):
        assert came[2].judged.get("value") == 1.0, came
    assert test.judged.get("value") in (None, 0.0), came
    assert courses.stopped or courses.judged.get("value") == 1.0, courses
    back = json.dumps([[each.outputs for each in cells], [each.judged for each in came]])
    for secret in (*SECRET, CANARY, "TAKEN"):
        assert not [each for each in forms(secret) if each in back], secret
    wanted = attack.opened if level in attack.open else attack.prints
    assert wanted in "".join(map(printed, cells)), came
    assert sum(map(len, map(printed, cells))) <= attack.most
    assert seen(came) == attack.seen(level), came
    assert around.state() == before
    assert around.called() == []
    assert len(list(Path("/proc/self/fd").iterdir())) == files
    room.honest()


def test_the_pack_is_as_large_as_it_should_be() -> None:
    kinds: dict[str, int] = {}
    for each in (*ATTACKS, *ELSEWHERE):
        kinds[each.kind] = kinds.get(each.kind, 0) + 1
    assert len(ATTACKS) >= 60
    assert len({each.kind for each in ATTACKS}) >= 20
    assert [kind for kind, count in kinds.items() if count > 6] == []
    assert [kind for kind in kinds if sum(each.kind == kind for each in ATTACKS) > 4] == []


def test_what_is_tried_elsewhere_is_tried_there() -> None:
    for each in ELSEWHERE:
        path, _, name = each.test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), each.test


def test_the_table_says_what_the_pack_says() -> None:
    if os.environ.get("UPDATE_HOSTILE"):
        TABLE.write_text(table(), encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == table()
