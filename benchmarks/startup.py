"""How long a trainee waits: kernel start plus a lesson's first cell, and a second `make lab`, against bare ones."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ROUNDS = 7
PLAIN = "import pandas as pd\nimport matplotlib.pyplot as plt"


async def kernel_and_first_cell(code: str, folder: Path) -> float:
    """Seconds from asking for a kernel to the end of one cell."""
    from jupyter_client.manager import AsyncKernelManager

    began = time.perf_counter()
    manager = AsyncKernelManager()
    await manager.start_kernel(cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        reply = await client.execute_interactive(code, timeout=60, output_hook=lambda _: None)
        if reply["content"]["status"] != "ok":
            raise RuntimeError(reply["content"])
        return time.perf_counter() - began
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


def until_it_answers(command: list[str], folder: Path, home: Path) -> float:
    """Seconds from starting a command to JupyterLab answering 200 at the address it printed."""
    log = home / "log"
    environment = os.environ | {"HOME": str(home)}
    began = time.perf_counter()
    with log.open("w") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        while time.perf_counter() - began < 120:
            found = re.search(r"(http://(?:127\.0\.0\.1|localhost):\d+/\S*\?token=\w+)", log.read_text())
            if found:
                try:
                    with urllib.request.urlopen(found[1], timeout=20) as answer:
                        if answer.status == 200:
                            return time.perf_counter() - began
                except urllib.error.URLError:
                    # It prints its address a moment before it listens there.
                    pass
            time.sleep(0.01)
        raise RuntimeError(log.read_text())
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def compare(name: str, ours: list[float], plain: list[float], target: float) -> bool:
    """Print one comparison; whether the target holds."""
    ratio = statistics.median(ours) / statistics.median(plain)
    print(
        f"{name}: {statistics.median(ours):.2f} s against {statistics.median(plain):.2f} s bare, "
        f"ratio {ratio:.2f} (target ≤ {target}; medians of {len(ours)}, alternating)"
    )
    return ratio <= target


def main() -> int:
    """Measure both; 1 when a target is missed."""
    subprocess.run([BIN / "servicelab", "build"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    lesson = ROOT / "build/trainee-en/lessons/01_needs"
    notebook = json.loads((lesson / "lesson.ipynb").read_text())
    first = "".join(next(c for c in notebook["cells"] if c["cell_type"] == "code")["source"])
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        ours, plain = [], []
        for _ in range(ROUNDS):
            plain.append(asyncio.run(kernel_and_first_cell(PLAIN, scratch)))
            ours.append(asyncio.run(kernel_and_first_cell(first, lesson)))
        well = compare("Kernel start and first cell", ours, plain, 1.5)
        for stray in lesson.glob("*.answers.json"):
            stray.unlink()

        root_user = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        bare = [str(BIN / "jupyter"), "lab", "--no-browser", *root_user]
        make = ["make", "lab", f"ARGS={' '.join(['--no-browser', *root_user])}"]
        until_it_answers(make, ROOT, scratch)
        ours, plain = [], []
        for _ in range(ROUNDS):
            plain.append(until_it_answers(bare, scratch, scratch))
            ours.append(until_it_answers(make, ROOT, scratch))
        well = compare("A second `make lab`", ours, plain, 1.3) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
