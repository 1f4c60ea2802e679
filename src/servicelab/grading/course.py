"""Where a graded course lives: nbgrader's own folders, and two more beside them."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicelab.course.layout import is_checkout
from servicelab.errors import UserError
from servicelab.grading.steps import as_guest, is_own
from servicelab.i18n import _

if TYPE_CHECKING:
    from traitlets.config import Config

CONFIG = "nbgrader_config.py"
DEMO = ".servicelab-demo"
"""What marks a folder as the demo's own."""
SERVER_CONFIG = "jupyter_server_config.json"
"""What Jupyter loads when it is started for this course: files of submissions are served without scripts."""


@dataclass(frozen=True)
class Course:
    """The root folder of a graded course, and the folders in it.

    Attributes
    ----------
    root
        nbgrader's course directory: `nbgrader_config.py`, `source/`, `release/`, `submitted/`, `gradebook.db` …
    repository
        The course sources that `release` builds from; needed by `release` only.
    guest
        Whether it is somebody else's nbgrader course, which asks for none of our steps.
    unsealable
        Of somebody else's: the tests that the sealed engine cannot judge, by the names of their notebooks.
    """

    root: Path
    repository: Path | None = None
    guest: bool = False
    unsealable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path | str, repository: Path | str | None = None) -> Course:
        """Return the course in `root`, which must hold `nbgrader_config.py`.

        Raises
        ------
        UserError
            There is no `nbgrader_config.py` in `root`.
        """
        course = cls(Path(root).resolve(), Path(repository).resolve() if repository else None)
        if not (course.root / CONFIG).is_file():
            raise UserError(
                _(
                    "{root} is not a graded course, since it has no {config}: name the folder that has it.",
                    root=course.root,
                    config=CONFIG,
                )
            )
        return replace(course, guest=not is_own(course.config()))

    @property
    def source(self) -> Path:
        """Built source notebooks, with solutions and hidden tests."""
        return self.root / "source"

    @property
    def release(self) -> Path:
        """What trainees get, made from `source` by nbgrader."""
        return self.root / "release"

    @property
    def received(self) -> Path:
        """Every archive that was taken, earlier ones too: `received/<assignment>/<student>/<time>--<hash>.zip`."""
        return self.root / "received"

    @property
    def submitted(self) -> Path:
        """The latest submission of each trainee, unpacked for nbgrader."""
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        """Executed submissions."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """Pages for trainees."""
        return self.root / "feedback"

    @property
    def pages(self) -> Path:
        """The pages for trainees alone, a folder an assignment: what is sent."""
        return self.root / "pages"

    @property
    def rubrics(self) -> Path:
        """Rubrics of what a person marks, one YAML file an assignment."""
        return self.root / "rubrics"

    def config(self) -> Config:
        """Return the course's nbgrader configuration, as `nbgrader` itself would read it.

        Raises
        ------
        UserError
            `nbgrader_config.py` cannot be read.
        """
        from traitlets.config.loader import PyFileConfigLoader

        try:
            config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        except Exception as error:
            raise UserError(
                _(
                    "{file} cannot be read ({error}): put it right, or take the repository's version again.",
                    file=self.root / CONFIG,
                    error=error,
                )
            ) from error
        config.CourseDirectory.root = str(self.root)
        book = config.CourseDirectory.get("db_url") or f"sqlite:///{self.root / 'gradebook.db'}"
        # One grading process waits a minute while another writes; SQLite's own default gives up after five seconds.
        waits = book.startswith("sqlite") and "?" not in book
        config.CourseDirectory.db_url = f"{book}?timeout=60" if waits else book
        return config

    def api(self, *, root: Path | None = None, book: str = "") -> Any:
        """Return nbgrader's own API on this course (`nbgrader.apps.api.NbGraderAPI`).

        Parameters
        ----------
        root
            A folder that stands in for the course's own, with the same folders in it.
        book
            The address of a gradebook that stands in for the course's own.
        """
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

        ready_environment()
        config = self.config()
        if self.guest:
            as_guest(config)
            config.BoundedExecute.unsealable = {name: list(tests) for name, tests in self.unsealable.items()}
        if root is not None:
            config.CourseDirectory.root = str(root)
        if book:
            config.CourseDirectory.db_url = book
        else:
            _keep_private(config.CourseDirectory.db_url)
        return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)

    @contextmanager
    def gradebook(self) -> Iterator[Any]:
        """Open nbgrader's gradebook (`nbgrader.api.Gradebook`), made if it does not exist, and close it afterwards."""
        from nbgrader.api import Gradebook
        from nbgrader.coursedir import CourseDirectory

        ready_environment()
        where = CourseDirectory(config=self.config())
        _keep_private(where.db_url)
        with Gradebook(where.db_url, where.course_id) as book:
            yield book

    def assignments(self) -> list[str]:
        """Return the names of the assignments in the gradebook, sorted."""
        with self.gradebook() as book:
            return sorted(assignment.name for assignment in book.assignments)

    def notebooks(self, assignment: str) -> list[str]:
        """Return the names of an assignment's notebooks.

        Raises
        ------
        UserError
            The assignment was never released here.
        """
        from nbgrader.api import MissingEntry

        with self.gradebook() as book:
            try:
                return sorted(notebook.name for notebook in book.find_assignment(assignment).notebooks)
            except MissingEntry:
                known = ", ".join(sorted(each.name for each in book.assignments)) or _("none yet")
                raise UserError(
                    _(
                        "{name} was never released here (these were: {known}): run servicelab release {name}.",
                        name=assignment,
                        known=known,
                    )
                ) from None


