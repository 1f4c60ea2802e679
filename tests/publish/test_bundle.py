"""The trainee's zip: everything to start, nothing that gives an answer away."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from servicelab import publish
from servicelab.cli import main
from servicelab.errors import UserError
from servicelab.publish import bundle as bundling
from servicelab.publish.bundle import FOLDER, make_bundle


@pytest.fixture(scope="module")
def bundle(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(root, "en", tmp_path_factory.mktemp("bundle") / "course.zip")


def names(archive: Path) -> dict[str, zipfile.ZipInfo]:
    with zipfile.ZipFile(archive) as opened:
        return {entry.filename.removeprefix(f"{FOLDER}/"): entry for entry in opened.infolist()}


def test_it_has_a_start_file_for_each_system_and_the_course(bundle: Path) -> None:
    found = names(bundle)
    for name in ("Start ServiceLab (Mac).command", "Start ServiceLab (Linux).sh"):
        assert found[name].external_attr >> 16 & 0o111, f"{name} cannot be started"
    with zipfile.ZipFile(bundle) as opened:
        windows = opened.read(f"{FOLDER}/Start ServiceLab (Windows).bat")
    assert windows.count(b"\r\n") == windows.count(b"\n"), "cmd.exe wants CRLF throughout"
    assert {"app/bootstrap.py", "app/requirements.lock", "app/edition/start.ipynb"} <= found.keys()
    assert any(name.startswith("app/edition/datasets/") for name in found)


def test_nothing_in_it_gives_an_answer_away(bundle: Path, root: Path) -> None:
    assert publish.leaks_in_zip(bundle, root) == []
    for name in names(bundle):
        for kept_back in ("exercise.md", "instructor", "rubric", "truth", "cohort.yml", "analysis.md", "tests/"):
            assert kept_back not in name, name


def test_the_wheel_in_it_does_not_hold_the_mechanisms_to_be_found(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as opened:
        wheel = next(name for name in opened.namelist() if name.endswith(".whl"))
        with zipfile.ZipFile(io.BytesIO(opened.read(wheel))) as package:
            inside = package.namelist()
    assert "servicelab/learn/sheet.py" in inside
    assert "servicelab/locales/zh_CN/servicelab.po" in inside
    assert "servicelab/company/tables/declared/contacts.yml" in inside
    kept_back = ("company/simulation", "company/voices", "company/generating", "publish/pattern")
    assert not [name for name in inside if any(place in name for place in kept_back)]


def test_two_bundles_of_one_course_are_the_same_bytes(bundle: Path, root: Path, tmp_path: Path) -> None:
    again = make_bundle(root, "en", tmp_path / "again.zip")
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(bundle.read_bytes()).digest()


def test_a_bundle_that_would_leak_is_not_written(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = (root / "course/modules/01_needs/analysis.md").read_text(encoding="utf-8")
    leaky = tmp_path / "starters"
    leaky.mkdir()
    for _, source, _, _ in bundling.START_FILES:
        (leaky / source).write_text(answers, encoding="utf-8")
    monkeypatch.setattr(bundling, "STARTERS", leaky)
    with pytest.raises(UserError, match="would give away"):
        make_bundle(root, "en", tmp_path / "leaky.zip")
    assert not list(tmp_path.glob("*.zip*"))


def test_a_name_that_is_no_zip_is_one_sentence(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"ends in \.zip"):
        make_bundle(root, "en", tmp_path / "course.tar")


@pytest.mark.parametrize("verb", ["build", "bundle", "demo"])
@pytest.mark.parametrize("taken", ["file/in/the/way.zip", "folder.zip"])
def test_a_place_that_cannot_be_written_is_one_sentence(
    verb: str,
    taken: str,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder.zip").mkdir()
    (tmp_path / "folder.zip" / "mine.txt").write_text("mine")
    monkeypatch.chdir(root)
    assert main([verb, "--out", str(tmp_path / taken)]) == 1
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0, said
    assert str(tmp_path / taken) in said
    assert (tmp_path / "folder.zip" / "mine.txt").read_text() == (tmp_path / "file").read_text() == "mine"
