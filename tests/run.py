"""Run every check the way `make test` and CI do: lint and types, the editions, then pytest on all cores.

`--fast` leaves out what needs a kernel or a browser. Anything else is passed to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SLOW = "not browser and not grading and not notebooks and not binder"


def main() -> int:
    """Run the layers in turn, stop at the first that fails, and say what each took."""
    passed_on = [a for a in sys.argv[1:] if a != "--fast"]
    fast = "--fast" in sys.argv[1:]
    os.chdir(ROOT)
    # nbgrader shells out to `alembic`; kernels start `python`.
    os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    # Compiled bytecode: kernels and command-line runs start about three times as fast.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    steps: list[tuple[str, list[list[str]]]] = [
        (
            "lint and types",
            [
                [str(BIN / "ruff"), "check", "."],
                [str(BIN / "ruff"), "format", "--check", "src", "tests", "benchmarks"],
                [str(BIN / "mypy"), "--no-error-summary"],
            ],
        )
    ]
    if not fast:
        build = [str(BIN / "servicelab"), "build", "--all", "--lang"]
        steps.append(("editions", [[*build, language] for language in ("en", "zh")]))
    workers = str(os.cpu_count() or 1)
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
