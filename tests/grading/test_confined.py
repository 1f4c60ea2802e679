"""Code that is graded reaches its own folder, the course's tables and Python, and nothing else of the machine."""

from __future__ import annotations

import json
import os
import platform
import socket
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from tests.grading.conftest import RIGHT, ROOT, SHARE, TRIAL, answers, cell, fill, pack, put
from tests.lab.test_doctor import report

from servicelab.grading import autograding, bounded, confined
from servicelab.grading.autograding import MACHINE, grade
from servicelab.grading.bounded import BoundedExecute
from servicelab.grading.collecting import collect
from servicelab.grading.confined import confining, proof
from servicelab.grading.course import Course
from servicelab.grading.refusing import PROCESSORS, SHARED
from servicelab.grading.results import Grading
from servicelab.lab import doctor

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("by_kernels")]
holds = pytest.mark.skipif(not confined.can_confine(), reason="this system has no Landlock")
filters = pytest.mark.skipif(platform.machine() not in PROCESSORS, reason="calls are filtered on x86-64 and ARM64")

REACHES = """\
import json, os, subprocess, sys, threading
from pathlib import Path

found = {}
def tried(name, reach):
    try:
        reach()
        found[name] = "reached"
    except Exception as error:
        found[name] = type(error).__name__

top = Path("../../..")
def of_a_thread():
    tried("thread", (top / "gradebook.db").read_bytes)
def of_a_program(*command):
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        raise PermissionError
threading.Thread(target=of_a_thread).start()
tried("gradebook", (top / "gradebook.db").read_bytes)
tried("key", (top / "source" / "77_trial" / "exercise.ipynb").read_bytes)
tried("released", (top / "release" / "77_trial" / "exercise.ipynb").read_bytes)
tried("listed", lambda: os.listdir(top / "submitted"))
tried("others", (top / "submitted" / "zhao" / "77_trial" / "exercise.ipynb").read_bytes)
tried("settings", (top / "nbgrader_config.py").read_bytes)
tried("written", lambda: (top / "mine").write_text("mine"))
tried("removed", (top / "nbgrader_config.py").unlink)
tried("renamed", lambda: os.replace("exercise.answers.json", top / "mine"))
tried("program", lambda: of_a_program("cat", str(top / "gradebook.db")))
tried("sources", Path("CHECKOUT/course/course.yml").read_bytes)
tried("translations", Path("CHECKOUT/locales/zh_CN/01_needs/exercise.po").read_bytes)
tried("package", lambda: Path("CHECKOUT/src/servicelab/mine.py").write_text("mine"))
tried("parents", Path(f"/proc/{os.getppid()}/environ").read_bytes)
before, found = found, {}

def of_pandas():
    import pandas
    from servicelab.company import load
    assert len(load("features"))
def of_matplotlib():
    import matplotlib.pyplot as plt
    plt.figure()
    plt.savefig("mine.png")
def of_temporary_files():
    import tempfile
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"mine")
tried("answers", Path("exercise.answers.json").read_bytes)
tried("own", lambda: (Path("mine.csv").write_text("mine"), os.replace("mine.csv", "yours.csv")))
tried("tables", of_pandas)
tried("figures", of_matplotlib)
tried("temporary", of_temporary_files)
def of_chinese():
    from servicelab.i18n import _, use
    with use("zh"):
        assert _("Feedback") != "Feedback"
tried("chinese", of_chinese)
tried("python", lambda: of_a_program(sys.executable, "-c", "import json, sqlite3, ssl"))
print(json.dumps([before, found]))
""".replace("CHECKOUT", str(ROOT))


def said(notebook: Any) -> Any:
    """What code printed, as JSON."""
    (shown,) = (each.text for each in notebook.outputs if each.output_type == "stream")
    return json.loads(shown)


def handed_in(course: Course, inbox: Path, **codes: str) -> None:
    for student, code in codes.items():
        put(inbox, f"{student}.zip", pack(student, fill(course, code=code), answers(RIGHT, "zh"), language="zh"))
    collect(TRIAL, [inbox], course=course)


