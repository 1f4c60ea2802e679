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
    server = {"LabApp": {"default_url": "/lab/tree/en/start.ipynb"}}
    (target / "jupyter_server_config.d").mkdir(parents=True, exist_ok=True)
    (target / "jupyter_server_config.d" / "servicelab.json").write_text(json.dumps(server, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
