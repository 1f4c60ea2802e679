"""Where everything stands: in the sources, and in a built tree, of which workspace and unpacked bundle are copies."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Literal

UnitKind = Literal["module", "case"]

# -- in the sources, relative to the checkout

HOME = "course"
SETTINGS = f"{HOME}/course.yml"
GLOSSARY_SOURCE = f"{HOME}/glossary.yml"
CURRICULUM = f"{HOME}/curriculum.yml"
COVERAGE = f"{HOME}/coverage.yml"
START = f"{HOME}/start.md"
GAPS = f"{HOME}/known_gaps.yml"
POLICY_SOURCE = f"{HOME}/policy.yml"
BLUEPRINT = f"{HOME}/blueprint.yml"
"""The items of the tests before and after the course, in pairs, without their keys."""
UNITS: dict[UnitKind, str] = {"module": f"{HOME}/modules", "case": f"{HOME}/cases"}
"""The folder of each kind of unit; its name there is the list of `course.yml` that names them."""
FACTS = "unit.yml"
"""What is said of a unit that is still being written, in its own folder."""
GRADING = "grading"
RUBRICS = f"{GRADING}/rubrics"
TEST_KEYS = f"{GRADING}/test_keys.yml"
"""The right options of the tests; in no bundle, wheel or image."""
WORLD = f"{GRADING}/truth/skylark.yml"
"""How large every effect at Skylark is; in no bundle, wheel or image."""
GRIDS = f"{GRADING}/runs"
"""What is run on the true simulator and how often, a file a grid; of it only the outcomes reach a trainee."""
DEMO = f"{GRADING}/demo"
TRANSLATIONS = "locales/zh_CN"
DATASETS = "datasets"
"""The same in the sources and in a built tree."""
PACKAGE = "datapackage.json"
"""What is looked for in them: a folder is a set of tables from when it is there."""
RUNS = "runs"
"""The folder of outcomes of grids, in that of the datasets."""

READ: dict[UnitKind, str] = {"module": "lesson", "case": "case"}
"""The notebook that a unit is worked in, by kind of unit."""
GRADED = ("exercise", "analysis")
TESTS = {"pretest": "pre_test", "posttest": "post_test"}
"""The notebooks of the tests before and after the course, which a unit may have and nobody marks, by kind; and
nbgrader's name of each: there is one of a kind in the course."""
HANDED_IN = (*GRADED, *TESTS)
"""The notebooks that are an assignment."""

UNIT_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,50}")
"""What a unit can be called: a folder on every system, with room for what an assignment adds to it."""
ASSIGNMENT_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,60}")

# -- in a built tree

EDITIONS = ("trainee", "solved", "instructor")
GLOSSARY = "glossary.ipynb"
COURSE = "course.json"
POLICY = "policy.json"


def documents(kind: UnitKind) -> tuple[str, ...]:
    """The notebooks that a unit has, in the order in which they are worked."""
    return (READ[kind], *GRADED, "instructor")


def group(kind: UnitKind) -> str:
    """The list of `course.yml` that names the units of a kind.

    >>> group("case")
    'cases'
    """
    return PurePosixPath(UNITS[kind]).name


def catalogue_path(unit: str, kind: str) -> str:
    """The Chinese of one source file, relative to the checkout; `unit` is "" for what belongs to none."""
    return f"{TRANSLATIONS}/{unit}/{kind}.po" if unit else f"{TRANSLATIONS}/{kind}.po"


def is_checkout(folder: Path) -> bool:
    """Whether a folder holds the course's sources."""
    return (folder / SETTINGS).is_file()


def notebook_path(kind: str, unit: str) -> str:
    """The place of a notebook in a built tree.

    A case stands where a lesson stands: what opens, saves, counts and hands in a lesson does so for a case.

    >>> notebook_path("analysis", "01_needs")
    'assignments/01_needs_analysis/analysis.ipynb'
    >>> notebook_path("case", "refund")
    'lessons/refund/lesson.ipynb'
    """
    places = {
        "start": "start",
        "lesson": f"lessons/{unit}/lesson",
        "case": f"lessons/{unit}/lesson",
        "exercise": f"assignments/{assignment_name('exercise', unit)}/exercise",
        "analysis": f"assignments/{assignment_name('analysis', unit)}/analysis",
        "pretest": f"assignments/{assignment_name('pretest', unit)}/pretest",
        "posttest": f"assignments/{assignment_name('posttest', unit)}/posttest",
        "instructor": f"teaching/{unit}/instructor",
    }
    return f"{places[kind]}.ipynb"


def assignment_name(kind: str, unit: str) -> str:
    """nbgrader's name of a notebook that is handed in.

    >>> assignment_name("analysis", "01_needs"), assignment_name("pretest", "00_orientation")
    ('01_needs_analysis', 'pre_test')
    """
    return TESTS.get(kind) or (unit if kind == "exercise" else f"{unit}_{kind}")


def assignment_notebook(assignment: str) -> str:
    """The notebook of an assignment, by its name.

    >>> assignment_notebook("01_needs_analysis"), assignment_notebook("post_test"), assignment_notebook("01_needs")
    ('analysis', 'posttest', 'exercise')
    """
    tests = {name: kind for kind, name in TESTS.items()}
    return tests.get(assignment) or ("analysis" if assignment.endswith("_analysis") else "exercise")


def is_unit_name(name: str) -> bool:
    """Whether a unit can be called so: its assignments' names are made of it, and none is another's.

    >>> is_unit_name("02_process"), is_unit_name("02_process_analysis"), is_unit_name("pre_test")
    (True, False, False)
    """
    return bool(UNIT_NAME.fullmatch(name)) and not name.endswith("_analysis") and name not in TESTS.values()


def way_up(path: str) -> str:
    """From a file of the tree to its root: "" or "../../"."""
    return "../" * (len(PurePosixPath(path).parts) - 1)


def resolve(path: str, target: str) -> str | None:
    """A relative link of the file at `path`, from the tree's root; None when it leads out of the tree.

    >>> resolve("lessons/01_needs/lesson.ipynb", "../../start.ipynb")
    'start.ipynb'
    """
    steps: list[str] = []
    for step in (*PurePosixPath(path).parent.parts, *PurePosixPath(target).parts):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step != ".":
            steps.append(step)
    return "/".join(steps)
