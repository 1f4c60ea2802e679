"""The bootstrap: what a machine that cannot is told, and that a second run does nothing."""

from __future__ import annotations

import ast
import errno
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from servicelab import bootstrap

Usage = namedtuple("Usage", "total used free")


def test_an_old_python_can_parse_it(root: Path) -> None:
    source = (root / "src/servicelab/bootstrap.py").read_text()
    ast.parse(source, feature_version=(3, 6))


def test_an_old_python_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (9, 0))
    monkeypatch.setattr(bootstrap, "NEWER_PYTHONS", ("python-that-is-not-there",))
    assert bootstrap.main([]) == 1
    said = capsys.readouterr().err
    assert "needs Python 3.11 or newer and this is 3." in said
    assert said.count("\n") == 1


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    newer = tmp_path / "python9.9"
    newer.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "$@" > "$(dirname "$0")/called"\n')
    newer.chmod(0o755)
    monkeypatch.setattr(bootstrap, "OLDEST", (9, 0))
    monkeypatch.setattr(bootstrap, "NEWER_PYTHONS", ("python9.9",))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert bootstrap.main(["--root", "x"]) == 0
    assert (tmp_path / "called").read_text().split()[-2:] == ["--root", "x"]


def test_no_venv_module_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text('#!/bin/sh\necho "Error: the ensurepip module is not available" ; exit 1\n')
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(bootstrap.CannotInstall, match=r"sudo apt install python3\.\d+-venv"):
        bootstrap.make_venv(str(tmp_path / ".venv"))


def test_a_nearly_full_disk_is_said_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.lock").write_text("")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 1000))
    assert bootstrap.main(["--root", str(tmp_path)]) == 1
    assert "free about 1 GB" in capsys.readouterr().err
    assert not (tmp_path / ".venv").exists()


def test_a_disk_that_fills_up_on_the_way_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bootstrap, "install", full)
    assert bootstrap.main(["--root", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("The disk is full")


def test_an_unreachable_index_is_one_sentence_with_the_log(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("nothing-of-that-name==1.0 --hash=sha256:" + "0" * 64 + "\n")
    (tmp_path / "requirements-installer.lock").write_text("uv==0.0.0 --hash=sha256:" + "0" * 64 + "\n")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/no-index-here", "PIP_RETRIES": "0", "UV_HTTP_TIMEOUT": "2"}
    done = subprocess.run(
        [sys.executable, "-I", bootstrap.__file__, "--root", str(tmp_path)],
        env={**os.environ, **nowhere, "PATH": "/usr/bin:/bin", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert "install.log" in done.stderr
    assert "Traceback" not in done.stderr


def test_packages_for_another_machine_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("nothing-of-that-name==1.0 --hash=sha256:" + "0" * 64 + "\n")
    (tmp_path / "wheels").mkdir()
    done = subprocess.run(
        [sys.executable, "-I", bootstrap.__file__, "--root", str(tmp_path), "--lang", "en"],
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The packages that came with this bundle do not fit this machine (")
    assert f"this is Python {sys.version.split()[0]} on {sys.platform}." in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_ready_environment_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("six==1.17.0")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/.ready").write_text(bootstrap.fingerprint(str(tmp_path), "trainee"))
    monkeypatch.setattr(bootstrap, "works", lambda _: pytest.fail("looked at the environment again"))
    assert bootstrap.main(["--root", str(tmp_path)]) == 0
    lock.write_text("six==1.16.0")
    with pytest.raises(pytest.fail.Exception):
        bootstrap.main(["--root", str(tmp_path)])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_damaged_package_is_one_sentence_in_both_languages(tmp_path: Path, lang: str) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package/servicelab-1.0-py3-none-any.whl").write_bytes(b"PK\x03\x04 the line broke here")
    command = [sys.executable, "-I", bootstrap.__file__, "--root", str(tmp_path), "--lang", lang]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "servicelab-1.0-py3-none-any.whl is damaged" in done.stderr
    assert "已损坏" in done.stderr


def test_a_list_that_did_not_arrive_whole_removes_nothing(tmp_path: Path) -> None:
    (tmp_path / "edition").mkdir()
    (tmp_path / "edition/start.ipynb").write_text("{}")
    (tmp_path / bootstrap.CONTENTS).write_text("bootstrap.py\nedition/les")
    bootstrap.remove_withdrawn(str(tmp_path))
    assert (tmp_path / "edition/start.ipynb").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("linked", ["edition", "edition/lessons"])
def test_a_link_out_of_the_bundles_folder_is_not_followed(linked: str, tmp_path: Path) -> None:
    elsewhere, root = tmp_path / "elsewhere", tmp_path / "app"
    for folder in (elsewhere / "deep", root):
        folder.mkdir(parents=True)
    for name in ("thesis.txt", "deep/thesis.txt"):
        (elsewhere / name).write_text("mine")
    (elsewhere / "empty").mkdir()
    (root / linked).parent.mkdir(exist_ok=True)
    (root / linked).symlink_to(elsewhere)
    (root / bootstrap.CONTENTS).write_text(f"{bootstrap.CONTENTS}\nedition/start.ipynb\n")
    bootstrap.remove_withdrawn(str(root))
    there = sorted(path.relative_to(elsewhere).as_posix() for path in elsewhere.rglob("*"))
    assert there == ["deep", "deep/thesis.txt", "empty", "thesis.txt"]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".install.lock").mkdir()
    command = [sys.executable, "-I", bootstrap.__file__, "--root", str(tmp_path), "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"This machine does not let the course be installed in {tmp_path} (")
    assert done.stderr.count("\n") == 1
