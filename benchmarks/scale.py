"""What a larger scale costs: time for each contact and peak memory, scale 1 beside a larger one.

`make bench ARGS="scale 100"` measures the scale that is promised: half an hour of a processor, 1.7 GB of room. Without
a number it is a small one, whose peak is as telling: regions are made one after the other, and of those written only
sums stay.
Time is the processor's, because on a busy machine wall time measures the others; both are shown.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from servicelab.company.generating.making import bytes_needed

#: What scale 100 is promised to keep to.
RATIO, MEMORY = 1.3, 2048.0
USUAL = 4.0


@dataclass(frozen=True)
class Run:
    """One run of the command."""

    wall: float
    processor: float
    memory: float
    contacts: int
    size: int


def measured(scale: float, seed: int = 1) -> Run:
    """Generate in a process of its own, which starts no others: its peak is that of the whole tree."""
    with tempfile.TemporaryDirectory(prefix="servicelab-scale-") as place:
        out = Path(place) / "out"
        command = [sys.executable, "-m", "servicelab", "data", "generate", "--out", str(out)]
        began = time.perf_counter()
        run = subprocess.Popen([*command, "--scale", f"{scale:g}", "--seed", str(seed)], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(run.pid, 0)
        wall = time.perf_counter() - began
        run.returncode = os.waitstatus_to_exitcode(status)
        if run.returncode:
            raise SystemExit(f"generating at scale {scale:g} ended with {run.returncode}")
        card = (out / "cards" / "contacts.md").read_text(encoding="utf-8")
        contacts = int(card.split(" rows;")[0].rsplit(" ", 1)[1].replace(",", ""))
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, contacts, size)


def main() -> int:
    """Measure and say; exit code 1 when an aim is missed."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else USUAL
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < bytes_needed(scale, truth=False):
        raise SystemExit(f"{tempfile.gettempdir()} has {free / 1e6:,.0f} MB free; scale {scale:g} takes more.")
    runs = {}
    print(f"{'scale':>7}{'contacts':>13}{'wall s':>9}{'processor s':>13}{'ms a contact':>14}{'peak MiB':>10}{'MB':>9}")
    for one in (1.0, scale):
        run = runs[one] = measured(one)
        print(
            f"{one:>7g}{run.contacts:>13,}{run.wall:>9.1f}{run.processor:>13.1f}"
            f"{1000 * run.processor / run.contacts:>14.3f}{run.memory:>10,.0f}{run.size / 1e6:>9,.1f}",
            flush=True,
        )
    small, large = runs[1.0], runs[scale]
    ratio = (large.processor / large.contacts) / (small.processor / small.contacts)
    print(
        f"a contact at scale {scale:g} costs {ratio:.2f} × one at scale 1; aims: at most {RATIO:g}, {MEMORY:,.0f} MiB"
    )
    return int(ratio > RATIO or large.memory > MEMORY)


if __name__ == "__main__":
    sys.exit(main())
