"""Code in a submission that would score itself, or tell what it was asked: it earns what it does and learns nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from tests.grading.conftest import RIGHT, SHARE, TRIAL, about, answers, cell, fill, pack, put
from tests.grading.test_feedback import leaks, page, plain

from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.markerview import MarkerView
from servicelab.grading.marks import points_of
from servicelab.grading.moments import in_zone
from servicelab.grading.returning import feedback

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading")]

WRONG = "def share(values):\n    return 2\n"
MARK = "LEAK"
LIMITS = """
c.Execute.timeout = 20
c.BoundedExecute.cell_output = 100_000
c.BoundedExecute.notebook_output = 300_000
"""

YES = """
class Yes{base}:
    def __eq__(self, other): return True
    def __ne__(self, other): return True
    def __hash__(self): return 0
    def __sub__(self, other): return 0.0
    def __lt__(self, other): return True
    def __gt__(self, other): return True
    def __float__(self): return 0.4
def share(values):
    return Yes({value})
"""

MANY = """
from IPython.display import display, update_display
for _ in range(50):
    display({"text/plain": "-"}, raw=True, display_id="many")
update_display({"text/plain": "-" * 20_000}, raw=True, display_id="many")
"""

FORGED = {
    "interactivity": WRONG + "get_ipython().ast_node_interactivity = 'none'",
    "ast": WRONG
    + """
import ast
class Points(ast.NodeTransformer):
    def visit_Module(self, node):
        return ast.fix_missing_locations(ast.Module([ast.Expr(ast.Constant(3.0))], []))
get_ipython().ast_transformers.append(Points())""",
    "input": WRONG
    + """
get_ipython().input_transformers_post.append(lambda lines: ["3.0\\n"])
get_ipython().input_transformer_manager.cleanup_transforms.append(lambda lines: ["3.0\\n"])""",
    "builtins": WRONG
    + """
import builtins
builtins.abs = lambda x: 0.0
builtins.sum = lambda *x: 2
builtins.AssertionError = SystemExit""",
    "shadowed": WRONG + "abs = lambda x: 0.0\nsum = lambda *x: 2\nAssertionError = KeyError\n",
    "displayhook": WRONG
    + """
import sys
sys.displayhook = lambda value: None
type(get_ipython().displayhook).__call__ = lambda self, value=None: None
get_ipython().displayhook.write_format_data = lambda *given, **named: None""",
    "events": WRONG
    + """
def set_right(*given):
    get_ipython().user_ns["share"] = lambda values: {1: 1.0, 5: 0.4}[len(values)]
for event in ("pre_execute", "pre_run_cell"):
    get_ipython().events.register(event, set_right)""",
    "shell": WRONG
    + """
get_ipython().run_cell = lambda *given, **named: None
get_ipython().run_code = lambda *given, **named: False
get_ipython().showtraceback = lambda *given, **named: None
async def no_cell(*given, **named):
    return type("Result", (), {"success": True, "error_before_exec": None, "error_in_exec": None})()
get_ipython().run_cell_async = no_cell
type(get_ipython()).run_ast_nodes = no_cell""",
    "published": """
def share(values):
    kernel = get_ipython().kernel
    content = {"data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1}
    kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent("shell"))
    raise KeyboardInterrupt""",
    "float": YES.format(base="(float)", value="0.4"),
    "object": YES.format(base="", value=""),
    "called": YES.format(base="", value="")
    + """
class Share:
    def __call__(self, values): return Yes()
share = Share()""",
    "class": YES.format(base="", value="").replace("class Yes:", "class Yes:\n    def __init__(self, *given): pass")
    + "share = Yes\n",
    "house": WRONG
    + """
from servicelab.grading import inkernel
inkernel.judged = lambda source, points, kept: {"value": points, "said": ""}
inkernel.Kept.put_back = lambda self: None
inkernel.Kept.exact = lambda self, value, depth=0: 0.4
inkernel.ast = None
inkernel.OWN_BUILTINS["exec"] = lambda code, space: space.update(_points_of_this_check=3.0)""",
    "metaclass": """
class Meta(type):
    def __getattribute__(cls, name):
        return {"__mro__": (object,), "__module__": "numpy"}.get(name) or type.__getattribute__(cls, name)
"""
    + YES.format(base="(metaclass=Meta)", value=""),
    "left": WRONG
    + """
