"""A test of our course that cannot be judged sealed fails the build, which says where, why and what to do."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.publish.conftest import FIXTURE

from servicelab import publish
from servicelab.cli import main
from servicelab.files.lock import locked
from servicelab.grading import judgeable
from servicelab.grading.run.ready import begun

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("judged")]

FILE = "course/modules/01_demo/analysis.md"
SOLVED = ["build", "--edition", "solved"]
ROWS = 'rows = [{"need": "functional"}, {"need": "functional"}, {"need": "emotional"}]\n'


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The publishing tests' course, whose analysis reads a file that no submission has beside it."""
    with begun() as reached:
        if reached is None:
            pytest.skip("this system has no Landlock")
    root = Path(shutil.copytree(FIXTURE, tmp_path / "checkout"))
    monkeypatch.chdir(root)
    return root


def without_the_file(root: Path) -> str:
    path = root / FILE
    text = path.read_text(encoding="utf-8")
    setup = text[text.index("from csv") : text.index("```\n\n```{code-cell} ipython3\n:name: b-share\n")]
    path.write_text(text.replace(setup, ROWS), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def test_what_only_a_kernel_can_judge_fails_it(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value of a class of one's own can be reckoned with in a kernel; sealed, it stays where it was made."""
    text = without_the_file(checkout)
    own = "    class Share(float):\n        pass\n\n    return Share(len(wanted) / len(rows))\n"
    text = text.replace("    return len(wanted) / len(rows)\n", own)
    assert own in text
    (checkout / FILE).write_text(text, encoding="utf-8")
    line = text[: text.index(":name: b-share-test")].count("\n")
    assert main(SOLVED) == 1
    (said,) = [each for each in capsys.readouterr().err.splitlines() if FILE in each]
    assert f"{FILE}:{line} [b-share-test]: the author's own solution does not meet this test" in said
    assert "builtin values" in said
    assert not (checkout / "build" / "solved-en").exists()


def test_a_tree_that_was_built_without_being_judged_fails_too(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish.build("solved", "en", root=checkout)
    assert main(SOLVED) == 1
    assert f"{FILE}:" in capsys.readouterr().err
    assert main(SOLVED) == 1


def test_what_can_be_judged_is_judged_once(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_file(checkout)
    assert main(SOLVED) == 0

    def never() -> None:
        raise AssertionError("judged once more")

    monkeypatch.setattr(judgeable, "begun", never)
    assert main(SOLVED) == 0
    assert main(["build", "--edition", "instructor"]) == 0


@pytest.mark.parametrize("sound", [True, False])
def test_what_another_build_is_at_is_left_to_it_and_judged_again_unless_it_was_found_sound(
    sound: bool, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_the_file(checkout)
    assert main(SOLVED) == 0
    kept = sorted((checkout / judgeable.KEPT).iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert len(kept) == 2, "the lock of what was judged is not left lying"
    for path in kept:
        path.unlink()
    judged: list[str] = []
    truly = judgeable.unmet

    def watched(notebook: Any, *given: Any, **more: Any) -> dict[str, str]:
        judged.append(notebook.metadata["servicelab"]["kind"])
        # The other build comes to its end.
        if sound:
            kept[0].touch()
        other.close()
        return truly(notebook, *given, **more)

    monkeypatch.setattr(judgeable, "unmet", watched)
    with ExitStack() as other:
        other.enter_context(locked(kept[0].with_suffix(".lock")))
        assert main(SOLVED) == 0
    assert judged == (["analysis"] if sound else ["analysis", "exercise"])
    assert all(path.is_file() for path in kept)
