"""A trainee's install from the bundle, nothing lent: what is in it, that it teaches, and in which language it talks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.installed import EARLIER

from servicelab import bootstrap
from servicelab.publish.answers import perfect_decisions
from servicelab.publish.sources import load_course

pytestmark = [pytest.mark.install, pytest.mark.xdist_group("bundle-zh")]

MOST_MB = 650
INSTRUCTORS = ("nbgrader", "hatchling", "editables", "openpyxl", "jupytext", "sqlalchemy", "alembic")
ANALYSTS = ("matplotlib", "networkx", "pylopdf_fonts_zh_cn", "PIL")
#: Runs a notebook with a cell of the test's own in place of its last one's press, as the page does it.
WORK = """
import json, sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient
path, more = Path(sys.argv[1]), sys.argv[2]
notebook = nbformat.read(path, as_version=4)
notebook.cells.append(nbformat.v4.new_code_cell(more))
where = {"metadata": {"path": str(path.parent)}}
NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
print("".join(part["text"] for part in notebook.cells[-1].outputs if part.output_type == "stream"))
"""
LOADED = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
WRITTEN = "先看开箱完好这一项，因为失误后不再回来的顾客最多。"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def bundle(installed_bundle: Path) -> Path:
    """The Chinese bundle, unpacked and installed."""
    return installed_bundle


@pytest.fixture(scope="module")
def run(bundle: Path) -> Run:
    """Run the trainee's own Python, with nothing of this environment's mixed in."""
    lent = ("PYTHON", "JUPYTER", "VIRTUAL_ENV", "LC_", "LANG")
    env = {name: value for name, value in os.environ.items() if not name.startswith(lent)}
    python = bundle / "app/.venv/bin/python"

    def start(*arguments: str | Path, cwd: Path = bundle) -> subprocess.CompletedProcess[str]:
        env["PATH"] = f"{python.parent}:/usr/bin:/bin"
        return subprocess.run([python, *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=150)

    return start


def delivered(run: Run, folder: Path) -> Path:
    """A trainee's folder, delivered as `servicelab lab` does it."""
    deliver = "import sys; from pathlib import Path; from servicelab.publish.delivering import deliver"
    done = run("-c", f"{deliver}; deliver(Path('app/edition'), Path(sys.argv[1]))", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def workspace(bundle: Path, run: Run) -> Path:
    """The folder that the trainee works in."""
    return delivered(run, bundle / "worked")


def test_it_has_nothing_that_only_others_need(run: Run) -> None:
    asked = f"import importlib.util as u; print([n for n in {INSTRUCTORS + ANALYSTS} if u.find_spec(n)])"
    assert run("-c", asked).stdout.strip() == "[]"
    assert run("-m", "servicelab", "--help").returncode == 0


def test_unpacked_over_an_earlier_version_nothing_of_that_is_left(bundle: Path, run: Run) -> None:
    assert not [left for left in EARLIER if (bundle / left).exists()]
    assert not (bundle / EARLIER[1]).parent.exists()
    listed = set((bundle / "app" / bootstrap.CONTENTS).read_text(encoding="utf-8").split("\n")) - {""}
    there = {path for name in bootstrap.BROUGHT for path in (bundle / "app" / name).rglob("*") if path.is_file()}
    assert {path.relative_to(bundle / "app").as_posix() for path in there} <= listed
    assert all((bundle / "app" / name).is_file() for name in listed)


def test_it_takes_no_more_than_it_says(bundle: Path) -> None:
    """Blocks on the disk, compiled, the installer included."""
    entries = {}
    for path in (bundle / "app/.venv").rglob("*"):
        about = path.lstat()
        entries[about.st_ino] = about.st_blocks * 512
    assert 300 < sum(entries.values()) / 1024**2 <= MOST_MB


def test_its_own_code_is_compiled_and_other_peoples_tests_are_not(bundle: Path) -> None:
    packages = next((bundle / "app/.venv/lib").glob("python*/site-packages"))
    assert list((packages / "servicelab/learn/__pycache__").glob("session.*.pyc"))
    assert list((packages / "pandas/core/__pycache__").glob("frame.*.pyc"))
    assert not list((packages / "pandas/tests").rglob("*.pyc"))


def test_the_lesson_runs(run: Run, workspace: Path) -> None:
    done = run("-c", WORK, workspace / "lessons/01_needs/lesson.ipynb", LOADED)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    # These three stay in the base because of this lesson; see pyproject.toml.
    assert {"servicelab", "pandas", "scipy", "sklearn"} <= loaded


def test_the_exercise_is_worked_and_handed_in(run: Run, workspace: Path, root: Path) -> None:
    right = perfect_decisions(load_course(root).units["01_needs"])
    folder = workspace / "assignments/01_needs"
    decide = f"""
import json
for key, value in json.loads({json.dumps(json.dumps(right))}).items():
    task.decide(key).value = {{"value": value}}
for key in task.items.written:
    task.write(key).value = {{"text": {WRITTEN!r}}}
print(task.standing())
"""
    done = run("-c", WORK, folder / "exercise.ipynb", decide)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"{len(right)} 道情景判断题都做完了。"
    handed = run("-m", "servicelab", "submit", "01_needs", "--student", "1007", "--sure", cwd=workspace)
    assert handed.returncode == 0, handed.stderr
    (packed,) = (workspace / "submissions").glob("*1007*.zip")
    with zipfile.ZipFile(packed) as archive:
        (answers,) = (name for name in archive.namelist() if name.endswith("exercise.answers.json"))
        kept = json.loads(archive.read(answers))
    text = json.dumps(kept, ensure_ascii=False)
    assert all(key in text for key in right)
    assert WRITTEN in text


def test_a_verb_of_the_instructors_says_what_it_needs(run: Run) -> None:
    done = run("-m", "servicelab", "release", "01_needs")
    assert done.returncode == 1
    assert done.stderr.startswith("release 需要讲师部分的软件包")
    assert done.stderr.count("\n") == 1
    assert not done.stdout


#: What is no word of a sentence: names of products and formats, what is typed, what stands in a file.
NAMES = set(
    """
    servicelab ServiceLab JupyterLab Python nbgrader Nbgrader Formgrader Binder Chromium CSV YAML XLSX XES gz Ctrl root
    MB GB zip apt sudo venv python org bubblewrap
    lab build new look data bundle release submit collect grade feedback export tests guesses minutes demo doctor
    generate check runs import trainee instructor en zh needs orientation assignments start ipynb course yml port nope
    matplotlib Noto Sans SC
    """.split()  # noqa: SIM905 - a table of words is read more easily than a list
)


def left_in_english(text: str) -> list[str]:
    """Words that are neither a name, nor an option, nor a path."""
    text = re.sub(r"(?:/[\w.+-]+)+|--?[a-z][a-z-]*|\S*[\w]/[\w./-]*", " ", text)
    return [word for word in re.findall(r"[A-Za-z]{2,}", text) if word not in NAMES]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["--help"], 0),
        (["lab", "--help"], 0),
        (["submit", "--help"], 0),
        (["doctor", "--help"], 0),
        (["doctor"], 0),
        ([], 2),
        (["nope"], 2),
        (["submit"], 2),
        (["submit", "01_needs", "--student"], 2),
        (["submit", "01_needs", "nope"], 2),
        (["lab", "--role", "nope"], 2),
        (["lab", "--role", "instructor"], 1),
        (["lab", "--port=nope"], 1),
        (["submit", "nope", "--student", "1007"], 1),
    ],
    ids=lambda value: " ".join(value) or "nothing" if isinstance(value, list) else str(value),
)
def test_what_a_chinese_trainee_reads_is_chinese(run: Run, workspace: Path, typed: list[str], code: int) -> None:
    # Not `python -m servicelab`: without a verb that opens the course.
    said = run("-c", "import sys; from servicelab.cli import main; sys.exit(main())", *typed)
    assert said.returncode == code, said.stdout + said.stderr
    text = said.stdout + said.stderr
    assert re.search(r"[\u4e00-\u9fff]", text), text
    assert left_in_english(text) == [], text


