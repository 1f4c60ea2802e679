"""What the machine does to the engine is never a submission's score: it is an error, and the submission waits."""

from __future__ import annotations

import itertools
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.grading.conftest import SHARE, TRIAL, fill, pack, put

from servicelab.errors import UserError
from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.lodging import environment
from servicelab.grading.run import jail, ready
from servicelab.grading.run.conducting import Bounds, Conducting, Reached, Step, Template, Worker
from servicelab.grading.run.jail import LEVELS, Limits, World
from servicelab.grading.run.system import is_linux
from servicelab.grading.run.talking import Line
from servicelab.grading.sealed import IN_THERE, SYSTEM
from servicelab.grading.seats import side_by_side

pytestmark = [
    pytest.mark.grading,
    pytest.mark.xdist_group("engine"),
    pytest.mark.skipif(not is_linux(), reason="only Linux shuts code in"),
]
BOUNDS = Bounds(cell_seconds=20, grace=2)
GONE = "is gone"
"""What is said of a process of the engine's that ended and was not asked to."""


@pytest.fixture(params=LEVELS[:2])
def template(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Template]:
    """A template for one test, which may end it."""
    (tmp_path / "home").mkdir()
    with Template(environment(tmp_path / "home"), level=request.param) as begun:
        yield begun


@pytest.fixture
def reached(template: Template, tmp_path: Path) -> Reached:
    found = template.reached()
    try:
        started(found, tmp_path)("learner").close()
    except OSError as refused:
        pytest.skip(f"this machine does not shut in by {found.level}: {refused}")
    return found


def started(reached: Reached, place: Path) -> Callable[[str], Worker]:
    number = itertools.count()

    def start(role: str) -> Worker:
        room = IN_THERE if reached.level == "namespaces" else place / f"{role}{next(number)}"
        return reached.start(role, room, place / "course", [*map(Path, SYSTEM)], {}, Limits())

    return start