@holds
def test_code_reaches_its_own_and_what_it_works_with_and_nothing_else(course: Course, tmp_path: Path) -> None:
    handed_in(course, tmp_path / "inbox", lin=f"{REACHES}\n{SHARE}", zhao=SHARE)
    report = grade(TRIAL, course=course)
    assert {each.student: each.score for each in report.results} == {"lin": 7, "zhao": 7}
    graded = nbformat.read(course.autograded / "lin" / TRIAL / "exercise.ipynb", as_version=4)
    beside, own = said(cell(graded, "b-share"))
    assert set(beside.values()) == {"PermissionError"}, beside
    assert len(beside) == 15
    assert set(own.values()) == {"reached"}, own
    assert not (course.root / "mine").exists()
    assert "cannot confine" not in report.sentence()


def stood_by_hand(course: Course, student: str, **files: str) -> None:
    """A submission as it comes in by nbgrader's own collect or by hand: whatever its maker put in."""
    folder = course.submitted / student / TRIAL
    folder.mkdir(parents=True)
    (folder / "exercise.ipynb").write_bytes(fill(course, code="def share(values):\n    return 2"))
    (folder / "exercise.answers.json").write_bytes(answers({"a-voice": "emotional", "a-tone": "functional"}))
    (folder / "timestamp.txt").write_text("2026-11-20 09:00:00 UTC")
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)


RIGHTS_ANSWERS = f"""\
import json, os, sys
from pathlib import Path
path = Path("exercise.answers.json")
sheet = json.loads(path.read_text())
for key, value in {RIGHT!r}.items():
    sheet["entries"][key]["value"] = value
path.write_text(json.dumps(sheet))
Path("ran").touch()
sys.path[:] = [each for each in sys.path if each not in ("", os.getcwd())]
del sys.modules[__name__]
"""
AS_A_PROGRAM = RIGHTS_ANSWERS.replace("del sys.modules[__name__]", "from ipykernel import kernelapp as app") + (
    "app.launch_new_instance()\n"
)


def test_no_module_is_taken_from_beside_a_notebook(course: Course) -> None:
    for student, files in {
        "launcher": {"ipykernel_launcher": AS_A_PROGRAM},
        "package": {"servicelab": RIGHTS_ANSWERS},
        "library": {"statistics": RIGHTS_ANSWERS + "import statistics"},
    }.items():
        stood_by_hand(course, student, **files)
    report = grade(TRIAL, course=course)
    assert {each.student: each.score for each in report.results} == {"launcher": 0, "package": 0, "library": 0}


def run(place: Path, code: str) -> Any:
    """A notebook of one cell, run as a submission; its cell."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=[new_code_cell(code)], metadata={"kernelspec": kernel})
    made, _resources = BoundedExecute(timeout=60).preprocess(notebook, {"metadata": {"path": str(place)}})
    return made.cells[0]


READS = "from pathlib import Path\nprint(Path('../../../secret').read_text())"


def test_where_the_system_cannot_confine_grading_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "course" / "autograded" / "lin" / "x"
    place.mkdir(parents=True)
    (tmp_path / "course" / "secret").write_text("1")
    if confined.can_confine():
        assert run(place, READS).outputs[0].ename == "PermissionError"
    for module in (bounded, confined):
        monkeypatch.setattr(module, "can_confine", lambda: False)
    assert said(run(place, READS)) == 1
    assert "cannot confine code that it grades" in Grading("x", (), 0.0, tmp_path, confined=False).sentence()
    found = doctor.isolation()
    assert not found.well
    assert "what others handed in" in found.seen
    assert "machine that holds nothing else" in found.remedy


def test_a_report_of_grading_is_of_this_machine(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autograding, "can_confine", lambda: False)
    put(tmp_path / "inbox", "lin.zip", pack("lin", fill(course), answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    assert not grade(TRIAL, course=course).confined


CHANGES = """\
import json, os, socket
from pathlib import Path

found = []
def tried(change):
    try:
        change()
        found.append("done")
    except Exception as error:
        found.append(type(error).__name__)

top = Path("../../..")
secret, library = top / "secret", os.open(__import__("somebodys").__file__, os.O_RDONLY)
for change in (
    lambda: secret.chmod(0),
    lambda: top.chmod(0),
    lambda: os.chmod("../../lin", 0, dir_fd=os.open(".", os.O_RDONLY)),
    lambda: os.fchmod(library, 0),
    lambda: os.utime(secret, (0, 0)),
    lambda: os.utime(library, (0, 0)),
    lambda: os.chown(secret, os.getuid(), os.getgid()),
    lambda: os.setxattr(secret, "user.mine", b"mine"),
    os.setsid,
    lambda: os.setpgid(0, 0),
):
    tried(change)
