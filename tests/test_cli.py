"""What the command line itself says, in the language of whoever typed."""

from __future__ import annotations

import signal
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicelab import cli


@pytest.fixture
def uninterrupted() -> Iterator[None]:
    """Whoever interrupts a verb makes Ctrl-C mean nothing from then on; not to these tests."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("uninterrupted")
@pytest.mark.parametrize(
    ("machine", "said"),
    [("zh_CN.UTF-8", "已中断；已完成的部分都已保留"), ("en_GB.UTF-8", "Interrupted; what was finished is kept")],
)
def test_who_interrupts_a_verb_is_told_in_their_own_language(
    machine: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(_arguments: Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setenv("LC_ALL", machine)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "grade", stopped)
    assert cli.main(["grade", "01_needs"]) == 130
    assert capsys.readouterr().err.startswith(said)