def below(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def keepers(template: Template) -> list[int]:
    """The first process of each world that a template's copies made."""
    return [keeper for outer in below(template._process.pid) for keeper in below(outer)]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def kill(*processes: int) -> None:
    for each in processes:
        os.kill(each, signal.SIGKILL)


def after(seconds: float, what: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, what)
    timer.start()
    return timer


SLEEPS = Step("import time\ntime.sleep(15)")
ASKS = Step("assert share() == 1", test=True, points=1)
ANSWERS_SLOWLY = Step("import time\ndef share():\n    time.sleep(15)\n    return 1")


@pytest.mark.parametrize("steps", [[SLEEPS], [ANSWERS_SLOWLY, ASKS]], ids=["cell", "test"])
@pytest.mark.parametrize("whom", ["template", "keepers"])
def test_a_submission_whose_engine_is_killed_under_it_is_none_that_ended(
    whom: str, steps: list[Step], template: Template, reached: Reached, tmp_path: Path
) -> None:
    """A machine without memory ends the largest process: that is as often the engine's as the submission's."""

    def kills() -> None:
        kill(*([template._process.pid] if whom == "template" else keepers(template)))

    timer = after(1.5, kills)
    try:
        with pytest.raises(OSError, match=GONE):
            Conducting(started(reached, tmp_path), BOUNDS).conduct(steps)
    finally:
        timer.cancel()


def test_a_class_whose_template_is_killed_is_not_graded_and_can_be_again(
    template: Template, reached: Reached, course: Course, tmp_path: Path
) -> None:
    put(tmp_path / "inbox", "lin.zip", pack("lin", fill(course, code=f"import time\ntime.sleep(20)\n{SHARE}")))
    collect(TRIAL, [tmp_path / "inbox"], course=course)

    def kills() -> None:
        within(60, lambda: bool(keepers(template)))
        time.sleep(1)
        kill(template._process.pid)

    killing = threading.Thread(target=kills)
    killing.start()
    with ready.told(reached):
        (first,) = grade(TRIAL, course=course).results
    killing.join()
    assert (first.status, GONE in first.why) == ("stopped", True), first
    put(tmp_path / "again", "lin.zip", pack("lin", fill(course, code=SHARE)))
    collect(TRIAL, [tmp_path / "again"], course=course)
    (second,) = grade(TRIAL, course=course).results
    assert (second.status, second.score > 0) == ("graded", True)


def within(seconds: float, happens: Callable[[], bool]) -> None:
    """Wait until something is so, and fail when it is not in time."""
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_judge_that_ends_before_any_test_ran_is_no_test_that_failed(
    template: Template, reached: Reached, tmp_path: Path
) -> None:
    """Nothing of a trainee's is in it while it runs the course's own cells."""
    start = started(reached, tmp_path)

    def starts(role: str) -> Worker:
        worker = start(role)
        if role == "judge":
            worker.end()
        return worker

    with pytest.raises(OSError, match=GONE):
        Conducting(starts, BOUNDS).conduct([Step("x = 1", own=True), Step("assert x == 1", test=True, points=1)])


def test_who_is_not_answered_by_the_template_is_told_that_it_is_gone(tmp_path: Path) -> None:
    place = tmp_path / "line"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        ends = threading.Thread(target=lambda: listener.accept()[0].close())
        ends.start()
        files = open_files()
        with pytest.raises(OSError, match=GONE):
            started(Reached(place, "rules"), tmp_path)("learner")
        ends.join()
    # Of these one was the listener's.
    assert open_files() <= files


def test_who_finds_no_template_leaves_nothing_open(tmp_path: Path) -> None:
    files = open_files()
    with pytest.raises(FileNotFoundError):
        started(Reached(tmp_path / "nowhere", "rules"), tmp_path)("learner")
    assert open_files() == files


def test_a_template_that_ends_while_it_gets_ready_is_told_of_in_a_sentence(tmp_path: Path) -> None:
    with Template(environment(tmp_path)) as begun:
        kill(begun._process.pid)
        with pytest.raises(UserError, match="ended while it got ready"):
            begun.reached()


def test_a_template_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from servicelab.grading.run import conducting

    monkeypatch.setattr(conducting, "STARTING", 60.0)
    with Template(environment(tmp_path)) as begun:
        begun.reached()
        os.kill(begun._process.pid, signal.SIGSTOP)
        monkeypatch.setattr(conducting, "STARTING", 0.5)
    assert begun._process.returncode == -signal.SIGKILL
    assert not begun._room.exists()


def test_a_process_with_many_open_files_hears_as_any_other() -> None:
    """A server that keeps a thousand files open grades as well: `select` counts up to 1023."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2048:
        pytest.skip("this user may not open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    held = []
    try:
        while not held or held[-1] < 1100:
            held.append(os.open("/dev/null", os.O_RDONLY))
        here, there = Line.pair()
        assert here.fileno() > 1024
        there.say("heard")
        assert here.hear(seconds=5) == "heard"
        here.close()
        there.close()
    finally:
        for each in held:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_who_cannot_start_a_process_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The template tries again for each submission: what each left open would end it after a hundred."""

    def refuses() -> int:
        raise BlockingIOError("no more processes")

    files = open_files()
    monkeypatch.setattr(os, "fork", refuses)
    with pytest.raises(BlockingIOError):
        jail.shut_in("rules", World(()), Limits(), lambda: None, lambda _worker: 0)
    assert open_files() == files


def test_nothing_that_ended_waits_to_be_fetched_while_a_class_is_graded(
    template: Template, reached: Reached, tmp_path: Path
) -> None:
    for _each in range(3):
        Conducting(started(reached, tmp_path), BOUNDS).conduct([Step("1")])
    time.sleep(0.5)
    # What is asked next has the template fetch what ended before.
    Conducting(started(reached, tmp_path), BOUNDS).conduct([Step("1")])
    assert len(below(template._process.pid)) <= 1


def test_whatever_others_are_copies_of_has_one_thread(template: Template, reached: Reached) -> None:
    """A copy has the thread that made it and no other: a lock that another one held stays locked in it for ever."""
    list(side_by_side(os.listdir, ["/proc/self/task"], 1))
    servers = [each for each in below(os.getpid()) if b"forkserver" in Path(f"/proc/{each}/cmdline").read_bytes()]
    assert servers
    for each in (template._process.pid, *servers):
        assert len(list(Path(f"/proc/{each}/task").iterdir())) == 1


def test_a_program_that_is_killed_leaves_no_folder_and_no_process(tmp_path: Path) -> None:
    """A template is larger than most submissions, and its folders hold a copy of the fonts' list for each run."""
    code = (
        "from servicelab.grading.run.ready import begun\nimport time\n"
        "with begun() as reached:\n    print(reached.place, flush=True)\n    time.sleep(60)"
    )
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        place = Path(program.stdout.readline().strip())
        assert place.is_relative_to(tmp_path)
        (served,) = below(program.pid)
        program.kill()
    within(30, lambda: not list(tmp_path.iterdir()) and not Path(f"/proc/{served}").exists())
