"""Starting JupyterLab: the settings chosen, and a taken port in one sentence."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import zmq
from jupyter_client.manager import KernelManager
from jupyterlab_server.config import get_static_page_config
from traitlets.config.loader import KVArgParseConfigLoader

from servicelab.errors import UserError
from servicelab.lab import data_folders, settings_folders
from servicelab.lab.launch import SETTINGS, first_address, machine_options, refuse_taken_port
from servicelab.lab.place import checkout_here, unpacked_bundle


@pytest.mark.parametrize("role", ["trainee", "instructor"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_settings_folder_exists_and_parses(role: str, language: str) -> None:
    for folder in settings_folders(role, language):
        found = list((folder / "labconfig").glob("*.json"))
        assert found, folder
        for path in found:
            json.loads(path.read_text())


@pytest.mark.parametrize("role", ["trainee", "instructor"])
def test_no_page_asks_the_server_whether_jupyterlab_should_be_built_again(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody builds JupyterLab here, and where there is a Node the server would start it twice for every page."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", os.pathsep.join(map(str, settings_folders(role, "en"))))
    told = get_static_page_config(level="all")
    assert (told.get("buildAvailable"), told.get("buildCheck")) == (False, False)


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"Port {port} is taken"):
            refuse_taken_port([f"--port={port}"])
    refuse_taken_port([f"--port={port}"])


def test_a_port_that_is_none_is_one_sentence() -> None:
    with pytest.raises(UserError, match="not a port"):
        refuse_taken_port(["--port=lots"])


def test_the_checkout_is_found_from_a_folder_inside_it(root: Path) -> None:
    assert checkout_here(root / "tests") == root
    assert unpacked_bundle(root / "tests") is None


def test_a_bundle_is_known_by_its_edition(tmp_path: Path) -> None:
    (tmp_path / "app/edition").mkdir(parents=True)
    (tmp_path / "app/edition/edition.json").write_text("{}")
    (tmp_path / "my-course").mkdir()
    assert unpacked_bundle(tmp_path / "my-course") == tmp_path


def test_an_unknown_verb_and_a_stray_option_exit_2() -> None:
    for arguments in (["sing"], ["doctor", "--loud"]):
        done = subprocess.run([sys.executable, "-m", "servicelab", *arguments], capture_output=True, text=True)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_submitting_from_a_terminal_makes_the_zip_and_prints_the_receipt(root: Path, tmp_path: Path) -> None:
    from servicelab import publish

    work = tmp_path / "work"
    shutil.copytree(publish.build("trainee", "en", root=root).path, work)
    command = [sys.executable, "-m", "servicelab", "submit", "01_needs"]
    asked = subprocess.run(command, cwd=work, capture_output=True, text=True)
    assert asked.returncode == 1
    assert "--student" in asked.stderr
    unsure = subprocess.run([*command, "--student", "SL-7"], cwd=work, capture_output=True, text=True)
    assert unsure.returncode == 1
    assert "Part C" in unsure.stderr
    assert "--sure" in unsure.stderr
    assert not list(work.glob("submissions/*.zip"))
    done = subprocess.run([*command, "--student", "SL-7", "--sure"], cwd=work, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "SL-7" in done.stdout
    assert len(list((work / "submissions").glob("SL-7--01_needs--*.zip"))) == 1


def test_submitting_outside_a_workspace_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "servicelab", "submit", "01_needs"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "start.ipynb" in done.stderr


def test_a_source_saved_from_jupyterlab_keeps_the_header_the_build_reads(tmp_path: Path) -> None:
    from jupytext.config import load_jupytext_config
    from jupytext.jupytext import read, writes

    root = Path(__file__).resolve().parents[2]
    source = root / "course" / "modules" / "01_needs" / "lesson.md"
    config = load_jupytext_config(str(source))
    notebook = read(source, config=config)
    saved = writes(notebook, fmt="md:myst", config=config)
    assert "\nservicelab:\n" in saved
    assert "jupytext_version" not in saved
    settings = SETTINGS / "instructor" / "labconfig" / "default_setting_overrides.json"
    manager = json.loads(settings.read_text(encoding="utf-8"))["@jupyterlab/docmanager-extension:plugin"]
    # A source that is only looked at must not be rewritten.
    assert manager["autosave"] is False


@pytest.mark.parametrize(("page", "address"), [("start.ipynb", "/lab/tree/start.ipynb"), ("", "/lab")])
def test_no_page_is_the_launcher_not_a_path_that_is_not_there(page: str, address: str) -> None:
    """JupyterLab answers an empty path with a “Path Not Found” dialog: an instructor's first sight of it."""
    assert first_address(page) == address


@pytest.mark.skipif(not zmq.has("curve"), reason="this machine's ZeroMQ cannot encrypt")
def test_nobody_on_this_machine_can_listen_to_a_kernel(tmp_path: Path) -> None:
    options = KVArgParseConfigLoader([each for each in machine_options() if "=" in each]).load_config()
    manager = KernelManager(config=options, connection_file=str(tmp_path / "kernel.json"))
    manager.start_kernel()
    try:
        stated = json.loads((tmp_path / "kernel.json").read_text(encoding="utf-8"))
        assert len(stated["curve_publickey"]) == 40
    finally:
        manager.shutdown_kernel(now=True)


def test_a_trainees_kernel_takes_no_module_from_the_folder_of_its_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page runs by itself: a file that somebody has put beside it under a package's name must not."""
    for name in ("json", "pandas", "servicelab", "ipykernel_launcher"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('foreign')")
    monkeypatch.setenv("JUPYTER_PATH", os.pathsep.join(map(str, data_folders("trainee", "zh"))))
    kernel = KernelManager()
    assert kernel.kernel_spec is not None
    assert Path(kernel.kernel_spec.resource_dir).is_relative_to(SETTINGS)
    kernel.start_kernel(cwd=str(tmp_path))
    client = kernel.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        asked = client.execute_interactive(
            "import json, servicelab, importlib.util as u, sys; found = u.find_spec('pandas').origin, sys.path",
            user_expressions={"found": "found"}, timeout=60,
        )["content"]  # fmt: skip
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
    assert asked["status"] == "ok", asked
    found = asked["user_expressions"]["found"]["data"]["text/plain"]
    assert str(tmp_path) not in found
    assert "''" not in found
