"""A small course of its own, copied for each test, so that a test can break it and nothing else notices."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polib
import pytest

from servicelab.publish.catalogues import update
from servicelab.publish.sources import load_course

FIXTURE = Path(__file__).parent / "course"
MODULE = "course/modules/01_demo"


@pytest.fixture
def course_root(tmp_path: Path) -> Path:
    """A sound course in English; its Chinese catalogues do not exist."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "checkout"))


@pytest.fixture
def edit(course_root: Path) -> Callable[[str, str, str], None]:
    """Replace a text that stands exactly once in a file of the course; an empty `old` appends."""

    def change(file: str, old: str, new: str) -> None:
        path = course_root / file
        text = path.read_text(encoding="utf-8")
        if old:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
            path.write_text(text.replace(old, new), encoding="utf-8")
        else:
            path.write_text(text + new, encoding="utf-8")

    return change


def translate(root: Path) -> None:
    """Bring the catalogues up to date and translate every message: the words, and a mark that they are Chinese."""
    update(root, load_course(root))
    for path in sorted((root / "locales").rglob("*.po")):
        catalogue = polib.pofile(str(path), wrapwidth=0)
        for entry in catalogue:
            entry.msgstr, entry.flags = f"{entry.msgid}（译）", []
        catalogue.save()


@pytest.fixture(scope="session")
def bilingual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound course with complete catalogues. Shared: do not change it."""
    root = Path(shutil.copytree(FIXTURE, tmp_path_factory.mktemp("bilingual") / "checkout"))
    translate(root)
    return root


@pytest.fixture(scope="session")
def editions(bilingual: Path) -> dict[str, Path]:
    """The trainee edition in both languages, by language."""
    from servicelab.publish import build

    return {language: build("trainee", language, root=bilingual).path for language in ("en", "zh")}
