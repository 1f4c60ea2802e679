"""Start JupyterLab on a folder, with the house's settings and nothing of this machine's own mixed in."""

from __future__ import annotations

import os
import socket
import sys
import traceback
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from servicelab.errors import UserError
from servicelab.i18n import _, use
from servicelab.lab.terminal import log_of, quietly
from servicelab.shell import LABEXTENSIONS, page_config

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

SETTINGS = Path(__file__).parent / "settings"


def settings_folders(role: str, language: str) -> list[Path]:
    """The Jupyter config folders for a role and a language, most specific first.

    Each may hold a `labconfig/` with JupyterLab's defaults (no news fetch, since the course is offline; for trainees
    nothing of nbgrader's; for the Chinese edition Chinese menus) and a `jupyter_server_config.json`: a kernel that died
    is noticed within a second, and what nobody here uses is not loaded.

    >>> [folder.name for folder in settings_folders("trainee", "zh")]
    ['zh', 'trainee', 'everyone']
    """
    names = [*(["zh"] if language == "zh" else []), role, "everyone"]
    return [SETTINGS / name for name in names]


def data_folders(role: str, language: str) -> list[Path]:
    """The Jupyter data folders for a role: how its kernels are started.

    A trainee's kernel does not look for modules in the folder of its notebook: a page that runs by itself would run
    whatever somebody has put beside it under the name of a package.
    """
    return [data for folder in settings_folders(role, language) if (data := folder / "data").is_dir()]


def _prepend(variable: str, folders: Sequence[Path]) -> None:
    existing = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([*map(str, folders), *([existing] if existing else [])])


def launch(
    root: Path,
    *,
    role: str,
    language: str,
    page: str,
    edition: Path | None = None,
    config: Sequence[Path] = (),
    arguments: Sequence[str] = (),
) -> None:
    """Run JupyterLab in this process until it is stopped.

    On the screen stand three lines: the address, and what to do with this window. Everything else goes into a log that
    a failure names.

    Parameters
    ----------
    root
        The folder JupyterLab shows: a workspace, an unpacked bundle, or a checkout.
    role, language
        Choose the settings, see `settings_folders`.
    page
        What opens first, relative to `root`.
    edition
        The built edition that `root` was delivered from; with it a trainee sees the course instead of the tool.
    config
        Further Jupyter config folders (the instructor's `grading/`, with `nbgrader_config.py`).
    arguments
        Passed on to JupyterLab (`--no-browser`, `--port=8899`).

    Raises
    ------
    UserError
        The port that `arguments` asks for is taken, or JupyterLab did not start.
    """
    refuse_taken_port(arguments)
    folders = [*config, *settings_folders(role, language)]
    # nbgrader shells out to `alembic`, kernels to `python`: both must be this environment's.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    _prepend("JUPYTER_CONFIG_PATH", folders)
    _prepend("JUPYTER_PATH", data_folders(role, language))
    # Kernels and extensions of other installations on this machine must not shadow the locked ones.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    told = page_config({"": edition}) if edition else {}
    options = [
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url={first_address(page)}",
        *extension_options(told),
        *machine_options(),
        *arguments,
    ]
    with use(language):
        serve(root, page, options)


def extension_options(told: Mapping[str, str]) -> list[str]:
    """What makes JupyterLab find the course's extension, and tells it about the course."""
    return [
        f"--LabApp.extra_labextensions_path={LABEXTENSIONS}",
        # A new version of the course must not run with scripts that the browser kept from the old one.
        "--LabApp.cache_files=False",
        f"--ServerApp.tornado_settings={ {'page_config_data': dict(told)}!r}",
    ]


def machine_options() -> list[str]:
    """What depends on this machine and on who starts it."""
    import zmq

    options = [
        # A lesson that was closed with a busy kernel must not fill a small machine's memory for ever.
        "--MappingKernelManager.cull_idle_timeout=43200",
        # Ctrl+C stops at once; there is nothing to lose that is not saved.
        "--ServerApp.answer_yes=True",
    ]
    if zmq.has("curve"):
        # Otherwise everybody on this machine could listen to what kernel and server say, and each kernel warns of it.
        options.append("--KernelManager.transport_encryption=auto")
    if is_root():
        options.append("--allow-root")
    try:
        webbrowser.get()
    except webbrowser.Error:
        options.append("--no-browser")
    return options


def serve(root: Path, page: str, options: Sequence[str]) -> None:
    """Start the server, say where it is, and stay until it is stopped."""
    from jupyterlab.labapp import LabApp

    log = log_of(root)
    with quietly(log) as say:
        try:
            server = LabApp.initialize_server(argv=list(options))
            # The server takes its port when its loop starts, before it comes to this.
            server.io_loop.add_callback(lambda: announce(server, page, say))
            server.start()
        except (Exception, SystemExit) as problem:
            traceback.print_exc()
            raise UserError(
                _("JupyterLab did not start: read the end of {log}, or send that file to your helpdesk.", log=log)
            ) from problem
        say(_("Stopped."))


def announce(server: ServerApp, page: str, say: Callable[[str], None]) -> None:
    """Say where the course is and what to do with this window."""
    if is_root():
        say(_("You are the administrator (root) here, so the course runs as root too."))
    token = f"?token={server.token}" if server.token else ""
    address = f"{server.connection_url.rstrip('/')}{first_address(page)}{token}"
    say(_("The course is open at {address}", address=address))
    say(_("Leave this window open while you work."))
    say(_("To stop, press Ctrl+C in this window; what you answered is saved."))


def is_root() -> bool:
    """Whether this process may do anything on this machine."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


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
            raise UserError(
                _("--port={given} is not a port: give a number from 1 to 65535, or leave --port out.", given=text)
            )
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(text)))
            except OSError as problem:
                raise UserError(
                    _("Port {given} is taken by another program: leave --port out and a free one is found.", given=text)
                ) from problem
