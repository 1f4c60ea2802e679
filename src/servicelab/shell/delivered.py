"""What the page of JupyterLab is told about the course: who works here, what was delivered, and the words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from servicelab.i18n import LANGUAGES, use
from servicelab.learn.code_tasks import is_solution
from servicelab.shell.phrases import words

LABEXTENSIONS = Path(__file__).parent / "labextensions"
"""The folder that `LabApp.extra_labextensions_path` is pointed at."""
QUESTIONS = "quiz.json"
SHOWN = "show-code"
"""The tag of a cell whose code a trainee is to see and try; in `running.js` as well."""


def page_config(editions: Mapping[str, Path]) -> dict[str, str]:
    """The entry in JupyterLab's page configuration that switches the extension on, for the trainee's role.

    Parameters
    ----------
    editions
        Where the server shows a trainee edition (`""` for its root, `"en/"` for a folder), and the edition as it was
        built. It must not be the trainee's own copy: which code runs unasked is decided by what was built, not by a
        file that whoever sends a notebook could send along.

    Returns
    -------
    dict
        One entry. Its value is JSON in a string, since JupyterLab keeps of an object only the keys.
    """
    code = {prefix + path: hashed for prefix, edition in editions.items() for path, hashed in delivered(edition)}
    beside = {prefix + path: hashed for prefix, edition in editions.items() for path, hashed in questions(edition)}
    own = {prefix + path: known for prefix, edition in editions.items() for path, known in answers(edition)}
    said = {}
    for language in LANGUAGES:
        with use(language):
            said[language] = words()
    return {
        "servicelab": json.dumps(
            {"role": "trainee", "delivered": code, "answers": own, "beside": beside, "words": said}, ensure_ascii=False
        )
    }


def delivered(edition: Path) -> Iterator[tuple[str, str]]:
    """Every notebook of a built edition with the fingerprint of its code."""
    for path in sorted(edition.rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield path.relative_to(edition).as_posix(), code_fingerprint(cells)


def answers(edition: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every notebook with cells to be filled in or tried: their places among the code, the fingerprint of the rest."""
    for path in sorted(edition.rglob("*.ipynb")):
        code = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
        places = [
            place for place, cell in enumerate(code) if is_solution(cell) or SHOWN in cell["metadata"].get("tags", [])
        ]
        if places:
            rest = [None if place in places else "".join(cell["source"]) for place, cell in enumerate(code)]
            yield path.relative_to(edition).as_posix(), {"places": places, "rest": fingerprint(rest)}


def questions(edition: Path) -> Iterator[tuple[str, str]]:
    """Every file of questions in a built edition with its hash: a lesson's checks run the expressions in it."""
    for path in sorted(edition.rglob(QUESTIONS)):
        yield path.relative_to(edition).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def code_fingerprint(cells: list[Any]) -> str:
    """The hash of all code in a notebook, in order, as `course.js` works it out in the browser.

    >>> code_fingerprint([{"cell_type": "markdown", "source": "a"}])
    '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945'
    """
    return fingerprint(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"])


def fingerprint(sources: list[str | None]) -> str:
    """The hash of a list as the browser writes it in JSON."""
    return hashlib.sha256(json.dumps(sources, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
