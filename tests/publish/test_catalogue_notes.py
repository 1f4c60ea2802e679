"""What translators write at the head of a catalogue survives an update."""

from __future__ import annotations

from pathlib import Path

import polib

from servicelab.course.layout import TRANSLATIONS
from servicelab.publish.catalogues import update
from servicelab.publish.sources import load_course


def test_the_translators_notes_at_the_head_of_a_catalogue_survive_an_update(course_root: Path) -> None:
    course = load_course(course_root)
    update(course_root, course)
    file = next((course_root / TRANSLATIONS).rglob("quiz.po"))
    catalogue = polib.pofile(str(file), wrapwidth=0)
    catalogue.header = "Rules for every translator.\n一条规则。"
    catalogue[0].msgid += " changed"
    catalogue.save(str(file))

    update(course_root, course)

    assert polib.pofile(str(file)).header == "Rules for every translator.\n一条规则。"
