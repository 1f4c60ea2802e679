"""What only an analyst's page needs, fetched into a bundle when such a page is opened."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from servicelab import bootstrap
from servicelab.i18n import _, language

DRAWS = "matplotlib"
"""Stands for all that analysts have on top: none of it is needed before somebody draws."""

PATIENCE = 600
"""Seconds that a page waits: 40 MB take half of them on a line of one megabit."""


def fetch_for_analysts(app: Path | None = None) -> None:
    """Install or renew the analysts' part of a bundle; when that fails, say why and what follows, and go on.

    `app` is the bundle's folder for programs (default: the one this Python belongs to). Elsewhere nothing is done: a
    checkout and an image have that part from the beginning.
    """
    app = app or Path(sys.prefix).parent
    installer = app / "bootstrap.py"
    if not installer.is_file() or bootstrap.ready(str(app), "analyst"):
        return
    there = importlib.util.find_spec(DRAWS) is not None
    if not there:
        print(_("Fetching what code needs to draw (once; about 40 MB)"), flush=True)
    command = [sys.executable, "-I", str(installer), "--root", str(app), "--part", "analyst", "--lang", language()]
    # The page waits meanwhile, so a line that is down, or swallows what is sent, is found out at the first try.
    quick = {"PIP_RETRIES": "0", "UV_HTTP_RETRIES": "0", "PIP_DEFAULT_TIMEOUT": "20", "UV_HTTP_TIMEOUT": "20"}
    done = subprocess.run(
        [*command, "--within", str(PATIENCE)],
        env={**os.environ, **quick},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    importlib.invalidate_caches()
    if done.returncode:
        print(*done.stderr.strip().splitlines()[-1:], sep="\n")
        if there:
            print(_("What code draws with stays as it was, and the next opening tries again."))
        else:
            print(_("It could not be fetched; all but drawing works without it, and the next opening tries again."))