def course_of(place: Path) -> Path:
    """Return the course in which a submission's folder stands (autograded/WHO/WHAT); one that is in none, itself.

    >>> course_of(Path("/srv/course/autograded/lin/01_needs")).as_posix()
    '/srv/course'
    """
    return place.parents[2] if len(place.parents) > 2 else place


def is_demo(course: Course) -> bool:
    """Return whether a course is the demo's, with trainees whom nobody ever was."""
    return (course.root.parent / DEMO).is_file()


def sqlite_file(address: str) -> Path | None:
    """Return the file of a gradebook's address, or None where it is in no file."""
    path = address.removeprefix("sqlite:///").split("?")[0]
    return Path(path) if address.startswith("sqlite:///") and path else None


def _keep_private(address: str) -> None:
    """Make a gradebook's file for its owner's eyes before SQLite would make it for everybody's."""
    path = sqlite_file(address)
    if path is not None:
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def course_here(start: Path | None = None) -> Course:
    """Return the graded course around a folder (the working directory by default).

    It is the nearest folder, upwards, with `nbgrader_config.py` in it or in its `grading/`.

    Raises
    ------
    UserError
        There is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        for root in (folder, folder / "grading"):
            if (root / CONFIG).is_file():
                return Course.at(root, next((each for each in root.parents if is_checkout(each)), None))
    raise UserError(_("There is no graded course in {folder}: go to the course's repository first.", folder=here))


def ready_environment() -> None:
    """Let nbgrader find this environment's own programs, and keep its log off the screen.

    nbgrader asks `alembic` by name for the version of its tables, so the environment's folder must be on `PATH`.
    """
    own = str(Path(sys.executable).parent)
    if own not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([own, os.environ.get("PATH", "")])
    from traitlets import log

    log.get_logger()
    # nbgrader's gradebook is not in step with the SQLAlchemy it runs on; nothing is wrong with the scores.
    warnings.filterwarnings("ignore", r"Object of type <Submitted\w+> not in session")
    # A page in which cells were copied has a line of these a copy; which cell is which, `skeleton` finds out and tells.
    warnings.filterwarnings("ignore", r"Non-unique cell id|Cell is missing an id field")
    logger = logging.getLogger("traitlets")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
