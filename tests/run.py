"""Run every check the way `make test` and CI do: lint and types, the editions, then pytest on all cores.

`--fast` leaves out what needs a kernel, a browser or an environment of its own. `--only UNIT` is for the author of a
unit: lint, that unit's editions in both languages with its gates, and the tests that every unit has. Anything else is
passed to pytest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
EVERY_UNIT = ["tests/content/test_every_unit.py", "tests/notebooks/test_solved.py", "tests/grading/test_every_unit.py"]
"""The tests that ask for a `unit`."""
SLOW = "not browser and not grading and not notebooks and not install and not binder"

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""The cores are filled: threads of linear algebra would spend their time waiting for each other."""


def main() -> int:
    """Run the layers in turn, stop at the first that fails, and say what each took."""
    parser = argparse.ArgumentParser(description="Run the checks of the course.")
    parser.add_argument("--fast", action="store_true", help="no kernel, no browser, no environment of its own")
    parser.add_argument("--only", default="", metavar="UNIT", help="one module or case")
    arguments, passed_on = parser.parse_known_args()
    fast, only = arguments.fast, arguments.only
    os.chdir(ROOT)
    # nbgrader shells out to `alembic`; kernels start `python`.
    os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    # Compiled bytecode: kernels and command-line runs start about three times as fast.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ |= ONE_THREAD
    first = [
        [str(BIN / "ruff"), "check", "."],
        [str(BIN / "ruff"), "format", "--check", "src", "tests", "benchmarks"],
        [str(BIN / "mypy"), "--no-error-summary"],
    ]
    if not fast:
        build = [str(BIN / "servicelab"), "build", "--all", *(["--only", only] if only else []), "--lang"]
        first += [[*build, language] for language in ("en", "zh")]
    steps = [("lint, types" if fast else "lint, types, editions", first)]
    if only:
        passed_on = [*EVERY_UNIT, "--only", only, "-k", only, *passed_on]
    # Two more than there are cores: browsers, servers and kernels are waited for much of the time.
    workers = str((os.cpu_count() or 1) + 2)
    pytest = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "loadgroup", "-q", "--durations", "15"]
    steps.append(("tests", [[*pytest, *(["-m", SLOW] if fast else []), *passed_on]]))
    for name, commands in steps:
        began = time.perf_counter()
        with ThreadPoolExecutor(len(commands)) as pool:
            codes = list(pool.map(lambda command: subprocess.run(command, check=False).returncode, commands))
        print(f"== {name}: {time.perf_counter() - began:.0f} s", flush=True)
        if any(codes):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
