"""What every layer shares: where things are, and the rule that CI skips nothing it can run."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from tests.run import ONE_THREAD

from servicelab.course.layout import UNITS

# How long an example takes says something about the machine and what else runs on it, not about the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# Somebody who starts the tests in the background has Ctrl-C ignored in them, and in every program that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST_ID = 120
"""Characters of what a test's parameters add to its name: a report shows them on one line."""

LACKING = ("real data is not on this machine", "this system has no Landlock", "this system gives no namespaces")
"""Why CI may skip: what no command could put there."""

ROOT = Path(__file__).resolve().parent.parent

# numpy reads this when it is loaded, which is later, and so does every program that a test starts.
os.environ |= ONE_THREAD

# nbgrader shells out to `alembic`: the environment's bin must be on PATH however pytest was started.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--only UNIT`: the tests that every unit has are run for one. `--soak`: those that can go on for long do."""
    parser.addoption("--soak", action="store_true", help="sixty killed twenty times, and a thousand in a row")
    parser.addoption("--only", default="", metavar="UNIT", help="of the tests that every unit has, those of this one")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever asks for a `unit` is asked of every module and case that the course has, drafts included."""
    stated = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    own = [name.strip() for names in stated for name in (names.split(",") if isinstance(names, str) else names)]
    if "unit" not in metafunc.fixturenames or "unit" in own:
        return
    there = [path.name for place in UNITS.values() for path in sorted((ROOT / place).glob("[!._]*")) if path.is_dir()]
    only = metafunc.config.getoption("--only")
    if only and only not in there:
        raise pytest.UsageError(f"There is no unit called {only}: the course has {', '.join(there)}.")
    metafunc.parametrize("unit", [only] if only else there)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long value by its beginning and its size, and bytes by their size alone.

    Bytes made at import time (a zip holds the time, to two seconds) would give every process names of its own.
    """
    if isinstance(val, bytes):
        return f"{argname}-{len(val)}-bytes"
    if isinstance(val, str | int) and len(text := str(val)) > 48:
        slug = re.sub(r"[^0-9A-Za-z]+", "-", text[:40]).strip("-") or argname
        return f"{slug}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a name that no report can show."""
    for item in items:
        added = item.name.partition("[")[2]
        if len(added) > LONGEST_ID:
            raise pytest.UsageError(f"{item.nodeid[:200]}… is too long: give the parameters short ids.")


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """Whether there is time for a long run."""
    return bool(pytestconfig.getoption("--soak"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


SOURCES = ("course", "datasets", "grading/rubrics", "grading/test_keys.yml", "locales", "src")
"""What editions are built from."""


@pytest.fixture
def copied_course(root: Path, tmp_path: Path) -> Path:
    """The course's sources in a folder that a test may write into."""
    course = tmp_path / "checkout"
    for part in SOURCES:
        if (root / part).is_dir():
            shutil.copytree(root / part, course / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / part, course / part)
    return course


@pytest.fixture(scope="session")
def installed_bundle(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Chinese bundle as it stands on a trainee's machine; who asks for it belongs into the group `bundle-zh`."""
    from tests.installed import install

    return install(root, tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The real service data, where this machine has it."""
    folder = Path(os.environ.get("SERVICELAB_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real data is not on this machine (SERVICELAB_REAL_DATA or ../shared/data)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium; CI installs it, so CI never skips for want of it."""
    found = shutil.which("chromium")
    if not found:
        pytest.skip("no chromium on this machine: sudo apt install chromium")
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which skips CI does not accept."""
    for reason in refused_skips(terminalreporter):
        terminalreporter.write_line(f"CI must not skip: {reason}", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skip is a failure, unless the real data is truly absent."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and exitstatus == 0 and refused_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def refused_skips(reporter: pytest.TerminalReporter) -> list[str]:
    """The reasons of skips that CI could have run."""
    if os.environ.get("CI") != "true" or hasattr(reporter.config, "workerinput"):
        return []
    reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    return [reason for reason in reasons if not any(lacks in reason for lacks in LACKING)]
