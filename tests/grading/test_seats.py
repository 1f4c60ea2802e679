"""One trainee's code never stops, sees or outlives another's grading."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.grading.conftest import RIGHT, SHARE, TRIAL, answers, fill, pack, put

from servicelab.cli import main
from servicelab.grading import lodging
from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.exporting import rows
from servicelab.grading.results import Grading
from servicelab.grading.returning import feedback
from servicelab.grading.seats import Failed, side_by_side

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("by_kernels")]

KILLS_PARENT = f"import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n{SHARE}"
KILLS_GROUP = f"import os, signal\nos.killpg(os.getpgid(os.getppid()), signal.SIGKILL)\n{SHARE}"
STAYS = f"""\
import json, subprocess, sys, time
stays = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
time.sleep(1)
print(json.dumps([stays.pid, stays.poll()]))
{SHARE}"""
HALVES = """\
import json
from IPython.display import display
session = get_ipython().kernel.session
session.pack = get_ipython().display_pub.session.pack = lambda said: json.dumps(said, default=str).encode()
display({"text/plain": "half \\ud800"}, raw=True)
"""
FURNISHES = """\
import json, os, tempfile
from pathlib import Path
from IPython.paths import get_ipython_dir
from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir
home = Path.home()
mine = [get_ipython_dir(), jupyter_config_dir(), jupyter_data_dir(), jupyter_runtime_dir(), tempfile.gettempdir()]
found = sorted(each.name for each in home.rglob("*.py"))
startup = Path(get_ipython_dir()) / "profile_default" / "startup"
startup.mkdir(parents=True, exist_ok=True)
(startup / "mine.py").write_text("share = lambda values: 0.4 if len(values) > 1 else 1")
(home / "kept").mkdir()
(home / "kept").chmod(0)
inside = all(Path(each).is_relative_to(home) for each in mine)
print(json.dumps([str(home), home.stat().st_mode & 0o777, inside, found]))
"""


def graded_with(course: Course, tmp_path: Path, codes: dict[str, str | None], workers: int = 1) -> Grading:
    """Grade trainees with right decisions and this code; without any, a notebook runs once."""
    for student, code in codes.items():
        put(tmp_path / "inbox", f"{student}.zip", pack(student, fill(course, code=code), answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    return grade(TRIAL, course=course, workers=workers)


def test_a_submission_that_kills_its_parent_costs_only_itself(course: Course, tmp_path: Path) -> None:
    codes = {"a-parent": KILLS_PARENT, "b-group": KILLS_GROUP, "c-lin": SHARE, "d-zhao": None}
    report = graded_with(course, tmp_path, codes)
    assert {each.student: (each.status, each.score) for each in report.results} == {
        "a-parent": ("failed", 0),
        "b-group": ("failed", 0),
        "c-lin": ("graded", 7),
        "d-zhao": ("graded", 4),
    }
    assert not report.complete
    said = "a-parent: 0 / 11 · not graded (it ended the program that graded it, or used more memory than there is)"
    assert said in report.sentence().splitlines()
    assert "Not graded: a-parent, b-group. Running it again does not help: open the notebook in" in report.sentence()
    assert "Run it again" not in report.sentence()
    assert {row["student_id"]: row["status"] for row in rows(course)}["a-parent"] == "not graded"
    again = grade(TRIAL, course=course)
    assert [each.status for each in again.results] == ["failed", "failed", "before", "before"]
    assert not feedback(TRIAL, course=course).complete


Chain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def chained(course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Chain:
    """Run commands as `&&` does, each only if the one before ended well; the last code, and what was said."""
    monkeypatch.chdir(course.root)

    def run(*verbs: str) -> tuple[int, str, str]:
        code = next((code for verb in verbs if (code := main(shlex.split(verb)))), 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_one_bad_file_and_one_bad_notebook_stop_no_class(course: Course, tmp_path: Path, chained: Chain) -> None:
    inbox = tmp_path / "inbox"
    for student, code in {"a-parent": KILLS_PARENT, "c-lin": None}.items():
        put(inbox, f"{student}.zip", pack(student, fill(course, code=code), answers(RIGHT)))
    put(inbox, "b-cut.zip", b"PK nothing")
    put(inbox, "d-wu.zip", pack("d-wu", b"broken"))
    code, out, wrong = chained(
        f'collect {TRIAL} "{inbox}"', f"grade {TRIAL}", f"feedback {TRIAL}", "export --out g.csv"
    )
    assert code == 0, wrong
    said = out.splitlines()
    refused = said.index("b-cut.zip: refused · it is damaged or cut short")
    assert said[refused + 1].endswith(
        "What was refused stops nobody else: go on, and ask its senders to hand in again. "
        f"Next: servicelab grade {TRIAL}"
    )
    (parent,) = [line for line in said if line.startswith("a-parent: 0 / 11 · not graded (it ended the program")]
    assert said.index(parent) > said.index("c-lin: 4 / 11")
    assert "Not graded: a-parent. Running it again does not help: open the notebook in" in out
    assert "None for a-parent: they are not graded, and grade says why." in out
    assert "Traceback" not in wrong
    assert (course.root / "g.csv").is_file()


@pytest.mark.parametrize(
    ("came", "stops_at"),
    [
        ({"a.zip": b"PK nothing"}, "Nothing here can be graded."),
        ({"a.zip": "elsewhere"}, "Nothing here can be graded."),
        ({"a.zip": "killer"}, "Not graded: a."),
    ],
)
def test_a_chain_stops_where_nothing_can_be_done(
    came: dict[str, Any], stops_at: str, course: Course, tmp_path: Path, chained: Chain
) -> None:
    made = {
        "elsewhere": lambda: pack("a", fill(course), assignment="02_process"),
        "killer": lambda: pack("a", fill(course, code=KILLS_PARENT), answers(RIGHT)),
    }
    for name, content in came.items():
        put(tmp_path / "inbox", name, made[content]() if isinstance(content, str) else content)
    code, out, _wrong = chained(f'collect {TRIAL} "{tmp_path / "inbox"}"', f"grade {TRIAL}", "export --out g.csv")
    assert code == 1
    assert stops_at in out.splitlines()[-1]
    assert not (course.root / "g.csv").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="processes that lose their parent are followed on Linux")
def test_nothing_that_a_submission_started_outlives_it(course: Course, tmp_path: Path) -> None:
    report = graded_with(course, tmp_path, {"lin": STAYS})
    assert [(each.status, each.score) for each in report.results] == [("graded", 7)]
    process, ended = printed(course, "lin")
    assert ended is None
    assert not Path(f"/proc/{process}").exists()


def test_every_kernel_has_a_home_of_its_own(course: Course, tmp_path: Path) -> None:
    report = graded_with(course, tmp_path, dict.fromkeys(("a", "b"), FURNISHES))
    # Without a `share` of its own: had the first one's start-up file run for the second, its checks would be met.
    assert [(each.status, each.score) for each in report.results] == [("graded", 4), ("graded", 4)]
    said = [printed(course, student) for student in ("a", "b")]
    homes = {home for home, *_rest in said}
    assert len(homes) == 2
    assert [rest for _home, *rest in said] == [[0o700, True, []], [0o700, True, []]]
    assert not any(Path(home).exists() for home in homes)


def printed(course: Course, student: str) -> list[object]:
    notebook = nbformat.read(course.autograded / student / TRIAL / "exercise.ipynb", as_version=4)
    (shown,) = next(each for each in notebook.cells if each.source.startswith("import json")).outputs
    found = json.loads(shown.text)
    assert isinstance(found, list)
    return found


def test_half_a_character_that_code_puts_out_is_marked(course: Course, tmp_path: Path) -> None:
    """A kernel's own way of sending refuses it; code can put another in its place."""
    code = HALVES + SHARE
    report = graded_with(course, tmp_path, {"lin": code, "zhao": None})
    assert [(each.status, each.score) for each in report.results] == [("graded", 7), ("graded", 4)]
    assert len(feedback(TRIAL, course=course).pages) == 2
    assert "half \ufffd" in (course.feedback / "lin" / TRIAL / "exercise.html").read_text(encoding="utf-8")