quiet, found = found, []
for change in (
    lambda: os.truncate(secret, 0),
    lambda: os.symlink("../../../secret", "exercise.ipynb"),
    lambda: os.mkfifo("exercise.ipynb"),
    lambda: socket.socket(socket.AF_UNIX).bind("exercise.ipynb"),
    lambda: os.symlink("../../secret", Path.home() / "left"),
    lambda: Path("/dev/shm/left").write_text("mine"),
):
    tried(change)
print(json.dumps([quiet, found, os.getsid(0) == os.getpgid(0)]))
"""


def about_file(path: Path) -> tuple[object, ...]:
    """What is said of a file beside what is in it: who may read it, whose it is, its dates and attributes."""
    told = path.stat()
    return told.st_mode, told.st_uid, told.st_gid, told.st_mtime_ns, told.st_ctime_ns, told.st_size, os.listxattr(path)


@holds
@filters
def test_code_takes_nobodys_right_to_a_file_and_leads_nobody_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it may read, it could shut to everybody as well."""
    library = tmp_path / "library" / "somebodys.py"
    library.parent.mkdir()
    library.touch()
    monkeypatch.setenv("PYTHONPATH", f"{library.parent}:{ROOT / 'src'}")
    course = tmp_path / "course"
    place = course / "autograded" / "lin" / "x"
    place.mkdir(parents=True)
    (course / "secret").write_text("1")
    watched = [course, course / "secret", place.parent, library]
    before = [about_file(path) for path in watched]
    quiet, refused, own_session = said(run(place, CHANGES))
    assert [about_file(path) for path in watched] == before
    # Whatever copies a file asks for most of these, and is not to fail over them.
    assert quiet == ["done"] * 10
    assert refused == ["PermissionError"] * 6
    assert own_session
    assert list(place.iterdir()) == []


KEEPS = """\
import ctypes, errno, json
library = ctypes.CDLL(None, use_errno=True)
found = {}
def tried(name, *given, undo=None):
    at = getattr(library, name)(*given)
    found[name] = errno.errorcode[ctypes.get_errno()] if at < 0 else "done"
    if at >= 0:
        undo(at)
tried("shmget", 0, 64, 0o1600, undo=lambda at: library.shmctl(at, 0, None))
tried("msgget", 0, 0o1600, undo=lambda at: library.msgctl(at, 0, None))
tried("semget", 0, 1, 0o1600, undo=lambda at: library.semctl(at, 0, 0))
tried("mq_open", b"/mine", 0o102, 0o600, None, undo=lambda at: library.mq_unlink(b"/mine"))
tried("syscall", KEYS, 0, -4, 0, undo=lambda at: None)
print(json.dumps(found))
"""


@holds
@filters
def test_nothing_that_code_keeps_in_memory_outlives_it(tmp_path: Path) -> None:
    """A second submission, somebody else's, could take it up there; and it is memory that nobody gets back."""
    place = tmp_path / "course" / "autograded" / "lin" / "x"
    place.mkdir(parents=True)
    # The number of keyctl; what is asked is which keys the account has.
    found = said(run(place, KEEPS.replace("KEYS", str(SHARED[platform.machine()][-1]))))
    assert found == dict.fromkeys(("shmget", "msgget", "semget", "mq_open", "syscall"), "EPERM")


CALLS_OUT = """\
import json, socket

found = {}
def tried(name, reach):
    try:
        found[name] = str(reach())
    except Exception as error:
        found[name] = type(error).__name__

def unasked(kind, family, address, *flags):
    def reach():
        with socket.socket(family, kind) as made:
            made.sendto(b"seen", *flags, address) if flags or kind == socket.SOCK_DGRAM else made.connect(address)
    return reach

tried("tcp", unasked(socket.SOCK_STREAM, socket.AF_INET, ("127.0.0.1", TCP)))
tried("tcp at once", unasked(socket.SOCK_STREAM, socket.AF_INET, ("127.0.0.1", TCP), socket.MSG_FASTOPEN))
tried("udp", unasked(socket.SOCK_DGRAM, socket.AF_INET, ("127.0.0.1", UDP)))
tried("name", lambda: socket.getaddrinfo("example.org", 80))
tried("program", unasked(socket.SOCK_STREAM, socket.AF_UNIX, "ORDERS"))
tried("sctp", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132))
with socket.socket() as own, socket.socket(socket.AF_INET6, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, 6):
    own.bind(("127.0.0.1", 0))
    own.listen()
here, there = socket.socketpair()
here.sendall(b"mine")
tried("own", lambda: there.recv(4).decode())
print(json.dumps(found))
"""


