"""`servicelab doctor`: what this machine can do, and the remedy for what it cannot."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from servicelab.i18n import _, later

AFRESH = later("delete the .venv folder and start again")


@dataclass(frozen=True)
class Finding:
    """What stands behind a subject of the report: whether it is well, what was seen, what to do if it is not."""

    well: bool
    seen: str
    remedy: str = ""


def python() -> Finding:
    """The interpreter."""
    version = sys.version.split()[0]
    seen = _("{version} at {place}", version=version, place=sys.executable)
    return Finding(sys.version_info >= (3, 11), seen, _("install Python 3.11 or newer"))


def packages() -> Finding:
    """Whether the packages that lessons need can be found at all."""
    needed = ["jupyterlab", "anywidget", "pandas", "scipy", "sklearn", "jieba", "pydantic", "polib"]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    seen = f"servicelab {importlib.metadata.version('servicelab')}"
    if missing:
        seen = _("missing: {names}", names=", ".join(missing))
    return Finding(not missing, seen, _(AFRESH))


def kernel() -> Finding:
    """Whether a kernel starts and answers, and how long that takes."""
    from jupyter_client.manager import AsyncKernelManager

    async def start_and_ask() -> float:
        began = time.perf_counter()
        manager = AsyncKernelManager()
        # What a kernel says of itself is no part of the report.
        await manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            return time.perf_counter() - began
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    seconds = asyncio.run(start_and_ask())
    return Finding(True, _("starts in {seconds} s", seconds=f"{seconds:.1f}"))


def grading_tools() -> Finding:
    """nbgrader calls alembic as a program."""
    found = shutil.which("alembic", path=str(Path(sys.executable).parent))
    return Finding(bool(found), found or _("nbgrader's alembic is missing"), _(AFRESH))


def fonts() -> Finding:
    """The analysts' part: static figures, and Chinese glyphs for them."""
    found = importlib.util.find_spec("matplotlib") and importlib.util.find_spec("pylopdf_fonts_zh_cn")
    return Finding(
        bool(found),
        _("matplotlib with Noto Sans SC") if found else _("not fetched yet"),
        _("open an analysis with a network; nothing else needs it"),
    )


def browser() -> Finding:
    """A browser for the tests; people bring their own."""
    found = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
    remedy = _("sudo apt install chromium; lessons do not need it")
    return Finding(bool(found), found or _("not found"), remedy)


def isolation() -> Finding:
    """What of this machine the code of a submission reaches while it is graded."""
    from servicelab.grading.confined import can_confine, proof

    remedy = _("grade unknown people's code on Linux 5.13 or newer, or on a machine that holds nothing else")
    if not can_confine():
        open_to = _("none: code that is graded can read what you can, the keys and what others handed in too")
        return Finding(False, open_to, remedy)
    problem = proof()
    seen = _("code that is graded reaches its own folder and no other (Landlock)")
    return Finding(not problem, problem or seen, remedy)


def sealing() -> Finding:
    """How a submission is shut in, and whether its tests are judged where none of its code runs."""
    tried = subprocess.run(
        [sys.executable, "-P", "-m", "servicelab.grading.run.jail"], capture_output=True, text=True, check=False
    )
    level = tried.stdout.strip()
    seen = {
        "namespaces": _("each submission in a world of its own (namespaces), its tests judged in another"),
        "rules": _("each submission kept to its own by rules (Landlock, seccomp), its tests judged in another process"),
    }.get(level, _("none: submissions run in kernels, their tests with them"))
    remedy = _("grade for a certificate on Linux 5.13 or newer; docs/grades.md says what holds where")
    return Finding(level in ("namespaces", "rules"), seen, remedy)


def disk() -> Finding:
    """Room to work in."""
    free = shutil.disk_usage(Path.cwd()).free
    seen = _("{size} GB free here", size=f"{free / 1024**3:.1f}")
    return Finding(free > 500 * 1024**2, seen, _("free at least 0.5 GB"))


Check = Callable[[], Finding]
# The first group must be well for a trainee to work; the second is for analysts, the third for who grades and develops.
NEEDED: dict[str, Check] = {
    later("Python"): python,
    later("Packages"): packages,
    later("Kernel"): kernel,
    later("Disk"): disk,
}
OPTIONAL: dict[str, Check] = {later("Drawing in code"): fonts}
GRADING: dict[str, Check] = {
    later("Grading"): grading_tools,
    later("Isolation"): isolation,
    later("Seal"): sealing,
    later("Chromium (tests only)"): browser,
}


def examine(check: Check) -> Finding:
    """What a check finds; one that cannot come to its end has found that something is not well."""
    try:
        return check()
    except Exception as problem:  # noqa: BLE001 - a report on a broken installation has to come to its end
        said = str(problem).strip().splitlines()[:1]
        return Finding(False, ": ".join([type(problem).__name__, *said]), _(AFRESH))


def report() -> bool:
    """Print the findings; True when everything a trainee needs is well."""
    well = True
    grades = GRADING if importlib.util.find_spec("nbgrader") else {}
    for needed, checks in ((True, NEEDED), (False, OPTIONAL), (False, grades)):
        for subject, check in checks.items():
            finding = examine(check)
            mark = _("ok  ") if finding.well else (_("FAIL") if needed else _("note"))
            remedy = "" if finding.well else f" → {finding.remedy}"
            print(_("{mark} {subject}: {seen}", mark=mark, subject=_(subject), seen=finding.seen) + remedy)
            well = well and (finding.well or not needed)
    return well
