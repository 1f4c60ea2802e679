"""Start JupyterLab on a folder, with the house's settings and nothing of this machine's own mixed in."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from servicelab.errors import UserError

SETTINGS = Path(__file__).parent / "settings"


def settings_folders(role: str, language: str) -> list[Path]:
    """The Jupyter config folders for a role and a language, most specific first.

    Each holds a `labconfig/` with JupyterLab's defaults: no news fetch (the course is offline), ▶▶ without a dialog
    (opening a lesson is one click), for trainees no grading menus, for the Chinese edition Chinese menus.

    >>> [folder.name for folder in settings_folders("trainee", "zh")]
    ['zh', 'trainee', 'everyone']
    """
    names = [*(["zh"] if language == "zh" else []), role, "everyone"]
    return [SETTINGS / name for name in names]


def launch(
    root: Path, *, role: str, language: str, page: str, config: Sequence[Path] = (), arguments: Sequence[str] = ()
) -> None:
    """Run JupyterLab in this process until it is stopped.

    Parameters
    ----------
    root
        The folder JupyterLab shows: a workspace, an unpacked bundle, or a checkout.
    role, language
        Choose the settings, see `settings_folders`.
    page
        What opens first, relative to `root`.
    config
        Further Jupyter config folders (the instructor's `grading/`, with `nbgrader_config.py`).
    arguments
        Passed on to JupyterLab (`--no-browser`, `--port=8899`).

    Raises
    ------
    UserError
        The port that `arguments` asks for is taken.
    """
    refuse_taken_port(arguments)
    folders = [*config, *settings_folders(role, language)]
    # nbgrader shells out to `alembic`, kernels to `python`: both must be this environment's.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    existing = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([*map(str, folders), *([existing] if existing else [])])
    # Kernels and extensions of other installations on this machine must not shadow the locked ones.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"

    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(
        argv=[
            f"--ServerApp.root_dir={root}",
            f"--LabApp.default_url={first_address(page)}",
            # A lesson that was closed with a busy kernel must not fill a small machine's memory for ever.
            "--MappingKernelManager.cull_idle_timeout=43200",
            *arguments,
        ]
    )


def first_address(page: str) -> str:
    """Where JupyterLab opens: on a page, or without one on the file browser and launcher.

    >>> first_address("start.ipynb")
    '/lab/tree/start.ipynb'
    """
    return f"/lab/tree/{page}" if page else "/lab"


def refuse_taken_port(arguments: Sequence[str]) -> None:
    """Stop with one sentence when the person named a port and something else listens there.

    Without `--port` JupyterLab looks for a free one by itself.
    """
    named = [a.split("=", 1)[1] for a in arguments if a.startswith(("--port=", "--ServerApp.port="))]
    for text in named:
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise UserError(f"--port={text} is not a port: give a number from 1 to 65535, or leave --port out.")
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(text)))
            except OSError as problem:
                raise UserError(
                    f"Port {text} is taken by another program: leave --port out and a free one is found."
                ) from problem
