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
    here = [without_group(item) for item in request.session.items]
    assert len(here) > 0
    assert [name for name in here if name not in there] == []


def without_group(item: pytest.Item) -> str:
    """A test's name as it was before xdist wrote its group behind it; a name may hold an @ of its own."""
    mark = item.get_closest_marker("xdist_group")
    if mark is None:
        return item.nodeid
    return item.nodeid.removesuffix(f"@{mark.kwargs.get('name') or mark.args[0]}")