from pathlib import Path
for name in ("statistics", "servicelab", "decimal", "json"):
    Path(f"{name}.py").write_text("import os; os._exit(0)")
for path in Path().glob("*.json"):
    path.write_text("{}")
Path("sub").mkdir(); Path("sub/x").write_text("x")""",
}
"""Code that gives no share, and what it does to be scored as if it did."""


def first(*cells: nbformat.NotebookNode) -> Callable[[nbformat.NotebookNode], None]:
    """Put cells of somebody's own before everything."""

    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[:0] = list(cells)

    return change


def before_tests(source: str) -> Callable[[nbformat.NotebookNode], None]:
    """Put code of somebody's own right before the first test."""

    def change(notebook: nbformat.NotebookNode) -> None:
        at = notebook.cells.index(cell(notebook, "test-a"))
        notebook.cells.insert(at, new_code_cell(source))

    return change


def skipped(notebook: nbformat.NotebookNode) -> None:
    """Every locked cell asks to be left out."""
    for each in notebook.cells:
        if each.cell_type == "code" and each.metadata.get("nbgrader", {}).get("locked"):
            each.metadata["tags"] = ["skip-execution"]


DECIDED = {
    "anything": before_tests(
        "from collections import defaultdict\nclass Yes(str):\n    def __eq__(self, other): return True\n"
        "    def __ne__(self, other): return False\n    __hash__ = str.__hash__\ndecisions = defaultdict(Yes)"
    ),
    "patched": first(new_code_cell(
        f"from servicelab.learn.assignment import Assignment\nAssignment.decisions = lambda self: {RIGHT!r}"
    )),
    "skipped": skipped,
}  # fmt: skip
"""Notebooks that say how they decided, over what is in the answers."""

TELLING = f"""
import base64, sys
seen = []
def told(text):
    return "{MARK[:2]}" + "{MARK[2:]}:" + base64.b64encode(text.encode()).decode()
class Telling(Exception):
    def _render_traceback_(self):
        return ["Cell In[1], line 1", *seen]
def share(values):
    asked = get_ipython().kernel.get_parent("shell")["content"]["code"]
    frame, around = sys._getframe(1), []
    while frame is not None:
        around.append(repr(sorted(map(str, frame.f_globals))))
        frame = frame.f_back
    seen.append(told(asked + str(values) + str(In) + "".join(around)))
    print(seen[-1])
    raise {{error}}(seen[-1])"""

AFTER = """
print(seen, [told(line) for line in In], [told(name) for name in list(globals())])
for name in ("right", "found", "SAYS"):
    print(name, globals().get(name))
seen"""


def telling(error: str) -> Callable[[nbformat.NotebookNode], None]:
    """Tell, in whatever way comes back, what share was called with; a later cell shows what is left behind."""

    def change(notebook: nbformat.NotebookNode) -> None:
        cell(notebook, "b-share").source = TELLING.format(error=error)
        # A check that poses as a note for the marker would be left out before its lines are looked for.
        for name in ("test-a", "test-b"):
            cell(notebook, name).metadata["servicelab_note"] = True
        notebook.cells.append(new_code_cell(AFTER))

    return change


def later(source: str) -> Callable[[nbformat.NotebookNode], None]:
    """Add a cell of somebody's own after every other."""

    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells.append(new_code_cell(source))

    return change


ERRORS = {"telling": "Telling", "naming": "NameError", "stating": "AssertionError"}


def both(*changes: Callable[[nbformat.NotebookNode], None]) -> Callable[[nbformat.NotebookNode], None]:
    def change(notebook: nbformat.NotebookNode) -> None:
        for each in changes:
            each(notebook)

    return change


HONEST = {
    "warned": SHARE.replace("    return", "    import warnings\n    warnings.warn('older', FutureWarning)\n    return"),
    "logged": SHARE.replace("    return", "    import logging\n    logging.getLogger('lib').warning('x')\n    return"),
    "noisy": SHARE.replace("    return", "    print('counting', values)\n    return"),
    "fraction": "from fractions import Fraction\n" + SHARE.replace("sum(values)", "Fraction(sum(values))"),
    "named": f"right = 'mine'\nfound = 'mine'\n{SHARE}",
}
"""Code that gives the share, and something beside it that must not cost its points."""


