"""nbgrader's own pages in the instructor's JupyterLab: formgrader, the assignment list, validate; offline."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.grading.conftest import TRIAL

from servicelab.grading.course import Course

pytestmark = [pytest.mark.grading, pytest.mark.browser, pytest.mark.xdist_group("grading")]

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
LAUNCH = """
import sys
from pathlib import Path
from servicelab.lab import launch
root = Path(sys.argv[1])
launch(root, role="instructor", language="en", page="", config=[root / "grading"],
       arguments=["--no-browser", "--allow-root", "--IdentityProvider.token=trial", "--port-retries=50"])
"""


@pytest.fixture(scope="module")
def lab(graded: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The instructor's JupyterLab on the folder above the graded course; its address."""
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config")}
    root = graded.root.parent
    (root / "work").mkdir()
    shutil.copytree(graded.release / TRIAL, root / "work" / TRIAL)
    log = home / "log"
    with log.open("w") as stream:
        process = subprocess.Popen([sys.executable, "-c", LAUNCH, str(root)], cwd=root, env=environment,
                                   stdout=stream, stderr=subprocess.STDOUT)  # fmt: skip
    address = None
    for _second in range(90):
        address = re.search(r"(http://(?:127\.0\.0\.1|localhost):\d+)/lab", log.read_text(encoding="utf-8"))
        if address or process.poll() is not None:
            break
        time.sleep(1)
    assert address, log.read_text(encoding="utf-8")
    yield address[1]
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.wait(30)


@pytest.fixture(scope="module")
def page(lab: str, chromium: str) -> Iterator[Page]:
    """A page that has logged in, and remembers every address it asked for."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=CHROMIUM)
        opened = browser.new_page(viewport={"width": 1300, "height": 900})
        opened.goto(f"{lab}/lab?token=trial")
        yield opened
        browser.close()


def asked(lab: str, path: str, data: dict[str, str] | None = None) -> dict[str, object] | list[dict[str, object]]:
    body = urllib.parse.urlencode(data).encode() if data else None
    request = urllib.request.Request(f"{lab}/{path}", body, {"Authorization": "token trial"})
    with urllib.request.urlopen(request, timeout=90) as answer:
        return json.load(answer)


def test_formgrader_lists_the_assignment_and_opens_a_submission(page: Page, lab: str, graded: Course) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.get_by_text("Nbgrader", exact=True).first.click(timeout=60_000)
    page.get_by_text("Formgrader", exact=True).first.click()
    frame = page.frame_locator("iframe").first
    expect(frame.get_by_role("link", name=TRIAL).first).to_be_visible(timeout=60_000)

    page.goto(f"{lab}/formgrader/gradebook/{TRIAL}/exercise")
    expect(page.get_by_role("link", name="Submission #12")).to_be_visible(timeout=60_000)
    with graded.gradebook() as book:
        half = book.find_submission_notebook("exercise", TRIAL, "half").id
    page.goto(f"{lab}/formgrader/submissions/{half}/")
    expect(page.get_by_text("1 · a-voice: functional — functional")).to_be_visible(timeout=60_000)
    expect(page.locator("#test-a")).to_have_attribute("placeholder", "2")
    page.wait_for_load_state("networkidle")
    assert [url for url in outside if not url.startswith((lab, "data:", "blob:"))] == []


def test_the_assignment_list_shows_what_was_released(lab: str) -> None:
    listed = asked(lab, "assignments?course_id=servicelab")
    assert isinstance(listed, dict)
    released = [each["assignment_id"] for each in listed["value"]]  # type: ignore[attr-defined]
    assert TRIAL in released


def test_validate_runs_a_trainees_notebook(lab: str) -> None:
    said = asked(lab, "assignments/validate", {"path": f"work/{TRIAL}/exercise.ipynb"})
    assert isinstance(said, dict)
    assert said["success"] is True
    assert isinstance(said["value"], dict)
    found = re.sub(r"\x1b\[[0-9;]*m", "", " ".join(each["raw_error"] for each in said["value"]["failed"]))
    assert "NameError: name 'share' is not defined" in found
    assert "You did not provide a response." in found


def test_our_formgrader_shows_controls_as_text(graded: Course) -> None:
    """Nothing in a graded notebook needs a live kernel to be seen."""
    for path in graded.autograded.glob(f"*/{TRIAL}/exercise.ipynb"):
        text = Path(path).read_text(encoding="utf-8")
        assert "application/vnd.jupyter.widget-view+json" not in text
