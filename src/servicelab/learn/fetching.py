"""What only an analyst's page needs, fetched into a bundle when such a page is opened."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from servicelab.i18n import _, language

DRAWS = "matplotlib"
"""Stands for all that analysts have on top: none of it is needed before somebody draws."""


def fetch_for_analysts(app: Path | None = None) -> None:
    """Install the analysts' part if this is a bundle without it; without a network, say so in one sentence and go on.

    `app` is the bundle's folder for programs (default: the one this Python belongs to). Elsewhere nothing is done: a
    checkout and an image have that part from the beginning.
    """
    app = app or Path(sys.prefix).parent
    installer = app / "bootstrap.py"
    if importlib.util.find_spec(DRAWS) or not installer.is_file():
        return
    print(_("Fetching what code needs to draw (once; about 40 MB)"), flush=True)
    command = [sys.executable, "-I", str(installer), "--root", str(app), "--part", "analyst", "--lang", language()]
    # The page waits meanwhile, so a line that is down is found out at the first try.
    quick = {"PIP_RETRIES": "0", "UV_HTTP_RETRIES": "0"}
    done = subprocess.run(command, env={**os.environ, **quick}, capture_output=True, text=True, check=False)
    importlib.invalidate_caches()
    if done.returncode:
        print(_("It could not be fetched; all but drawing works without it, and the next opening tries again."))