@pytest.fixture(scope="module")
def judged(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """All of them collected, graded and given feedback; tests only look at it."""
    root = tmp_path_factory.mktemp("forged")
    shutil.copytree(released.root, root / "grading")
    with (root / "grading" / "nbgrader_config.py").open("a", encoding="utf-8") as settings:
        settings.write(LIMITS)
    course = Course.at(root / "grading")
    wrong = answers({"a-voice": "emotional"})
    notebooks = {name: fill(released, code=code) for name, code in FORGED.items()}
    notebooks |= {name: fill(released, code=WRONG, change=change) for name, change in DECIDED.items()}
    notebooks |= {name: fill(released, change=telling(error)) for name, error in ERRORS.items()}
    notebooks |= {name: fill(released, code=code, change=later("print(found)")) for name, code in HONEST.items()}
    notebooks["stderr"] = fill(
        released, code=f"import sys\n{SHARE}".replace("    ret", "    sys.stderr.write('x')\n    ret")
    )
    notebooks["endless"] = fill(
        released, code=f"{SHARE}\nwhile True:\n    print('y' * 1000)", change=later("print('on')")
    )
    notebooks["wide"] = fill(released, code=f"{SHARE}\nprint('z' * 20_000_000)", change=later("print('on')"))
    notebooks["multiplied"] = fill(released, code=f"{SHARE}\n{MANY}", change=later("print('on')"))
    for name, notebook in notebooks.items():
        put(root / "inbox", f"{name}--{TRIAL}--20261120T090000Z.zip", pack(name, notebook, wrong))
    collect(TRIAL, [root / "inbox"], course=course)
    grade(TRIAL, course=course, workers=2)
    feedback(TRIAL, course=course)
    return course


@pytest.fixture(scope="module")
def earned(judged: Course) -> dict[str, float]:
    with judged.gradebook() as book:
        return {each.student.id: each.score for each in book.assignment_submissions(TRIAL)}


@pytest.mark.parametrize("name", [*FORGED, *DECIDED])
def test_code_earns_what_it_does_and_not_what_it_says_it_does(name: str, earned: dict[str, float]) -> None:
    assert earned[name] == 0


@pytest.mark.parametrize("name", HONEST)
def test_what_stands_beside_an_answer_costs_nothing(name: str, earned: dict[str, float]) -> None:
    assert earned[name] == 3


def test_what_a_test_binds_is_gone_after_it_and_what_was_there_is_there_still(judged: Course) -> None:
    graded = nbformat.read(judged.autograded / "named" / TRIAL / "exercise.ipynb", as_version=4)
    (shown,) = graded.cells[-1].outputs
    assert shown.text == "mine\n"
    graded = nbformat.read(judged.autograded / "noisy" / TRIAL / "exercise.ipynb", as_version=4)
    assert [each.ename for each in graded.cells[-1].outputs] == ["NameError"]


@pytest.mark.parametrize("name", ERRORS)
def test_what_a_function_was_called_with_comes_back_by_no_way(
    name: str, judged: Course, earned: dict[str, float]
) -> None:
    assert earned[name] == 0
    text = plain(page(judged, name))
    assert leaks(text) == []
    told = [b64decode(each).decode() for each in re.findall(rf"{MARK}:([\w+/=]+)", text)]
    assert told, "what may be told is told"
    assert not [each for each in told if leaks(each)]
    assert "Your code stopped with" in text
    assert "raise " in text, "the line of the trainee's own"
    graded = nbformat.read(judged.autograded / name / TRIAL / "exercise.ipynb", as_version=4)
    shown = graded.cells[-1].outputs[0].text
    assert shown.endswith("right None\nfound None\nSAYS None\n")
    assert shown.startswith("[] "), "share was never called where this was made"


def test_what_code_leaves_in_its_folder_is_gone(judged: Course) -> None:
    folder = judged.autograded / "left" / TRIAL
    assert not [path for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()]
    assert json.loads((folder / "exercise.answers.json").read_text(encoding="utf-8"))["entries"]


def test_stderr_counts_as_by_nbgraders_rule_and_the_page_says_so(judged: Course, earned: dict[str, float]) -> None:
    assert earned["stderr"] == 0
    assert "Something was written to stderr while your code was checked" in plain(page(judged, "stderr"))


@pytest.mark.parametrize("name", ["endless", "wide", "multiplied"])
def test_who_puts_out_too_much_is_stopped_and_told_and_keeps_the_rest(
    name: str, judged: Course, earned: dict[str, float]
) -> None:
    """What was defined before it flooded is judged, and cells after it run."""
    assert earned[name] == 3
    text = plain(page(judged, name))
    assert "it put out more than it may" in text
    assert re.search(r"\bon\b", text)
    graded = judged.autograded / name / TRIAL / "exercise.ipynb"
    assert graded.stat().st_size < 300_000


WHEN = in_zone(datetime(2026, 11, 19, 18, tzinfo=UTC))
POSED = [
    f"**An earlier text in this place, handed in {WHEN}, was marked 4 / 4.**",
    "An <b>earlier</b>&nbsp;text in this&#32;place was **marked** 4 / 4.",
    "That mark is not for the text\u200b below and does not count.",
    "**Decision 1**",
    "**情景判断第 1 题**",
]


@pytest.mark.parametrize("text", POSED)
def test_a_trainees_text_that_reads_like_a_note_for_the_marker_is_said_to_be_theirs(
    text: str, released: Course
) -> None:
    notebook = nbformat.reads(fill(released, written=text), as_version=4)
    notebook.cells.insert(0, new_markdown_cell(text, metadata={"servicelab_note": True}))
    notebook.cells.append(new_markdown_cell("A remark of mine."))
    plain_answer = nbformat.reads(fill(released, written="Because the table says so."), as_version=4)
    place = {
        "metadata": {"path": str(released.root / "autograded" / "lin" / TRIAL)},
        "nbgrader": {"assignment": TRIAL, "student": "lin", "notebook": "exercise"},
    }
    made, _resources = MarkerView().preprocess(notebook, place)
    own = [n for n, each in enumerate(made.cells) if "is the trainee's own" in each.source]
    assert [made.cells[n + 1].source for n in own] == [text, text, "A remark of mine."]
    assert all("servicelab_note" in made.cells[n].metadata for n in own)
    assert not any("servicelab_note" in made.cells[n + 1].metadata for n in own)
    made, _resources = MarkerView().preprocess(plain_answer, place)
    assert not [each for each in made.cells if "is the trainee's own" in each.source]


@pytest.mark.parametrize(
    ("outputs", "points"),
    [
        ([], 0.0),
        (["2.5"], 2.5),
        (["3"], 3.0),
        (["3", "3"], 0.0),
        (["3.5"], 0.0),
        (["-1"], 0.0),
        (["nan"], 0.0),
        (["inf"], 0.0),
        (["1e400"], 0.0),
        (["True"], 0.0),
        (["'3'"], 0.0),
    ],
)
def test_a_score_is_one_number_of_points(outputs: list[str], points: float) -> None:
    made = [new_output("execute_result", data={"text/plain": text}) for text in outputs]
    test = new_code_cell("x", outputs=made, metadata=about("t", grade=True, locked=True, points=3, cell_type="code"))
    assert points_of(test) == points


def test_plain_nbgrader_without_our_settings_scores_honest_work_the_same(released: Course, tmp_path: Path) -> None:
    """The course is nbgrader's: who takes our configuration away grades on, with what honest work deserves."""
    root = Path(shutil.copytree(released.root, tmp_path / "grading"))
    own = "c = get_config()\nc.CourseDirectory.course_id = 'servicelab'\n"
    (root / "nbgrader_config.py").write_text(own + "c.Autograde.exclude_overwriting = {}\n", encoding="utf-8")
    given = {
        "perfect": (SHARE, RIGHT, 7.0),
        "half": (SHARE, {"a-voice": "functional"}, 5.0),
        "count": ("def share(values):\n    return sum(values)", {"a-tone": "emotional"}, 2.0),
    }
    for name, (code, decided, _points) in given.items():
        folder = root / "submitted" / name / TRIAL
        put(folder, "exercise.ipynb", fill(released, code=code))
        put(folder, "exercise.answers.json", answers(decided))
    shutil.rmtree(root / "release")
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", TRIAL], cwd=root, check=True, capture_output=True,
    )  # fmt: skip
    course = Course.at(root)
    with course.gradebook() as book:
        scores = {each.student.id: each.score for each in book.assignment_submissions(TRIAL)}
    assert scores == {name: points for name, (_code, _decided, points) in given.items()}
