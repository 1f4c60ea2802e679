"""Every process gives a test the same name: workers compare them, and a report of today must find yesterday's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def test_another_process_collects_the_same_names(request: pytest.FixtureRequest, root) -> None:
    """Sets in another order, another second of the clock, another process: the names stay."""
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = {**os.environ, "PYTHONHASHSEED": "7" if os.environ.get("PYTHONHASHSEED") != "7" else "8"}
    told = subprocess.run(asked, cwd=root, env=environment, capture_output=True, text=True, check=True).stdout
    there = set(told.splitlines())
    # xdist writes its group behind the name.
    here = [item.nodeid.split("@")[0] for item in request.session.items]
    assert len(here) > 0
    assert [name for name in here if name not in there] == []
