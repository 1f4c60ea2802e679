"""A submission's cells run as in a kernel, shut in; its tests are judged where none of its code runs."""

from __future__ import annotations

import ast
import itertools
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from servicelab.company.tables.reading import COPIES_ON_WRITE
from servicelab.grading.lodging import environment
from servicelab.grading.run import ready
from servicelab.grading.run.conducting import Bounds, Came, Conducting, Reached, Step, Template, Worker
from servicelab.grading.run.jail import LEVELS, Limits
from servicelab.grading.run.judge import _copied
from servicelab.grading.run.system import is_linux
from servicelab.grading.sealed import IN_THERE, SYSTEM

pytestmark = [
    pytest.mark.grading,
    pytest.mark.xdist_group("engine"),
    pytest.mark.skipif(not is_linux(), reason="only Linux shuts code in"),
]
Run = Callable[..., list[Came]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module", params=LEVELS[:2])
def reached(request: pytest.FixtureRequest, home: Path) -> Iterator[Reached]:
    """A template at each level."""
    with Template(environment(home)) as begun:
        best = begun.reached()
        if LEVELS.index(best.level) > LEVELS.index(request.param):
            pytest.skip("this system gives no namespaces" if best.level == "rules" else "this system has no Landlock")
    with Template(environment(home), level=request.param) as begun:
        yield begun.reached()


@pytest.fixture
def run(reached: Reached, tmp_path: Path) -> Run:
    """Conduct a notebook; what is no step is a cell."""
    number = itertools.count()

    def conduct(*steps: str | Step, bounds: Bounds | None = None, limits: Limits | None = None, **files: bytes) -> Any:
        def start(role: str) -> Worker:
            room = IN_THERE if reached.level == "namespaces" else tmp_path / f"{role}{next(number)}"
            return reached.start(role, room, tmp_path / "course", [*map(Path, SYSTEM)], files, limits or Limits())

        made = [Step(step) if isinstance(step, str) else step for step in steps]
        return Conducting(start, bounds or Bounds(cell_seconds=20)).conduct(made)

    return conduct


def check(source: str, points: float = 1.0, **about: Any) -> Step:
    """A test of the notebook's."""
    return Step(source, test=True, points=points, **about)


def printed(came: Came) -> str:
    return "".join(each.get("text", "") for each in came.outputs)


def test_other_systems_import_it_and_grade_by_kernels() -> None:
    """Windows has neither limits by user nor a library of the system that Python itself is linked with."""
    code = (
        "import sys; sys.platform = 'win32'; sys.modules.update(resource=None, fcntl=None)\n"
        "from servicelab.grading.run import ready, system\nimport servicelab.grading.sealed\n"
        "with ready.begun() as reached: print(reached, system.is_linux())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "None False\n"


def test_what_is_graded_meanwhile_is_run_by_the_template_that_was_told(
    reached: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ready.told(reached):
        with ready.begun(tables=["contacts"]) as found, ready.ready() as same:
            assert found is reached
            assert same is reached
        with ready.told(None), ready.begun() as kernels:
            assert kernels is None
        with ready.begun() as found:
            assert found is reached, "what was told before is again"
        with ready.begun(unsealed=True) as kernels:
            assert kernels is None, "whoever wants kernels has them"
        monkeypatch.setenv(ready.UNSEALED, "1")
        with ready.begun() as kernels:
            assert kernels is None


def test_a_copy_of_the_template_imports_nothing_of_its_shell() -> None:
    """A third of what a submission took was each copy's finding the same ten modules on the disk."""
    code = (
        "from servicelab.grading.run.template import begin\nbegin()\n"
        "def main():\n    import sys\n    from servicelab.grading.run.learner import make_shell\n"
        "    there = set(sys.modules)\n    make_shell(lambda said: None).run_cell('x = 1\\nx')\n"
        "    print([name for name in sys.modules if name.startswith('IPython') and name not in there])\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# --- As in a kernel ---


def test_what_cells_put_out_is_what_a_kernel_gives(run: Run) -> None:
    came = run(
        "print('one'); print('two')\n1 + 1",
        "import sys; print('wrong', file=sys.stderr)",
        "import pandas as pd\npd.DataFrame({'a': [1]})",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "1 / 0",
        "x = 5",
        "import subprocess\nsubprocess.run('echo from a program', shell=True);",
        "await __import__('asyncio').sleep(0) or x",
        "%time x",
        "input()",
    )
    kinds = [[each["output_type"] for each in one.outputs] for one in came]
    assert kinds == [
        ["stream", "execute_result"], ["stream"], ["execute_result"], ["display_data"], ["display_data"], ["error"], [],
        ["stream"], ["execute_result"], ["stream", "execute_result"], ["error"],
    ]  # fmt: skip
    assert [one.count for one in came] == list(range(1, 12))
    assert printed(came[0]) == "one\ntwo\n"
    assert came[0].outputs[1]["data"] == {"text/plain": "2"}
    assert came[0].outputs[1]["execution_count"] == 1
    assert came[1].outputs[0]["name"] == "stderr"
    assert set(came[2].outputs[0]["data"]) == {"text/plain", "text/html"}
    assert "image/png" in came[4].outputs[0]["data"]
    assert came[5].outputs[0]["ename"] == "ZeroDivisionError"
    assert printed(came[7]) == "from a program\n"
    assert came[10].outputs[0]["ename"] == "StdinNotImplementedError"


def test_what_is_displayed_under_a_name_is_replaced_by_a_later_cell_too(run: Run) -> None:
    came = run("from IPython.display import display\nheld = display('one', display_id=True)", "held.update('two')")
    assert [each["data"] for each in came[0].outputs] == [{"text/plain": "'two'"}]
    assert came[1].outputs == []


def test_every_submission_begins_anew_and_by_its_own_chance(run: Run) -> None:
    first = run("import builtins, os, random\nbuiltins.mine = 1\nprint(random.random(), os.listdir('.'))", a=b"x")
    second = run("import builtins, random\nprint(random.random(), hasattr(builtins, 'mine'))")
    assert "'a'" in printed(first[0])
    assert printed(second[0]).endswith("False\n")
    assert printed(first[0]).split()[0] != printed(second[0]).split()[0]


def test_no_submission_finds_an_error_that_it_did_not_make(run: Run) -> None:
    asked = "import sys\nprint([name for name in vars(sys) if name.startswith('last_')])"
    came = run(asked, "%tb", "1 / 0", asked)
    assert printed(came[0]) == "[]\n"
    assert "No traceback available" in printed(came[1])
    assert "last_value" in printed(came[3])


def test_nothing_that_is_printed_in_there_gets_on_the_screen_of_whoever_grades(
    reached: Reached, home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The course's own cells run in the judge too, and print what a trainee answered."""
    prints = "import os, sys\nfor out in (sys.stdout, sys.stderr):\n    print('said', file=out, flush=True)\n"
    programs = "for number in (1, 2):\n    os.write(number, b'said')"
    steps = [Step(prints + programs, own=True), check(prints), check(programs)]
    with Template(environment(home), level=reached.level) as begun:
        started = begun.reached()

        def start(role: str) -> Worker:
            room = IN_THERE if started.level == "namespaces" else tmp_path / role
            return started.start(role, room, tmp_path / "course", [*map(Path, SYSTEM)], {}, Limits())

        came = Conducting(start, Bounds()).conduct(steps)
    assert [each.judged.get("value") for each in came[1:]] == [1.0, 1.0]
    assert printed(came[0]).count("said") == 4
    assert capfd.readouterr() == ("", "")


def test_who_never_gets_ready_is_no_submission_that_ended(run: Run) -> None:
    """Nothing of a trainee's ran: what went wrong is the machine's, and is never a score."""
    with pytest.raises(OSError, match="before anything ran"):
        run("1", limits=Limits(open_files=3))


# --- Judged ---


@pytest.mark.skipif(not COPIES_ON_WRITE, reason="this pandas copies at once")
def test_a_table_of_the_courses_is_copied_where_it_can_be_changed_and_nowhere_else() -> None:
    """Each test has one: to copy the text of a hundred thousand contacts took longer than the test."""
    table = pd.DataFrame({"text": pd.Series(["a", "b"], dtype="str"), "held": pd.Series([[1], [2]], dtype=object)})
    copied = _copied(table, {})
    assert np.shares_memory(copied["text"].to_numpy(), table["text"].to_numpy())
    copied["held"].iloc[0].append(3)
    assert table["held"].iloc[0] == [1]
    assert _copied(table["text"], {}).to_numpy() is table["text"].to_numpy()


SOLVED = """\
import pandas as pd
share = 0.4
table = pd.DataFrame({'a': [1, 2]})
def double(value): return value * 2
def spoil(values): values.append(9); values.sort(); return None
def fail(value): raise ValueError(f'got {value}')
class Own(ValueError): pass
def fail_by_own(): raise Own('own')
class Thing:
    size = 3
    def grow(self, by): self.size += by; return self.size
thing = Thing()
class Yes:
    def __eq__(self, other): return True
    def __float__(self): return 0.4
yes = Yes()
"""


@pytest.mark.parametrize(
    "claim",
    [
        "assert share == 0.4",
        "assert list(table['a']) == [1, 2] and table.shape == (2, 1)",
        "assert double(2) == 4 and double('a') == 'aa' and double(table)['a'].sum() == 6",
        "assert [double(each) for each in range(3)] == [0, 2, 4]",
        "values = [3, 1]\nspoil(values)\nassert values == [1, 3, 9]",
        "try:\n    fail(1)\n    raise AssertionError\nexcept ValueError as error:\n    assert 'got 1' in str(error)",
        "try:\n    fail_by_own()\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError",
        "class Check:\n    held = share\nassert Check.held == 0.4",
        "assert thing.size == 3 and thing.grow(2) == 5 and thing.size == 5",
        "assert callable(double) and double.__name__ == 'double'",
        "assert max(share, 0.3) == 0.4",
        "def inner():\n    return share\nassert inner() == 0.4",
        "try:\n    missing\nexcept NameError:\n    pass\nelse:\n    raise AssertionError",
        "assert (lambda: double(share))() == 0.8",
    ],
    ids=range(14),
)
def test_a_test_finds_what_the_submission_made(claim: str, run: Run) -> None:
    assert run(SOLVED, check(claim))[1].judged["value"] == 1.0


@pytest.mark.parametrize(
    "claim",
    ["assert yes == 0.4", "assert 0.4 == yes", "assert yes != 0.4 or yes == 0.4", "assert thing == thing.size"],
    ids=range(4),
)
def test_what_is_no_plain_value_equals_nothing_and_is_named(claim: str, run: Run) -> None:
    judged = run(SOLVED, check(claim))[1].judged
    assert ("compared" in judged["flags"]) is True
    assert judged.get("error") == "AssertionError" or claim.startswith("assert yes !=")


def test_points_are_the_last_expression_or_all_of_them(run: Run) -> None:
    came = run(SOLVED, check("1.5", 3), check("assert share", 3), check("'text'", 3), check("raise KeyError('k')", 3))
    assert [each.judged.get("value") for each in came[1:]] == [1.5, 3.0, None, None]
    assert came[4].judged["error"] == "KeyError"


def test_what_the_course_made_is_the_courses_for_a_test(run: Run) -> None:
    opens = Step("import statistics\ndef right(): return 7\nlimit = 3", own=True)
    spoils = "def right(): return 8\nimport types\nstatistics = types.SimpleNamespace(mean=lambda values: 8)\nlimit = 4"
    claim = "assert right() == 7 and statistics.mean([1, 3]) == 2 and limit == {limit}"
    for limit, may_change in ((3, ()), (4, ("limit",))):
        came = run(opens, spoils, check(claim.format(limit=limit), left_open=may_change))
        assert came[2].judged.get("value") == 1.0, limit
    apart = run(opens, spoils, check("assert limit == 3", apart=True))
    assert apart[2].judged.get("value") == 1.0, "what is decided before any code is judged without any code"


def test_a_test_meets_what_stood_before_it_and_leaves_nothing_behind(run: Run) -> None:
    came = run(
        "count = 0\nseen = []\ndef step(value):\n    global count\n    count += 1\n    seen.append(value)\n"
        "    open('kept', 'w').write(str(value))\n    print('called with', value)\n    return count",
        check("secret = 41\nassert step(secret) == 1"),
        "import os\nprint(count, seen, os.path.exists('kept'), 'secret' in dir())",
        check("assert step(1) == 1"),
        "count = 10",
        check("assert count == 10"),
    )
    assert [each.judged["value"] for each in (came[1], came[3], came[5])] == [1.0, 1.0, 1.0]
    assert printed(came[2]) == "0 [] False False\n"
    assert "41" not in "".join(map(printed, came))


def test_what_a_test_says_is_kept_and_what_the_submission_says_then_is_not(run: Run) -> None:
    (_, judged) = run("def noisy(): print('mine'); return 1", check("print('said'); assert noisy() == 1"))
    assert judged.judged["said"] == "said\n"
    assert "stderr" not in judged.judged["flags"]
    (_, told) = run("import sys\ndef noisy(): print('mine', file=sys.stderr); return 1", check("assert noisy() == 1"))
    assert "stderr" in told.judged["flags"]


# --- Shut in ---

ATTEMPTS = """\
import ctypes, os, signal, socket, subprocess, sys
from pathlib import Path
found = {}
def tried(name, reach):
    try:
        found[name] = repr(reach())[:60]
    except BaseException as error:
        found[name] = type(error).__name__
def linked(number):
    '''Where a file leads that was open when this cell began; its own line, and what programs print to, are its own.'''
    path = os.readlink(f'/proc/self/fd/{number}') if os.path.islink(f'/proc/self/fd/{number}') else ''
    return path if path.startswith('/') and not path.startswith(('/proc/', '/dev/null', '/memfd')) else ''
tried('elsewhere', lambda: os.listdir(ELSEWHERE))
tried('secret', lambda: Path(ELSEWHERE, 'secret').read_text())
tried('by program', lambda: subprocess.run(['cat', f'{ELSEWHERE}/secret'], check=True, stderr=-3))
tried('written', lambda: Path(ELSEWHERE, 'mine').write_text('mine'))
tried('package', lambda: Path(sys.modules['servicelab'].__file__).write_text('mine'))
tried('password', lambda: Path('/etc/shadow').read_text())
tried('home', lambda: os.listdir('/root' if os.getuid() else os.path.expanduser('~root')))
tried('parent', lambda: os.kill(os.getppid(), signal.SIGKILL))
tried('group', lambda: os.killpg(os.getpgid(os.getppid()) or 1, signal.SIGKILL))
tried('everybody', lambda: os.kill(-1, signal.SIGCONT) if os.getuid() == 0 else os.kill(1, signal.SIGKILL))
tried('tcp', lambda: socket.create_connection(('127.0.0.1', PORT), 1))
tried('udp', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT)))
tried('name', lambda: socket.getaddrinfo('example.org', 80))
tried('unix', lambda: socket.socket(socket.AF_UNIX).connect(f'{ELSEWHERE}/line'))
tried('abstract', lambda: socket.socket(socket.AF_UNIX).connect('\\0servicelab'))
tried('environment', lambda: Path(f'/proc/{os.getppid()}/environ').read_bytes())
tried('memory', lambda: open(f'/proc/{os.getppid()}/mem', 'rb').read(1))
def call(number, *given):
    if ctypes.CDLL(None, use_errno=True).syscall(number, *given) < 0:
        raise OSError(ctypes.get_errno(), '')
tried('traced', lambda: call(101, 16, os.getppid(), 0, 0))
tried('unshared', lambda: call(272, 0x10000000))
tried('mounted', lambda: call(165, b'none', b'/tmp', b'tmpfs', 0, 0))
tried('uring', lambda: call(425, 1, 0))
tried('administrator', lambda: os.setuid(0) if os.getuid() else os.setuid(1))
tried('secrets', lambda: {k: v for k, v in os.environ.items() if 'SECRET' in k} or 1 / 0)
tried('files', lambda: [name for name in map(linked, os.listdir('/proc/self/fd')) if name] or 1 / 0)
print(sorted(found.items()))
"""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Something of somebody else's, on the same machine."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "secret").write_text("secret")
    (folder / "secret").chmod(0o666)
    monkeypatch.setenv("MY_SECRET", "secret")
    return folder


@pytest.mark.skipif("x86" not in __import__("platform").machine(), reason="calls are named by x86-64's numbers")
def test_a_submission_reaches_nothing_but_its_own(run: Run, elsewhere: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        came = run(f"ELSEWHERE, PORT = {str(elsewhere)!r}, {port}\n{ATTEMPTS}", "print('alive')")
    assert printed(came[1]) == "alive\n", printed(came[0]) or came[0].outputs
    assert printed(came[0]), came[0].outputs
    found = dict(ast.literal_eval(printed(came[0])))
    # A signal to the first process of a world of its own is dropped by the system without a word.
    dropped = {name for name in ("parent", "group", "everybody") if found[name] == "None"}
    reached = {
        name: said for name, said in found.items() if not said.endswith(("Error", "gaierror")) and name not in dropped
    }
    assert reached == {}
    assert sorted(path.name for path in elsewhere.iterdir()) == ["secret"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import os; os._exit(0)", "died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
        ("import ctypes; ctypes.string_at(0)", "died"),
        ("while True:\n    try:\n        while True: sum(range(9))\n    except BaseException: pass", "stuck"),
        ("import os, time\nos.closerange(3, 256)\ntime.sleep(9)", "died"),
    ],
    ids=["exits", "kills itself", "crashes", "never stops", "cuts its line"],
)
def test_what_ends_a_submission_costs_the_cells_after_it_only(code: str, says: str, run: Run) -> None:
    came = run("x = 1", check("assert x == 1"), code, "print(x)", check("assert x"), bounds=Bounds(cell_seconds=2))
    assert came[1].judged.get("value") == 1.0
    assert came[2].stopped == says
    assert [each.stopped for each in came[3:]] == ["after", "after"]


@pytest.mark.parametrize(
    ("ends", "bounds"),
    [
        ("import os; os._exit(0)", Bounds(cell_seconds=20)),
        (
            "while True:\n    try:\n        while True: sum(range(9))\n    except BaseException: pass",
            Bounds(cell_seconds=1),
        ),
        ("import time; time.sleep(9)", Bounds(seconds=1)),
        ("while True: print('x' * 999)", Bounds(output=9999)),
    ],
    ids=["exits", "never stops", "takes all the time", "floods"],
)
def test_what_is_decided_is_judged_whatever_becomes_of_the_submission(ends: str, bounds: Bounds, run: Run) -> None:
    opens = Step("decided = 3", own=True)
    came = run(ends, opens, check("assert decided == 3", apart=True), bounds=bounds)
    assert came[0].stopped or came[0].late
    assert came[2].judged.get("value") == 1.0
    assert not came[2].stopped


def test_an_endless_cell_is_stopped_and_the_next_one_runs(run: Run) -> None:
    came = run("while True: pass", "print('on')", bounds=Bounds(cell_seconds=1))
    assert came[0].outputs[-1]["ename"] == "KeyboardInterrupt"
    assert printed(came[1]) == "on\n"


@pytest.mark.parametrize(
    "code",
    [
        "held = bytearray(1 << 33)",
        "held = []\nwhile True: held.append(bytearray(1 << 26))",
        "with open('much', 'wb') as file:\n    while True: file.write(bytes(1 << 20))",
        "for number in range(100):\n    with open(f'much{number}', 'wb') as file: file.write(bytes(1 << 25))",
        "import os, time\nfor _ in range(500):\n    if not os.fork(): time.sleep(60)",
        "from threading import Event, Thread\nfor _ in range(500): Thread(target=Event().wait, daemon=True).start()",
        "held = [open('/dev/null') for _ in range(2000)]",
    ],
    ids=["memory", "memory by pieces", "file", "disk", "forks", "threads", "open files"],
)
def test_nobody_takes_more_of_the_machine_than_they_may(code: str, run: Run, reached: Reached) -> None:
    if code.startswith("for number") and reached.level == "rules":
        code = "open('much', 'wb').write(bytes(1 << 27))"
    came = run(code, "1 + 1", limits=Limits(memory=1 << 30), bounds=Bounds(cell_seconds=15))
    # Without memory IPython has none to show an error by either, and prints what Python itself says.
    said = came[0].outputs[-1].get("ename", printed(came[0])) if came[0].outputs else ""
    assert came[0].stopped == "died" or any(
        name in said for name in ("MemoryError", "OSError", "BlockingIOError", "RuntimeError")
    )


def test_what_processes_share_counts_once(run: Run) -> None:
    """A copy of a process has all that it has, and takes next to nothing."""
    code = (
        "import os, time\nheld = b'x' * (60 << 20)\nchildren = []\nfor _ in range(12):\n"
        "    children.append(os.fork())\n    if not children[-1]:\n        time.sleep(9)\n        os._exit(0)"
    )
    ended = "time.sleep(1.5)\nprint([os.waitpid(child, os.WNOHANG)[0] for child in children])"
    came = run(code, ended, limits=Limits(together=512 << 20))
    assert printed(came[1]) == f"{[0] * 12}\n"


@pytest.mark.parametrize(
    "code",
    [
        "while True: print('x' * 10_000)",
        "print('x' * (1 << 25))",
        "from IPython.display import display\ndisplay({'text/plain': 'x' * (1 << 25)}, raw=True)",
    ],
    ids=["endless", "at once", "wide"],
)
def test_who_puts_out_too_much_is_stopped_and_the_next_cell_runs(code: str, run: Run) -> None:
    came = run(code, "print('on')", bounds=Bounds(cell_seconds=20, cell_output=1 << 20))
    assert came[0].stopped == "output"
    assert sum(len(str(each)) for each in came[0].outputs) <= (1 << 20) + 1000
    assert printed(came[1]) == "on\n"


def test_nothing_that_a_submission_started_outlives_it(run: Run, tmp_path: Path) -> None:
    mark = tmp_path.name + secrets.token_hex(8)
    sleeps = f"[sys.executable, '-c', 'import time; time.sleep(60)', {mark!r}]"
    run(f"import subprocess, sys\nsubprocess.Popen({sleeps}, start_new_session=True);")
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if _holds(path, mark)]
    for _try in range(50):
        left = [path for path in left if _holds(path, mark)]
        if not left:
            break
        time.sleep(0.1)
    assert not left


def _holds(path: Path, mark: str) -> bool:
    try:
        return mark.encode() in path.read_bytes()
    except OSError:
        return False


FORGERIES: dict[str, str] = yaml.safe_load((Path(__file__).parent / "forgeries.yml").read_text(encoding="utf-8"))


CHECK = "import numpy as np\nfound = share([1, 0, 0])\nassert abs(found - 1 / 3) < 0.01 and np.isclose(found, 1 / 3)"


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_earns_nothing(name: str, run: Run) -> None:
    came = run(
        FORGERIES[name],
        check(CHECK, 3),
        bounds=Bounds(cell_seconds=5),
    )
    assert came[1].judged.get("value") in (None, 0.0)
