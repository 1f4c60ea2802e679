"""`servicelab doctor`: what this machine can do, and the remedy for what it cannot."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """One line of the report: a subject, whether it is well, what was seen, and what to do if it is not."""

    subject: str
    well: bool
    seen: str
    remedy: str = ""


def python() -> Finding:
    """The interpreter."""
    version = sys.version.split()[0]
    return Finding(
        "Python", sys.version_info >= (3, 11), f"{version} at {sys.executable}", "install Python 3.11 or newer"
    )


def packages() -> Finding:
    """Whether the packages that lessons need can be found at all."""
    needed = ["jupyterlab", "nbgrader", "jupytext", "anywidget", "pandas", "sklearn", "jieba", "matplotlib"]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    seen = f"missing: {', '.join(missing)}" if missing else f"servicelab {importlib.metadata.version('servicelab')}"
    return Finding("Packages", not missing, seen, "delete the .venv folder and start again")


def kernel() -> Finding:
    """Whether a kernel starts and answers, and how long that takes."""
    from jupyter_client.manager import AsyncKernelManager

    async def start_and_ask() -> float:
        began = time.perf_counter()
        manager = AsyncKernelManager()
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            return time.perf_counter() - began
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    try:
        seconds = asyncio.run(start_and_ask())
    except (RuntimeError, OSError) as problem:
        return Finding("Kernel", False, str(problem), "delete the .venv folder and start again")
    return Finding("Kernel", True, f"starts in {seconds:.1f} s")


def grading_tools() -> Finding:
    """nbgrader calls alembic as a program."""
    found = shutil.which("alembic", path=str(Path(sys.executable).parent))
    return Finding("nbgrader's alembic", bool(found), found or "not beside Python", "delete .venv and start again")


def fonts() -> Finding:
    """Chinese glyphs for static figures."""
    found = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    return Finding("Chinese font", bool(found), "Noto Sans SC" if found else "missing", "delete .venv and start again")


def browser() -> Finding:
    """A browser for the tests; people bring their own."""
    found = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
    return Finding(
        "Chromium (tests only)", bool(found), found or "not found", "sudo apt install chromium; lessons do not need it"
    )


def isolation() -> Finding:
    """What stands between a submission's code and this machine while grading."""
    bubblewrap = shutil.which("bwrap")
    if bubblewrap:
        works = subprocess.run(
            [bubblewrap, "--ro-bind", "/", "/", "true"], capture_output=True, check=False, timeout=20
        ).returncode
        seen = "bubblewrap works" if works == 0 else "bubblewrap is here but may not make namespaces"
        return Finding("Isolation", works == 0, seen, "grade on a machine you can throw away")
    return Finding(
        "Isolation",
        False,
        "none: submissions run as you" + (" (root!)" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""),
        "grade on a machine you can throw away",
    )


def disk() -> Finding:
    """Room to work in."""
    free = shutil.disk_usage(Path.cwd()).free
    return Finding("Disk", free > 500 * 1024**2, f"{free / 1024**3:.1f} GB free here", "free at least 0.5 GB")


# The first group must be well for a trainee to work; the second concerns instructors and developers.
NEEDED: list[Callable[[], Finding]] = [python, packages, kernel, fonts, disk]
OPTIONAL: list[Callable[[], Finding]] = [grading_tools, isolation, browser]


def report() -> bool:
    """Print the findings; True when everything a trainee needs is well."""
    well = True
    for needed, checks in ((True, NEEDED), (False, OPTIONAL)):
        for check in checks:
            finding = check()
            mark = "ok  " if finding.well else ("FAIL" if needed else "note")
            remedy = "" if finding.well else f" → {finding.remedy}"
            print(f"{mark} {finding.subject}: {finding.seen}{remedy}")
            well = well and (finding.well or not needed)
    return well
