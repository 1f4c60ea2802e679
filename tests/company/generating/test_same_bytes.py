"""The same seed gives the same bytes: in a fresh process, on every other Python here, on a plainer processor."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.company.conftest import CACHE, alone
from tests.company.freshly import Said, here, made_by

from servicelab import bootstrap

pytestmark = pytest.mark.xdist_group("same_bytes")

ROOT = Path(__file__).resolve().parents[3]
OLDEST = (3, 11)
#: What making the tables imports; the rest of the lock is JupyterLab and its like.
NEEDED = {
    "numpy", "pandas", "python-dateutil", "six", "tzdata", "scipy", "tqdm", "pyyaml", "polib", "filelock", "pydantic",
    "pydantic-core", "annotated-types", "typing-extensions", "typing-inspection",
}  # fmt: skip


def others() -> dict[str, Path]:
    """Other supported Pythons on this machine, one for each minor version."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    # Another person's home cannot be looked into, nor can its Pythons be run.
    own = list(pyenv.glob("3.*/bin/python3")) if os.access(pyenv, os.R_OK | os.X_OK) else []
    places = [*own, Path("/usr/bin/python3"), Path("/usr/local/bin/python3")]
    places += [Path(found) for minor in range(OLDEST[1], 30) if (found := shutil.which(f"python3.{minor}"))]
    found: dict[str, Path] = {}
    for place in places:
        if place.is_file():
            asked = subprocess.run(
                [place, "-c", "import ensurepip, sys; print(*sys.version_info[:2])"], capture_output=True, text=True
            )
            version = tuple(int(part) for part in asked.stdout.split())
            # A shim without a version behind it answers with an error.
            if asked.returncode == 0 and version >= OLDEST and version != sys.version_info[:2]:
                found.setdefault(".".join(map(str, version)), place)
    return dict(sorted(found.items()))


HERE, OTHERS = f"{sys.version_info[0]}.{sys.version_info[1]}", others()


def locked() -> str:
    """The part of the lock that making the tables needs, with its hashes."""
    text = (ROOT / "requirements-instructor.lock").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=\S)", text)
    kept = [pin for pin in pins if re.split(r"[=\[ ]", pin, maxsplit=1)[0] in NEEDED]
    assert {pin.split("==")[0] for pin in kept} == NEEDED
    return "\n".join(kept) + "\n"


def environment(version: str) -> Path:
    """A Python of that version with the locked packages, made once on each machine for each state of the lock."""
    wanted = locked()
    folder = CACHE.parent / f"python-{version}-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    ready = folder / ".ready"
    with alone(folder.with_name(f"{folder.name}.lock")):
        if not ready.is_file():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([OTHERS[version], "-m", "venv", folder], check=True)
            (folder / "lock.txt").write_text(wanted, encoding="utf-8")
            # As the house installs: with uv where there is one, which takes seconds, else with pip.
            settings, log = dict(os.environ), str(folder / "install.log")
            asked = ["--require-hashes", "--no-deps", "-r", str(folder / "lock.txt")]
            commands = bootstrap.installers(str(ROOT), str(folder / "bin" / "python"), [], settings, log)
            installed = any(bootstrap.run([*command, *asked], settings, log) == 0 for command, _again in commands)
            assert installed, f"the locked packages could not be installed: {Path(log).read_text()[-2000:]}"
            ready.touch()
    return folder / "bin" / "python"


def agree(one: Said, other: Said) -> None:
    same_zlib = one[0] == other[0]
    assert set(one[1]) == set(other[1])
    assert len(one[1]) > 50
    differ = {name for name, digest in one[1].items() if other[1][name] != digest}
    if not same_zlib:
        differ = {name for name in differ if not name.endswith(".zip")}
    assert not differ


def plainest() -> str:
    """Everything this numpy can leave unused of the processor."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))


@pytest.mark.parametrize("version", [HERE, *OTHERS])
def test_every_python_here_makes_the_same(version: str, tmp_path: Path) -> None:
    """This one too, and on a plainer processor: vector units round the last bit of a logarithm in their own ways."""
    if version == HERE:
        agree(here(), made_by(sys.executable, tmp_path / "out", NPY_DISABLE_CPU_FEATURES=plainest()))
    else:
        agree(here(), made_by(environment(version), tmp_path / "out"))
