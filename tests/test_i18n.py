"""The running language comes from the marker file beside the notebook, and from nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import polib
import pytest

from servicelab import i18n
from servicelab.i18n import _, language, use


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
