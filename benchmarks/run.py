"""`make bench`: every measurement, each side by side in one run and given as a ratio.

Name one or more (`make bench ARGS="startup"`) to run only those; a number after a name goes to that measurement
(`ARGS="scale 100"`). Exit code 1 when a target is missed.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run the benchmarks named on the command line, or all of them."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print("Bytecode: compiled on both sides (this machine's own setting is set aside).", flush=True)
    compileall.compile_dir(HERE.parent / "src", quiet=1)
    found = {path.stem: path for path in sorted(HERE.glob("*.py")) if path.stem != "run"}
    wanted: dict[str, list[str]] = {}
    for word in sys.argv[1:] or list(found):
        if wanted and word.replace(".", "", 1).isdigit():
            wanted[list(wanted)[-1]].append(word)
        else:
            wanted[word] = []
    unknown = [name for name in wanted if name not in found]
    if unknown:
        print(f"No benchmark called {', '.join(unknown)}: there are {', '.join(found)}.", file=sys.stderr)
        return 2
    codes = []
    for name, numbers in wanted.items():
        print(f"\n== {name}", flush=True)
        codes.append(subprocess.run([sys.executable, str(found[name]), *numbers], check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