@holds
@filters
def test_code_calls_nobody_up(tmp_path: Path) -> None:
    """What it has seen it could send home, and a program of the instructor's could open the files that it cannot."""
    place = tmp_path / "course" / "autograded" / "lin" / "x"
    place.mkdir(parents=True)
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as orders,
    ):
        udp.bind(("127.0.0.1", 0))
        orders.bind(str(tmp_path / "orders"))
        orders.listen()
        code = CALLS_OUT.replace("ORDERS", str(tmp_path / "orders"))
        for name, waiting in {"TCP": tcp, "UDP": udp}.items():
            code = code.replace(f", {name})", f", {waiting.getsockname()[1]})")
        found = said(run(place, code))
        for waiting in (tcp, udp, orders):
            waiting.setblocking(False)
            with pytest.raises(BlockingIOError):
                waiting.recv(4) if waiting is udp else waiting.accept()
    assert found.pop("own") == "mine"
    # A name is looked up by others' rules: nobody answers.
    assert found.pop("name") in ("gaierror", "PermissionError")
    assert found == dict.fromkeys(("tcp", "tcp at once", "udp", "program", "sctp"), "PermissionError")


STAYS = """\
import json, os, subprocess, sys, time
apart = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         start_new_session=True)
time.sleep(1)
print(json.dumps([apart.pid, apart.poll()]), flush=True)
"""


@holds
@filters
@pytest.mark.parametrize("end", ["", "time.sleep(1)\nos._exit(0)"])
def test_what_a_kernel_started_ends_with_it(end: str, tmp_path: Path) -> None:
    """Whoever grades by nbgrader itself has no seat: what is left would work on beside everything that comes next."""
    place = tmp_path / "course" / "autograded" / "lin" / "x"
    place.mkdir(parents=True)
    ran = run(place, STAYS + end)
    assert [each.output_type for each in ran.outputs] == ["stream", *(["error"] if end else [])]
    process, ended = json.loads(ran.outputs[0].text)
    assert ended is None
    state = Path(f"/proc/{process}/stat")
    # Ended, and perhaps not yet fetched by who took it over.
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX"


def test_a_link_beside_the_course_opens_neither_the_course_nor_anything_else(tmp_path: Path) -> None:
    place, own = tmp_path / "opt", tmp_path / "home"
    course = place / "course-2026"
    (course / "grading").mkdir(parents=True)
    (place / "programs").mkdir()
    own.mkdir()
    (place / "course").symlink_to("course-2026")
    (place / "home").symlink_to(own)
    (tmp_path / "link").symlink_to("opt")
    for where in (place, tmp_path / "link"):
        assert list(confined._around(where, course)) == [place / "programs"]
    assert list(confined._around(place / "course" / "grading", course)) == []


@holds
def test_the_doctor_tries_it() -> None:
    assert proof() == ""
    (line,) = (line for line in report() if "Isolation" in line)
    assert line == "ok   Isolation: code that is graded reaches its own folder and no other (Landlock)"


@holds
@pytest.mark.parametrize(
    ("instead", "problem"), [("None", "still reads what lies beside its folder"), ("int('not here')", "not here")]
)
def test_the_doctor_says_what_is_wrong_with_it(instead: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "TRIED", confined.TRIED.replace("confine(course, [own])", instead))
    assert problem in proof()
    assert not doctor.isolation().well


def test_a_kernel_that_cannot_be_confined_is_not_started() -> None:
    with pytest.raises(RuntimeError) as raised:
        confining(["xpython", "-f", "{connection_file}"], Path("/course"), [])
    assert f"RuntimeError: {raised.value}".startswith(MACHINE)


@holds
@pytest.mark.parametrize("inside", ["environment/lib", "src"])
def test_an_environment_inside_the_course_is_within_reach(
    inside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a repository was unpacked is its owner's choice."""
    course = tmp_path / "course"
    place = course / "autograded" / "lin" / "x"
    place.mkdir(parents=True)
    library = course / inside
    library.mkdir(parents=True)
    (library / "somebodys.py").write_text("VALUE = 3")
    (course / "secret").write_text("1")
    monkeypatch.setenv("PYTHONPATH", f"{library}:{ROOT / 'src'}")
    assert said(run(place, "import somebodys\nprint(somebodys.VALUE)")) == 3
    assert run(place, READS).outputs[0].ename == "PermissionError"
