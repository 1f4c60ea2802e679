"""Where an import reads and writes: no link followed, nothing of the course replaced, nothing left half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from servicelab.cli import main

from .conftest import BANK, LINES, SOUND


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_are_not_followed(answer, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text(SOUND, encoding="utf-8")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    code, said, _out = answer(tmp_path / "link.txt")
    assert code == 1
    assert "is a link" in said
    precious = tmp_path / "precious"
    precious.write_text("keep", encoding="utf-8")
    (tmp_path / "out").mkdir(exist_ok=True)
    package = f".datapackage.json.{os.getpid()}.new"
    for name in ("calls.csv", "calls.csv.partial", "rejects.csv", "findings.csv.partial", package):
        (tmp_path / "out" / name).symlink_to(precious)
    code, said, out = answer(SOUND + "torn\n")
    assert code == 1
    assert precious.read_text(encoding="utf-8") == "keep"
    assert not (out / "calls.csv").is_symlink()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "out")
    assert (
        main(["data", "import", "bank-call-log", str(tmp_path / "real.txt"), "--out", str(tmp_path / "elsewhere")]) == 1
    )


@pytest.mark.parametrize("what", ["folder", "missing", "fifo", "device", "unreadable name"])
def test_what_is_no_file_is_refused(answer, tmp_path: Path, what: str) -> None:
    source = tmp_path / "source"
    if what == "folder":
        source.mkdir()
    elif what == "fifo":
        os.mkfifo(source)
    elif what == "device":
        source = Path("/dev/zero")
    elif what == "unreadable name":
        source = Path("a\0b")
    code, said, _out = answer(source)
    assert code == 1
    assert len(said.strip().splitlines()) == 1


def test_the_firms_own_data_is_never_replaced(root: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "datapackage.json").write_bytes((root / "datasets" / "datapackage.json").read_bytes())
    (tmp_path / "export.txt").write_text(SOUND, encoding="utf-8")
    assert main(["data", "import", "bank-call-log", str(tmp_path / "export.txt"), "--out", str(tmp_path)]) == 1
    assert "the course's own" in capsys.readouterr().err
    assert not (tmp_path / "calls.csv").exists()


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """The limit on file size stands in for a disk that is full."""
    source = tmp_path / "export.txt"
    with source.open("w", encoding="utf-8") as file:
        file.write(BANK)
        for number in range(20_000):
            file.write(LINES[2].replace("34539", str(number)))
    code = (
        "import resource, signal, sys\nfrom servicelab.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "sys.exit(main(['data', 'import', 'bank-call-log', sys.argv[1], '--out', sys.argv[2]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(source), str(tmp_path / "out")], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []
