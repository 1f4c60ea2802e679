"""A template that is begun before anybody knows what for."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.grading.conftest import TRIAL, fill, pack, put

from servicelab.grading import autograding
from servicelab.grading.autograding import grade, modules_of, tables_of
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.run import ready
from servicelab.grading.run.conducting import Bounds, Conducting, Reached, Step
from servicelab.grading.run.jail import Level, Limits
from servicelab.grading.run.system import is_linux
from servicelab.grading.sealed import IN_THERE, SYSTEM

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("engine")]


def printed(reached: Any, place: Path, source: str) -> str:
    room = IN_THERE if reached.level == "namespaces" else place / "room"

    def start(role: str) -> Any:
        return reached.start(role, room, place, [*map(Path, SYSTEM)], {}, Limits())

    came = Conducting(start, Bounds()).conduct([Step(source)])[0]
    return "".join(each.get("text", "") for each in came.outputs)


@pytest.mark.skipif(not is_linux(), reason="only Linux shuts code in")
def test_a_template_that_was_begun_is_the_one_that_is_used_and_it_ends(tmp_path: Path) -> None:
    ready.prepare()
    ready.prepare()
    begun, _end = ready._begun[0]
    with ready.begun(modules=["colorsys"]) as reached:
        assert reached is not None
        assert reached.place == begun._place
        assert printed(reached, tmp_path, "import sys\nprint('colorsys' in sys.modules)") == "True\n"
    assert begun._process.returncode is not None
    assert not begun._room.exists()
    assert ready._begun == []


@pytest.mark.skipif(not is_linux(), reason="only Linux shuts code in")
def test_a_template_that_nobody_asked_is_not_waited_for() -> None:
    """Where there is nothing to grade, nobody waits until everything is imported."""
    ready.prepare()
    template, end = ready._begun.pop()
    end.close()
    assert template._process.returncode == -signal.SIGKILL
    assert not template._room.exists()


def test_kernels_need_no_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ready.UNSEALED, "1")
    ready.prepare()
    assert ready._begun == []
    with ready.begun() as reached:
        assert reached is None


def test_what_was_handed_out_is_imported_before_and_what_hidden_tests_import_is_not(course: Course) -> None:
    """A submission that finds a module imported would know by it how it is judged."""
    import nbformat

    path = next((course.release / "trial_exercise").glob("*.ipynb"), None) or next(course.release.rglob("*.ipynb"))
    nb = nbformat.read(path, as_version=4)
    nb.cells[0:0] = [
        nbformat.v4.new_code_cell("import wave\nfrom . import near\nfrom colorsys import rgb_to_hsv\nload('orders')"),
        nbformat.v4.new_code_cell("%matplotlib inline"),
    ]
    nbformat.write(nb, path)
    source = course.source / path.relative_to(course.release)
    hidden = nbformat.read(source, as_version=4)
    hidden.cells.append(nbformat.v4.new_code_cell("### BEGIN HIDDEN TESTS\nimport chunk\n### END HIDDEN TESTS"))
    nbformat.write(hidden, source)
    found = modules_of(course, path.parent.name)
    assert {"wave", "colorsys"} <= set(found)
    assert "chunk" not in found
    assert set(tables_of(course, path.parent.name)) <= {"orders", "contacts"}


@pytest.mark.parametrize(("level", "user", "seats"), [("rules", 1000, 1), ("rules", 0, 3), ("namespaces", 1000, 3)])
def test_whoever_starts_many_processes_leaves_enough_for_everybody_else(
    level: Level, user: int, seats: int, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system counts by user: an honest submission could not split before its test while another one forked on."""

    @contextmanager
    def begun(**_about: Any) -> Iterator[Reached]:
        yield Reached(tmp_path, level)

    def side_by_side(_work: Any, names: Sequence[str], seats: int, _sitting: int) -> Iterator[tuple[str, Any]]:
        taken.append(seats)
        yield from ((name, autograding.Done("graded")) for name in names)

    taken: list[int] = []
    put(tmp_path / "inbox", "lin.zip", pack("lin", fill(course)))
    collect(TRIAL, [tmp_path / "inbox"], course=course)
    monkeypatch.setattr(autograding, "begun", begun)
    monkeypatch.setattr(autograding, "side_by_side", side_by_side)
    monkeypatch.setattr("os.geteuid", lambda: user)
    grade(TRIAL, course=course, workers=3)
    assert taken == [seats]
