"""The doctor on installations that are broken: each is a line with a remedy, and the report comes to its end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from servicelab.lab.doctor import Finding, examine

DOCTOR = (
    "import sys; sys.modules.update(dict.fromkeys(sys.argv[1:])); from servicelab.cli import main; main(['doctor'])"
)


def report(*missing: str, lang: str = "C.UTF-8") -> list[str]:
    """The lines that are printed where some packages cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-c", DOCTOR, *missing],
        env={**os.environ, "LC_ALL": lang},
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("missing", "subject"),
    [("jupyter_client", "Kernel"), ("polib", "Packages"), ("pandas", "Packages")],
)
def test_a_missing_package_is_a_line_with_a_remedy(missing: str, subject: str) -> None:
    # Where polib is missing there is no Chinese to say it in.
    lines = report(missing, lang="zh_CN.UTF-8" if missing == "polib" else "C.UTF-8")
    (line,) = (line for line in lines if line.startswith("FAIL"))
    assert line.startswith(f"FAIL {subject}: ")
    assert missing in line
    assert line.endswith("→ delete the .venv folder and start again")
    assert any(line.startswith("ok   Disk") for line in lines)


def test_a_check_that_cannot_come_to_its_end_has_found_something() -> None:
    def kernel() -> Finding:
        KernelSpecManager().get_kernel_spec("nobody")
        return Finding(True, "there")

    finding = examine(kernel)
    assert not finding.well
    assert finding.seen == "NoSuchKernel: No such kernel named nobody"
    assert finding.remedy
