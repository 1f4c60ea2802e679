"""Put the trainee's JupyterLab settings and start page into a Jupyter config folder: Binder starts its own server."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from servicelab.lab import settings_folders


def main(target: Path) -> None:
    """Merge the house's settings for trainees into `target`."""
    merged: dict[str, dict[str, object]] = {}
    for folder in reversed(settings_folders("trainee", "en")):
        for path in (folder / "labconfig").glob("*.json"):
            merged.setdefault(path.name, {}).update(json.loads(path.read_text()))
    (target / "labconfig").mkdir(parents=True, exist_ok=True)
    for name, content in merged.items():
        (target / "labconfig" / name).write_text(json.dumps(content, indent=2))
    # Whichever of the two Binder starts, JupyterLab or a bare server, it opens on the course's start page.
    page = {"default_url": "/lab/tree/en/start.ipynb"}
    (target / "jupyter_lab_config.json").write_text(json.dumps({"LabApp": page, "ServerApp": page}, indent=2))
    (target / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": page}, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
