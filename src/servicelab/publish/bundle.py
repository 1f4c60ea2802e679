"""`servicelab bundle`: what a trainee gets. One zip with the built course, the data, the package and a start file."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from servicelab import bootstrap, publish
from servicelab.errors import UserError
from servicelab.files.whole import whole
from servicelab.i18n import _
from servicelab.publish.delivering import files

STARTERS = Path(__file__).parent / "starters"
FOLDER = "ServiceLab"
# The first is installed at the first start, the second when an analysis is opened; it holds the first.
LOCKS = ("requirements.lock", "requirements-analyst.lock")
# name in the zip, source, executable, line ends
START_FILES = [
    ("Start ServiceLab (Windows).bat", "start-windows.bat", False, "\r\n"),
    ("Start ServiceLab (Mac).command", "start-unix.sh", True, "\n"),
    ("Start ServiceLab (Linux).sh", "start-unix.sh", True, "\n"),
    ("Start ServiceLab (Linux).desktop", "start-linux.desktop", True, "\n"),
    ("READ ME FIRST 请先读我.txt", "read-me-first.txt", False, "\r\n"),
]
# Zip has no earlier date; a fixed one makes two bundles of one course the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


def make_bundle(root: Path, language: str, out: Path | None = None, *, wheels: bool = False) -> Path:
    """Make the trainee's zip.

    Parameters
    ----------
    root
        The checkout.
    language
        `"en"` or `"zh"`.
    out
        The zip to write; default `build/ServiceLab-<language>.zip`.
    wheels
        Also pack every package the course needs, for this operating system and Python, so that a trainee's machine
        needs no package index. Adds about 250 MB.

    Returns
    -------
    Path
        The zip, written whole.

    Raises
    ------
    UserError
        A unit is a draft; or a solution, hidden test, key or instructor text was found in what would ship. Nothing is
        written.
    """
    out = out or root / "build" / f"ServiceLab-{language}.zip"
    if out.suffix != ".zip":
        raise UserError(_("{file} would not be recognised as a bundle: give --out a name that ends in .zip.", file=out))
    publish.refuse_drafts(root)
    edition = publish.build("trainee", language, root=root).path
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        wheel = build_wheel(root, scratch)
        locks = {name: (root / name).read_text(encoding="utf-8") for name in LOCKS}
        packed: list[Path] = []
        if wheels:
            packed = gather_wheels(root, scratch / "wheels")
            locks = {name: lock_for(packed, text) for name, text in locks.items()}
        with whole(out) as partial:
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, source, executable, ends in START_FILES:
                    text = (STARTERS / source).read_text(encoding="utf-8").replace("\n", ends)
                    add(archive, name, text.encode(), executable=executable)
                add(archive, "app/bootstrap.py", (root / "src/servicelab/bootstrap.py").read_bytes())
                for name, text in locks.items():
                    add(archive, f"app/{name}", text.encode())
                add(archive, "app/requirements-installer.lock", (root / "requirements-installer.lock").read_bytes())
                add(archive, f"app/package/{wheel.name}", wheel.read_bytes())
                for path in files(edition):
                    add(archive, f"app/edition/{path.relative_to(edition).as_posix()}", path.read_bytes())
                add(archive, f"app/{bootstrap.CONTENTS}", contents(archive, packed).encode())
            leaks = publish.leaks_in_zip(partial, root)
            if leaks:
                raise UserError(
                    _("The bundle was not written, it would give away: {leaks}.", leaks="; ".join(leaks[:5]))
                )
            # Only after the search, which would take minutes over other people's packages: the lock has their hashes.
            with zipfile.ZipFile(partial, "a") as archive:
                for path in packed:
                    add(archive, f"app/wheels/{path.name}", path.read_bytes(), packed=True)
    return out


def contents(archive: zipfile.ZipFile, packed: list[Path]) -> str:
    """What the finished bundle has in `app/`, so that its start file knows what an earlier one left there."""
    top = f"{FOLDER}/app/"
    names = [name.removeprefix(top) for name in archive.namelist() if name.startswith(top)]
    return "".join(f"{name}\n" for name in [*names, *(f"wheels/{path.name}" for path in packed), bootstrap.CONTENTS])


def add(archive: zipfile.ZipFile, name: str, content: bytes, *, executable: bool = False, packed: bool = False) -> None:
    """Add one file with a fixed date and Unix permissions; as it is if it is packed already."""
    entry = zipfile.ZipInfo(f"{FOLDER}/{name}", EPOCH)
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    entry.external_attr = (0o100755 if executable else 0o100644) << 16
    entry.create_system = 3
    archive.writestr(entry, content)


def build_wheel(root: Path, scratch: Path) -> Path:
    """Build the package's own wheel, reproducibly and without the network."""
    folder = scratch / "dist"
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=root,
        env=dict(os.environ, SOURCE_DATE_EPOCH="315532800"),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"hatchling could not build the package: {made.stdout}{made.stderr}")
    return next(folder.glob("*.whl"))


def gather_wheels(root: Path, folder: Path) -> list[Path]:
    """Every package that a trainee may need as a wheel for this machine's system and Python."""
    print(_("Gathering the packages (a few minutes) …"), flush=True)
    made = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--require-hashes"),
            *("-w", str(folder), "-r", str(root / LOCKS[-1])),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        last = (made.stderr.strip().splitlines() or [_("no message")])[-1]
        raise UserError(
            _(
                "The packages could not be gathered ({problem}): check the package index, then run this again.",
                problem=last,
            )
        )
    return sorted(folder.glob("*.whl"))


def lock_for(packed: list[Path], lock: str) -> str:
    """A lock of the wheels in the bundle that `lock` names: those built here have hashes that no index knows."""
    named = {bare(pin) for pin in re.findall(r"^[\w.-]+==[^\s;]+", lock, re.MULTILINE)}
    hashes = ((wheel_name(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in packed)
    return "".join(f"{pin} --hash=sha256:{digest}\n" for pin, digest in hashes if bare(pin) in named)


def bare(pin: str) -> str:
    """A pin the way every index spells it.

    >>> bare("Charset_Normalizer==3.4.0")
    'charset-normalizer==3.4.0'
    """
    name, version = pin.split("==")
    return f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}"


def wheel_name(path: Path) -> str:
    """`name==version` of a wheel file.

    >>> wheel_name(Path("jieba-0.42.1-py3-none-any.whl"))
    'jieba==0.42.1'
    """
    name, version = re.split("-", path.name)[:2]
    return f"{name}=={version}"
