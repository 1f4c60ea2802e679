"""A home for one kernel: what a submission leaves in it, no other submission finds."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

WITHHELD = (
    "JUPYTERHUB_",
    "JUPYTER_TOKEN",
    "JUPYTER_CONFIG_PATH",
    "XDG_",
    "SSH_",
    "AWS_",
    "AZURE_",
    "DBUS_",
    "PIP_",
    "UV_",
)
"""Variables that no submission gets: a hub's and a server's tokens, folders of the instructor's own, ways to others."""
SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|DATABASE_URL", re.IGNORECASE)
"""What the names of passwords and keys have in common, whoever invented them."""


@contextmanager
def lodging() -> Iterator[Path]:
    """Make a folder that only its owner may enter, and remove it with everything in it afterwards."""
    home = Path(tempfile.mkdtemp(prefix="servicelab-"))
    try:
        for name in ("tmp", "matplotlib"):
            (home / name).mkdir(mode=0o700)
        _bring_fonts(home / "matplotlib")
        yield home
    finally:
        clear(home)


def environment(home: Path) -> dict[str, str]:
    """Return this process's environment with everything that is a person's own pointing into `home`."""
    kept = {name: value for name, value in os.environ.items() if not (name.startswith(WITHHELD) or SECRET.search(name))}
    temporary = str(home / "tmp")
    return {
        **kept,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTER_DATA_DIR": str(home / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary),
    }


def _bring_fonts(folder: Path) -> None:
    """Copy matplotlib's list of fonts, which it would take every kernel seconds to make again."""
    cache = Path(os.environ.get("MPLCONFIGDIR") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "matplotlib")
    with suppress(OSError, RuntimeError):
        for path in cache.expanduser().glob("fontlist-*.json"):
            shutil.copy(path, folder)


def clear(home: Path) -> None:
    """Remove a home that is there, whatever modes its submission gave to what is in it; touch nothing outside of it.

    What cannot be removed even so stays, behind 0700.
    """

    def unlock(again: Callable[[str], Any], path: str, _why: object) -> None:
        held = Path(path)
        with suppress(OSError):
            # The folder around the home is everybody's: its mode is none of ours.
            if home in held.parents:
                held.parent.chmod(0o700)
            if held.is_dir() and not held.is_symlink():
                held.chmod(0o700)
                shutil.rmtree(held, ignore_errors=True)
            else:
                again(path)

    with suppress(OSError):
        home.chmod(0o700)
    shutil.rmtree(home, onerror=unlock)
