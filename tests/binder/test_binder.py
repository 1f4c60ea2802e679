"""Binder's build steps in a clean copy: what the image's home holds afterwards, and that it opens."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicelab.publish.secrets import find_leaks, secrets

pytestmark = [pytest.mark.binder, pytest.mark.xdist_group("binder")]


@pytest.fixture(scope="module")
def image(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The home folder and the Python of an image, made by the real `postBuild`."""
    base = tmp_path_factory.mktemp("binder")
    home = base / "jovyan"
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, tracked.split("\0")):
        if (root / name).is_file():
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target)
    subprocess.run(["git", "init", "-q"], cwd=home, check=True)
    # repo2docker installs the lock first; here the environment that runs the tests lends it, the package apart.
    python = base / "env/bin/python"
    venv.create(base / "env", with_pip=True, symlinks=True)
    lent = next((base / "env/lib").glob("python*/site-packages")) / "lent.pth"
    lent.write_text(sysconfig.get_paths()["purelib"] + "\n")
    done = subprocess.run(
        [str(home / "binder/postBuild")],
        cwd=home,
        env={**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}", "REPO_DIR": str(home), "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in (".git", "tests", "grading", "course", "src", "locales"):
        assert f"{home}/{name}" in done.stdout, f"{name} is removed without being listed"
    return home, python


def test_only_the_two_editions_are_left(image: tuple[Path, Path]) -> None:
    home, _ = image
    left = {p.name for p in home.iterdir()} - {".cache", ".config", ".local", ".ipython", ".jupyter"}
    assert left == {"en", "zh"}
    for language in left:
        assert json.loads((home / language / "edition.json").read_text())["language"] == language


def test_nothing_in_the_image_gives_an_answer_away(image: tuple[Path, Path], root: Path) -> None:
    home, python = image
    package = next((python.parent.parent / "lib").glob("python*/site-packages/servicelab"))
    assert find_leaks(home, secrets(root)) == []
    assert find_leaks(package, secrets(root)) == []
    for kept_back in ("simulation", "voices", "generating"):
        assert not (package / "company" / kept_back).exists()


def test_the_search_would_find_an_answer(image: tuple[Path, Path], root: Path, tmp_path: Path) -> None:
    """The test above can fail: put one instructor file back and it is found."""
    shutil.copy(root / "course/modules/01_needs/exercise.md", tmp_path / "innocent.txt")
    assert find_leaks(tmp_path, secrets(root))


@pytest.fixture
def server(image: tuple[Path, Path]) -> Iterator[str]:
    """JupyterLab as Binder starts it: plain, in the home folder, without our `lab` command."""
    home, python = image
    log = home.parent / "lab.log"
    allow_root = ["--allow-root"] if os.geteuid() == 0 else []
    with log.open("w") as stream:
        process = subprocess.Popen(
            [str(python), "-m", "jupyterlab", "--no-browser", "--IdentityProvider.token=", *allow_root],
            cwd=home,
            env={**os.environ, "HOME": str(home.parent)},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + 60
    while not (found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+", log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
    yield found[0]
    process.terminate()
    process.wait(20)


def test_it_opens_on_the_start_page_with_the_house_settings(server: str) -> None:
    with urllib.request.urlopen(f"{server}/", timeout=20) as answer:
        assert answer.url.endswith("/lab/tree/en/start.ipynb")
    with urllib.request.urlopen(f"{server}/lab/api/settings/", timeout=20) as answer:
        settings = {s["id"]: s for s in json.load(answer)["settings"]}
    dialogs = settings["@jupyterlab/apputils-extension:sessionDialogs"]["schema"]["properties"]
    assert dialogs["skipKernelRestartDialog"]["default"] is True


def test_python_is_the_one_that_was_built_for(root: Path) -> None:
    named = (root / "binder/runtime.txt").read_text().strip().removeprefix("python-")
    assert tuple(map(int, named.split("."))) >= (3, 11)
    assert sys.version_info >= (3, 11)
