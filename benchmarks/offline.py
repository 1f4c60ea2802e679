"""A bundle that brings its packages, from making it to an opened analysis on a machine without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
#: Without a network not even this machine's own address is there, and kernels need that.
LOOPBACK = 'ip link set lo up && exec "$@"'
ADDRESS = "http://"
ANALYSIS = "my-course/assignments/01_needs_analysis"
DRAW = "from servicelab.learn import open_analysis; open_analysis('01_needs'); import matplotlib"


def cut_off() -> list[str]:
    """The beginning of a command that runs without a network; nothing where the system does not let us."""
    command = ["unshare", "--map-root-user", "--net", "sh", "-c", LOOPBACK, "sh"]
    if not shutil.which("unshare") or subprocess.run([*command, "true"], check=False, capture_output=True).returncode:
        return []
    return command


def seconds_until_address(command: list[str], folder: Path, env: dict[str, str]) -> float:
    """Start the start file, wait for the line with the address, stop it."""
    began = time.perf_counter()
    log = folder / "said.txt"
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=said, stderr=subprocess.STDOUT)
        while ADDRESS not in log.read_text() and process.poll() is None:
            time.sleep(0.2)
        taken = time.perf_counter() - began
        process.terminate()
        process.wait(30)
    if ADDRESS not in log.read_text():
        raise RuntimeError(log.read_text())
    return taken


def main() -> int:
    """Print what each step takes; 1 when one does not come to its end."""
    alone = cut_off()
    if not alone:
        print(
            "This machine does not let a program be cut off from the network (unshare): packages are only told to be."
        )
    python = str(Path(getattr(sys, "_base_executable", sys.executable)).parent)
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        began = time.perf_counter()
        bundle = scratch / "course.zip"
        made = [str(BIN / "servicelab"), "bundle", "--wheels", "--out", str(bundle)]
        subprocess.run(made, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        print(f"bundle --wheels: {time.perf_counter() - began:.0f} s, {bundle.stat().st_size / 1e6:.0f} MB")
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(scratch)
        folder = scratch / "ServiceLab"
        env = {"HOME": str(scratch), "PATH": f"{python}:/usr/bin:/bin", "PIP_NO_INDEX": "1", "LANG": "C.UTF-8"}
        start = [*alone, "sh", "Start ServiceLab (Linux).sh", "--no-browser"]
        print(f"first start, until the address: {seconds_until_address(start, folder, env):.0f} s")
        print(f"second start: {seconds_until_address(start, folder, env):.1f} s")
        began = time.perf_counter()
        opened = [*alone, str(folder / "app/.venv/bin/python"), "-c", DRAW]
        done = subprocess.run(opened, cwd=folder / ANALYSIS, env=env, check=False, stdout=subprocess.DEVNULL)
        print(f"an analysis, opened for the first time: {time.perf_counter() - began:.0f} s")
        return done.returncode


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.exit(main())
