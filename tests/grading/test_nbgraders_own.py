"""nbgrader's own tests of autograding, with our steps in the places of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbgrader
import pytest
from tests.grading.conftest import ROOT

from servicelab.grading.run.ready import begun

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("nbgraders-own")]

THEIRS = Path(nbgrader.__file__).parent / "tests" / "apps" / "test_nbgrader_autograde.py"
PAGE = ROOT / "docs" / "sameness.md"
THERE = 42
SKIPPED = {"test_many_students", "test_infinite_loop_with_output"}
"""They skip themselves, with nbgrader's own steps too."""
UNGRADED = 1
"""In those tests, notebooks that are refused before anything runs: the author's language is not Python."""
UNRUN = 1
"""Notebooks that are autograded by `--no-execute`."""


def test_they_pass_but_for_the_differences_that_are_written_down(tmp_path: Path) -> None:
    with begun() as reached:
        if reached is None:
            pytest.skip("this system has no Landlock")
        level = reached.level
    log, report = tmp_path / "nbgrader.log", tmp_path / "report.xml"
    (tmp_path / "nbgrader_config.py").write_text(
        "from servicelab.grading.steps import as_guest\n\nc = get_config()\nas_guest(c)\n"
        f"c.NbGrader.logfile = {str(log)!r}\n",
        encoding="utf-8",
    )
    (tmp_path / "run").mkdir()
    path = os.pathsep.join(each for each in (str(Path(__file__).parent), os.environ.get("PYTHONPATH")) if each)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "warm",
         "--rootdir", str(tmp_path), f"--junitxml={report}", str(THEIRS)],
        cwd=tmp_path / "run",
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert report.is_file(), done.stdout + done.stderr
    came = {case.attrib["name"]: {each.tag for each in case} for case in ElementTree.parse(report).iter("testcase")}
    assert len(came) == THERE
    assert {name for name, what in came.items() if "skipped" in what} == SKIPPED
    others = {name for name, what in came.items() if what & {"failure", "error"}}
    assert others == set(re.findall(r"^\| `(test_\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)), (
        done.stdout
    )
    # The engine says in nbgrader's log what it ran, and nbgrader what it autograded.
    said = log.read_text(encoding="utf-8")
    autograded = len(re.findall(r"\| INFO\] Autograding ", said))
    assert len(re.findall(rf"\| INFO\] Sealed by {level}: ", said)) == autograded - UNGRADED - UNRUN > THERE