def test_a_kernel_is_told_nothing_that_is_the_instructors_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = ["JUPYTERHUB_API_TOKEN", "JUPYTER_TOKEN", "JUPYTER_CONFIG_PATH", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"]
    own += ["GITHUB_TOKEN", "SSH_AUTH_SOCK", "AWS_ACCESS_KEY_ID", "PIP_INDEX_URL", "SMTP_PASSWORD", "openai_api_key"]
    # No list of secrets knows what somebody calls theirs.
    own += ["KUBECONFIG", "GIT_ASKPASS", "PGPASS", "https_proxy", "SENTRY_DSN", "WHATEVER_IS_MINE", "LCD_KEY"]
    for name in (*own, "HOME", "TMPDIR", "MPLCONFIGDIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, "/home/instructor")
    public = {"PATH": "/bin", "LC_ALL": "zh_CN.UTF-8", "TZ": "Asia/Shanghai", "NBGRADER_EXECUTION": "autograde"}
    for name, value in public.items():
        monkeypatch.setenv(name, value)
    told = lodging.environment(tmp_path)
    assert not [name for name in own if name in told]
    assert [name for name, value in told.items() if value == "/home/instructor"] == []
    assert {name: told.get(name) for name in public} == public


# The seats themselves, without nbgrader.


WORK = """\
import os, signal, time
from pathlib import Path
from servicelab.grading.lodging import lodging

def ends(name):
    if name == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "raises":
        raise RuntimeError(name)
    return name.upper()

def waits(name, folder):
    (Path(folder) / name).write_text(str(os.getpid()), encoding="utf-8")
    while name != "a" or len([each for each in Path(folder).iterdir() if each.read_text()]) < 3:
        time.sleep(0.05)
    return name

def number(name):
    return os.getpid()

def lodges(name, folder):
    with lodging() as home:
        (home / "left.txt").write_text(name, encoding="utf-8")
        whole_text(Path(folder) / name, str(home))
        if name == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if name == "killed-with-its-group":
            os.killpg(os.getpgid(0), signal.SIGKILL)
        while name == "stays":
            time.sleep(0.05)
    return name

def whole_text(path, text):
    path.with_suffix(".new").write_text(text, encoding="utf-8")
    path.with_suffix(".new").replace(path)
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that a process of its own can import, as it can the package."""
    name = f"work_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(WORK, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return import_module(name)


@pytest.mark.parametrize("sitting", [1, 9])
@pytest.mark.parametrize("seats", [1, 3])
def test_each_name_is_told_apart(seats: int, sitting: int, work: Any) -> None:
    names = ["a", "killed", "b", "raises", "c"]
    done = dict(side_by_side(work.ends, names, seats, sitting))
    raised = done.pop("raises")
    assert isinstance(raised, Failed)
    assert raised.reason == "RuntimeError: raises"
    assert done == {"a": "A", "killed": None, "b": "B", "c": "C"}


@pytest.mark.parametrize(("sitting", "each"), [(1, [1] * 7), (3, [3, 3, 1]), (9, [7])])
def test_a_seat_works_on_as_many_names_as_it_may(sitting: int, each: list[int], work: Any) -> None:
    done = dict(side_by_side(work.number, list("abcdefg"), 1, sitting))
    assert sorted(done) == list("abcdefg")
    assert sorted(Counter(done.values()).values(), reverse=True) == each


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_leaving_early_ends_every_seat(work: Any, tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    done = side_by_side(partial(work.waits, folder=str(tmp_path / "seen")), ["a", "b", "c"], 3)
    assert next(done) == ("a", "a")
    done.close()
    running = [int(path.read_text(encoding="utf-8")) for path in (tmp_path / "seen").iterdir()]
    assert len(running) == 3
    assert not [pid for pid in running if Path(f"/proc/{pid}").exists()]


def test_a_home_goes_with_the_process_that_lodged_in_it(work: Any, tmp_path: Path) -> None:
    names = ["killed", "killed-with-its-group", "ends"]
    done = dict(side_by_side(partial(work.lodges, folder=str(tmp_path)), names, 1))
    assert done == {"killed": None, "killed-with-its-group": None, "ends": "ends"}
    homes = [Path((tmp_path / name).read_text(encoding="utf-8")) for name in names]
    assert [(home.exists(), home.parent.exists()) for home in homes] == [(False, False)] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="processes that lose their parent are followed on Linux")
def test_a_home_goes_when_the_whole_program_is_killed(work: Any, tmp_path: Path) -> None:
    program = (
        f"from functools import partial; import {work.__name__} as work; from servicelab.grading import seats; "
        f"list(seats.side_by_side(partial(work.lodges, folder={str(tmp_path)!r}), ['stays'], 1))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    running = subprocess.Popen([sys.executable, "-c", program], env=environment, start_new_session=True)
    within(60, (tmp_path / "stays").is_file)
    home = Path((tmp_path / "stays").read_text(encoding="utf-8"))
    assert (home / "left.txt").is_file()
    running.kill()
    running.wait()
    within(30, lambda: not home.parent.exists())


def within(seconds: float, happens: Callable[[], bool]) -> None:
    """Wait until something is so, and fail when it is not in time."""
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_clearing_a_home_touches_nothing_around_it(tmp_path: Path) -> None:
    around = tmp_path / "everybody"
    around.mkdir()
    around.chmod(0o1777)
    home = around / "home"
    (home / "closed").mkdir(parents=True)
    (home / "closed" / "left.txt").write_text("x")
    (home / "closed").chmod(0)
    home.chmod(0)
    lodging.clear(home)
    assert not home.exists()
    assert around.stat().st_mode & 0o7777 == 0o1777


def deepen(folder: Path, levels: int = 1200) -> None:
    """Make folders in each other, deeper than Python calls and longer than a path may be."""
    at = os.open(folder, os.O_RDONLY)
    for _level in range(levels):
        os.mkdir("aaa", dir_fd=at)
        inner = os.open("aaa", os.O_RDONLY, dir_fd=at)
        os.close(os.open("left", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
        os.close(at)
        at = inner
    os.close(at)


def test_what_code_leaves_goes_however_deep_its_folders_are(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "kept").mkdir(parents=True)
    (home / "kept" / "answers.json").write_text("{}")
    try:
        with lodging.left_as_it_was(home):
            deepen(home / "kept")
        assert [path.relative_to(home).as_posix() for path in home.rglob("*")] == ["kept", "kept/answers.json"]
        deepen(home)
        lodging.clear(home)
        assert not home.exists()
    finally:
        # What pytest itself clears by, goes no deeper.
        subprocess.run(["rm", "-rf", str(home)], check=True)


def test_a_home_that_cannot_be_removed_yet_leaves_the_folder_around_it_alone(tmp_path: Path, monkeypatch) -> None:
    around = tmp_path / "everybody"
    (around / "home").mkdir(parents=True)
    around.chmod(0o1777)

    def busy(path: str, *_more: object, **_others: object) -> None:
        raise OSError(39, "Directory not empty", str(path))

    monkeypatch.setattr("os.rmdir", busy)
    lodging.clear(around / "home")
    assert around.stat().st_mode & 0o7777 == 0o1777


def test_a_mistake_of_the_work_is_told_as_what_it_is() -> None:
    ((name, done),) = side_by_side(json.loads, ["amy"], 1)
    assert (name, isinstance(done, Failed)) == ("amy", True)
    assert done.reason == "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"
