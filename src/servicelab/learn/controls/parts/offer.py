"""A file of the workspace, offered as a download by `offer.js`."""

from __future__ import annotations

from pathlib import Path

from servicelab.learn.whereabouts import shown
from servicelab.widgets.house import Interactive


def send_file(control: Interactive, path: Path) -> None:
    """Send a file to the page, which offers it as a download; says nothing when the file is gone."""
    try:
        content = path.read_bytes()
    except OSError:
        return
    kind = "text/html" if path.suffix == ".html" else "application/zip"
    control.send({"do": "file", "name": shown(path.name, 120), "type": kind}, buffers=[content])
