"""Fetching what analysts need: why it did not work is said in the page, in the installer's own words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from servicelab import bootstrap
from servicelab.learn.fetching import fetch_for_analysts


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A bundle's folder for programs, with a package that was cut off on its way."""
    shutil.copy(bootstrap.__file__, tmp_path / "bootstrap.py")
    (tmp_path / "requirements-analyst.lock").write_text("")
    (tmp_path / "package").mkdir()
    (tmp_path / "package/own-1.0-py3-none-any.whl").write_bytes(b"PK")
    return tmp_path


def test_the_reason_is_the_installers_own(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fetch_for_analysts(app)
    reason, consequence = capsys.readouterr().out.splitlines()
    assert "own-1.0-py3-none-any.whl is damaged" in reason
    assert consequence == "What code draws with stays as it was, and the next opening tries again."


def test_what_is_as_its_lock_asks_is_not_fetched(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (app / ".venv").mkdir()
    (app / ".venv/.ready").write_text("any earlier version of the course")
    (app / ".venv/.ready-analyst").write_text(bootstrap.fingerprint(str(app), "analyst"))
    fetch_for_analysts(app)
    assert not capsys.readouterr().out
    (app / "requirements-analyst.lock").write_text("matplotlib==99\n")
    fetch_for_analysts(app)
    assert capsys.readouterr().out


def test_elsewhere_nothing_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fetch_for_analysts(tmp_path)
    assert not capsys.readouterr().out
