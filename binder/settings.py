"""Put the trainee's JupyterLab settings and start page into a Jupyter config folder: Binder starts its own server."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from servicelab.lab import data_folders, settings_folders
from servicelab.shell import LABEXTENSIONS, page_config


def main(target: Path, built: Path) -> None:
    """Merge the house's settings for trainees into `target`; `built` holds the editions by language."""
    editions = {f"{edition.name}/": edition for edition in sorted(built.iterdir())}
    # Whichever of the two Binder starts, JupyterLab or a bare server, it opens on the course's start page.
    page = {"default_url": "/lab/tree/en/start.ipynb"}
    shell = {"extra_labextensions_path": [str(LABEXTENSIONS)]}
    merged: dict[str, Any] = {
        "jupyter_lab_config.json": {"LabApp": {**page, **shell}, "ServerApp": dict(page)},
        "jupyter_server_config.json": {"ServerApp": dict(page), "LabApp": dict(shell)},
        "labconfig/page_config.json": page_config(editions),
    }
    for folder in reversed(settings_folders("trainee", "en")):
        for path in folder.rglob("*.json"):
            if path.is_relative_to(folder / "data"):
                continue
            merge(merged.setdefault(path.relative_to(folder).as_posix(), {}), json.loads(path.read_text()))
    for name, content in merged.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(json.dumps(content, indent=2))
    # How a kernel is started is no setting: it stands with the environment's data.
    for data in data_folders("trainee", "en"):
        shutil.copytree(data, target.parents[1] / "share" / "jupyter", dirs_exist_ok=True)


def merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    """Put what `more` says into `into`, key by key and level by level."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, dict) else value


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
