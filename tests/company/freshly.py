"""A small firm made in a fresh process: what its files hold, and the region that they were written from."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pandas as pd
from tests.company.conftest import once

ROOT = Path(__file__).resolve().parents[2]
SCALE, SEED = 0.02, 7
Raw = tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]
#: Version of zlib, and a hash of every file, and of what is in every zip ("name!"): another zlib may pack otherwise.
Said = tuple[str, dict[str, str]]
#: Makes the tables and says what each file holds; where a second place is named, the region is kept there.
PROGRAM = """
import hashlib, json, pickle, sys, zipfile, zlib
from pathlib import Path
from servicelab import company
from servicelab.company.generating import making
out = Path(sys.argv[1])
simulated = making.make_tables
def kept(block, seed):
    region = simulated(block, seed)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_bytes(pickle.dumps(region, pickle.HIGHEST_PROTOCOL))
    return region
making.make_tables = kept
company.generate(out / "tables", SCALE, SEED, truth=out / "truth")
made = {}
for path in sorted(out.rglob("*")):
    if path.is_file():
        data = path.read_bytes()
        name = path.relative_to(out).as_posix()
        made[name] = hashlib.sha256(data).hexdigest()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                made[name + "!"] = hashlib.sha256(archive.read(archive.namelist()[0])).hexdigest()
print(json.dumps({"zlib": zlib.ZLIB_RUNTIME_VERSION, "made": made}))
""".replace("SCALE", str(SCALE)).replace("SEED", str(SEED))


def made_by(python: Path | str, out: Path, *keep: Path, **settings: str) -> Said:
    """What that Python makes in a process of its own."""
    env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "random"} | settings
    run = subprocess.run([python, "-c", PROGRAM, out, *keep], capture_output=True, text=True, env=env, cwd=out.parent)
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    return said["zlib"], said["made"]


def _fill(folder: Path) -> None:
    said = made_by(sys.executable, folder / "out", folder / "region")
    (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")


def here() -> Said:
    """What this Python makes, once on each machine for each state of the program."""
    zlib, made = json.loads((once("fresh", _fill) / "said.json").read_text(encoding="utf-8"))
    return zlib, made


def region() -> Raw:
    """The region that it was written from; of its calls, which are the whole firm's at any scale, a few."""
    kept: Raw = pickle.loads((once("fresh", _fill) / "region").read_bytes())
    kept[0]["calls"] = kept[0]["calls"].head(500)
    return kept
