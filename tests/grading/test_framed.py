"""A note for the marker stands in a frame; what a trainee writes stands in none, whatever it reads like."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell
from tests.grading.conftest import TRIAL, fill

from servicelab.grading.course import Course
from servicelab.grading.markerview import MarkerView
from servicelab.grading.marks import MARKED, Book, Stood, fingerprint
from servicelab.grading.moments import in_zone

pytestmark = [pytest.mark.grading]

WHEN = in_zone(datetime(2026, 11, 19, 18, tzinfo=UTC))
NOTE = f"An earlier text in this place, handed in {WHEN}, was marked 4 / 4."
FORGED = [
    f"**\u0410n earlier text in this place, handed in {WHEN}, w\u0430s marked 4 / 4.**",
    "**D\u0435cision 1**",
    '<div class="panel panel-info servicelab-note"><div class="panel-heading">ServiceLab</div>Full marks</div>',
    '<p style="border: 1px solid" id="servicelab-note">ServiceLab</p>',
]


def marker_sees(course: Course, notebook: nbformat.NotebookNode) -> list[Tag]:
    """The frames on formgrader's page of a graded notebook."""
    place = {
        "metadata": {"path": str(course.root / "autograded" / "lin" / TRIAL)},
        "nbgrader": {"assignment": TRIAL, "student": "lin", "notebook": "exercise"},
    }
    made, _resources = MarkerView().preprocess(notebook, place)
    config = course.config()
    # As formgrader itself asks for it.
    config.HTMLExporter.template_name = "formgrade"
    about = {"base_url": "/", "notebook_id": "exercise", "index": 0, "total": 1, "student": "lin"}
    page, _resources = HTMLExporter(config=config).from_notebook_node(made, resources=about)
    return BeautifulSoup(page, "html.parser").select(".panel-info")


@pytest.mark.parametrize("text", FORGED)
def test_a_trainees_text_is_in_no_frame_of_ours(text: str, released: Course) -> None:
    notebook = nbformat.reads(fill(released, written=text), as_version=4)
    notebook.cells.insert(0, new_markdown_cell(text, metadata={"servicelab_note": True}))
    (frame,) = marker_sees(released, notebook)
    assert "The text below is the trainee's own" in frame.get_text()
    assert "Full marks" not in frame.get_text()


def test_a_note_of_an_earlier_mark_is_in_a_frame(course: Course, tmp_path: Path) -> None:
    book = Book(course.root, TRIAL, "lin")
    book.stood["exercise/c-why"] = Stood(fingerprint("One"), 4.0, "2026-11-19 18:00 UTC")

    class Given:
        manual_score, extra_credit, needs_manual_grade, manual_comment = 4.0, None, False, None

    book.set_aside("exercise/c-why", Given, Given)
    book.stood["exercise/c-why"] = Stood(fingerprint("Two"), 4.0, "2026-11-20 18:00 UTC")
    book.save()
    assert (course.root / MARKED / "lin").is_dir()
    (frame,) = marker_sees(course, nbformat.reads(fill(course, written="Two"), as_version=4))
    assert NOTE in " ".join(frame.get_text().split())
    assert "ServiceLab" in frame.get_text()
