"""The running language comes from the marker file beside the notebook, and from nowhere else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polib
import pytest

from servicelab import i18n, learn
from servicelab.i18n import _, language, use

OPENED: list[str] = []
"""Every marker file that was opened since this module was imported: Python itself says so, whoever reads."""


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and str(arguments[0]).endswith(i18n.MARKER):
        OPENED.append(str(arguments[0]))


# There is no way to take it off again, so there is one for the whole module.
sys.addaudithook(_watch)


def mark(folder: Path, content: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "edition.json").write_text(content, encoding="utf-8")


def test_english_without_a_marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert language() == "en"


def test_the_nearest_marker_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(tmp_path, json.dumps({"edition": "trainee", "language": "zh", "version": "0.1.0"}))
    mark(tmp_path / "english", json.dumps({"language": "en"}))
    (tmp_path / "lessons" / "01_needs").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "lessons" / "01_needs")
    assert language() == "zh"
    monkeypatch.chdir(tmp_path / "english")
    assert language() == "en"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"language": "de"}', '{"language": null}', "\ufeff{}", '"zh"'])
def test_a_damaged_marker_means_english(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(tmp_path, content)
    monkeypatch.chdir(tmp_path)
    assert language() == "en"


def test_a_page_reads_its_marker_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "lessons" / "01_needs"
    mark(tmp_path, json.dumps({"edition": "trainee", "language": "en"}))
    mark(page, json.dumps({"edition": "solved", "language": "zh"}))
    quiz = {"predictions": [{"id": "p-one", "prompt": "?", "unit": "%", "low": 0, "high": 100, "step": 1}]}
    (page / "quiz.json").write_text(json.dumps(quiz), encoding="utf-8")
    monkeypatch.chdir(page)
    OPENED.clear()
    lesson = learn.open_lesson("01_needs")
    for _again in range(3):
        guess = lesson.predict("p-one")
        guess.value = {"guess": 40}
        lesson.welcome()
    assert lesson.language == "zh"
    assert lesson.place.solved
    assert "您的猜测：40%。" in guess.text()
    assert [str(page / "edition.json")] == OPENED


def test_a_marker_that_changes_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition in the other language may be laid over a workspace while its kernel runs."""
    mark(tmp_path / "lesson", json.dumps({"language": "en"}))
    monkeypatch.chdir(tmp_path / "lesson")
    assert language() == "en"
    mark(tmp_path / "new", json.dumps({"language": "zh"}))
    (tmp_path / "new" / "edition.json").replace(tmp_path / "lesson" / "edition.json")
    assert language() == "zh"
    (tmp_path / "lesson" / "edition.json").unlink()
    mark(tmp_path, json.dumps({"language": "zh"}))
    assert language() == "zh"
    mark(tmp_path / "lesson", json.dumps({"language": "en"}))
    assert language() == "en"


def test_a_marker_that_is_a_link_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(tmp_path / "elsewhere", json.dumps({"edition": "solved", "language": "zh"}))
    (tmp_path / "lesson").mkdir()
    (tmp_path / "lesson" / "edition.json").symlink_to(tmp_path / "elsewhere" / "edition.json")
    monkeypatch.chdir(tmp_path / "lesson")
    assert language() == "en"
    assert i18n.marked(tmp_path / "lesson") == {}


def test_no_environment_variable_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANG", "LC_ALL", "LANGUAGE", "SERVICELAB_LANGUAGE"):
        monkeypatch.setenv(name, "zh_CN.UTF-8")
    monkeypatch.chdir(tmp_path)
    assert language() == "en"


def test_a_block_can_choose_and_gives_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with use("zh"):
        assert language() == "zh"
        with use("en"):
            assert language() == "en"
        assert language() == "zh"
    assert language() == "en"
    with pytest.raises(ValueError, match="en, zh"), use("de"):
        pass


def test_strings_are_looked_up_and_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Saved {time}", msgstr="{time} 已保存"))
    catalogue.append(polib.POEntry(msgid="Doubtful", msgstr="存疑", flags=["fuzzy"]))
    catalogue.append(polib.POEntry(msgid="Empty", msgstr=""))
    place = tmp_path / "src" / "servicelab" / "i18n.py"
    (tmp_path / "locales" / "zh_CN").mkdir(parents=True)
    catalogue.save(str(tmp_path / "locales" / "zh_CN" / "servicelab.po"))
    monkeypatch.setattr(i18n, "__file__", str(place))
    i18n._catalogue.cache_clear()
    try:
        with use("zh"):
            assert _("Saved {time}", time="10:41") == "10:41 已保存"
            assert _("Doubtful") == "Doubtful"
            assert _("Empty") == "Empty"
            assert _("Not known {x}", x=1) == "Not known 1"
            assert _("{literal}") == "{literal}"
        with use("en"):
            assert _("Saved {time}", time="10:41") == "Saved 10:41"
    finally:
        i18n._catalogue.cache_clear()


def test_a_trainees_wheel_carries_the_catalogue(root: Path) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert '"locales/zh_CN/servicelab.po" = "servicelab/locales/zh_CN/servicelab.po"' in text
