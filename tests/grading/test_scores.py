"""Every kind of submission gets what it deserves, by real nbgrader with real kernels."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from tests.grading.conftest import DUE, RIGHT, SCORES, SHARE, TRIAL, answers, cohort, fill, pack, put

from servicelab.cli import main
from servicelab.errors import UserError
from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.exporting import rows

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading"), pytest.mark.usefixtures("one_template")]


def scores(course: Course) -> dict[str, float]:
    with course.gradebook() as book:
        return {each.student.id: each.score for each in book.assignment_submissions(TRIAL)}


def test_everyone_scores_what_they_deserve(graded: Course) -> None:
    """Thirteen submissions, graded by four processes at once into one SQLite file."""
    assert scores(graded) == SCORES


def test_what_waits_for_a_person_and_what_does_not(graded: Course) -> None:
    with graded.gradebook() as book:
        waiting = {each.student.id for each in book.assignment_submissions(TRIAL) if each.needs_manual_grade}
        late = {each.student.id for each in book.assignment_submissions(TRIAL) if each.total_seconds_late > 0}
        comment = book.find_comment("c-why", "exercise", TRIAL, "untouched").comment
    assert waiting == {"perfect", "perfect-zh", "stubborn", "deleted"}
    assert late == {"untouched"}
    assert comment == "No response."


def test_locked_cells_are_the_courses_own_again(graded: Course) -> None:
    notebook = nbformat.read(graded.autograded / "tampered" / TRIAL / "exercise.ipynb", as_version=4)
    sources = {each.metadata.nbgrader.grade_id: each.source for each in notebook.cells if "nbgrader" in each.metadata}
    assert sources["decisions"] == "decisions = task.decisions()"
    assert "SAYS[name]" in sources["test-a"]
    assert "a share lies" in sources["test-b"]


def test_formgrader_will_show_the_decisions(graded: Course) -> None:
    notebook = nbformat.read(graded.autograded / "half" / TRIAL / "exercise.ipynb", as_version=4)
    (printed,) = next(each for each in notebook.cells if each.source.startswith("decisions =")).outputs
    assert printed.text.splitlines()[0] == "1 · a-voice: functional — functional"
    assert printed.text.splitlines()[1].startswith("2 · a-tone: —")


def test_the_learners_answers_are_not_overwritten_from_source(graded: Course) -> None:
    kept = json.loads((graded.autograded / "half" / TRIAL / "exercise.answers.json").read_text(encoding="utf-8"))
    assert set(kept["entries"]) == {"a-voice"}
    assert scores(graded)["count"] == 0


def test_a_second_run_grades_nothing_again(graded: Course) -> None:
    again = grade(TRIAL, course=graded, workers=2)
    assert {result.status for result in again.results} == {"before"}
    assert again.complete
    assert "Cannot be opened: broken. Ask for it again." in again.sentence()
    assert "cannot be opened, and only its answers file was marked, so ask for it again: exercise" in again.sentence()
    assert "untouched: 0 / 11 · graded before · nothing answered · 2 h late" in again.sentence()
    assert [result.student for result in again.results if result.blank] == ["untouched"]


def test_a_trainee_is_graded_again_when_asked(graded: Course, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    records = {path.parents[1].name: path.read_bytes() for path in graded.autograded.glob(f"*/{TRIAL}/graded.json")}
    made = grade(TRIAL, course=graded, students=["half"], again=True)
    assert [(each.student, each.status) for each in made.results] == [("half", "graded")]
    now = {path.parents[1].name: path.read_bytes() for path in graded.autograded.glob(f"*/{TRIAL}/graded.json")}
    assert {name for name in records if now[name] != records[name]} == {"half"}
    monkeypatch.chdir(graded.root)
    assert main(["grade", TRIAL, "--student", "half", "--student", "untouched"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()[:2]] == ["half", "untouched"]
    with pytest.raises(UserError, match=r"Nothing was collected for \w+ from nobody: --student takes"):
        grade(TRIAL, course=graded, students=["half", "nobody"])


def test_plain_nbgrader_without_our_configuration_gives_the_same_scores(released: Course, tmp_path: Path) -> None:
    root = tmp_path / "grading"
    shutil.copytree(released.root, root)
    course = Course.at(root)
    chosen = ("perfect-zh", "untouched", "half", "count", "raising", "tampered")
    for student, archive in cohort(released).items():
        if student in chosen:
            put(tmp_path / "inbox", f"{student}.zip", archive)
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    (root / "nbgrader_config.py").unlink()
    subprocess.run([sys.executable, "-m", "nbgrader", "autograde", TRIAL], cwd=root, check=True, capture_output=True)
    shutil.copy(released.root / "nbgrader_config.py", root)
    assert scores(course) == {name: SCORES[name] for name in chosen}


def test_a_later_submission_replaces_the_scores_of_the_earlier_one(course: Course, tmp_path: Path) -> None:
    """nbgrader itself keeps the points of a test that the later notebook lacks, whatever stands there now."""
    first = pack("lin", fill(course, code="def share(values):\n    return 0"), answers(RIGHT))
    later = cohort(course)["deleted"]
    inbox = tmp_path / "inbox"
    put(inbox, "1.zip", first)
    collect(TRIAL, [inbox], course=course)
    grade(TRIAL, course=course)
    assert scores(course) == {"lin": 4}
    notebook = json.loads(_member(later, "exercise.ipynb"))
    put(inbox, "2.zip", pack("lin", json.dumps(notebook).encode(), answers(RIGHT), created=DUE - timedelta(hours=1)))
    collect(TRIAL, [inbox], course=course)
    result = grade(TRIAL, course=course)
    assert [each.status for each in result.results] == ["graded"]
    assert scores(course) == {"lin": 7}
    # And one that cannot be opened at all, with no answers beside it, scores nothing, whatever came before.
    put(inbox, "3.zip", pack("lin", b"not a notebook", created=DUE))
    collect(TRIAL, [inbox], course=course)
    assert [each.status for each in grade(TRIAL, course=course).results] == ["damaged"]
    assert scores(course) == {"lin": 0}


def _member(archive: bytes, name: str) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(name)


def test_grading_before_collecting_is_told(course: Course) -> None:
    with pytest.raises(UserError, match="run servicelab collect first"):
        grade(TRIAL, course=course)


def test_ctrl_c_stops_at_once_and_the_next_run_goes_on(course: Course, tmp_path: Path) -> None:
    """Stock nbgrader takes it for a failed submission, so that everyone after it would still be graded."""
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as settings:
        settings.write("\nc.Execute.timeout = 40\n")
    slow = "import time\ntime.sleep(9)\n" + SHARE
    for student in ("first", "second"):
        put(tmp_path / "inbox", f"{student}.zip", pack(student, fill(course, code=slow), answers(RIGHT)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    code = (
        "import sys; from servicelab.grading.course import Course; from servicelab.grading.autograding import grade\n"
        f"grade('{TRIAL}', course=Course.at(sys.argv[1]))"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(course.root)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not list(course.autograded.glob(f"first/{TRIAL}/exercise.ipynb")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(3)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=25)[1]
    assert "KeyboardInterrupt" in said
    assert "never retrieved" not in said
    assert not (course.autograded / "second").exists()
    assert [result.status for result in grade(TRIAL, course=course).results] == ["graded", "graded"]


def test_running_it_again_is_advised_only_where_it_can_help(course: Course, tmp_path: Path) -> None:
    for student, notebook in (("in-the-way", fill(course)), ("broken", b"{"), ("lin", fill(course))):
        sheet = answers(RIGHT) if student != "broken" else None
        put(tmp_path / "inbox", f"{student}.zip", pack(student, notebook, sheet))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    # The machine's own doing: a file stands where a folder has to be made.
    course.autograded.mkdir()
    (course.autograded / "in-the-way").write_text("")
    report = grade(TRIAL, course=course)
    assert {each.student: each.status for each in report.results} == {
        "broken": "damaged",
        "in-the-way": "stopped",
        "lin": "graded",
    }
    assert "Not graded: in-the-way. Run it again for them; nobody else is touched." in report.sentence()
    assert "Cannot be opened: broken. Ask for it again." in report.sentence()
    assert "1 cannot be opened, 1 not graded" in report.sentence()
    (course.autograded / "in-the-way").unlink()
    again = grade(TRIAL, course=course)
    assert [each.status for each in again.results] == ["damaged", "graded", "before"]
    assert "Run it again" not in again.sentence()


def test_who_answered_nothing_is_told_from_who_got_nothing_right(graded: Course) -> None:
    told = {row["student_id"]: (row["score"], row["status"]) for row in rows(graded)}
    assert told["untouched"] == (0, "nothing answered")
    assert told["count"] == (0, "graded")
    assert told["broken"] == (4, "cannot be opened")


def test_where_nothing_is_run_what_stands_below_a_test_is_kept_and_a_person_decides(course: Course) -> None:
    """`nbgrader autograde --no-execute`: nbgrader itself gives the points that whoever handed it in wrote there."""

    def forged(notebook: nbformat.NotebookNode) -> None:
        for each in notebook.cells:
            if each.id in ("test-a", "test-b"):
                each.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "3"}, execution_count=7)]

    put(course.root / "inbox", "x.zip", pack("x", fill(course, code=SHARE, change=forged), answers(RIGHT)))
    collect(TRIAL, [course.root / "inbox"], course=course)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", TRIAL, "--no-execute"],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(course.autograded / "x" / TRIAL / "exercise.ipynb", as_version=4)
    kept = {each.id: [shown.data["text/plain"] for shown in each.outputs] for each in notebook.cells
            if each.id in ("test-a", "test-b")}  # fmt: skip
    assert kept == {"test-a": ["3"], "test-b": ["3"]}
    with course.gradebook() as book:
        given = {each.name: (each.auto_score, each.needs_manual_grade)
                 for each in book.find_submission(TRIAL, "x").notebooks[0].grades}  # fmt: skip
    assert (given["test-a"], given["test-b"]) == ((None, True), (None, True))