def test_what_a_new_version_says_is_chinese(run: Run, bundle: Path, tmp_path: Path) -> None:
    place = delivered(run, tmp_path / "worked-in")
    renewed = tmp_path / "renewed"
    shutil.copytree(bundle / "app/edition", renewed)
    for folder, words in ((place, "mine"), (renewed, "new")):
        notebook = json.loads((folder / "start.ipynb").read_text(encoding="utf-8"))
        notebook["cells"][0]["source"] = words
        (folder / "start.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    deliver = "import sys; from pathlib import Path; from servicelab.publish.delivering import deliver"
    done = run("-c", f"{deliver}; print(deliver(*map(Path, sys.argv[1:])).sentence())", renewed, place)
    assert done.returncode == 0, done.stderr
    assert "start.new.ipynb" in done.stdout
    assert left_in_english(done.stdout) == []


def test_what_stops_a_chinese_hand_in_is_chinese(run: Run, tmp_path: Path) -> None:
    place = delivered(run, tmp_path / "untouched")
    nobody = run("-m", "servicelab", "submit", "01_needs", cwd=place)
    blank = run("-m", "servicelab", "submit", "01_needs", "--student", "1007", cwd=place)
    for said in (nobody, blank):
        assert said.returncode == 1
        assert re.search(r"[\u4e00-\u9fff]", said.stderr)
        assert left_in_english(said.stderr) == []


def test_the_search_for_english_finds_it() -> None:
    assert left_in_english("用法：servicelab submit --student 工号，see /home/me/My File") == ["see", "File"]
